"""What is known of files when all have been read once."""

from dataclasses import dataclass, field

from ner.records.record import Record


@dataclass
class Survey:
    """What files hold.

    Args:
        texts: the number of texts.
        characters: the number of their characters.
        missing: the number of records without a text: a null, or a field that is not there.
        columns: the names of all fields, in the order in which they appear.
        empty: the files without a text.
        encodings: the encoding of each text file that is not UTF-8.
        whole: whether all files could be read; standard input and pipes can be read once.
    """

    texts: int = 0
    characters: int = 0
    missing: int = 0
    columns: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    _seen: set[str] = field(default_factory=set, repr=False)

    def count(self, record: Record) -> None:
        """Count a record and its columns."""
        self.texts += 1
        self.characters += len(record.text)
        self.missing += record.missing
        if new := record.fields.keys() - self._seen:
            self._seen |= new
            self.columns += [name for name in record.fields if name in new]

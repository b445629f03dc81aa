"""spaCy's DocBin, the binary file of annotated documents that `spacy train` reads.

It needs spaCy, the optional package of the extra "spacy".
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ner.data.bounded_parquet import ALWAYS_BYTES, MOST_TIMES_AS_LARGE
from ner.data.data_split import Split
from ner.data.entities import Sentence, drop_overlaps
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.offsets import AnnotatedRecord, Span, split_of_records
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import read_bytes
from ner.errors import InputError
from ner.extras import import_extra
from ner.files import atomic_path

_TITLE = "title"
"""The key of a document's name in `Doc.user_data`, which displaCy shows above the text."""

_AT_ONCE = 1_000_000

_SPANS_KEY = "sc"
"""The default name of the span group in spaCy's own components."""


def read(path: Path, options: ReadOptions) -> Split:
    """Read the entities and span groups of all documents. The line of a sentence is the number of its document.

    Raises:
        InputError: there is no such file, or spaCy is not installed.
    """
    tokens = import_extra("spacy.tokens", "spacy", path)
    vocab = import_extra("spacy.vocab", "spacy", path).Vocab()
    data = read_bytes(path)
    losses: list[Finding] = []
    try:
        _refuse_bomb(data)
        docs = tokens.DocBin().from_bytes(data).get_docs(vocab)
        records = [_record(doc, number, str(path), losses) for number, doc in enumerate(docs, 1)]
    except Exception as error:  # zlib, msgpack, numpy and spaCy raise different errors for a file that is no DocBin
        reason = str(error) if isinstance(error, InputError) else "is not a DocBin of spaCy, or is damaged"
        message = f"{reason}; write it with DocBin.to_disk"
        return Split(str(path), [], faults=[Finding(str(path), 0, FindingKind.NOT_A_DOCBIN, message)])
    split = split_of_records(records, str(path))
    split.losses.extend(losses)
    return split


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write one document per sentence, with one token per character. Nothing is lost.

    `Doc.ents` are the entities of the sentence. If entities overlap, `Doc.ents` has the longest, and the span group
    "sc" has all of them.

    Raises:
        InputError: spaCy is not installed.
    """
    tokens = import_extra("spacy.tokens", "spacy", path)
    vocab = import_extra("spacy.vocab", "spacy", path).Vocab()
    doc_bin = tokens.DocBin(attrs=["ENT_IOB", "ENT_TYPE"], store_user_data=True)
    for sentence in sentences:
        doc_bin.add(make_doc(sentence, vocab))
    with atomic_path(path) as partial:
        doc_bin.to_disk(partial)
    return []


def make_doc(sentence: Sentence, vocab: Any = None) -> Any:
    """Make a `Doc` of spaCy with one token per character. `write` tells what is where.

    Args:
        sentence: the sentence.
        vocab: the vocabulary that the document shares; None for a new one.

    Raises:
        InputError: spaCy is not installed.
    """
    tokens = import_extra("spacy.tokens", "spacy", "Doc")
    vocab = import_extra("spacy.vocab", "spacy", "Doc").Vocab() if vocab is None else vocab
    doc = tokens.Doc(vocab, words=list(sentence.text), spaces=[False] * len(sentence.text))
    flat = drop_overlaps(sentence.entities)
    doc.ents = [tokens.Span(doc, entity.start, entity.end, entity.label) for entity in flat]
    if len(flat) < len(sentence.entities):
        doc.spans[_SPANS_KEY] = [tokens.Span(doc, e.start, e.end, e.label) for e in sentence.entities]
    if sentence.document:
        doc.user_data[_TITLE] = sentence.document
    return doc


def _refuse_bomb(data: bytes) -> None:
    """Refuse a file that unpacks to much more than a data set can.

    Raises:
        InputError: it does. The message lacks the file.
    """
    allowed = max(ALWAYS_BYTES, MOST_TIMES_AS_LARGE * len(data))
    unpacker, size = zlib.decompressobj(), 0
    while data and not unpacker.eof:
        size += len(unpacker.decompress(data, _AT_ONCE))
        data = unpacker.unconsumed_tail
        if size > allowed:
            raise InputError(f"unpacks to more than {allowed:,} bytes")


def _record(doc: Any, number: int, path: str, losses: list[Finding]) -> AnnotatedRecord:
    """The text of a document and its spans. Information that a sentence can't store is added to `losses`."""

    def lose(kind: FindingKind, message: str) -> None:
        losses.append(Finding(path, number, kind, message))

    spans: dict[Span, None] = {}
    for span in (*doc.ents, *(span for group in doc.spans.values() for span in group)):
        if span.label_:
            spans[Span(span.start_char, span.end_char, span.label_)] = None
        else:
            lose(FindingKind.SPAN_WITHOUT_A_LABEL_LEFT_OUT, f"{span.text!r} at {span.start_char} has no label")
        if span.kb_id_:
            lose(FindingKind.LINK_LEFT_OUT, f"{span.text!r} at {span.start_char} is linked to {span.kb_id_}")
    if doc.cats:
        lose(FindingKind.CATEGORIES_LEFT_OUT, f"the categories {', '.join(doc.cats)}")
    title = doc.user_data.get(_TITLE)
    return AnnotatedRecord(doc.text, list(spans), number, title if isinstance(title, str) else "")

"""Writing a repaired copy of a data set. Clear errors are fixed; suspicions, which need a person, stay."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ner.checking.odd_characters import odd_positions
from ner.checking.scheme_findings import common_scheme, differs
from ner.checking.sentence_findings import describe
from ner.checking.split_names import file_name
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.registry import FORMATS
from ner.data.schemes import Scheme
from ner.data.unknown_spans import join_spans
from ner.errors import InputError
from ner.files import whole_folder, write_text

_REMOVED = (FindingKind.CONTROL_CHARACTER, FindingKind.INVISIBLE_CHARACTER)
_MENDED_BY_WRITING = (FindingKind.EMPTY_SENTENCE, FindingKind.MIXED_DELIMITERS)
CHANGES = "changes.txt"


@dataclass
class Repaired:
    """What was written into a repaired copy.

    Args:
        files: the files and folders with the sentences of the copy, one for each split that has any.
        sentences: the number of sentences in them.
        left_out: the number of sentences and documents that are not in the copy.
        changes: the number of changes, without oddities that stay.
    """

    files: list[Path] = field(default_factory=list)
    sentences: int = 0
    left_out: int = 0
    changes: int = 0


def write_repaired(splits: Iterable[Split], folder: Path) -> Repaired:
    """Write a repaired copy of each split, with its own file name, and all changes into `changes.txt`.

    All tags are written in one scheme. Oddities that stay are in `changes.txt`, too.

    Args:
        splits: the splits, as `examine_splits` reads them.
        folder: the folder of the copy.

    Raises:
        InputError: no sentence is left.
        OSError: the folder can't be written.
    """
    splits = list(splits)
    scheme = common_scheme(splits)
    written = Repaired()
    lines: list[str] = []
    with whole_folder(folder) as partial:
        for split in splits:
            sentences, changes, left_out = repair(split)
            name = _target_name(split)
            changes += _write(split, sentences, partial / name, scheme)
            written.files += [folder / name] * bool(sentences)
            written.sentences += len(sentences)
            written.left_out += left_out
            written.changes += len(changes)
            lines += map(str, changes)
            lines += [f"{oddity}: left as it is" for oddity in split.oddities if not _is_mended(oddity)]
        write_text("".join(f"{line}\n" for line in lines), partial / CHANGES)
    if not written.sentences:
        raise InputError(f"{folder}: there is no repaired copy, because no sentence is left; see {folder / CHANGES}")
    return written


def _write(split: Split, sentences: Sequence[Sentence], target: Path, scheme: Scheme) -> list[Finding]:
    """Write the repaired sentences of a split, if there are any. Returns the changes of this step."""
    if not sentences:
        return [Finding(split.path, 0, FindingKind.REPAIR, "no sentence is left: not in the copy")]
    losses = FORMATS[split.format].write(sentences, target, scheme)
    if not (split.scheme and differs(split, scheme)):
        return losses
    message = f"tags are {split.scheme.name}: written in {scheme.name}, like all tags of the copy"
    return [Finding(split.path, 0, FindingKind.REPAIR, message), *losses]


def _target_name(split: Split) -> str:
    """The file name for the copy of a split, which is never that of the changes."""
    name = file_name(split)
    if not FORMATS[split.format].suffix and not Path(split.path).is_dir():
        # One document of a format with folders of documents.
        name = Path(name).stem
    return f"copy-of-{name}" if name == CHANGES else name


def repair(split: Split) -> tuple[list[Sentence], list[Finding], int]:
    """Fix the clear errors of a split.

    - Sentences and documents with a fault are left out, unless the intended text was clear.
    - Illegal tag sequences become the entities that conlleval reads.
    - Extra blank lines and mixed delimiters disappear.
    - Control characters and invisible characters are removed.
    - White space at the edges of entities is moved out of them.

    Returns:
        The sentences, all changes, and the number of sentences and documents that are left out.
    """
    changes, left_out = _repair_faults(split)
    changes += [replace(finding, message=f"{finding.message}: {finding.mended}") for finding in split.repairs]
    changes += split.losses
    changes += [replace(oddity, message=f"{oddity.message}: fixed") for oddity in split.oddities if _is_mended(oddity)]
    sentences = []
    for sentence in split.sentences:
        sentence, found = _repair_sentence(sentence)
        changes += found
        if sentence.text:
            sentences.append(sentence)
        else:
            left_out += 1
            changes.append(
                Finding(sentence.path, sentence.line, FindingKind.EMPTY_SENTENCE, "an empty sentence: left out")
            )
    return sentences, changes, left_out


def _repair_faults(split: Split) -> tuple[list[Finding], int]:
    """How each fault was mended, or once for each sentence that it is left out; and the number of these sentences."""
    starts = [first for first, _ in split.left_out]

    def sentence_of(fault: Finding) -> tuple[str, int]:
        at = bisect_right(starts, fault.line) - 1
        return fault.path, starts[at] if at >= 0 and fault.line <= split.left_out[at][1] else fault.line

    number = Counter(sentence_of(fault) for fault in split.faults if not fault.mended)
    left_out = {*number, *((split.path, start) for start in starts)}
    changes = []
    for fault in split.faults:
        if fault.mended:
            changes.append(replace(fault, message=f"{fault.message}: {fault.mended}"))
        elif more := number.pop(sentence_of(fault), 0):
            also = f", and {more - 1:,} more error{'s' * (more > 2)}" * (more > 1)
            changes.append(replace(fault, message=f"{fault.message}{also}: the sentence or document is left out"))
    return changes, len(left_out)


def _is_mended(oddity: Finding) -> bool:
    return oddity.kind in _MENDED_BY_WRITING


def _repair_sentence(sentence: Sentence) -> tuple[Sentence, list[Finding]]:
    changes = []
    odd = [at for at, kind in odd_positions(sentence.text) if kind in _REMOVED]
    if odd:
        codes = ", ".join(dict.fromkeys(f"U+{ord(sentence.text[at]):04X}" for at in odd))
        changes.append(_change(sentence, f"{len(odd):,} removed: {codes}"))
        removed = frozenset(odd)
        changes += [
            _change(sentence, f"{describe(entity)} has no other character: removed")
            for entity in sentence.entities
            if removed.issuperset(range(entity.start, entity.end))
        ]
        sentence = delete_characters(sentence, odd)
    entities = []
    for entity in sentence.entities:
        trimmed = _trim(entity)
        if trimmed is None:
            changes.append(_change(sentence, f"an entity of white space only, {entity.label}: removed"))
            continue
        if trimmed != entity:
            changes.append(_change(sentence, f"{entity.label} {entity.text!r} without the white space at its edges"))
        entities.append(trimmed)
    return replace(sentence, entities=tuple(entities)), changes


def delete_characters(sentence: Sentence, positions: Sequence[int]) -> Sentence:
    """Delete the characters at `positions`, which are in order, and entities that have no other characters."""
    removed = frozenset(positions)
    kept = "".join(character for at, character in enumerate(sentence.text) if at not in removed)
    entities = []
    for entity in sentence.entities:
        start, end = (at - bisect_left(positions, at) for at in (entity.start, entity.end))
        if start < end:
            entities.append(replace(entity, start=start, end=end, text=kept[start:end]))
    unknown = join_spans(
        (start - bisect_left(positions, start), end - bisect_left(positions, end)) for start, end in sentence.unknown
    )
    return replace(sentence, text=kept, entities=tuple(entities), unknown=unknown)


def _trim(entity: Entity) -> Entity | None:
    """The entity without white space at its edges, or None if nothing is left."""
    text = entity.text.strip()
    if not text:
        return None
    start = entity.start + len(entity.text) - len(entity.text.lstrip())
    return replace(entity, start=start, end=start + len(text), text=text)


def _change(sentence: Sentence, message: str) -> Finding:
    return Finding(sentence.path, sentence.line, FindingKind.REPAIR, message)

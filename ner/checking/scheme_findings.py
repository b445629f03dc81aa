"""Finding splits with different tag schemes, and the scheme for writing all of them."""

from collections.abc import Iterable, Mapping

from ner.data.data_split import Split
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.schemes import BIO, IO, Scheme, entities_to_tags


def different_schemes(splits: Mapping[str, Split]) -> list[Finding]:
    """Find splits whose tags would be different in the scheme of the first split.

    Sometimes a split fits two schemes: without an entity of three characters, BIOES and BMES are the same.
    """
    tagged = [split for split in splits.values() if split.scheme and split.types]
    found = []
    for split in tagged[1:]:
        usual, other = tagged[0].scheme, split.scheme
        assert usual
        assert other
        if differs(split, usual):
            message = f"tags are {other.name}, but {usual.name} in {tagged[0].path}; expected one scheme in all files"
            found.append(Finding(split.path, 0, FindingKind.DIFFERENT_SCHEMES, message))
    return found


def common_scheme(splits: Iterable[Split]) -> Scheme:
    """The scheme of the first split with tags of entities, or BIO if there is none.

    IO comes last, because it can't separate adjacent entities, which other splits may have.
    """
    schemes = [split.scheme for split in splits if split.scheme and split.types]
    return next((scheme for scheme in schemes if scheme != IO), schemes[0] if schemes else BIO)


def differs(split: Split, scheme: Scheme) -> bool:
    """Whether a split has tags that would be different in `scheme`."""
    own = split.scheme
    if own is None or own == scheme:
        return False
    return any(
        entities_to_tags(s.entities, len(s.text), own) != entities_to_tags(s.entities, len(s.text), scheme)
        for s in split.sentences
    )

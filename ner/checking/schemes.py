"""Splits whose tags are in different schemes."""

from collections.abc import Mapping

from ner.data.findings import Finding
from ner.data.schemes import entities_to_tags
from ner.data.split import Split


def different_schemes(splits: Mapping[str, Split]) -> list[Finding]:
    """A finding for each split whose tags would be others in the scheme of the first one.

    A split may lack what tells two schemes apart, such as an entity of three characters for BIOES and BMES; then it
    is of both.
    """
    tagged = [split for split in splits.values() if split.scheme and split.types]
    found = []
    for split in tagged[1:]:
        usual, other = tagged[0].scheme, split.scheme
        assert usual
        assert other
        if usual != other and any(
            entities_to_tags(s.entities, len(s.text), usual) != entities_to_tags(s.entities, len(s.text), other)
            for s in split.sentences
        ):
            message = f"tags are {other.name}, but {usual.name} in {tagged[0].path}; expected one scheme in all files"
            found.append(Finding(split.path, 0, "different schemes", message))
    return found

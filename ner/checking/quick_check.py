"""The part of a check that takes little time, before a long run: the gravest findings, one line each."""

from collections.abc import Iterator, Mapping

from ner.checking.check import group_findings
from ner.checking.duplicates import conflicting_labels, equal_sentences
from ner.checking.odd_characters import odd_characters
from ner.checking.odd_entities import odd_spans, types_with_one_name, unlabelled_splits
from ner.checking.scheme_findings import different_schemes
from ner.data.data_split import Split

_MOST = 3


def gravest_findings(splits: Mapping[str, Split]) -> Iterator[str]:
    """Tell the three gravest kinds of findings: how many there are, the first one, and what to do.

    What the notes of a corpus tell, such as illegal tags, is not told again. What takes long is left to `check`:
    near-duplicates, and the same text with different labels.

    Args:
        splits: the splits by name.
    """
    sentences = [sentence for split in splits.values() for sentence in split.sentences]
    oddities = [oddity for split in splits.values() for oddity in split.oddities]
    errors = [*different_schemes(splits), *unlabelled_splits(splits), *oddities, *odd_characters(sentences)]
    suspicions = [*types_with_one_name(splits), *equal_sentences(splits), *conflicting_labels(sentences)]
    suspicions += odd_spans(sentences)
    groups = [*group_findings(errors, "error"), *group_findings(suspicions, "suspicion")]
    for group in groups[:_MOST]:
        first = group.findings[0]
        yield f"{group.kind.name}: {len(group.findings):,}; the first is {first}"
    if groups:
        yield "bert-ner check says what to do, and finds more"

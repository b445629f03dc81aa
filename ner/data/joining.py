"""Training on several data sets that label different types."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ner.data.corpus import Corpus, read_corpus
from ner.data.data_split import Split
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.files import split_value


def read_data_sets(names: Sequence[str], seed: int, options: ReadOptions, dev_share: float | None = None) -> Corpus:
    """Read one data set or several, as `train` takes them: each a path, or PATH=PER,LOC with the types that it labels.

    Raises:
        InputError: as for `read_corpus` and `join_corpora`.
    """
    sets = [split_value(name) for name in names]
    corpora = [read_corpus(path, seed=seed, options=options, dev_share=dev_share) for path, _ in sets]
    labelled = [[type_.strip() for type_ in types.split(",") if type_.strip()] for _, types in sets]
    return join_corpora(corpora, labelled)


def join_corpora(corpora: Sequence[Corpus], labelled: Sequence[Sequence[str]] | None = None) -> Corpus:
    """Join data sets that may label different types, for training.

    In the sentences of a data set, characters outside of entities may belong to entities of types that it doesn't
    label: training leaves them open, and scores count only the types that it labels.

    >>> persons = [Sentence(f"李明在上海{i}天。", [(0, 2, "PER")]) for i in range(20)]
    >>> places = [Sentence(f"王伟在北京{i}天。", [(3, 5, "LOC")]) for i in range(20)]
    >>> join_corpora([Corpus.from_sentences(persons), Corpus.from_sentences(places)]).types
    ['LOC', 'PER']

    Args:
        corpora: the data sets.
        labelled: the types that annotators have looked for in each of them; those of its entities in train if None or
            empty.

    Raises:
        InputError: there is no data set, or one has entities of a type that it doesn't label.
    """
    if not corpora:
        raise InputError("expected `corpora` to have at least one corpus")
    if len(corpora) == 1 and not (labelled and labelled[0]):
        return corpora[0]
    each = [[*own] or corpus.types for corpus, own in zip(corpora, labelled or [()] * len(corpora), strict=True)]
    types = sorted({type_ for own in each for type_ in own})
    marked = [_mark(corpus, own, types) for corpus, own in zip(corpora, each, strict=True)]
    notes = [note for corpus in corpora for note in corpus.notes]
    tests = [corpus.test for corpus in marked if corpus.test is not None]
    train, dev = _join([corpus.train for corpus in marked]), _join([corpus.dev for corpus in marked])
    return Corpus(train, dev, _join(tests) if tests else None, types, notes)


def _mark(corpus: Corpus, own: Sequence[str], types: Sequence[str]) -> Corpus:
    """Say in each sentence which types annotators have looked for, unless it is all of them."""
    if more := sorted({type_ for split in corpus.splits.values() for type_ in split.types} - {*own}):
        raise InputError(
            f"{corpus.train.path} has entities of {', '.join(more)}, but labels {', '.join(own)}: name all types that "
            "it labels, or leave them out"
        )
    if {*own} == {*types}:
        return corpus
    looked_for = tuple(own)
    marked: dict[str, Any] = {
        name: replace(split, sentences=[replace(sentence, looked_for=looked_for) for sentence in split.sentences])
        for name, split in corpus.splits.items()
    }
    return replace(corpus, **marked)


def _join(splits: Sequence[Split]) -> Split:
    sentences = [sentence for split in splits for sentence in split.sentences]
    return Split(" + ".join(split.path for split in splits), sentences, splits[0].name)

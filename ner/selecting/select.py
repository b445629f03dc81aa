"""Choosing the texts of a pool to label next."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ner.characters.window_batches import in_chunks
from ner.checking.duplicates import DistinctTexts
from ner.errors import InputError
from ner.records.record import Record
from ner.selecting.best_records import BestRecords, Scored
from ner.selecting.doubt import Measure, measure_doubt
from ner.selecting.select_settings import SelectSettings, Strategy
from ner.selecting.selected import Choice, Selected, describe_choices
from ner.tagging.tagger import Tagger
from ner.texts import each_text

if TYPE_CHECKING:
    from ner.embedding.vectors import Vectors

CANDIDATES = 10
"""How many candidates are kept for each text to choose: some are near-duplicates, and `mixed` clusters them."""
LEAST_CANDIDATES = 2000

# Characters that are scored together, as many as `Tagger` reads at once.
_CHUNK_CHARACTERS = 100_000
_MEASURES: dict[Strategy, Measure] = {"mixed": "entropy", "margin": "margin", "entropy": "entropy", "mnlp": "mnlp"}


def select_texts(
    tagger: Tagger,
    texts: Iterable[str],
    settings: SelectSettings | None = None,
    *,
    labelled: Iterable[str] = (),
    watch: Callable[[int], None] | None = None,
) -> list[Selected]:
    """Choose the texts to label next. The random ones come first, then the others, the least sure first.

    No chosen text is blank, or equal or nearly equal to another one or to a text in `labelled`; see
    `ner.checking.duplicates.shared_sentences` for what is nearly equal.

    >>> from ner import SelectSettings, Tagger, select_texts
    >>> pool = ["林晓东住在杭州。", "好的。", "西湖边的星海湾今天开业。"]
    >>> chosen = select_texts(Tagger.load(), pool, SelectSettings(count=1, strategy="mnlp"))
    >>> chosen[0].record.text
    '西湖边的星海湾今天开业。'

    Args:
        tagger: the tagger.
        texts: the pool. It can be a stream: memory depends on `count`, not on its length.
        settings: how to choose; the defaults if None.
        labelled: texts that have been labelled.
        watch: called with the number of characters that the tagger has just read.

    Raises:
        ValueError: `texts` has something else than texts, or the strategy needs an encoder and the tagger is exported.
    """
    records = (Record("", number, text) for number, text in enumerate(each_text(texts), 1))
    return select_records(tagger, records, settings, labelled=labelled, watch=watch)


def select_records(
    tagger: Tagger,
    records: Iterable[Record],
    settings: SelectSettings | None = None,
    *,
    labelled: Iterable[str] = (),
    watch: Callable[[int], None] | None = None,
) -> list[Selected]:
    """Choose the records to label next. See `select_texts`.

    Raises:
        InputError: the strategy needs an encoder and the tagger is exported.
    """
    settings = settings or SelectSettings()
    embed = _embedder(tagger, settings.strategy)
    distinct = DistinctTexts(labelled)
    at_random = round(settings.count * settings.random_share)
    pool = _read_pool(tagger, records, settings, at_random, watch)
    chosen = [Choice(one.record, at_random=True) for one in _distinct(pool.sample, distinct, at_random)]
    texts = {choice.record.text for choice in chosen}
    others = (one for one in pool.best if one.record.text not in texts)
    count = settings.count - len(chosen)
    if embed is None:
        chosen += [Choice(*one) for one in _distinct(others, distinct, count)]
    else:
        from ner.selecting.clusters import choose_by_clusters  # scikit-learn takes a second to import

        candidates = [*_distinct(others, distinct)]
        by_score = settings.strategy == "mixed"
        weights = np.array([one.score if by_score else 1.0 for one in candidates])
        vectors = embed([one.record.text for one in candidates])
        for place, alike in choose_by_clusters(vectors, weights, count, settings.seed):
            record, score = candidates[place]
            chosen.append(Choice(record, score if by_score else None, alike))
    return describe_choices(tagger, chosen, settings)


class _Pool(NamedTuple):
    """The candidates of a pool, and a uniform sample of it."""

    best: BestRecords
    sample: BestRecords


def _read_pool(
    tagger: Tagger,
    records: Iterable[Record],
    settings: SelectSettings,
    at_random: int,
    watch: Callable[[int], None] | None,
) -> _Pool:
    """Read the whole pool. By the strategy `diverse`, candidates are a uniform sample too."""
    pool = _Pool(BestRecords(max(CANDIDATES * settings.count, LEAST_CANDIDATES)), BestRecords(CANDIDATES * at_random))
    random = np.random.default_rng(settings.seed)
    measure = _MEASURES.get(settings.strategy)
    for chunk in in_chunks(records, lambda record: len(record.text), _CHUNK_CHARACTERS):
        keys = random.random((2, len(chunk)))
        if measure is not None:
            keys[0] = measure_doubt(tagger, [record.text for record in chunk], measure, watch)
        for record, score, key in zip(chunk, *keys.tolist(), strict=True):
            if record.text.strip():
                pool.best.offer(record, score)
                pool.sample.offer(record, key)
        if measure is None and watch is not None:
            watch(sum(len(record.text) for record in chunk))
    return pool


def _distinct(records: Iterable[Scored], distinct: DistinctTexts, count: int | None = None) -> Iterator[Scored]:
    """The first `count` records whose texts are new."""
    left = count
    for one in records:
        if left == 0:
            return
        if distinct.add(one.record.text):
            left = None if left is None else left - 1
            yield one


def _embedder(tagger: Tagger, strategy: Strategy) -> "Callable[[Sequence[str]], Vectors] | None":
    """What computes vectors of texts with the encoder of the tagger; None if the strategy needs none."""
    if strategy not in ("mixed", "diverse"):
        return None
    try:
        from ner.embedding.embedder import Embedder
        from ner.tagging.torch_engine import NetworkEngine
    except ImportError:
        raise InputError(f"`strategy` {strategy} needs PyTorch: pip install torch, or choose margin") from None

    engine = tagger.engine
    if not isinstance(engine, NetworkEngine):
        raise InputError(
            f"`strategy` {strategy} needs the encoder of a PyTorch model, and {tagger.name} is exported: give the "
            "folder of train (in Python, load it with `pytorch`), or choose margin"
        )
    return Embedder(engine.model.encoder, tagger.table).embed

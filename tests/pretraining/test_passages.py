from collections import Counter
from itertools import islice
from pathlib import Path

from ner.pretraining.passages import PASSAGE_CHARACTERS, Passages
from ner.pretraining.survey import survey
from ner.pretraining.unlabelled_text import Source, is_held_out
from tests.helpers.pretraining_text import sentences

SHARE = 0.1


def passages(tmp_path: Path, *, weights: tuple[float, ...] = (1.0,), count: int = 600, buffer: int = 5) -> Passages:
    sources = []
    for number, weight in enumerate(weights):
        path = tmp_path / f"{number}.txt"
        path.write_text("\n".join(f"{number}{line}" for line in sentences(count)))
        sources.append(Source(path, weight))
    return Passages(survey(sources, "utf-8", SHARE).files, "utf-8", SHARE, buffer, seed=1)


def test_neighbours_stay_together_and_nothing_that_is_held_out_is_read(tmp_path: Path) -> None:
    expected = [f"0{line}" for line in sentences(600) if not is_held_out(f"0{line}", SHARE)]
    stream = passages(tmp_path, buffer=1)  # in order: then a pass is easy to follow
    read: list[str] = []
    while stream.passes == [0]:
        passage = next(stream)
        begin = expected.index(passage[0])
        assert passage == expected[begin : begin + len(passage)]
        assert sum(map(len, passage)) >= PASSAGE_CHARACTERS or passage[-1] == expected[-1]
        read += passage
    assert read == expected[: len(read)]
    assert len(read) > 0.9 * len(expected)


def test_files_are_mixed_by_size_and_weight(tmp_path: Path) -> None:
    stream = passages(tmp_path, weights=(1.0, 3.0))
    origins = Counter(passage[0][0] for passage in islice(stream, 1000))
    assert 0.7 < origins["1"] / 1000 < 0.8
    assert stream.passes[1] > 2 * stream.passes[0]


def test_a_stream_goes_on_from_its_state(tmp_path: Path) -> None:
    stream = passages(tmp_path, weights=(1.0, 1.0))
    list(islice(stream, 70))  # beyond the end of a file
    state = stream.state()
    again = passages(tmp_path, weights=(1.0, 1.0))
    again.restore(state)
    assert list(islice(again, 50)) == list(islice(stream, 50))
    assert again.passes == stream.passes


def test_the_order_is_shuffled(tmp_path: Path) -> None:
    plain, shuffled = passages(tmp_path, buffer=1), passages(tmp_path, buffer=8)
    assert list(islice(plain, 8)) != list(islice(shuffled, 8))

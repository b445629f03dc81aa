"""The label model finds how good simulated sources are, and what is true, from their votes alone."""

import numpy as np
import pytest

from ner.characters.character_table import Ids
from ner.prelabelling.label_model import ABSTAINS, LabelModel

TYPES = ["LOC", "PER"]
NAMES = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]


def true_tags(random: np.random.Generator, texts: int) -> list[Ids]:
    """Tags of texts: entities of two or three characters, about one in ten characters begins one."""
    made = []
    for _ in range(texts):
        tags: list[int] = []
        while len(tags) < 20:
            if random.random() < 0.1:
                type_ = random.choice([1, 3])
                tags += [type_, *[type_ + 1] * random.integers(1, 3)]
            tags.append(0)
        made.append(np.array(tags))
    return made


def say(tags: Ids, finds: float, confuses: float, invents: float, random: np.random.Generator) -> Ids:
    """What a source says of true tags: whole entities that it finds, with the wrong type, or that it invents."""
    said = np.zeros_like(tags)
    start = 0
    while start < len(tags):
        end = start + 1
        if tags[start] in (1, 3):
            while end < len(tags) and tags[end] == tags[start] + 1:
                end += 1
            if random.random() < finds:
                swapped = random.random() < confuses
                said[start:end] = tags[start:end] if not swapped else (tags[start:end] + 1) % 4 + 1
        elif random.random() < invents:
            said[start] = random.choice([1, 3])
        start = end
    return said


SOURCES = {"good": (0.95, 0.02, 0.005), "middling": (0.8, 0.1, 0.02), "list": (0.5, 0.0, 0.03)}


@pytest.fixture(scope="module")
def simulated() -> tuple[list[Ids], list[Ids], LabelModel]:
    random = np.random.default_rng(0)
    true = true_tags(random, 600)
    votes = [np.stack([say(tags, *quality, random) for quality in SOURCES.values()], axis=1) for tags in true]
    model = LabelModel(TYPES, [TYPES] * 3)
    assert model.names == NAMES
    model.fit(votes)
    return true, votes, model


def test_the_accuracy_of_each_source_is_recovered(simulated: tuple[list[Ids], list[Ids], LabelModel]) -> None:
    true, votes, model = simulated
    every, said = np.concatenate(true), np.concatenate(votes)
    for source in range(3):
        for type_, reliability in model.reliability(source).items():
            own = [NAMES.index(f"B-{type_}"), NAMES.index(f"I-{type_}")]
            is_true, claims = np.isin(every, own), np.isin(said[:, source], own)
            right = (is_true & claims).sum()
            assert reliability.precision == pytest.approx(right / claims.sum(), abs=0.06)
            assert reliability.recall == pytest.approx(right / is_true.sum(), abs=0.06)


def test_together_the_sources_are_better_than_the_best_one(
    simulated: tuple[list[Ids], list[Ids], LabelModel],
) -> None:
    true, votes, model = simulated
    wrong = {"all": 0, "good": 0}
    probabilities, correct = [], []
    for tags, of_text, (decoded, marginals) in zip(true, votes, map(model.decode, votes), strict=True):
        wrong["all"] += (decoded.tags != tags).sum()
        wrong["good"] += (of_text[:, 0] != tags).sum()
        probabilities += marginals.max(axis=1).tolist()
        correct += (marginals.argmax(axis=1) == tags).tolist()
    assert wrong["all"] < 0.7 * wrong["good"]
    assert np.mean(probabilities) == pytest.approx(np.mean(correct), abs=0.01)  # the probabilities mean something


def test_who_abstains_says_nothing() -> None:
    model = LabelModel(["X"], [["X"], ["X"]])
    alone, silent = np.array([[0, ABSTAINS], [1, ABSTAINS]]), np.full((2, 2), ABSTAINS)
    one = model.decode(alone)[1]
    other = model.decode(alone[:, ::-1])[1]
    assert one == pytest.approx(other)
    assert one[1, 0] < model.decode(silent)[1][1, 0]


def test_unsure_votes_count_less_where_they_are_wrong_more_often() -> None:
    random = np.random.default_rng(1)
    true = true_tags(random, 400)
    votes = []
    for tags in true:
        witness, other = say(tags, 0.9, 0.0, 0.0, random), say(tags, 0.9, 0.0, 0.0, random)
        made_up = say(tags, 0.0, 0.0, 0.1, random)
        votes.append(np.stack([np.where(made_up > 0, made_up + 5, witness), other], axis=1))
    model = LabelModel(TYPES, [TYPES] * 2)
    assert model.unsure == 5
    model.fit(votes)
    sure = model.decode(np.array([[0, 0], [1, 0], [0, 0]]))[1]
    unsure = model.decode(np.array([[0, 0], [6, 0], [0, 0]]))[1]
    assert unsure[1, 1] < sure[1, 1] - 0.1


def test_an_empty_text_changes_nothing() -> None:
    model = LabelModel(["X"], [["X"]])
    assert model.fit([np.zeros((0, 1), dtype=np.int64), np.array([[1], [0]])]) >= 1

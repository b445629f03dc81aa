import pytest

from ner.training.training_length import number_of_epochs, passes_per_epoch, steps_per_epoch
from ner.training.training_settings import LEAST_STEPS, TrainingSettings


@pytest.mark.parametrize("sentences", [1, 26, 30, 100, 300, 1000, 1199])
@pytest.mark.parametrize("changes", [{}, {"batch_size": 8}, {"accumulate": 3}], ids=["default", "batch", "accumulate"])
def test_few_sentences_give_enough_steps_and_hardly_more(sentences: int, changes: dict[str, int]) -> None:
    settings = TrainingSettings(**changes)  # type: ignore[arg-type]  # whole numbers
    passes = passes_per_epoch(settings, sentences)

    def steps(passes: int) -> int:
        return number_of_epochs(settings) * steps_per_epoch(settings, passes * sentences)

    assert steps(passes) >= LEAST_STEPS
    assert passes == 1 or steps(passes - 1) <= LEAST_STEPS


def test_many_sentences_are_passed_over_once() -> None:
    assert passes_per_epoch(TrainingSettings(), 1200) == passes_per_epoch(TrainingSettings(), 50_000) == 1


@pytest.mark.parametrize("changes", [{"epochs": 4}, {"epochs": 30}, {"max_steps": 60}])
def test_who_sets_the_length_gets_it(changes: dict[str, int]) -> None:
    assert passes_per_epoch(TrainingSettings(**changes), 30) == 1  # type: ignore[arg-type]
    assert number_of_epochs(TrainingSettings(epochs=30)) == 30


def test_steps_of_an_epoch_by_hand() -> None:
    settings = TrainingSettings(batch_size=16, accumulate=2)
    assert [steps_per_epoch(settings, examples) for examples in (1, 32, 33, 65)] == [1, 1, 2, 3]

import pytest

pytest.importorskip("optuna")

from optuna import create_study
from optuna.distributions import CategoricalDistribution

from ner.choices import LEARNED_FUSIONS
from ner.errors import InputError
from ner.training.training_settings import TrainingSettings
from ner.tuning.space import search_space, starting_values, suggest

ALL = {
    "learning_rate", "head_learning_rate", "batch_size", "epochs", "dropout", "encoder_dropout", "fusion", "lstm_size"
}  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "left_out"),
    [
        ({}, set()),
        ({"mode": "frozen"}, {"learning_rate", "encoder_dropout"}),
        ({"lstm_layers": 0}, {"lstm_size"}),
        ({"max_steps": 5}, {"epochs"}),
        ({"init_from": "model"}, {"fusion", "lstm_size"}),
    ],
)
def test_what_would_mean_nothing_is_not_searched(settings: dict[str, object], left_out: set[str]) -> None:
    assert search_space(TrainingSettings(**settings), ()).keys() == ALL - left_out  # type: ignore[arg-type]


def test_what_is_given_is_not_searched() -> None:
    assert search_space(TrainingSettings(), {"epochs", "data", "fusion"}).keys() == ALL - {"epochs", "fusion"}
    with pytest.raises(InputError, match="there is nothing to search: leave out one of `fusion`, "):
        search_space(TrainingSettings(), ALL)


def test_only_learned_fusions_have_layer_dropout() -> None:
    space = search_space(TrainingSettings(fusion="attention", layer_dropout=0.1), ())
    assert space["fusion"] == CategoricalDistribution(LEARNED_FUSIONS)


def test_the_defaults_are_in_all_ranges() -> None:
    """Since the first trial has them."""
    space = search_space(TrainingSettings(), ())
    values = starting_values(TrainingSettings(), space)
    assert values["epochs"] == 4
    for name, range_ in space.items():
        assert range_._contains(range_.to_internal_repr(values[name])), name


def test_values_are_settings_in_their_ranges() -> None:
    space = search_space(TrainingSettings(), ())
    study = create_study()
    seen = [suggest(study.ask(), space) for _ in range(30)]
    assert all(values.keys() == ALL and TrainingSettings(**values) for values in seen)
    assert {values["batch_size"] for values in seen} == {8, 16, 32}
    assert all(1e-5 <= values["learning_rate"] <= 5e-4 and 3 <= values["epochs"] <= 10 for values in seen)

import pytest

from ner.errors import InputError
from ner.training.training_settings import TrainingSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("accumulate", 0),
        ("patience", 0),
        ("lstm_size", 0),
        ("lstm_layers", -1),
        ("learning_rate", 0.0),
        ("head_learning_rate", -1.0),
        ("clip", 0.0),
        ("dropout", 1.0),
        ("encoder_dropout", -0.1),
        ("warmup", 1.0),
        ("weight_decay", -0.1),
        ("max_steps", 0),
        ("max_length", 15),
        ("seed", -1),
        ("seed", 2**32),
        ("epochs", 2.5),
        ("epochs", True),
        ("learning_rate", float("inf")),
        ("clip", float("nan")),
        ("fusion", "sum"),
        ("scheme", "IOB1"),
        ("precision", "fp16"),
        ("mode", "thaw"),
        ("cell", "rnn"),
        ("decoder", "viterbi"),
        ("layer_decay", 0.0),
        ("layer_decay", 1.1),
        ("layer_dropout", 0.1),
        ("label_smoothing", 0.1),
        ("adversarial", "fgsm"),
        ("adversarial_epsilon", 0.0),
        ("adversarial_epsilon", 2.0),
        ("adversarial_steps", 0),
        ("adversarial_steps", 5),
        ("ema", 1.0),
        ("r_drop", -1.0),
        ("oversample", 1.5),
    ],
)
def test_values_out_of_range_are_named(name: str, value: object) -> None:
    with pytest.raises(InputError, match=f"expected `{name}` to be .*, got {value!r}"):
        TrainingSettings(**{name: value})  # type: ignore[arg-type]


def test_the_defaults_are_valid() -> None:
    assert TrainingSettings().encoder == "mini-zh"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layer_dropout": 0.1, "fusion": "mean"}, "expected `layer_dropout` to be 0 with `fusion` mean, got 0.1"),
        ({"label_smoothing": 0.1}, "expected `label_smoothing` to be 0 with `decoder` crf, got 0.1"),
        ({"layer_decay": 0.9, "mode": "frozen"}, "expected `layer_decay` to be 1 with `mode` frozen, got 0.9"),
        ({"encoder_dropout": 0.1, "mode": "frozen"}, "expected `encoder_dropout` to be 0 with `mode` frozen, got 0.1"),
        ({"adversarial": "fgm", "mode": "frozen"}, "expected `adversarial` to be none with `mode` frozen, got 'fgm'"),
        ({"adversarial_epsilon": 0.5}, r"expected `adversarial_epsilon` to be 1.0 without `adversarial`, got 0.5"),
        (
            {"adversarial": "fgm", "adversarial_steps": 5},
            "expected `adversarial_steps` to be 3 without `adversarial` pgd, got 5",
        ),
        ({"r_drop": 1.0, "dropout": 0.0}, "expected `r_drop` to be 0 without any dropout, got 1.0"),
    ],
)
def test_settings_that_would_have_no_effect_together(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TrainingSettings(**settings)  # type: ignore[arg-type]


def test_any_dropout_will_do_for_r_drop() -> None:
    for dropout in ({"encoder_dropout": 0.1}, {"layer_dropout": 0.1, "fusion": "attention"}):
        assert TrainingSettings(dropout=0.0, r_drop=1.0, **dropout).r_drop == 1.0  # type: ignore[arg-type]

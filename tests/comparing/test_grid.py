import pytest

from ner.comparing.grid import grid, parse_vary
from ner.errors import InputError
from ner.training.training_settings import TrainingSettings


def test_the_product_in_the_order_given() -> None:
    cells = grid(parse_vary(["fusion=last,attention", "lstm_layers=0, 1"]), TrainingSettings(epochs=9))
    assert [cell.name for cell in cells] == [
        "fusion=last, lstm-layers=0",
        "fusion=last, lstm-layers=1",
        "fusion=attention, lstm-layers=0",
        "fusion=attention, lstm-layers=1",
    ]
    assert cells[2].values == {"fusion": "attention", "lstm-layers": 0}
    assert cells[2].settings == TrainingSettings(epochs=9, fusion="attention", lstm_layers=0)


def test_values_have_the_type_of_their_option() -> None:
    (cell,) = grid(parse_vary(["learning-rate=3e-5", "max-steps=10", "epochs=2", "scheme=BIO"]), TrainingSettings())
    assert cell.settings == TrainingSettings(learning_rate=3e-5, max_steps=10, epochs=2, scheme="BIO")


def test_every_value_makes_a_folder_of_its_own_name() -> None:
    names = ["hfl/a", "hfl%2Fa", "hfl-a", "..", "/模型/a b", "./hfl/a"]
    folders = [cell.folder for cell in grid(parse_vary([f"encoder={','.join(names)}", "epochs=1"]), TrainingSettings())]
    assert len(set(folders)) == len(names)
    assert not any("/" in folder for folder in folders)
    assert folders[0] == "encoder=hfl%2Fa,epochs=1"
    assert "模型" in folders[4]


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        (["fusoin=last"], "`vary` fusoin=last: unknown setting 'fusoin': did you mean `fusion`?"),
        (["=last"], "`vary` =last: unknown setting '': expected one of encoder, "),
        (["fusion"], "`vary` fusion: a value is empty: expected fusion=VALUE,VALUE"),
        (["fusion=last,"], "`vary` fusion=last,: a value is empty"),
        (["fusion=last,sum"], "`vary` fusion=last,sum: expected `fusion` to be one of last, mean, .*, got 'sum'"),
        (["epochs=0"], "`vary` epochs=0: expected `epochs` to be a whole number from 1 to 100,000 or None, got '0'"),
        (
            ["epochs=1.5"],
            "`vary` epochs=1.5: expected `epochs` to be a whole number from 1 to 100,000 or None, got '1.5'",
        ),
        (["max-steps=none"], "`vary` max-steps=none: expected `max_steps` to be a whole number"),
        (["dropout=high"], "`vary` dropout=high: expected `dropout` to be a number"),
        (["calibrate=maybe"], "`vary` calibrate=maybe: expected `calibrate` to be true or false"),
        (["dropout=0.1,0.10"], "`vary` dropout=0.1: the value is given twice"),
        (["layer-dropout=0.1"], "`vary` layer-dropout=0.1: expected `layer_dropout` to be 0 with `fusion` last"),
        (["lstm-layers=0", "lstm_layers=1"], "`vary` lstm_layers=1: `lstm_layers` is given twice: give all its"),
        (["seed=1,2"], "`vary` seed: all cells are trained with the same seeds; set their number with `seeds`"),
    ],
)
def test_a_wrong_value_is_reported_in_one_sentence(vary: list[str], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        grid(parse_vary(vary), TrainingSettings())


def test_on_and_off_are_one_cell_each() -> None:
    on, off = grid(parse_vary(["calibrate=true,false"]), TrainingSettings())
    assert (on.settings.calibrate, off.settings.calibrate) == (True, False)
    assert (on.name, off.folder) == ("calibrate=true", "calibrate=false")
    (off,) = grid(parse_vary(["calibrate=false"]), TrainingSettings())
    assert off.settings.calibrate is False


def test_values_from_python() -> None:
    cells = grid({"lstm_layers": [0, 1], "learning-rate": [1e-4]}, TrainingSettings())
    assert [cell.name for cell in cells] == [
        "lstm-layers=0, learning-rate=0.0001",
        "lstm-layers=1, learning-rate=0.0001",
    ]
    with pytest.raises(InputError, match=r"`vary` epochs=2\.5: expected `epochs` to be a whole number"):
        grid({"epochs": [2.5]}, TrainingSettings())
    for values in ([], "last", 3, None):
        with pytest.raises(InputError, match="expected `vary` fusion to be a list of values, got "):
            grid({"fusion": values}, TrainingSettings())  # type: ignore[dict-item]
    with pytest.raises(
        InputError, match="expected `vary` to be a dict with a list of values for each setting, got Non"
    ):
        grid(None, TrainingSettings())  # type: ignore[arg-type]

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ner.errors import InputError
from ner.settings import read_settings, write_settings
from ner.training.training_settings import TrainingSettings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def refused(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_settings(TrainingSettings, path)
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


def test_what_is_written_is_read_but_for_the_seed(path: Path) -> None:
    settings = TrainingSettings(
        fusion="attention", epochs=9, learning_rate=3e-5, calibrate=True, init_from="模型", seed=7
    )
    write_settings(settings, path)
    assert TrainingSettings(**read_settings(TrainingSettings, path)) == replace(settings, seed=1)


def test_some_settings_are_enough_and_whole_numbers_are_numbers(path: Path) -> None:
    path.write_text('{"clip": 2, "max_steps": null}', encoding="utf-8")
    assert read_settings(TrainingSettings, path) == {"clip": 2.0, "max_steps": None}
    path.write_text("{}", encoding="utf-8")
    assert read_settings(TrainingSettings, path) == {}


@pytest.mark.parametrize("content", ["", "[]", "[[]]", "3", '"epochs"', "epochs = 3", '[["epochs", 3]]'])
def test_what_is_no_object(path: Path, content: str) -> None:
    assert refused(path, content).startswith("expected a JSON object with settings")


def test_text_that_is_not_utf_8(path: Path) -> None:
    path.write_bytes('{"encoder": "模型"}'.encode("gbk"))
    with pytest.raises(InputError, match="expected a JSON object"):
        read_settings(TrainingSettings, path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("learning-rate", 1e-4, "unknown setting 'learning-rate'; did you mean learning_rate?"),
        ("learnig_rate", 1e-4, "unknown setting 'learnig_rate'; did you mean learning_rate?"),
        ("seed", 3, "the seed is no part of the settings; leave it out and pass --seed 3"),
        ("epochs", 2.7, "expected epochs to be a whole number, got 2.7"),
        ("epochs", True, "expected epochs to be a whole number, got true"),
        ("epochs", "3", 'expected epochs to be a whole number, got "3"'),
        ("epochs", None, "expected epochs to be a whole number, got null"),
        ("max_steps", 1.5, "expected max_steps to be a whole number or null, got 1.5"),
        ("dropout", "0.1", 'expected dropout to be a number, got "0.1"'),
        ("dropout", False, "expected dropout to be a number, got false"),
        ("calibrate", 1, "expected calibrate to be true or false, got 1"),
        ("encoder", ["mini-zh"], 'expected encoder to be a text, got ["mini-zh"]'),
        ("decoder", "viterbi", 'expected decoder to be one of crf, softmax, got "viterbi"'),
        ("fusion", ["last"], "expected fusion to be one of last, mean,"),
    ],
)
def test_what_is_wrong_is_said(path: Path, name: str, value: Any, message: str) -> None:
    assert refused(path, json.dumps({name: value})).startswith(message)


def test_a_name_like_no_other_and_one_given_twice(path: Path) -> None:
    assert refused(path, '{"xyz": 1}').startswith("unknown setting 'xyz'; expected some of encoder, init_from, mode,")
    assert refused(path, '{"epochs": 1, "epochs": 2}') == "epochs is there twice; leave one of them"

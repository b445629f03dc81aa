import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ner.errors import InputError
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.settings_text import parse_setting, read_settings, write_settings
from ner.training.training_settings import TrainingSettings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("calibrate", "false", False),
        ("calibrate", "true", True),
        ("learning_rate", "3e-5", 3e-5),
        ("max_steps", "10", 10),
        ("init_from", "none", "none"),
    ],
)
def test_a_value_from_text(name: str, text: str, value: object) -> None:
    assert parse_setting(TrainingSettings, name, text) == value


def test_numbers_from_text() -> None:
    assert parse_setting(PretrainingSettings, "lengths", "64, 128") == (64, 128)
    for text in ("", "64,x", "64,4", "64.5"):
        with pytest.raises(InputError, match="expected `lengths` to be whole numbers from 8 to 100,000"):
            parse_setting(PretrainingSettings, "lengths", text)


def refused(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_settings(TrainingSettings, path)
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("suffix", [".json", ".toml"])
def test_what_is_written_is_read_but_for_the_seed(path: Path, suffix: str) -> None:
    path = path.with_suffix(suffix)
    settings = TrainingSettings(
        fusion="attention", epochs=9, learning_rate=3e-5, calibrate=True, init_from='模\\型"', seed=7
    )
    write_settings(settings, path)
    assert TrainingSettings(**read_settings(TrainingSettings, path)) == replace(settings, seed=1)
    write_settings(PretrainingSettings(steps=3), path)
    assert PretrainingSettings(**read_settings(PretrainingSettings, path)) == PretrainingSettings(steps=3)


def test_some_settings_are_enough_and_whole_numbers_are_numbers(path: Path) -> None:
    path.write_text('{"clip": 2, "max_steps": null}', encoding="utf-8")
    assert read_settings(TrainingSettings, path) == {"clip": 2.0, "max_steps": None}
    path.write_text("{}", encoding="utf-8")
    assert read_settings(TrainingSettings, path) == {}
    path = path.with_suffix(".toml")
    path.write_text("clip = 2 # a comment\nlearning-rate = 1e-5\n", encoding="utf-8")
    assert read_settings(TrainingSettings, path) == {"clip": 2.0, "learning_rate": 1e-5}
    path.write_text("clip = 2\nclip = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected a JSON object or TOML with settings"):
        read_settings(TrainingSettings, path)


def test_all_faults_of_a_file_are_told(path: Path) -> None:
    assert refused(path, '{"epochs": 0, "encodre": "x", "clip": 1, "clip": 2}').split("\n") == [
        "expected `epochs` to be a whole number from 1 to 100,000 or None, got 0",
        f"{path}: unknown setting 'encodre': did you mean `encoder`?",
        f"{path}: `clip` occurs twice: remove one of them",
    ]


@pytest.mark.parametrize("content", ["", "[]", "[[]]", "3", '"epochs"', "epochs = 3", '[["epochs", 3]]'])
def test_what_is_no_object(path: Path, content: str) -> None:
    assert refused(path, content).startswith("expected a JSON object ")


def test_text_that_is_not_utf_8(path: Path) -> None:
    path.write_bytes('{"encoder": "模型"}'.encode("gbk"))
    with pytest.raises(InputError, match="expected a JSON object"):
        read_settings(TrainingSettings, path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("learnig_rate", 1e-4, "unknown setting 'learnig_rate': did you mean `learning_rate`?"),
        ("seed", 3, "`seed` can't be in a settings file: remove it, and pass `seed` 3"),
        ("epochs", 2.7, "expected `epochs` to be a whole number from 1 to 100,000 or None, got 2.7"),
        ("epochs", True, "expected `epochs` to be a whole number from 1 to 100,000 or None, got True"),
        ("epochs", "3", "expected `epochs` to be a whole number from 1 to 100,000 or None, got '3'"),
        ("batch_size", None, "expected `batch_size` to be a whole number from 1 to 4,096, got None"),
        ("max_steps", 1.5, "expected `max_steps` to be a whole number from 1 to 1,000,000,000 or None, got 1.5"),
        ("dropout", "0.1", "expected `dropout` to be a number of at least 0 and less than 1, got '0.1'"),
        ("dropout", False, "expected `dropout` to be a number of at least 0 and less than 1, got False"),
        ("clip", float("nan"), "expected `clip` to be a finite number of more than 0, got nan"),
        ("calibrate", 1, "expected `calibrate` to be true or false, got 1"),
        ("encoder", ["mini-zh"], "expected `encoder` to be a text, got ['mini-zh']"),
        ("decoder", "viterbi", "expected `decoder` to be one of crf, softmax, got 'viterbi'"),
        ("fusion", ["last"], "expected `fusion` to be one of last, mean,"),
    ],
)
def test_what_is_wrong_is_said(path: Path, name: str, value: Any, message: str) -> None:
    assert refused(path, json.dumps({name: value})).startswith(message)


def test_a_name_like_no_other_and_one_given_twice(path: Path) -> None:
    assert refused(path, '{"xyz": 1}').startswith("unknown setting 'xyz': expected one of encoder, fusion, ")
    assert refused(path, '{"epochs": 1, "epochs": 2}') == "`epochs` occurs twice: remove one of them"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[" * 100_000, "nested more than 100 deep"),
        ('{"a":' * 100_000, "nested more than 100 deep"),
        ('{"learning_rate": %s}' % ("1" * 400), "a number has 400 digits"),
        ('{"epochs": %s}' % ("1" * 5000), "a number has 5,000 digits"),
        ('{"encoder": "\\ud800"}', "half a character"),
        ('{"learning_rate": 1e999}', "expected `learning_rate` to be a finite number"),
        ('{"max_steps": 1%s}' % ("0" * 20), "expected `max_steps` to be a whole number from 1 to"),
    ],
)
def test_json_without_bounds(path: Path, content: str, message: str) -> None:
    assert message in refused(path, content)


def test_toml_without_bounds(path: Path) -> None:
    path = path.with_suffix(".toml")
    for content, message in (
        ("a = " + "[" * 100_000, "got lists in lists"),
        (f"learning_rate = {'1' * 400}", "expected `learning_rate` to be a number"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            read_settings(TrainingSettings, path)


def test_pipes_and_devices(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="expected a JSON object or TOML"):
        read_settings(TrainingSettings, tmp_path / "pipe")  # nobody writes
    with pytest.raises(InputError, match="it is larger than 64 MB"):
        read_settings(TrainingSettings, Path("/dev/zero"))
    read, write = os.pipe()
    os.write(write, b'{"epochs": 3}')
    os.close(write)
    try:
        assert read_settings(TrainingSettings, Path(f"/dev/fd/{read}")) == {"epochs": 3}  # <(command) in a shell
    finally:
        os.close(read)


@pytest.mark.parametrize(("suffix", "text"), [(".json", '{"epochs": 3}'), (".toml", "epochs = 3")])
def test_a_byte_order_mark_is_no_part_of_a_file(path: Path, suffix: str, text: str) -> None:
    path = path.with_suffix(suffix)
    path.write_text(text, encoding="utf-8-sig")
    assert read_settings(TrainingSettings, path) == {"epochs": 3}

"""Files of --config, --types and --vary that are no good."""

import json
from pathlib import Path

import pytest
from hypothesis import strategies as st

from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.settings import shared_names
from ner.settings_text import read_settings, write_settings
from ner.training.training_settings import TrainingSettings
from tests.helpers.bounded_calls import bounded, run_here
from tests.helpers.mutations import ODD_VALUES, deep_json, spoiled
from tests.helpers.net import Net
from tests.robustness.conftest import Lab

WHOLE = [
    "",
    "[]",
    "null",
    "1",
    '"x"',
    "{",
    "[" * 100_000,
    '{"a":' * 5000,
    "{}" * 3,
    "\0",
    "\xff",
    '{"epochs": ' + "1" * 5000 + "}",
    "﻿{}",
]


@pytest.mark.parametrize("group", [TrainingSettings, PretrainingSettings])
def test_each_value_replaced(group: type[TrainingSettings] | type[PretrainingSettings], net: Net, work: Path) -> None:
    path = work / "settings.json"
    names = shared_names(group)
    contents = [json.dumps({name: odd}) for name in names for odd in ODD_VALUES]
    contents += [deep_json({name: 1}, (name,)) for name in names] + [f'{{"{name}": {"1" * 400}}}' for name in names]
    for content in net.sample([*WHOLE, *contents], 250):
        path.write_bytes(content.encode("utf-8", "surrogatepass"))

        def read() -> None:
            group(**read_settings(group, path))

        net.judge(f"--config with {content[:200]}", bounded(read)[1])


@pytest.mark.parametrize("suffix", [".json", ".toml"])
def test_spoiled_settings(suffix: str, net: Net, work: Path) -> None:
    path = work / f"settings{suffix}"
    write_settings(TrainingSettings(), path)

    @net.hypothesis(100, content=spoiled(path.read_bytes()))
    def _try(content: bytes) -> None:
        path.write_bytes(content)
        net.judge(
            f"--config with {content[:300]!r}", bounded(lambda: read_settings(TrainingSettings, path))[1], content
        )


@pytest.mark.parametrize("command", ["train", "compare", "tune", "pretrain"])
def test_commands_with_odd_settings(command: str, lab: Lab, net: Net, work: Path) -> None:
    path = work / "settings.json"
    rest = {"train": [], "compare": ["--vary", "clip=1"], "tune": ["--trials", "1"], "pretrain": []}[command]
    data = [lab.folder / "no-such.txt"] if command == "pretrain" else ["--data", lab.folder / "no-such"]
    names = shared_names(PretrainingSettings if command == "pretrain" else TrainingSettings)
    contents = [*WHOLE, *(json.dumps({name: odd}) for name in names for odd in ODD_VALUES)]
    for content in net.sample(contents, 40):
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        _, wrong = run_here([command, *data, "--output", work / "made", "--config", path, *rest])
        net.judge(f"{command} --config with {content[:200]}", wrong)


def test_values_to_vary(lab: Lab, net: Net, work: Path) -> None:
    name = st.sampled_from([*shared_names(TrainingSettings), "seed", "", "x", "no-such", "learning-rate"])
    value = st.sampled_from(
        [
            "",
            "x",
            "-1",
            "0",
            "1",
            "true",
            "maybe",
            "nan",
            "inf",
            "1e400",
            "1" * 5000,
            ",",
            ",,",
            "1,1",
            "null",
            "[1]",
            "\0",
        ]
    )

    @net.hypothesis(150, name=name, one=value, two=value, sign=st.sampled_from(["=", "=", "=", "", "=="]))
    def _try(name: str, one: str, two: str, sign: str) -> None:
        given = f"{name}{sign}{one},{two}"
        line = ["compare", "--data", lab.folder / "no-such", "--output", work / "made", "--vary", given]
        outcome, wrong = run_here(line)
        if outcome.status == 0:
            wrong.append("exit status 0 without data")
        net.judge(f"--vary {given[:200]}", wrong)

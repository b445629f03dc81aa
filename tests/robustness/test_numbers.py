"""Every number of every command, at the edges of its range and beyond; both are taken from the commands themselves."""

import inspect
import math
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest
from pydantic.fields import FieldInfo
from typer.models import OptionInfo

from ner.annotating.annotate_settings import AnnotateSettings
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.commands.app import app
from ner.data.read_options import ReadOptions
from ner.prelabelling.prelabel_settings import PrelabelSettings
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.scaling.shard_settings import ShardSettings
from ner.selecting.select_settings import SelectSettings
from ner.serving.serving_settings import ServingSettings
from ner.settings import Settings
from ner.settings_text import option_of, parse_setting
from ner.summarizing.summary_settings import SummarySettings
from ner.tagging.engine_settings import EngineSettings
from ner.training.training_settings import TrainingSettings
from tests.helpers.bounded_calls import bounded
from tests.helpers.command_lines import TINY_ENCODER
from tests.helpers.net import Net
from tests.robustness.conftest import Lab

COMMANDS: dict[str, Callable[..., None]] = {
    command.name: command.callback for command in app.registered_commands if command.name and command.callback
}
GROUPS: dict[str, tuple[type[Settings], ...]] = {
    "train": (TrainingSettings, ReadOptions),
    "compare": (TrainingSettings, ReadOptions),
    "tune": (TrainingSettings, ReadOptions),
    "pretrain": (PretrainingSettings,),
    "check": (TrainingSettings, ReadOptions),
    "split": (TrainingSettings, ReadOptions),
    "tag": (EngineSettings, ReadOptions, ShardSettings),
    "evaluate": (EngineSettings, ReadOptions),
    "summarize": (SummarySettings,),
    "select": (SelectSettings, EngineSettings),
    "prelabel": (PrelabelSettings, EngineSettings),
}
BEYOND = [
    "-1",
    "0",
    "1",
    "2",
    "1.5",
    "1e9",
    "1000000000",
    str(2**31),
    str(2**63),
    str(10**24),
    "1e400",
    "inf",
    "-inf",
    "nan",
    "",
    "x",
]
_HEAD = ["--lstm-size", "8", "--max-length", "20", "--batch-size", "4", "--max-steps", "1", "--quiet"]

LINES: dict[str, Callable[[Path], list[object]]] = {
    "tag": lambda lab: ["tag", "--model", lab / "model", lab / "text.txt"],
    "check": lambda lab: ["check", lab / "data"],
    "train": lambda lab: ["train", "-d", lab / "data", "-o", "made", "--encoder", lab / "encoder", *_HEAD],
    "reproduce": lambda lab: ["reproduce", lab / "model", "-o", "made"],
    "evaluate": lambda lab: ["evaluate", "--model", lab / "model", "-d", lab / "data"],
    "convert": lambda lab: ["convert", lab / "data-conll.conll", "made.jsonl"],
    "split": lambda lab: ["split", lab / "data-conll.conll", "-o", "made"],
    "merge-shards": lambda lab: ["merge-shards", lab / "shards", "-o", "made.jsonl"],
    "merge": lambda lab: ["merge", lab / "data-conll.conll", lab / "data-conll.conll", "-o", "made.conll"],
    "agreement": lambda lab: ["agreement", lab / "data-conll.conll", lab / "data-conll.conll"],
    "score": lambda lab: ["score", lab / "predictions.txt"],
    "compare": lambda lab: [
        "compare",
        "-d",
        lab / "data",
        "-o",
        "made",
        "--vary",
        "clip=1",
        "--seeds",
        "1",
        "--encoder",
        lab / "encoder",
        *_HEAD,
    ],
    "tune": lambda lab: [
        "tune",
        "-d",
        lab / "data",
        "-o",
        "made",
        "--trials",
        "1",
        "--encoder",
        lab / "encoder",
        *_HEAD,
    ],
    "pretrain": lambda lab: [
        "pretrain",
        lab / "long.txt",
        "-o",
        "made",
        "--steps",
        "1",
        *TINY_ENCODER,
        "--batch-characters",
        "512",
        "--quiet",
    ],
    "embed": lambda lab: ["embed", lab / "text.txt", "-o", "made.npy", "--encoder", lab / "encoder"],
    "select": lambda lab: ["select", lab / "text.txt", "-o", "made.jsonl", "--model", lab / "model"],
    "prelabel": lambda lab: ["prelabel", lab / "text.txt", "-o", "made.json", "--model", lab / "model"],
    "cite": lambda lab: ["cite"],
    "info": lambda lab: ["info", "--model", lab / "model"],
    "bench": lambda lab: ["bench", "--model", lab / "model", lab / "text.txt"],
    "summarize": lambda lab: ["summarize", lab / "tagged.csv"],
    "export": lambda lab: ["export", "--model", lab / "model", "-o", "made", "--to", "onnx"],
}


def _limits(field: FieldInfo) -> Iterator[float]:
    for one in field.metadata:
        for name in ("ge", "gt", "le", "lt"):
            if (limit := getattr(one, name, None)) is not None:
                yield limit


def _edges(limit: float, whole: bool) -> list[str]:
    if whole:
        return [str(int(limit) + step) for step in (-1, 0, 1)]
    return [repr(math.nextafter(limit, -math.inf)), repr(limit), repr(math.nextafter(limit, math.inf))]


def numbers_of(name: str) -> Iterator[tuple[str, list[str]]]:
    """The numeric options of a command, each with the values to try, from the signature that Typer reads."""
    declared = {
        option_of(field_name, field): field
        for group in GROUPS.get(name, ())
        for field_name, field in group.__pydantic_fields__.items()
    }
    for parameter in inspect.signature(COMMANDS[name]).parameters.values():
        kinds = get_args(parameter.annotation)
        if not kinds or not isinstance(kinds[1], OptionInfo):
            continue
        kind = {int, float} & {kinds[0], *get_args(kinds[0])}
        if not kind and parameter.name != "layer":
            continue
        names = [one.split("/")[0] for one in kinds[1].param_decls or ()]
        option = max(names, key=len, default="--" + parameter.name.replace("_", "-"))
        limits = [limit for limit in (kinds[1].min, kinds[1].max) if limit is not None]
        if option in declared:
            limits += _limits(declared[option])
        edges = chain.from_iterable(_edges(limit, int in kind) for limit in limits)
        yield option, list(dict.fromkeys([*edges, *BEYOND]))


# Numbers of a service are tried without starting one; what it does is tested in tests/serving.
_STARTS_A_SERVICE = {"serve", "annotate"}
CASES = [(name, option, value) for name in LINES for option, values in numbers_of(name) for value in values]


def test_all_commands_have_a_line() -> None:
    assert set(LINES) == set(COMMANDS) - _STARTS_A_SERVICE
    assert len(CASES) > 500


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES}))
def test_numbers(name: str, lab: Lab, net: Net, tmp_path: Path) -> None:
    """A run that may last long is asked to stop by SIGINT, and has to obey."""
    cases = [case for case in CASES if case[0] == name]
    for number, (_, option, value) in enumerate(net.sample(cases, 20)):
        work = tmp_path / str(number)
        work.mkdir()
        line = LINES[name](lab.folder)
        if option in line:
            index = line.index(option)
            del line[index : index + 2]
        _, wrong = lab.run(*line, f"{option}={value}", work=work, seconds=20, signal_after=(2, 4))
        net.judge(f"{name} {option}={value}", wrong)


SETTINGS = (
    AnnotateSettings,
    TrainingSettings,
    ClassifierSettings,
    PretrainingSettings,
    EngineSettings,
    ServingSettings,
    ShardSettings,
    SelectSettings,
    PrelabelSettings,
    ReadOptions,
)


@pytest.mark.parametrize("group", SETTINGS)
def test_numbers_of_settings(group: type[Settings], net: Net) -> None:
    """The same numbers and more in Python and in --vary: taken, or refused with a sentence."""
    for name, field in group.__pydantic_fields__.items():
        edges = chain.from_iterable(_edges(limit, True) + _edges(limit, False) for limit in _limits(field))
        for value in dict.fromkeys([*edges, *BEYOND, "-0.0", "1" * 5000, "0x10", "1_000", "１", "true", "null"]):
            net.judge(
                f"{name}={value[:80]}", bounded(lambda name=name, value=value: parse_setting(group, name, value))[1]
            )


@pytest.mark.parametrize("group", SETTINGS[:6])
def test_every_whole_number_has_an_upper_bound(group: type[Settings]) -> None:
    whole = {
        name: field
        for name, field in group.__pydantic_fields__.items()
        if int in {field.annotation, *get_args(field.annotation)}
    }
    unbounded = [
        name
        for name, field in whole.items()
        if not any(hasattr(one, "le") or hasattr(one, "lt") for one in field.metadata)
    ]
    assert not unbounded

import inspect
import re
import subprocess
import sys
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Annotated, get_args

import pytest
import typer
from pydantic import Field, TypeAdapter, ValidationError
from typer.testing import CliRunner

from ner.commands.options import settings_options, with_settings
from ner.comparing.grid import grid, parse_vary
from ner.data.read_options import ReadOptions
from ner.data.write_options import WriteOptions
from ner.errors import InputError
from ner.model.network_settings import NetworkSettings
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.scaling.shard_settings import ShardSettings
from ner.settings import (
    AlsoNamed,
    Help,
    Panel,
    Search,
    Settings,
    bounds,
    find_name,
    full_help,
    marker,
    settings_group,
)
from ner.settings_text import describe_settings, parse_setting, read_settings, show_value, write_settings
from ner.tagging.engine_settings import EngineSettings
from ner.training.training_settings import TrainingSettings

GROUPS: list[type[Settings]] = [
    NetworkSettings,
    TrainingSettings,
    PretrainingSettings,
    ReadOptions,
    WriteOptions,
    EngineSettings,
    ShardSettings,
]
ROOT = Path(__file__).parents[1]
every_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@settings_group
class Larger(TrainingSettings):
    """Settings of training with one more."""

    heat: Annotated[
        float,
        Field(gt=0, le=100),
        Panel("Kitchen", "厨房"),
        Search(1, 50),
        AlsoNamed("warmth"),
        Help("Heat.", "火候。"),
    ] = 20.0


def test_a_new_setting_is_an_option_and_in_files(path: Path) -> None:
    app = typer.Typer()

    @app.command()
    @with_settings(settings=settings_options(Larger, config=True))
    def cook(*, settings: Larger) -> None:
        typer.echo(settings.heat)

    run = CliRunner().invoke
    assert run(app, []).stdout == "20.0\n"
    assert run(app, ["--heat", "3"]).stdout == "3.0\n"
    shown = run(app, ["--help"], env={"COLUMNS": "200"}).stdout
    assert re.search(r"Kitchen .*--heat .* Heat \(more than 0 and at most 100\)\. \[default: 20\.0\]", shown, re.DOTALL)
    assert "expected `heat` to be a number of more than 0 and at most 100, got 101.0" in str(
        run(app, ["--heat", "101"]).exception
    )
    path.write_text('{"warmth": 7}', encoding="utf-8")
    assert run(app, ["--config", str(path)]).stdout == "7.0\n"
    write_settings(Larger(heat=9.0), path)
    assert Larger(**read_settings(Larger, path)).heat == 9.0


def test_a_new_setting_is_varied_searched_and_in_the_tables() -> None:
    pytest.importorskip("optuna")
    from optuna.distributions import FloatDistribution

    from ner.tuning import space

    assert parse_setting(Larger, "heat", "3e1") == 30.0
    cells = grid(parse_vary(["heat=1,2"], Larger), Larger())
    assert [(cell.folder, cell.settings.heat) for cell in cells] == [("heat=1.0", 1.0), ("heat=2.0", 2.0)]  # type: ignore[attr-defined]
    assert space.search_space(Larger(), ())["heat"] == FloatDistribution(1.0, 50.0)
    (row,) = [row for row in describe_settings(Larger) if row.name == "heat"]
    assert row == (
        *("heat", "--heat", "a number of more than 0 and at most 100", "20.0"),
        *(("more than 0 and at most 100", "大于 0 且至多 100"), "1 to 50", ("Heat.", "火候。"), ("Kitchen", "厨房")),
    )
    assert asdict(Larger(heat=2.0))["heat"] == 2.0
    assert "heat: Heat (more than 0 and at most 100)." in str(Larger.__doc__)
    assert str(inspect.signature(Larger)).endswith("heat: float = 20.0)")


@every_group
def test_every_setting_has_a_panel_and_help_in_both_languages(group: type[Settings]) -> None:
    for name, field in group.__pydantic_fields__.items():
        panel, help_ = marker(field, Panel), marker(field, Help)
        assert panel, name
        assert help_, name
        assert help_.en.endswith("."), name
        assert help_.zh.endswith("。"), name
        assert re.search("[一-鿿]", help_.zh), name
        assert not re.search(r"[\[\]]|--", help_.en + help_.zh), name  # Typer takes brackets for markup


@every_group
def test_every_default_will_do_as_text_and_in_the_searched_range(group: type[Settings]) -> None:
    for name, field in group.__pydantic_fields__.items():
        if field.default is not None:
            assert parse_setting(group, name, show_value(field.default)) == field.default
        if (search := marker(field, Search)) is None:
            continue
        for tried in search.choices or (search.low, search.high):
            assert parse_setting(group, name, show_value(tried).removesuffix(".0")) == tried
            if field.default is not None:
                assert field.default in search.choices or search.low <= field.default <= search.high


def test_no_default_of_training_is_written_elsewhere() -> None:
    names = "|".join(field.name for field in fields(TrainingSettings) if field.name not in ("encoder", "words"))
    written = re.compile(rf"\b({names}): [^=\n,()]+ = (?!None\b|0\.0\b|_?[A-Z])\S+")
    declared = {
        "ner/settings.py",
        "ner/model/network_settings.py",
        "ner/training/training_settings.py",
        "ner/training/loop_settings.py",
    }
    declared |= {"ner/pretraining/pretraining_settings.py", "ner/tagging/engine_settings.py"}
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "ner").rglob("*.py")
        if str(path.relative_to(ROOT)) not in declared
        and path.parent.name != "lexicon"
        and path.name not in ("schemas.py", "entities.py")  # entries of lists have a mode, tags of a sentence a scheme
        for match in written.finditer(path.read_text(encoding="utf-8"))
    }
    assert not {one for one in found if "precision" not in one and "seed" not in one}


def test_settings_are_frozen_dataclasses_that_check_replacements() -> None:
    settings = replace(TrainingSettings(), epochs=2, clip=3)
    assert (settings.epochs, settings.clip, type(settings.clip)) == (2, 3.0, float)
    with pytest.raises(InputError, match="expected `epochs` to be a whole number from 1 to 100,000 or None, got 0"):
        replace(settings, epochs=0)
    with pytest.raises(AttributeError):
        settings.epochs = 3  # type: ignore[misc]
    assert PretrainingSettings(steps=1, lengths=[64, 128]).lengths == (64, 128)  # type: ignore[arg-type]
    assert TypeAdapter(TrainingSettings).validate_json('{"epochs": 2, "clip": 3}') == settings
    with pytest.raises(ValidationError, match="label_smoothing"):
        TypeAdapter(TrainingSettings).validate_python({"label_smoothing": 0.1})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        TrainingSettings(epochs=2.5, learning_rate=float("inf"), fusion="sum", label_smoothing=0.1, lerning_rate=1)  # type: ignore[call-arg, arg-type]
    assert sorted(str(error.value).split("\n")) == [
        "expected `epochs` to be a whole number from 1 to 100,000 or None, got 2.5",
        "expected `fusion` to be one of last, mean, last4, scalar-mix, attention, multi-head, got 'sum'",
        "expected `label_smoothing` to be 0 with `decoder` crf, got 0.1",
        "expected `learning_rate` to be a finite number of more than 0, got inf",
        "unknown setting 'lerning_rate': did you mean `learning_rate`?",
    ]
    with pytest.raises(InputError) as error:  # what comes of a wrong decoder is not told
        TrainingSettings(decoder="viterbi", label_smoothing=0.1, layer_dropout=0.1)  # type: ignore[arg-type]
    assert [line.split(" to be ")[0] for line in str(error.value).split("\n")] == [
        "expected `decoder`",
        "expected `layer_dropout`",
    ]


def test_bounds_in_words() -> None:
    ranges = PretrainingSettings.__pydantic_fields__
    assert bounds(ranges["lengths"]) == ("8 to 100,000", "8 到 100,000")
    assert bounds(ranges["held_out"]) == ("more than 0 and less than 1", "大于 0 且小于 1")
    assert bounds(ranges["masking"]) is None


def test_help_tells_the_range_after_the_first_sentence() -> None:
    in_english, in_chinese = full_help(TrainingSettings.__pydantic_fields__["ema"])
    assert ", for example 0.99 (at least 0 and less than 1). The average" in in_english
    assert "，例如 0.99（至少 0 且小于 1）。评测" in in_chinese


def test_settings_need_no_torch() -> None:
    code = "import sys; from ner.commands import app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_a_name_by_its_option_or_by_an_older_one() -> None:
    assert find_name(TrainingSettings, "--head-learning-rate") == "head_learning_rate"
    assert find_name(TrainingSettings, "window") == "max_length"


@pytest.mark.parametrize("group", [one for one in GROUPS if one is not ReadOptions])  # columns count from both ends
def test_every_whole_number_has_both_bounds(group: type[Settings]) -> None:
    for name, field in group.__pydantic_fields__.items():
        if int in (field.annotation, *get_args(field.annotation)):
            range_ = bounds(field)
            assert range_ is not None, name
            assert re.fullmatch(r"[\d,]+ to [\d,]+", range_.en), (name, range_)


def test_threads_are_some_times_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.tagging.engine_settings.available_cores", lambda: 8)
    assert EngineSettings(threads=32).threads == 32
    with pytest.raises(InputError, match="expected `threads` to be at most 32 on a machine with 8 cores, got 33"):
        EngineSettings(threads=33)
    with pytest.raises(InputError, match="expected `threads` to be a whole number from 1 to 1,024 or None, got 100000"):
        EngineSettings(threads=100_000)

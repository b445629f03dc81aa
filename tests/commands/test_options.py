import inspect
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer
from typer.testing import CliRunner

from ner.commands.options import (
    compared_settings,
    options_on_command_line,
    pretraining_settings,
    read_options,
    settings_options,
    training_settings,
    with_settings,
    write_options,
)
from ner.data.read_options import ReadOptions
from ner.data.write_options import WriteOptions
from ner.errors import InputError
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.tagging.engine_settings import EngineSettings
from ner.training.training_settings import TrainingSettings


def test_a_command_gets_the_object_that_its_options_make() -> None:
    app = typer.Typer()

    def size(width: Annotated[int, typer.Option()] = 2, height: int = 3) -> tuple[int, int]:
        return width, height

    @app.command()
    @with_settings(size=size)
    def draw(name: str, *, size: tuple[int, int], times: int = 1) -> None:
        typer.echo(f"{name} {size} {times}")

    run = CliRunner().invoke
    assert run(app, ["box", "--width", "7", "--times", "2"]).stdout == "box (7, 3) 2\n"
    assert run(app, ["box", "--size", "7"]).exit_code == 2


def test_every_setting_of_training_is_an_option_with_its_default() -> None:
    options = inspect.signature(training_settings).parameters
    defaults = {field.name: field.default for field in fields(TrainingSettings)}
    assert {name: option.default for name, option in options.items()} == {"config": None, **defaults}
    assert options.keys() - inspect.signature(compared_settings).parameters.keys() == {"seed"}
    assert training_settings() == TrainingSettings()
    assert training_settings(epochs=7, calibrate=True) == TrainingSettings(epochs=7, calibrate=True)


def test_read_and_write_options() -> None:
    options = read_options(from_="conll", token_column=1, tag_column=2, encoding="gb18030", strict=True)
    assert options == ReadOptions(format="conll", token_column=1, tag_column=2, encoding="gb18030", strict=True)
    assert "unannotated" not in inspect.signature(read_options).parameters
    assert write_options(to="brat") == WriteOptions(format="brat")


def test_a_command_may_have_another_default() -> None:
    app = typer.Typer()

    @app.command()
    @with_settings(engine=settings_options(EngineSettings, without=("threads",), precision="fp32"))
    def embed(*, engine: EngineSettings) -> None:
        typer.echo(f"{engine.precision} {engine.threads}")

    assert CliRunner().invoke(app, []).stdout == "fp32 None\n"
    assert CliRunner().invoke(app, ["--threads", "2"]).exit_code == 2


def test_several_numbers_are_one_option(tmp_path: Path) -> None:
    app = typer.Typer()

    @app.command()
    @with_settings(settings=pretraining_settings)
    def show(*, settings: PretrainingSettings) -> None:
        typer.echo(settings.lengths)

    run = CliRunner().invoke
    assert run(app, ["--steps", "1"]).stdout == "(64, 128, 256, 512)\n"
    assert run(app, ["--steps", "1", "--lengths", "64,32"]).stdout == "(64, 32)\n"
    assert "expected `lengths` to be whole numbers from 8 to 100,000" in str(run(app, ["--lengths", "64,"]).exception)
    path = tmp_path / "settings.toml"
    path.write_text("lengths = [16, 32]\nsteps = 3\n", encoding="utf-8")
    assert run(app, ["--config", str(path)]).stdout == "(16, 32)\n"


def test_settings_of_a_file_are_given_and_options_win_over_them(tmp_path: Path) -> None:
    app = typer.Typer()

    @app.command()
    @with_settings(settings=training_settings)
    def show(ctx: typer.Context, *, settings: TrainingSettings) -> None:
        typer.echo(f"{settings.epochs} {settings.fusion} {settings.calibrate} {settings.dropout}")
        typer.echo(" ".join(sorted(options_on_command_line(ctx))))

    path = tmp_path / "settings.json"
    path.write_text('{"epochs": 9, "fusion": "mean", "calibrate": true, "max_steps": null}', encoding="utf-8")
    run = CliRunner().invoke
    assert run(app, []).stdout == "None last True 0.1\n\n"
    assert run(app, ["--config", str(path)]).stdout == "9 mean True 0.1\ncalibrate config epochs fusion\n"
    options = ["--fusion", "last4", "--dropout", "0.1", "--config", str(path), "--no-calibrate"]
    assert run(app, options).stdout == "9 last4 False 0.1\ncalibrate config dropout epochs fusion\n"
    path.write_text('{"label_smoothing": 0.1}', encoding="utf-8")
    result = run(app, ["--config", str(path)])
    assert isinstance(result.exception, InputError)
    assert str(result.exception) == (
        f"expected `label_smoothing` to be 0 with `decoder` crf, got 0.1 (of {path} and the options given)"
    )
    assert run(app, ["--config", str(path), "--decoder", "softmax"]).exit_code == 0

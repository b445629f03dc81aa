import inspect
from dataclasses import fields
from typing import Annotated

import typer
from typer.testing import CliRunner

from ner.options import grouped, read_options, training_settings
from ner.training.settings import TrainingSettings


def test_a_command_gets_the_object_that_its_options_make() -> None:
    app = typer.Typer()

    def size(width: Annotated[int, typer.Option()] = 2, height: int = 3) -> tuple[int, int]:
        return width, height

    @app.command()
    @grouped(size=size)
    def draw(name: str, *, size: tuple[int, int], times: int = 1) -> None:
        typer.echo(f"{name} {size} {times}")

    run = CliRunner().invoke
    assert run(app, ["box", "--width", "7", "--times", "2"]).stdout == "box (7, 3) 2\n"
    assert run(app, ["box", "--size", "7"]).exit_code == 2


def test_every_setting_of_training_but_the_seed_is_an_option_with_its_default() -> None:
    options = inspect.signature(training_settings).parameters
    defaults = {field.name: field.default for field in fields(TrainingSettings) if field.name != "seed"}
    assert {name: option.default for name, option in options.items()} == defaults
    assert training_settings() == TrainingSettings()
    assert training_settings(epochs=7, calibrate=True) == TrainingSettings(epochs=7, calibrate=True)


def test_read_options() -> None:
    options = read_options(from_="conll", token_column=1, tag_column=2, encoding="gb18030", strict=True)
    assert (options.format, options.token_column, options.tag_column, options.encoding, options.strict) == (
        *("conll", 1, 2, "gb18030"),
        True,
    )

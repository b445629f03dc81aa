"""`bert-ner serve`: tag texts over HTTP."""

from pathlib import Path
from typing import Annotated

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.options import engine_settings, settings_options
from ner.commands.parameters import option
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.extras import import_extra
from ner.language import Text
from ner.serving.serving_settings import ServingSettings
from ner.tagging.engine_settings import EngineSettings


@command(
    zh="启动 HTTP 服务，识别请求中的文本。",
    examples=["bert-ner serve", "bert-ner serve --model news=MODEL_A --model med=EXPORTED_B --port 9000"],
    serving=settings_options(ServingSettings, config=True, environment="BERT_NER_SERVE_"),
    engine=engine_settings,
)
def serve(
    model: Annotated[
        list[str] | None,
        option(
            "Model folder from train or export, or NAME=FOLDER. You can give this option several times.",
            "train 或 export 生成的模型文件夹，或 NAME=FOLDER；可多次使用。",
            "--model",
            "-m",
            default=Text(f"{BUILT_IN_TAGGER}, built in", f"内置的 {BUILT_IN_TAGGER}"),
            envvar="BERT_NER_SERVE_MODEL",
        ),
    ] = None,
    *,
    serving: ServingSettings,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Tag texts over HTTP, until SIGTERM or Ctrl-C."""
    import_extra("fastapi", "serve", "serve")
    from ner.serving.server import serve as run_server
    from ner.serving.service import Service

    run_server(Service(_folders(model or [BUILT_IN_TAGGER]), serving, engine))


def _folders(models: list[str]) -> dict[str, str]:
    """The folder of each model by its name."""
    folders: dict[str, str] = {}
    for given in models:
        name, equals, folder = given.partition("=")
        if not equals:
            name, folder = Path(given).name, given
        if not name or not folder:
            raise InputError(f"expected `model` to be a folder or NAME=FOLDER, got {given!r}")
        if name in folders:
            raise InputError(f"two models have the name {name!r}: give one another, as in --model NAME=FOLDER")
        folders[name] = str(model_folder(folder))
    return folders

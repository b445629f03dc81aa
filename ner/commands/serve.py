"""`bert-ner serve`: tag and classify texts over HTTP."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.built_in import model_folder
from ner.choices import BUILT_IN_ENCODER, BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.lexicon_files import AnyScript, typed_lists
from ner.commands.options import settings_options
from ner.commands.parameters import option
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.extras import import_extra
from ner.language import Text
from ner.serving.serving_settings import ServingSettings

if TYPE_CHECKING:
    from ner.serving.lexicons import ListFiles

_VOCABULARY = "vocab.txt"


@command(
    zh=(
        "启动 HTTP 服务，找出请求所带文本中的实体，或给文本分类。收到 SIGTERM 或按 Ctrl-C 时结束。\n\n"
        "除 --config 外，下面各栏的选项都可以用环境变量设置：BERT_NER_SERVE_MAX_WAIT 即 --max-wait。"
    ),
    examples=["bert-ner serve", "bert-ner serve --model news=TAGGER --model topic=CLASSIFIER"],
    serving=settings_options(ServingSettings, config=True, environment="BERT_NER_SERVE_"),
)
def serve(
    model: Annotated[
        list[str] | None,
        option(
            "Model folder from train, classify train or export, or NAME=FOLDER. You can give this option several "
            "times. Requests that name no model use the first tagger, or the first classifier.",
            "train、classify train 或 export 生成的模型文件夹，或 NAME=FOLDER。可多次使用；"
            "请求没有指定模型时用第一个识别实体的模型，或第一个分类器。",
            "--model",
            "-m",
            default=Text(f"{BUILT_IN_TAGGER}, built in", f"内置的 {BUILT_IN_TAGGER}"),
            envvar="BERT_NER_SERVE_MODEL",
        ),
    ] = None,
    encoder: Annotated[
        list[str] | None,
        option(
            f"Encoder that only computes vectors: {BUILT_IN_ENCODER} (built in), a folder, a name on the Hugging Face "
            "hub, or NAME=FOLDER. You can give this option several times. Without --model, there is no tagger then.",
            f"只用来计算向量的编码器：内置的 {BUILT_IN_ENCODER}、文件夹、Hugging Face Hub 上的名称，或 NAME=FOLDER。"
            "可多次使用。此时不给 --model 就没有识别实体的模型。",
            default=Text("none", "无"),
            envvar="BERT_NER_SERVE_ENCODER",
        ),
    ] = None,
    dictionary: Annotated[
        list[str] | None,
        option(
            "List of terms that entities may come from, as for bert-ner tag. With several models, MODEL:FILE is for "
            "one of them. It is read again when it changes. You can give this option several times.",
            "词表，实体可来自其中，与 bert-ner tag 相同。有多个模型时，MODEL:FILE 只用于该模型。"
            "文件改变后会自动重新读取。可多次使用。",
            metavar="FILE",
            envvar="BERT_NER_SERVE_DICTIONARY",
        ),
    ] = None,
    rules: Annotated[
        list[str] | None,
        option(
            "TOML file of regular expressions, or builtin, as for bert-ner tag. MODEL:FILE is as for --dictionary.",
            "正则规则的 TOML 文件或 builtin，与 bert-ner tag 相同。MODEL:FILE 与 --dictionary 相同。",
            metavar="FILE",
            envvar="BERT_NER_SERVE_RULES",
        ),
    ] = None,
    any_script: AnyScript = False,
    *,
    serving: ServingSettings,
    terminal: Terminal,
) -> None:
    """Start an HTTP service that finds the entities or the labels of texts. It ends with SIGTERM or Ctrl-C.

    All options below, except --config, can also be set by environment variables: BERT_NER_SERVE_MAX_WAIT is
    --max-wait.
    """
    import_extra("fastapi", "serve", "serve")
    from ner.model.find_encoder import require_encoder
    from ner.model.stored_classifier import is_classifier
    from ner.runtime.exported_folder import CHARACTERS
    from ner.serving.server import serve as run_server
    from ner.serving.service import Service

    models = [] if encoder and not model else model or [BUILT_IN_TAGGER]
    own, encoders = _named("model", models), _named("encoder", encoder or [])
    if shared := own.keys() & encoders.keys():
        raise InputError(f"a model and an encoder have the name {min(shared)!r}: give one of them as NAME=FOLDER")
    folders = {name: str(model_folder(folder)) for name, folder in own.items()}
    for folder in folders.values():
        if (Path(folder) / _VOCABULARY).is_file():  # no tagger has one
            raise InputError(
                f"{folder} is an encoder, which finds no entities: train a tagger, or give it as `encoder`"
            )
    with_entities = [name for name, folder in folders.items() if not is_classifier(Path(folder))]
    lists = _lists(with_entities, dictionary or [], rules or [], any_script)
    for encoder_name in encoders.values():
        if not (model_folder(encoder_name) / CHARACTERS).is_file():  # a tagger, whose encoder is used
            require_encoder(encoder_name)
    run_server(Service(folders, serving, encoders, lists))


def _lists(models: Collection[str], lists: list[str], rules: list[str], any_script: bool) -> "dict[str, ListFiles]":
    """The files of the list of each model that has one."""
    from ner.serving.lexicons import ListFiles

    if (lists or rules) and not models:
        raise InputError("expected a tagger as `model`: nothing else has a use for `dictionary` and `rules`")
    found = {}
    for model in models:
        own_lists, own_rules = ([*_of_model(model, models, given)] for given in (lists, rules))
        if own_lists or own_rules:
            found[model] = ListFiles(typed_lists(own_lists), own_rules, any_script)
    return found


def _of_model(model: str, models: Collection[str], given: list[str]) -> Iterator[str]:
    """The files that are for a model: those with its name before them, or with none."""
    for one in given:
        name, colon, file = one.partition(":")
        if not colon or name not in models:
            yield one
        elif name == model:
            yield file


def _named(parameter: str, given: list[str]) -> dict[str, str]:
    """The folder of each model by its name."""
    folders: dict[str, str] = {}
    for one in given:
        name, equals, folder = one.partition("=")
        if not equals:
            name, folder = Path(one).name, one
        if not name or not folder:
            raise InputError(f"expected `{parameter}` to be a folder or NAME=FOLDER, got {one!r}")
        if name in folders:
            raise InputError(f"two models have the name {name!r}: give one of them another name, as in NAME=FOLDER")
        folders[name] = folder
    return folders

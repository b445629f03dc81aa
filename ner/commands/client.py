"""`bert-ner client`: what a service answers, in place of a model on this machine."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ner.classifying.label_options import LabelOptions
from ner.commands.classify_files import ClassifyFiles, prediction_options
from ner.commands.command import command, command_group
from ner.commands.embed_files import EmbedFiles
from ner.commands.lexicon_files import Dictionaries, lexicon_paths, typed_lists
from ner.commands.options import text_options
from ner.commands.parameters import option
from ner.commands.tag_files import TagFiles
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.language import Text
from ner.records.text_options import TextOptions
from ner.serving.api_keys import read_keys

if TYPE_CHECKING:
    from ner.client.client import Client
    from ner.client.served_embedder import ServedEmbedder
    from ner.lexicon.lexicon import Lexicon
    from ner.records.record import TaggedText
    from ner.tagging.tag_records import Reader

_KEY = "BERT_NER_API_KEY"
"""The environment variable of the key. There is no option for it: all users of a machine see its command lines."""


class _Service(NamedTuple):
    """The options that come before the command."""

    url: str
    api_key: str | None
    timeout: float
    concurrency: int
    retries: int

    def connect(self, model: str | None) -> "Client":
        from ner.client.client import Client

        return Client(self.url, self.api_key, model, self.timeout, self.concurrency, self.retries)


def _service(ctx: typer.Context) -> _Service:
    service: _Service = ctx.obj
    return service


_Model = Annotated[
    str | None,
    option(
        "Name of a model of the service.",
        "服务中模型的名称。",
        "--model",
        "-m",
        default=Text("the default of the service", "服务的默认模型"),
    ),
]


@command(
    zh="用服务找出文本中的实体。选项和输出与 bert-ner tag 相同。",
    examples=[
        "bert-ner client tag news.txt --output out.jsonl",
        "bert-ner client --url https://ner.example.org tag news.txt --format csv",
    ],
    job=TagFiles,
    reading=text_options,
    service=_service,
)
def tag(
    model: _Model = None,
    dictionary: Dictionaries = None,
    lexicon: Annotated[
        str | None,
        option("Name of a list of the service.", "服务中词表的名称。", default=Text("none", "无")),
    ] = None,
    *,
    job: TagFiles,
    reading: TextOptions,
    service: _Service,
    terminal: Terminal,
) -> None:
    """Find the entities in text files with a service. The options and the output are those of bert-ner tag."""
    listed = bool(dictionary or lexicon)
    with service.connect(model) as connected:

        def load(characters: int) -> "Reader":
            from ner.lexicon.lexicon import Lexicon

            own = Lexicon.read_typed(typed_lists(dictionary)) if dictionary else None
            return _WithLists(connected, own, lexicon) if listed else connected

        job.run(load, reading, terminal, keep=lexicon_paths(dictionary, None), listed=listed)


class _WithLists:
    """A client whose requests have a list."""

    def __init__(self, client: "Client", dictionary: "Lexicon | None", lexicon: str | None) -> None:
        self._client, self._dictionary, self._lexicon = client, dictionary, lexicon

    @property
    def types(self) -> list[str]:
        """The types of the service, of its list, and of the list of the command."""
        known = self._client.types_with(self._lexicon) if self._lexicon else self._client.types
        return list(dict.fromkeys([*known, *(self._dictionary.types if self._dictionary else [])]))

    def readings(
        self, texts: Iterable[str], n: int = 0, *, watch: Callable[[int], None] | None = None
    ) -> "Iterator[TaggedText]":
        """As `Client.readings`."""
        return self._client.readings(texts, n, dictionary=self._dictionary, lexicon=self._lexicon, watch=watch)


@command(
    zh="用服务计算文本、实体或字的向量。输出与 bert-ner embed 相同。",
    examples=["bert-ner client embed news.txt --output news.npy"],
    makes_files=True,
    job=EmbedFiles,
    reading=text_options,
    service=_service,
)
def embed(
    model: _Model = None,
    entities: Annotated[
        bool,
        option(
            "One vector per entity. The service finds them, unless they are annotated in the files (--from).",
            "每个实体一个向量：实体由服务找出；给了 --from 时用文件中标注的。",
            "--entities",
        ),
    ] = False,
    *,
    job: EmbedFiles,
    reading: TextOptions,
    service: _Service,
    terminal: Terminal,
) -> None:
    """Compute vectors of texts, entities or characters with a service. The output is that of bert-ner embed."""
    with service.connect(model) as connected:

        def load() -> "tuple[ServedEmbedder, Client | None]":
            from ner.client.served_embedder import ServedEmbedder

            return ServedEmbedder(connected, job.layer), None if reading.format else connected

        job.run(load, reading, terminal, entities=entities)


@command(
    zh="用服务预测文本（或成对文本）的标签。选项和输出与 bert-ner classify predict 相同。",
    examples=["bert-ner client classify news.txt --output labels.csv"],
    makes_files=True,
    job=ClassifyFiles,
    reading=prediction_options,
    service=_service,
)
def classify(
    model: _Model = None,
    *,
    job: ClassifyFiles,
    reading: LabelOptions,
    service: _Service,
    terminal: Terminal,
) -> None:
    """Predict the labels of texts with a service. The options and the output are those of bert-ner classify predict."""
    with service.connect(model) as connected:
        job.run(lambda: _ServedClassifier(connected), reading, terminal)


class _ServedClassifier:
    """A classifier of a service."""

    def __init__(self, client: "Client") -> None:
        model = client.classifier
        self.name, self.pairs = model.name, model.pairs
        self.predict_stream = client.classify_stream


def _read_key(path: Path) -> str:
    """The first key of a file as `bert-ner serve` takes it."""
    try:
        keys = read_keys(path)
    except ValueError as error:
        raise InputError(f"{path}: expected a text file with an API key ({error})") from None
    if not keys:
        raise InputError(f"{path}: expected an API key in a line of its own")
    return keys[0]


@command_group(zh="使用 bert-ner serve 运行的服务中的模型。下列选项写在子命令之前。", commands=[tag, classify, embed])
def client(
    ctx: typer.Context,
    url: Annotated[
        str, option("Address of the service.", "服务的地址。", envvar="BERT_NER_URL", show_envvar=False)
    ] = "http://127.0.0.1:8000",
    api_key_file: Annotated[
        Path | None,
        option(
            f"File with the API key. Without it, the key is taken from the environment variable {_KEY}.",
            f"存放 API key 的文件；不给时使用环境变量 {_KEY}。",
            default=Text("no key", "不用 key"),
        ),
    ] = None,
    timeout: Annotated[
        float, option("Seconds for the answer to a request.", "每个请求的答复时限（秒）。", min=0.001, max=86_400)
    ] = 30.0,
    concurrency: Annotated[
        int, option("Most requests at the same time.", "同时进行的请求数上限。", min=1, max=256)
    ] = 4,
    retries: Annotated[
        int,
        option(
            "How often a request is sent again if the service is too busy or can't be reached.",
            "服务过忙或连不上时，每个请求重试的次数。",
            min=0,
            max=1000,
        ),
    ] = 5,
) -> None:
    """Use the models of a service that bert-ner serve runs. The options below come before the command."""
    key = os.environ.get(_KEY) or None
    if api_key_file is not None:
        key = _read_key(api_key_file)
    ctx.obj = _Service(url, key, timeout, concurrency, retries)

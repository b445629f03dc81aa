"""`bert-ner embed`: vectors of texts, entities and characters."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.choices import BUILT_IN_ENCODER, BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.embed_files import EmbedFiles
from ner.commands.options import settings_options, text_options
from ner.commands.parameters import option
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.records.text_options import TextOptions
from ner.tagging.engine_settings import EngineSettings

if TYPE_CHECKING:
    from ner.embedding.embedder import Embedder
    from ner.tagging.tagger import Tagger

_Encoder = Annotated[
    str,
    option(
        "Encoder: mini-zh (built in), a folder, a name on the Hugging Face hub, or a model folder (for its encoder).",
        "编码器：内置的 mini-zh、文件夹、Hugging Face Hub 上的名称，或模型文件夹（用其中的编码器）。",
    ),
]
_Entities = Annotated[
    bool,
    option(
        "One vector per entity. Entities are found by --model, or annotated in the files (--from).",
        "每个实体一个向量：--model 找到的，或 --from 格式的文件中标注的。",
        "--entities",
    ),
]
_Model = Annotated[
    Path | None,
    option(
        f"Tagger that finds the entities: a model folder, or {BUILT_IN_TAGGER} (built in).",
        f"用来识别实体的模型：模型文件夹，或内置的 {BUILT_IN_TAGGER}。",
        "--model",
        "-m",
    ),
]


@command(
    zh="用编码器的任意一层计算文本、实体或字的向量。",
    examples=[
        "bert-ner embed news.txt --output news.npy",
        "bert-ner embed news.txt --entities --model mini-zh-uner --output entities.npy",
    ],
    makes_files=True,
    job=EmbedFiles,
    reading=text_options,
    engine=settings_options(EngineSettings, only=("precision",), precision="fp32"),
)
def embed(
    encoder: _Encoder = BUILT_IN_ENCODER,
    entities: _Entities = False,
    model: _Model = None,
    *,
    job: EmbedFiles,
    reading: TextOptions,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Compute vectors of texts, entities or characters from any layer of an encoder."""
    if entities and not (model or reading.format):
        raise InputError("--entities: expected --model to find them, or --from with the format of annotated files")
    if model and not entities:
        raise InputError("--model finds entities: add --entities; for the vectors of its encoder, give it as --encoder")

    def load() -> "tuple[Embedder, Tagger | None]":
        from ner.embedding.embedder import Embedder
        from ner.embedding.layer_choice import parse_layer
        from ner.tagging.tagger import Tagger

        embedder = Embedder.load(encoder, parse_layer(job.layer), engine.precision)
        return embedder, Tagger.load(model, engine.precision, pytorch=True) if model else None

    job.run(load, reading, terminal, [encoder, model], entities=entities)

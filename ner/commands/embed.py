"""`bert-ner embed`: vectors of texts, entities and characters."""

from pathlib import Path
from typing import Annotated, Literal

from ner.choices import BUILT_IN_ENCODER, BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.look_at_texts import look_at
from ner.commands.messages import say
from ner.commands.options import settings_options, text_options
from ner.commands.parameters import TEXT_FILES, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.output_paths import check_file
from ner.records.text_options import TextOptions
from ner.tagging.engine_settings import EngineSettings

_Encoder = Annotated[
    str,
    option(
        "Encoder: mini-zh (built in), a folder, a name on the Hugging Face hub, or a model folder (for its encoder).",
        "编码器：内置的 mini-zh、文件夹、Hugging Face Hub 上的名称，或模型文件夹（用其中的编码器）。",
    ),
]
_Layer = Annotated[
    str,
    option(
        "Number of a layer: 0 is the embeddings, -1 the top layer. mean: mean of all layers; last4: top four "
        "concatenated; all: all concatenated.",
        "第几层：0 是嵌入层，-1 是顶层。mean：各层平均；last4：最上面四层拼接；all：所有层拼接。",
    ),
]
_Pooling = Annotated[
    Literal["mean", "cls", "max", "none"],
    option(
        "How the vectors of the characters become one vector. none: one vector per character.",
        "怎样把各字的向量合成一个；none：每个字一个向量。",
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
    reading=text_options,
    engine=settings_options(EngineSettings, only=("precision",), precision="fp32"),
)
def embed(
    files: Annotated[
        list[str],
        argument(*TEXT_FILES),
    ],
    output: Annotated[
        Path,
        option(
            "Output file: .npy, .npz, .parquet or .jsonl.",
            "输出文件：.npy、.npz、.parquet 或 .jsonl。",
            "--output",
            "-o",
        ),
    ],
    encoder: _Encoder = BUILT_IN_ENCODER,
    layer: _Layer = "-1",
    pooling: _Pooling = "mean",
    entities: _Entities = False,
    model: _Model = None,
    *,
    reading: TextOptions,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Compute vectors of texts, entities or characters from any layer of an encoder."""
    if entities and not (model or reading.format):
        raise InputError("--entities: expected --model to find them, or --from with the format of annotated files")
    if model and not entities:
        raise InputError("--model finds entities: add --entities; for the vectors of its encoder, give it as --encoder")
    if entities and pooling in ("cls", "none"):
        raise InputError(f"--pooling {pooling} is for whole texts: leave out --entities, or take mean or max")
    from ner.records.record_progress import RecordProgress
    from ner.records.text_files import TextFiles

    texts = TextFiles(files, reading)
    from ner.embedding.embed_records import embed_records
    from ner.embedding.embedder import Embedder
    from ner.embedding.layer_choice import parse_layer
    from ner.embedding.vector_writers import check_output
    from ner.tagging.tagger import Tagger

    check_output(output)
    check_file(output, "output", named_paths([*files, *texts.names, encoder, model]))
    survey = look_at(texts, terminal)
    embedder = Embedder.load(encoder, parse_layer(layer), engine.precision)
    tagger = Tagger.load(model, engine.precision, pytorch=True) if model else None
    with RecordProgress(terminal, "embedding", survey) as progress:
        embedded = embed_records(
            embedder,
            texts.records(),
            output,
            lambda record: progress.advance(len(record.text)),
            pooling=None if pooling == "none" else pooling,
            entities=entities,
            tagger=tagger,
        )
    if embedded.empty:
        terminal.note(f"note: empty records, whose vectors are zeros: {embedded.empty:,}")
    say(f"{output}: {embedded.vectors:,} vectors of {embedder.size:,} numbers")

"""Computing vectors of the texts of files: what `embed` and `client embed` share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ner.commands.look_at_texts import look_at
from ner.commands.messages import say
from ner.commands.parameters import TEXT_FILES, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.errors import InputError
from ner.output_paths import check_file
from ner.records.text_options import TextOptions

if TYPE_CHECKING:
    from ner.embedding.vectors import ComputesVectors
    from ner.tagging.tag_records import Reader

_Output = Annotated[
    Path,
    option(
        "Output file: .npy, .npz, .parquet or .jsonl.",
        "输出文件：.npy、.npz、.parquet 或 .jsonl。",
        "--output",
        "-o",
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


@dataclass(frozen=True)
class EmbedFiles:
    """The texts, which vectors are computed, and where they are written. It is a group of options."""

    files: Annotated[
        list[str],
        argument(*TEXT_FILES),
    ]
    output: _Output
    layer: _Layer = "-1"
    pooling: _Pooling = "mean"

    def run(
        self,
        load: "Callable[[], tuple[ComputesVectors, Reader | None]]",
        reading: TextOptions,
        terminal: Terminal,
        keep: Iterable[str | Path | None] = (),
        *,
        entities: bool = False,
    ) -> None:
        """Compute the vectors.

        Args:
            load: gives what computes them, and what finds the entities, when the files have been checked.
            reading: how files are read.
            terminal: shows progress.
            keep: what must not be overwritten, besides the files.
            entities: whether each entity gets a vector, instead of each text.

        Raises:
            InputError: files can't be read, the output can't be written, or an option doesn't suit entities.
        """
        if entities and self.pooling in ("cls", "none"):
            raise InputError(f"--pooling {self.pooling} is for whole texts: leave out --entities, or take mean or max")
        from ner.records.record_progress import RecordProgress
        from ner.records.text_files import TextFiles

        texts = TextFiles(self.files, reading)
        from ner.embedding.embed_records import embed_records
        from ner.embedding.vector_writers import check_output

        check_output(self.output)
        check_file(self.output, "output", named_paths([*self.files, *texts.names, *keep]))
        survey = look_at(texts, terminal)
        embedder, tagger = load()
        with RecordProgress(terminal, "embedding", survey) as progress:
            embedded = embed_records(
                embedder,
                texts.records(),
                self.output,
                lambda record: progress.advance(len(record.text)),
                pooling=None if self.pooling == "none" else self.pooling,
                entities=entities,
                tagger=tagger,
            )
        if embedded.empty:
            terminal.note(f"note: empty records, whose vectors are zeros: {embedded.empty:,}")
        say(f"{self.output}: {embedded.vectors:,} vectors of {embedder.size:,} numbers")

"""`bert-ner embed`: vectors of texts, entities and characters."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ner.choices import BUILT_IN_ENCODER, BUILT_IN_TAGGER
from ner.commands.options import Encoding, From, Precision, TextColumn
from ner.errors import InputError


def embed(
    files: Annotated[list[str], typer.Argument(help="Text files, a record a line; - for standard input.")],
    output: Annotated[Path, typer.Option(help="File to write: .npy, .npz, .parquet or .jsonl.")],
    encoder: Annotated[
        str, typer.Option(help="mini-zh (built in), a folder, a name on the hub, or a tagger, for its encoder.")
    ] = BUILT_IN_ENCODER,
    layer: Annotated[
        str,
        typer.Option(
            help="A layer's number, -1 for the top, 0 for the embeddings; mean for that of all; last4 or all for the "
            "top four, or all, side by side."
        ),
    ] = "-1",
    pooling: Annotated[
        Literal["mean", "cls", "max", "none"],
        typer.Option(help="How the vectors of characters become one; none for a vector a character."),
    ] = "mean",
    entities: Annotated[
        bool,
        typer.Option(
            "--entities", help="A vector for each entity: those that --model finds, or that files of --from have."
        ),
    ] = False,
    model: Annotated[
        Path | None,
        typer.Option(help=f"Tagger that finds the entities: a model folder, or {BUILT_IN_TAGGER} (built in)."),
    ] = None,
    text_column: TextColumn = None,
    from_: From = None,
    encoding: Encoding = "utf-8",
    precision: Precision = "fp32",
) -> None:
    """Write vectors of texts, entities or characters, from any layer of an encoder."""
    if entities and not (model or from_):
        raise InputError("--entities: expected --model to find them, or --from with the format of annotated files")
    if model and not entities:
        raise InputError("--model finds entities: add --entities; for the vectors of its encoder, give it as --encoder")
    if entities and pooling in ("cls", "none"):
        raise InputError(f"--pooling {pooling} is for whole texts: leave out --entities, or take mean or max")
    from ner.commands.terminal_progress import TerminalProgress
    from ner.records.record_progress import RecordProgress
    from ner.records.text_sources import check_files, read_records, total_bytes

    check_files(files, encoding, text_column, from_)
    from ner.embedding.embed_records import embed_records
    from ner.embedding.embedder import Embedder
    from ner.embedding.layer_choice import parse_layer
    from ner.embedding.vector_writers import check_output
    from ner.tagging.tagger import Tagger

    check_output(output)
    embedder = Embedder.load(encoder, parse_layer(layer), precision)
    tagger = Tagger.load(model, precision) if model else None
    with RecordProgress(TerminalProgress(), "embedding", total_bytes(files, from_), encoding) as progress:
        embedded = embed_records(
            embedder,
            read_records(files, encoding, text_column, from_),
            output,
            progress.advance,
            pooling=None if pooling == "none" else pooling,
            entities=entities,
            tagger=tagger,
        )
    if embedded.empty:
        typer.echo(f"note: empty records, whose vectors are zeros: {embedded.empty:,}", err=True)
    typer.echo(f"{output}: {embedded.vectors:,} vectors of {embedder.size:,} numbers")

"""The commands that use a model on text: tag, export, bench, embed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ner.commands.options import Encoding, From, Model, Precision, TextColumn
from ner.encoding.reading import BATCH_CHARACTERS
from ner.errors import InputError
from ner.exported.folder import ExportPrecision, Target
from ner.model.choices import BUILT_IN_ENCODER, BUILT_IN_TAGGER


def tag(
    files: Annotated[
        list[str] | None, typer.Argument(help="Text files, a record a line; - for standard input.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            help="Model folder that bert-ner train or export wrote.", show_default=f"{BUILT_IN_TAGGER}, built in"
        ),
    ] = None,
    text: Annotated[list[str] | None, typer.Option(help="A text to tag; may be given several times.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write; it appears when all is done.", show_default="standard output")
    ] = None,
    format_name: Annotated[
        Literal["jsonl", "conll", "csv", "html"],
        typer.Option(
            "--format", help="JSON a line, a character and its tag a line, a row an entity, or a page to read."
        ),
    ] = "jsonl",
    min_score: Annotated[
        float, typer.Option(help="Leave out entities with a score below this.", min=0.0, max=1.0)
    ] = 0.0,
    nbest: Annotated[
        int, typer.Option(help="Add so many readings of each text, with their probabilities; in JSON.", min=0)
    ] = 0,
    text_column: TextColumn = None,
    from_: From = None,
    encoding: Encoding = "utf-8",
    precision: Precision = "auto",
    threads: Annotated[int | None, typer.Option(help="Threads of the CPU.", min=1, show_default="all cores")] = None,
    batch_characters: Annotated[
        int, typer.Option(help="Characters that the network reads at once; bert-ner bench compares some.", min=1)
    ] = BATCH_CHARACTERS,
) -> None:
    """Find the entities in text files of any size: lines, JSON lines, CSV, Parquet, or sentences of annotated files."""
    if bool(files) == bool(text):
        raise InputError("expected text files (or - for standard input) or --text, one of the two")
    if text and (text_column or from_):
        raise InputError("--text is the text itself: leave out --text-column and --from")
    if nbest and format_name != "jsonl":
        raise InputError(
            f"{format_name} has no place for several readings: leave out --nbest, or --format {format_name}"
        )
    from ner.tagging.files import tag_records as run_tagging
    from ner.tagging.progress import ShowRecords
    from ner.tagging.records import check_files, read_records, text_records, total_bytes

    check_files(files or [], encoding, text_column, from_)
    from ner.tagging.tagger import Tagger

    records = text_records(text) if text else read_records(files or [], encoding, text_column, from_)
    tagger = Tagger.load(model, precision, threads, batch_characters)
    if model is None:
        typer.echo(f"note: tagged by {BUILT_IN_TAGGER}, built in; --model takes a tagger of your own", err=True)
    with ShowRecords("tagging", total_bytes(files or [], from_), encoding) as progress:
        run_tagging(tagger, records, output, format_name, progress.advance, min_score=min_score, nbest=nbest)


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
    from ner.tagging.progress import ShowRecords
    from ner.tagging.records import check_files, read_records, total_bytes

    check_files(files, encoding, text_column, from_)
    from ner.embedding.embedder import Embedder
    from ner.embedding.files import embed_records
    from ner.embedding.layers import parse_layer
    from ner.embedding.writers import check_output
    from ner.tagging.tagger import Tagger

    check_output(output)
    embedder = Embedder.load(encoder, parse_layer(layer), precision)
    tagger = Tagger.load(model, precision) if model else None
    with ShowRecords("embedding", total_bytes(files, from_), encoding) as progress:
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


def bench(
    model: Model,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Text files like those to be tagged; some 16,000 characters of them count.",
            show_default="made-up text",
        ),
    ] = None,
    text_column: TextColumn = None,
    from_: From = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Measure how fast a model tags on this machine, by number format, threads and batch, and say what to take."""
    from rich.console import Console

    from ner.tagging.bench import bench as run_bench
    from ner.tagging.bench import show_bench
    from ner.tagging.records import check_files, read_records

    check_files(files or [], encoding, text_column, from_)
    texts = (record.text for record in read_records(files or [], encoding, text_column, from_))
    with Console(stderr=True).status("measuring") as status:
        measured = run_bench(model, texts, lambda setting: status.update(f"measuring {setting}"))
    show_bench(measured, Console())


def export(
    model: Model,
    output: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write; it must not exist.")],
    to: Annotated[Target, typer.Option(help="What shall run the network: ONNX Runtime or OpenVINO.")],
    precision: Annotated[
        ExportPrecision,
        typer.Option(help="Number format of the network: bf16 for OpenVINO alone, int8 for matrix products."),
    ] = "fp32",
) -> None:
    """Make of a model a folder that tags without PyTorch and transformers, on CPUs."""
    from ner.exporting.export import export_model

    export_model(model, to, precision, output)
    typer.echo(f"the tagger is in {output}: bert-ner tag --model {output}")

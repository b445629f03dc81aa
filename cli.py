"""The command line of bert-ner: each command parses its options, calls one function and prints what it returns.

Whatever needs torch, which takes seconds, is imported inside the commands, so that `--help` comes at once; and there
after a look at the input, so that what is wrong with it comes at once too.
"""

import errno
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

from ner.data.split import ReadOptions
from ner.encoding.reading import BATCH_CHARACTERS
from ner.errors import InputError, InterruptedRun
from ner.exported.folder import ExportPrecision, Target
from ner.options import (
    FORMAT,
    RUN,
    Data,
    Encoding,
    From,
    Losses,
    Model,
    Precision,
    TagColumn,
    TextColumn,
    TokenColumn,
    given_options,
    grouped,
    read_options,
    training_settings,
    write_options,
)
from ner.pretraining.settings import PretrainingSettings
from ner.pretraining_options import pretraining_settings
from ner.threads import spin_briefly
from ner.training.settings import TrainingSettings
from ner.version import installed_version

if TYPE_CHECKING:
    from ner.data.rewriting import Rewritten, WriteOptions

_SUSPICIOUS, _INPUT_WRONG, _INTERRUPTED = 1, 2, 130
_DEFAULT = TrainingSettings()


class _Commands(TyperGroup):
    """Turns what the user can mend into one sentence and exit status 2."""

    def invoke(self, ctx: typer.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            _fail(str(error), _INPUT_WRONG)
        except ModuleNotFoundError as error:  # of those who installed only what an exported tagger needs
            _fail(f"{error.name} is not installed: pip install bert-ner brings it", _INPUT_WRONG)
        except BrokenPipeError:  # the reader of our output, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            mend = (
                "; free some space or write elsewhere"
                if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
                else ""
            )
            _fail(f"{place}{error.strerror or error}{mend}", _INPUT_WRONG)
        except InterruptedRun as error:
            _fail(str(error), _INTERRUPTED)
        except KeyboardInterrupt:
            _fail("interrupted", _INTERRUPTED)


def _fail(message: str, status: int) -> NoReturn:
    typer.echo(f"bert-ner: {message}", err=True)
    raise typer.Exit(status)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bert-ner {installed_version('bert-ner')}")
        raise typer.Exit


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Train, evaluate and apply Chinese named-entity taggers: BERT, BiLSTM and CRF, character by character."""
    spin_briefly()


@app.command()
@grouped(settings=training_settings, reading=read_options)
def train(
    data: Data,
    output: Annotated[
        Path, typer.Option(help="Folder for the model; never emptied, refused if it holds another model.")
    ],
    seed: Annotated[
        int,
        typer.Option(
            help="Seed of the weights, the order, and the dev split where there is no dev file.", rich_help_panel=RUN
        ),
    ] = _DEFAULT.seed,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted run in --output.", rich_help_panel=RUN)
    ] = False,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
) -> None:
    """Train a tagger, keep its best epoch by dev F1, and evaluate it on dev and test."""
    from rich.console import Console

    from ner.data.corpus import read_corpus

    corpus = read_corpus(data, seed, reading)
    from ner.evaluation.summary import summary
    from ner.training.train import train as run_training

    run = run_training(corpus, replace(settings, seed=seed), output, resume=resume, console=Console())
    for split, evaluation in run.evaluations.items():
        typer.echo(f"\n{split}\n{summary(evaluation)}")
    typer.echo(f"\nmodel and reports are in {output} ({run.record['minutes']:.1f} minutes of training)")


@app.command()
@grouped(settings=pretraining_settings)
def pretrain(
    text: Annotated[
        list[str],
        typer.Option(
            metavar="FILE...",
            help="Text, a paragraph a line, plain or gzipped; several files are mixed by size, FILE=2 counts twice.",
        ),
    ],
    output: Annotated[
        Path, typer.Option(help="Folder for the encoder; never emptied, refused if it holds another model.")
    ],
    # A pattern such as *.txt becomes several names, of which an option takes one.
    more_text: Annotated[list[str] | None, typer.Argument(metavar="FILE", hidden=True)] = None,
    encoding: Annotated[str, typer.Option(help="Encoding of the text, such as gb18030.")] = "utf-8",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted run in --output.", rich_help_panel=RUN)
    ] = False,
    *,
    settings: PretrainingSettings,
) -> None:
    """Teach an encoder the language of your text, for train --encoder: from masked or replaced characters.

    One of --minutes and --steps says when the run is over; the learning rate is 0 by then.
    """
    from rich.console import Console

    from ner.pretraining.pretrain import pretrain as run_pretraining
    from ner.pretraining.text import parse_source

    sources = [parse_source(name) for name in (*text, *(more_text or []))]
    run_pretraining(sources, settings, output, encoding=encoding, resume=resume, console=Console())
    typer.echo(f"the encoder is in {output}: bert-ner train --encoder {output} --data DIR --output MODEL")


@app.command()
@grouped(settings=training_settings, reading=read_options)
def compare(
    data: Data,
    output: Annotated[Path, typer.Option(help="Folder for the models and the comparison; what is finished is kept.")],
    vary: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=VALUE,VALUE",
            help="Values of an option of training to try; given several times, all combinations are tried.",
        ),
    ],
    seeds: Annotated[int, typer.Option(min=1, help="Train each combination with the seeds 1, 2 and so on.")] = 3,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
) -> None:
    """Train with every combination of some options and several seeds, and tell differences from chance.

    After Ctrl-C the same command goes on.
    """
    from rich.console import Console

    from ner.comparing.grid import grid
    from ner.data.corpus import read_corpus

    cells = grid(vary, settings)
    corpus = read_corpus(data, settings.seed, reading)
    from ner.comparing.report import show, write_report
    from ner.comparing.run import run_grid
    from ner.comparing.statistics import compare as compare_runs

    for note in corpus.notes:
        typer.echo(f"note: {note}")
    console = Console()
    comparison = compare_runs(run_grid(corpus, cells, seeds, output, console))
    show(comparison, console)
    written = write_report(comparison, output, shlex.join(["bert-ner", *sys.argv[1:]]))
    typer.echo(f"\nwritten: {', '.join(map(str, written))}")
    if not any(path.suffix == ".png" for path in written):
        typer.echo('for a plot: pip install "bert-ner[plot]", then the same command again')


@app.command()
@grouped(settings=training_settings, reading=read_options)
def tune(
    ctx: typer.Context,
    data: Data,
    output: Annotated[
        Path, typer.Option(help="Folder for the best model, its settings and the trials; it names the search.")
    ],
    trials: Annotated[
        int, typer.Option(min=1, help="Go on until there are so many trials, those of earlier calls too.")
    ],
    storage: Annotated[
        str | None,
        typer.Option(help="URL of a database that several workers share.", show_default="SQLite in --output"),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Seed of the search, of each training run, and of the dev split.", rich_help_panel=RUN)
    ] = _DEFAULT.seed,
    *,
    settings: TrainingSettings,
    reading: ReadOptions,
) -> None:
    """Search for the settings with the best dev F1: learning rates, batch size, epochs, dropout, fusion, BiLSTM size.

    Options of training that are given stay as they are, the others of these are searched. Test is never read. After
    Ctrl-C the same command goes on, and in several terminals it makes several workers.
    """
    from rich.console import Console

    from ner.data.corpus import read_corpus
    from ner.data.formats.extras import import_extra

    import_extra("optuna", "tune", output)
    from ner.tuning.report import write_report
    from ner.tuning.search import search

    corpus = read_corpus(data, seed, reading, wanted=("train", "dev"))
    for note in corpus.notes:
        typer.echo(f"note: {note}")
    settings = replace(settings, seed=seed)
    study = search(corpus, settings, given_options(ctx), trials, output, storage, Console())
    written = write_report(study, settings, output)
    typer.echo(f"\nwritten: {', '.join(map(str, written))}")
    if not any(path.suffix == ".png" for path in written):
        typer.echo('for plots: pip install "bert-ner[plot]", then the same command again')
    train = ["bert-ner", "train", "--data", data, "--output", "MODEL", "--config", written[0], "--seed", seed]
    typer.echo(f"to train with the best settings: {shlex.join(map(str, train))}")


@app.command()
def info(model: Model) -> None:
    """Tell what a model is, what it was trained on, and how much each layer of its encoder counts."""
    from rich.console import Console

    from ner.training.info import model_info, show_info

    show_info(model_info(model), Console())


@app.command()
@grouped(reading=read_options)
def evaluate(
    model: Annotated[
        list[Path],
        typer.Option(help="Model folder that bert-ner train wrote; give two to compare the second with the first."),
    ],
    data: Data,
    split: Annotated[Literal["train", "dev", "test"], typer.Option(help="Which file of a folder to score.")] = "test",
    report: Annotated[
        Path | None, typer.Option(help="Folder for a page to read, the same as Markdown, and numbers as JSON and CSV.")
    ] = None,
    precision: Precision = "auto",
    *,
    reading: ReadOptions,
) -> None:
    """Score one trained model, or two side by side, on annotated data, as conlleval does."""
    if len(model) > 2:
        raise InputError(f"expected one --model or two, got {len(model)}; compare them in pairs")
    from ner.data.corpus import read_split, remarks

    gold = read_split(data, split, reading)
    from ner.evaluation.side_by_side import SideBySide
    from ner.evaluation.summary import confidence, summary
    from ner.evaluation.writing import write_report, write_side_by_side
    from ner.training.evaluating import report_on, train_beside

    for remark in remarks(gold):
        typer.echo(f"note: {remark}", err=True)
    train, no_train = train_beside(data, split, reading) if report else (None, "")
    reports = [report_on(folder, gold, precision, train, no_train) for folder in model]
    for one in reports:
        typer.echo(
            f"{one.background.predicted_by} on {gold.path}\n{summary(one.evaluation)}\n\n{confidence(one.evaluation)}\n"
        )
    if len(reports) == 2:
        both = SideBySide(*reports)
        typer.echo(f"A is {model[0]}, B is {model[1]}\n{both.verdict}")
        if report is not None:
            write_side_by_side(both, report)
    elif report is not None:
        write_report(reports[0], report)
    if report is not None:
        typer.echo(f"report: {report / 'report.html'}")


@app.command()
def score(
    file: Annotated[
        Path,
        typer.Argument(help="Columns of a token, its gold tag and its predicted tag; a blank line between sentences."),
    ],
    report: Annotated[Path | None, typer.Option(help="Folder for the report, as of evaluate.")] = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Score the predictions of any tool, from a file with gold and predicted tags, as conlleval does."""
    if report is not None and file.resolve().parent == report.resolve():
        raise InputError(f"--report {report} is the folder of {file}: name another, so that nothing is written over it")
    from ner.evaluation.columns import read_predictions
    from ner.evaluation.summary import summary

    gold, evaluation, notes = read_predictions(file, encoding)
    for note in notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{file}\n{summary(evaluation)}")
    if report is not None:
        from ner.evaluation.contents import Background, Report
        from ner.evaluation.writing import write_report

        write_report(Report(evaluation, Background(gold, "predicted column")), report)
        typer.echo(f"report: {report / 'report.html'}")


@app.command()
def tag(
    model: Model,
    files: Annotated[
        list[str] | None, typer.Argument(help="Text files, a record a line; - for standard input.")
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
    with ShowRecords("tagging", total_bytes(files or [], from_), encoding) as progress:
        run_tagging(tagger, records, output, format_name, progress.advance, min_score=min_score, nbest=nbest)


@app.command()
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


@app.command()
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


@app.command()
def embed(
    files: Annotated[list[str], typer.Argument(help="Text files, a record a line; - for standard input.")],
    output: Annotated[Path, typer.Option(help="File to write: .npy, .npz, .parquet or .jsonl.")],
    encoder: Annotated[
        str, typer.Option(help="mini-zh (built in), a folder, a name on the hub, or a tagger's folder for its encoder.")
    ] = _DEFAULT.encoder,
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
    model: Annotated[Path | None, typer.Option(help="Folder of a tagger that finds the entities.")] = None,
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


@app.command()
def check(
    data: Annotated[
        Path, typer.Argument(help="Folder with files whose names say train, dev and test; or one such file.")
    ],
    encoder: Annotated[
        str, typer.Option(help="Encoder whose unknown characters are counted: mini-zh, a folder or a hub name.")
    ] = _DEFAULT.encoder,
    max_length: Annotated[
        int, typer.Option(help="Count sentences that are longer; train reads them in windows of its --max-length.")
    ] = _DEFAULT.max_length,
    report: Annotated[Path | None, typer.Option(help="Folder for check.html and check.json.")] = None,
    fix: Annotated[
        Path | None, typer.Option(help="Folder for a repaired copy, with changes.txt; it must not exist.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with status 1 if anything is wrong or suspicious.")
    ] = False,
    from_: From = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Tell what is wrong or suspicious in a data set, and what to do about it.

    The exit status is 2 if something can't be read, 1 with --strict if anything was found, else 0.
    """
    from rich.console import Console

    from ner.checking.check import check as run_check
    from ner.checking.repair import write_repaired
    from ner.checking.report import show, write_report
    from ner.data.corpus import examine_splits
    from ner.data.rewriting import refuse_existing
    from ner.model.encoder import load_characters

    if fix is not None:
        refuse_existing(fix)
    splits = examine_splits(data, ReadOptions(from_, encoding, token_column, tag_column))
    found = run_check(splits, load_characters(encoder), max_length)
    written = []
    if report is not None:
        write_report(found, report)
        written.append(f"report: {report / 'check.html'}")
    if fix is not None:
        changes = write_repaired(splits.values(), fix)
        written.append(
            f"repaired copy: {fix}; {changes:,} change{'s' * (changes != 1)}, listed in {fix / 'changes.txt'}"
        )
    # Last, as its reader may stop early, such as head.
    show(found, Console())
    for line in written:
        typer.echo(line)
    if any(split.faults for split in splits.values()):
        raise typer.Exit(_INPUT_WRONG)
    if strict and found.findings:
        raise typer.Exit(_SUSPICIOUS)


@app.command()
@grouped(reading=read_options, writing=write_options)
def convert(
    source: Annotated[Path, typer.Argument(help="File to read, or folder with a file for each split.")],
    target: Annotated[Path, typer.Argument(help="File or folder to write; it must not exist.")],
    by_line: Annotated[
        bool, typer.Option("--by-line", help="Cut texts at line ends into a sentence a line.", rich_help_panel=FORMAT)
    ] = False,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: "WriteOptions",
) -> None:
    """Write annotated text in another format; docs/formats.md shows all of them."""
    from ner.data.rewriting import convert_files

    _tell(convert_files(source, target, reading, writing, by_line=by_line), losses)


@app.command()
@grouped(reading=read_options, writing=write_options)
def split(
    file: Annotated[Path, typer.Argument(help="File to divide, or folder of brat's documents.")],
    output: Annotated[Path, typer.Option(help="Folder for train, dev and test; it must not exist.")],
    dev: Annotated[float, typer.Option(help="Share of dev.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share of test.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Seed of the choice.")] = _DEFAULT.seed,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: "WriteOptions",
) -> None:
    """Divide a file into train, dev and test that are alike in types; documents and equal texts stay whole."""
    from ner.data.rewriting import divide_file

    divided = divide_file(file, output, reading, writing, dev=dev, test=test, seed=seed)
    _tell(divided, losses)


@app.command()
@grouped(reading=read_options, writing=write_options)
def merge(
    sources: Annotated[list[Path], typer.Argument(help="Files, or folders with a file for each split.")],
    output: Annotated[Path, typer.Option(help="File or folder to write; it must not exist.")],
    types: Annotated[
        Path | None, typer.Option(help="CSV of two columns: a type, and what it becomes (nothing drops it).")
    ] = None,
    losses: Losses = None,
    *,
    reading: ReadOptions,
    writing: "WriteOptions",
) -> None:
    """Make one data set of several, with their types under common names and repeated sentences once."""
    from ner.data.rewriting import merge_files

    _tell(merge_files(sources, output, reading, writing, types=types), losses)


def _tell(written: "Rewritten", losses: Path | None) -> None:
    """What was written on standard output; what it doesn't hold on standard error, and all of it in `losses`."""
    from ner.data.findings import listed
    from ner.files import atomic_writer

    for note in written.notes:
        typer.echo(f"note: {note}", err=True)
    for line in listed(written.losses, most=10):
        typer.echo(line, err=True)
    if losses is not None:
        with atomic_writer(losses) as file:
            file.writelines(f"{loss.kind}: {loss}\n" for loss in written.losses)
    for path, (sentences, entities) in written.files.items():
        typer.echo(f"{path}: {sentences:,} sentences, {entities:,} entities")


if __name__ == "__main__":
    app()

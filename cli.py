"""The command line of bert-ner: each command parses its options, calls one function and prints what it returns.

Whatever needs torch is imported inside the commands, so that `--help` comes at once.
"""

import errno
import functools
import inspect
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

from ner.data.split import ReadOptions
from ner.errors import InputError, InterruptedRun
from ner.model.choices import CellName, DecoderName, EncoderMode, FusionName, PrecisionName, TaggingScheme
from ner.training.settings import TrainingSettings
from ner.version import installed_version

if TYPE_CHECKING:
    from ner.data.rewriting import Rewritten

_SUSPICIOUS, _INPUT_WRONG, _INTERRUPTED = 1, 2, 130
_DEFAULT = TrainingSettings()


class _Commands(TyperGroup):
    """Turns what the user can mend into one sentence and exit status 2."""

    def invoke(self, ctx: typer.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            _fail(str(error), _INPUT_WRONG)
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

_FORMAT = "Format of the data"
_NETWORK = "Network"
_SCHEDULE = "Training"
_RUN = "Run"

Data = Annotated[
    Path, typer.Option(help="Folder with files whose names say train, dev (or valid) and test; or one such file.")
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Format of the files: conll, jsonl, doccano, label-studio, brat and others.",
        rich_help_panel=_FORMAT,
        show_default="told by the files",
    ),
]
Model = Annotated[Path, typer.Option(help="Model folder that bert-ner train wrote.")]
To = Annotated[
    str | None,
    typer.Option(
        help="Format to write, by the same names.", rich_help_panel=_FORMAT, show_default="told by the name, or as read"
    ),
]
Scheme = Annotated[
    str | None,
    typer.Option(
        help="Tags to write: BIO, IOB1, BIOES, BMES, BILOU or IO.",
        rich_help_panel=_FORMAT,
        show_default="as read, or BIO",
    ),
]
Losses = Annotated[Path | None, typer.Option(help="File for the whole list of what the target can't hold.")]
TokenColumn = Annotated[
    int | None,
    typer.Option(
        help="Column of the character or word, from 1; -1 is the last.", rich_help_panel=_FORMAT, show_default="first"
    ),
]
TagColumn = Annotated[int | None, typer.Option(help="Column of the tag.", rich_help_panel=_FORMAT, show_default="last")]
Encoding = Annotated[str, typer.Option(help="Encoding of the files, such as gb18030.", rich_help_panel=_FORMAT)]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Refuse illegal tag sequences, such as I-PER after O, instead of repairing them.",
        rich_help_panel=_FORMAT,
    ),
]
Precision = Annotated[
    PrecisionName,
    typer.Option(
        help="Number format of the network; auto takes bf16 where the hardware is fast at it.", rich_help_panel=_RUN
    ),
]


@app.callback()
def main(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Train, evaluate and apply Chinese named-entity taggers: BERT, BiLSTM and CRF, character by character."""


@app.command()
def train(
    data: Data,
    output: Annotated[
        Path, typer.Option(help="Folder for the model; never emptied, refused if it holds another model.")
    ],
    encoder: Annotated[
        str,
        typer.Option(help="mini-zh (built in), a folder, or a name on the Hugging Face hub.", rich_help_panel=_NETWORK),
    ] = _DEFAULT.encoder,
    fusion: Annotated[
        FusionName,
        typer.Option(
            help="How the encoder's layers become one: the last, their mean, the last four side by side, a learned "
            "mix, or attention at each character, by one head or several.",
            rich_help_panel=_NETWORK,
        ),
    ] = _DEFAULT.fusion,
    layer_dropout: Annotated[
        float, typer.Option(help="Probability that a learned fusion does without a layer.", rich_help_panel=_NETWORK)
    ] = _DEFAULT.layer_dropout,
    cell: Annotated[
        CellName, typer.Option(help="Recurrent cell: BiLSTM or BiGRU.", rich_help_panel=_NETWORK)
    ] = _DEFAULT.cell,
    lstm_size: Annotated[
        int, typer.Option(help="Hidden units of the BiLSTM or BiGRU in each direction.", rich_help_panel=_NETWORK)
    ] = _DEFAULT.lstm_size,
    lstm_layers: Annotated[
        int, typer.Option(help="Layers of the BiLSTM or BiGRU; 0 for none.", rich_help_panel=_NETWORK)
    ] = _DEFAULT.lstm_layers,
    decoder: Annotated[
        DecoderName,
        typer.Option(help="Tags from a CRF, or from a softmax at each character.", rich_help_panel=_NETWORK),
    ] = _DEFAULT.decoder,
    label_smoothing: Annotated[
        float, typer.Option(help="Share of the target spread over all tags; for softmax.", rich_help_panel=_NETWORK)
    ] = _DEFAULT.label_smoothing,
    scheme: Annotated[
        TaggingScheme,
        typer.Option(help="Tags that the network predicts, whatever the data's are.", rich_help_panel=_NETWORK),
    ] = _DEFAULT.scheme,
    dropout: Annotated[
        float, typer.Option(help="Dropout before and after the BiLSTM or BiGRU.", rich_help_panel=_NETWORK)
    ] = _DEFAULT.dropout,
    encoder_dropout: Annotated[
        float, typer.Option(help="Dropout inside the encoder.", rich_help_panel=_NETWORK)
    ] = _DEFAULT.encoder_dropout,
    max_length: Annotated[
        int,
        typer.Option(
            help="Characters read at once; longer sentences are read in overlapping windows, none is cut off.",
            rich_help_panel=_NETWORK,
        ),
    ] = _DEFAULT.max_length,
    mode: Annotated[
        EncoderMode,
        typer.Option(
            help="Whether the encoder learns: all of it, nothing (its features are kept on disk), or from the top "
            "down, more with each epoch.",
            rich_help_panel=_SCHEDULE,
        ),
    ] = _DEFAULT.mode,
    layer_decay: Annotated[
        float,
        typer.Option(
            help="Learning rate of an encoder layer over that of the one above; 1 for all alike.",
            rich_help_panel=_SCHEDULE,
        ),
    ] = _DEFAULT.layer_decay,
    epochs: Annotated[int, typer.Option(help="Passes over train.", rich_help_panel=_SCHEDULE)] = _DEFAULT.epochs,
    max_steps: Annotated[
        int | None, typer.Option(help="End after so many steps, whatever --epochs says.", rich_help_panel=_SCHEDULE)
    ] = _DEFAULT.max_steps,
    batch_size: Annotated[
        int, typer.Option(help="Sentences a batch.", rich_help_panel=_SCHEDULE)
    ] = _DEFAULT.batch_size,
    accumulate: Annotated[
        int, typer.Option(help="Batches a step, to save memory.", rich_help_panel=_SCHEDULE)
    ] = _DEFAULT.accumulate,
    learning_rate: Annotated[
        float, typer.Option(help="Highest learning rate of the encoder.", rich_help_panel=_SCHEDULE)
    ] = _DEFAULT.learning_rate,
    head_learning_rate: Annotated[
        float, typer.Option(help="Highest learning rate of fusion, BiLSTM and CRF.", rich_help_panel=_SCHEDULE)
    ] = _DEFAULT.head_learning_rate,
    weight_decay: Annotated[
        float, typer.Option(help="AdamW's weight decay.", rich_help_panel=_SCHEDULE)
    ] = _DEFAULT.weight_decay,
    warmup: Annotated[
        float,
        typer.Option(
            help="Share of the steps in which the learning rate rises; then it falls to 0.", rich_help_panel=_SCHEDULE
        ),
    ] = _DEFAULT.warmup,
    clip: Annotated[
        float, typer.Option(help="Longest gradient; longer ones are scaled down.", rich_help_panel=_SCHEDULE)
    ] = _DEFAULT.clip,
    patience: Annotated[
        int, typer.Option(help="Stop after so many epochs without a better dev F1.", rich_help_panel=_SCHEDULE)
    ] = _DEFAULT.patience,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate/--no-calibrate",
            help="Fit a temperature on dev, so that scores say how often they are right.",
            rich_help_panel=_SCHEDULE,
        ),
    ] = _DEFAULT.calibrate,
    seed: Annotated[
        int,
        typer.Option(
            help="Seed of the weights, the order, and the dev split where there is no dev file.", rich_help_panel=_RUN
        ),
    ] = _DEFAULT.seed,
    precision: Precision = _DEFAULT.precision,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted run in --output.", rich_help_panel=_RUN)
    ] = False,
    from_: From = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
    strict: Strict = False,
) -> None:
    """Train a tagger, keep its best epoch by dev F1, and evaluate it on dev and test."""
    settings = TrainingSettings(
        encoder=encoder,
        mode=mode,
        layer_decay=layer_decay,
        fusion=fusion,
        layer_dropout=layer_dropout,
        scheme=scheme,
        cell=cell,
        lstm_size=lstm_size,
        lstm_layers=lstm_layers,
        decoder=decoder,
        label_smoothing=label_smoothing,
        dropout=dropout,
        encoder_dropout=encoder_dropout,
        epochs=epochs,
        max_steps=max_steps,
        batch_size=batch_size,
        accumulate=accumulate,
        learning_rate=learning_rate,
        head_learning_rate=head_learning_rate,
        weight_decay=weight_decay,
        warmup=warmup,
        clip=clip,
        max_length=max_length,
        precision=precision,
        patience=patience,
        calibrate=calibrate,
        seed=seed,
    )
    from rich.console import Console

    from ner.data.corpus import read_corpus
    from ner.evaluation.report import summary
    from ner.training.train import train as run_training

    options = ReadOptions(from_, encoding, token_column, tag_column, strict)
    corpus = read_corpus(data, seed, options)
    run = run_training(corpus, settings, output, resume=resume, console=Console())
    for split, evaluation in run.evaluations.items():
        typer.echo(f"\n{split}\n{summary(evaluation)}")
    typer.echo(f"\nmodel and reports are in {output} ({run.record['minutes']:.1f} minutes of training)")


def _with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the options that `train` has for its settings, but for the seed; it gets them as `settings`."""
    names = {field.name for field in fields(TrainingSettings)} - {"seed"}
    shared = [option for name, option in inspect.signature(train).parameters.items() if name in names]
    own = inspect.signature(command)

    @functools.wraps(command)
    def run(**given: Any) -> None:
        settings = TrainingSettings(**{option.name: given.pop(option.name) for option in shared})
        command(settings=settings, **given)

    options = [*(option for name, option in own.parameters.items() if name != "settings"), *shared]
    keywords = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]
    run.__signature__ = own.replace(parameters=keywords)  # type: ignore[attr-defined]
    return run


@app.command()
@_with_settings
def compare(
    settings: TrainingSettings,
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
    from_: From = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
    strict: Strict = False,
) -> None:
    """Train with every combination of some options and several seeds, and tell differences from chance.

    After Ctrl-C the same command goes on.
    """
    from rich.console import Console

    from ner.comparing.grid import grid
    from ner.comparing.report import show, write_report
    from ner.comparing.run import run_grid
    from ner.comparing.statistics import compare as compare_runs
    from ner.data.corpus import read_corpus

    cells = grid(vary, settings)
    corpus = read_corpus(data, settings.seed, ReadOptions(from_, encoding, token_column, tag_column, strict))
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
def info(model: Model) -> None:
    """Tell what a model is, what it was trained on, and how much each layer of its encoder counts."""
    from rich.console import Console

    from ner.training.info import model_info, show_info

    show_info(model_info(model), Console())


@app.command()
def evaluate(
    model: Model,
    data: Data,
    split: Annotated[Literal["train", "dev", "test"], typer.Option(help="Which file of a folder to score.")] = "test",
    report: Annotated[Path | None, typer.Option(help="Folder for predictions, and scores as JSON and CSV.")] = None,
    precision: Precision = "auto",
    from_: From = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
    strict: Strict = False,
) -> None:
    """Score a trained model on annotated data, as conlleval does."""
    from ner.data.corpus import read_split, remarks
    from ner.evaluation.report import confidence, summary, write_report
    from ner.evaluation.scores import evaluate as run_evaluation
    from ner.tagging.tagger import Tagger

    options = ReadOptions(from_, encoding, token_column, tag_column, strict)
    gold = read_split(data, split, options)
    for remark in remarks(gold):
        typer.echo(f"note: {remark}", err=True)
    evaluation = run_evaluation(Tagger.load(model, precision), gold.sentences)
    typer.echo(f"{gold.path}\n{summary(evaluation)}\n\n{confidence(evaluation)}")
    if report is not None:
        write_report(evaluation, report)


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
        Literal["jsonl", "conll", "csv"],
        typer.Option("--format", help="JSON a line, a character and its tag a line, or a row an entity."),
    ] = "jsonl",
    min_score: Annotated[
        float, typer.Option(help="Leave out entities with a score below this.", min=0.0, max=1.0)
    ] = 0.0,
    nbest: Annotated[
        int, typer.Option(help="Add so many readings of each text, with their probabilities; in JSON.", min=0)
    ] = 0,
    text_column: Annotated[
        str | None,
        typer.Option(help="Column of the text in CSV and Parquet files, or its field in JSON lines (there: text)."),
    ] = None,
    from_: From = None,
    encoding: Encoding = "utf-8",
    precision: Precision = "auto",
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
    from ner.tagging.progress import ShowTagging
    from ner.tagging.records import check_files, read_records, text_records, total_bytes
    from ner.tagging.tagger import Tagger

    check_files(files or [], encoding, text_column, from_)
    records = text_records(text) if text else read_records(files or [], encoding, text_column, from_)
    tagger = Tagger.load(model, precision)
    with ShowTagging(total_bytes(files or [], from_), encoding) as progress:
        run_tagging(tagger, records, output, format_name, progress.advance, min_score=min_score, nbest=nbest)


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
def convert(
    source: Annotated[Path, typer.Argument(help="File to read, or folder with a file for each split.")],
    target: Annotated[Path, typer.Argument(help="File or folder to write; it must not exist.")],
    from_: From = None,
    to: To = None,
    scheme: Scheme = None,
    by_line: Annotated[
        bool, typer.Option("--by-line", help="Cut texts at line ends into a sentence a line.", rich_help_panel=_FORMAT)
    ] = False,
    losses: Losses = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
    strict: Strict = False,
) -> None:
    """Write annotated text in another format; docs/formats.md shows all of them."""
    from ner.data.rewriting import WriteOptions, convert_files

    reading = ReadOptions(from_, encoding, token_column, tag_column, strict)
    _tell(convert_files(source, target, reading, WriteOptions(to, scheme), by_line=by_line), losses)


@app.command()
def split(
    file: Annotated[Path, typer.Argument(help="File to divide, or folder of brat's documents.")],
    output: Annotated[Path, typer.Option(help="Folder for train, dev and test; it must not exist.")],
    dev: Annotated[float, typer.Option(help="Share of dev.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share of test.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Seed of the choice.")] = _DEFAULT.seed,
    from_: From = None,
    to: To = None,
    scheme: Scheme = None,
    losses: Losses = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
    strict: Strict = False,
) -> None:
    """Divide a file into train, dev and test that are alike in types; documents and equal texts stay whole."""
    from ner.data.rewriting import WriteOptions, divide_file

    reading = ReadOptions(from_, encoding, token_column, tag_column, strict)
    divided = divide_file(file, output, reading, WriteOptions(to, scheme), dev=dev, test=test, seed=seed)
    _tell(divided, losses)


@app.command()
def merge(
    sources: Annotated[list[Path], typer.Argument(help="Files, or folders with a file for each split.")],
    output: Annotated[Path, typer.Option(help="File or folder to write; it must not exist.")],
    types: Annotated[
        Path | None, typer.Option(help="CSV of two columns: a type, and what it becomes (nothing drops it).")
    ] = None,
    from_: From = None,
    to: To = None,
    scheme: Scheme = None,
    losses: Losses = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    encoding: Encoding = "utf-8",
    strict: Strict = False,
) -> None:
    """Make one data set of several, with their types under common names and repeated sentences once."""
    from ner.data.rewriting import WriteOptions, merge_files

    reading = ReadOptions(from_, encoding, token_column, tag_column, strict)
    _tell(merge_files(sources, output, reading, WriteOptions(to, scheme), types=types), losses)


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

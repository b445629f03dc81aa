"""What several commands print, and the tables of those that print tables."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ner.commands.messages import say
from ner.quantities import counted, describe_duration
from ner.translation import translate

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from ner.checking.check import Check
    from ner.commands.terminal import Terminal
    from ner.comparing.comparison import Comparison
    from ner.data.rewriting import Rewritten
    from ner.evaluation.evaluation_report import Report
    from ner.serving.measure_plans import Plans
    from ner.summarizing.summary import Summary
    from ner.tagging.speed import Bench

_BAR = 24
_SHOWN = 5
_WIDEST = 240
_MOST_ROWS = 100  # of a table
_COLOURS = {"error": "red", "suspicion": "yellow"}


def rich_table(frame: "pd.DataFrame", title: str = "", *, left: Collection[str] = (), index: bool = False) -> "Table":
    """A data frame of text as a table for a terminal; columns of `left`, and the index, are flush left."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD)
    if index:
        table.add_column("")
    for name in frame.columns:
        table.add_column(Text(translate(str(name))), justify="left" if name in left else "right", overflow="fold")
    for row in frame.itertuples(index=index, name=None):
        table.add_row(*(Text(str(cell)) for cell in row))
    return table


def print_json(content: Mapping[str, Any]) -> None:
    """Print a result for programs. What UTF-8 can't hold, half of a surrogate pair, stands there escaped."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode())


def check_losses(losses: Path | None, uses: Iterable[Path], *, overwrite: bool) -> None:
    """Refuse to write the list of losses over anything; `uses` are the other files of the command."""
    from ner.output_paths import check_file

    if losses is not None:
        check_file(losses, "losses", uses, new=True, overwrite=overwrite)


def print_written(written: "Rewritten", losses: Path | None, terminal: "Terminal") -> None:
    """What was written on standard output; what it doesn't hold on standard error, and all of it in `losses`."""
    from ner.data.findings import list_findings
    from ner.files import atomic_writer, is_special

    for note in written.notes:
        terminal.note(f"note: {note}")
    for line in list_findings(written.losses, most=10):
        terminal.note(line)
    if losses is not None:
        with atomic_writer(losses, errors="backslashreplace") as file:
            file.writelines(f"{loss.kind}: {loss}\n" for loss in written.losses)
    for path, (sentences, entities) in written.files.items():
        say(f"{path}: {counted(sentences, 'sentence')}, {counted(entities, 'entity')}", err=is_special(path))


def print_check(check: "Check", console: "Console", words: Callable[[str], str] = str) -> None:
    """Print each kind with its first five findings, then notes and tables, and at the end the verdict.

    Findings with the same message, such as tags that break the same rule, are one of the five. `words` puts texts of
    the library into the words of the command.
    """
    from rich.text import Text

    from ner.checking.check_report import format_cell, format_heading, format_message, shown_tables, verdict
    from ner.pages.highlight import visible

    for group in check.groups:
        kind = group.kind
        console.print()
        severity = f"{translate(kind.severity)}  "
        console.print(Text.assemble((severity, _COLOURS[kind.severity]), (translate(format_heading(group)), "bold")))
        console.print(Text(words(kind.advice), "italic"))
        for alike in group.rules[:_SHOWN]:
            line = visible(f"{alike[0].place}: {words(format_message(alike[0]))}")
            times = f" ({len(alike):,} times)" if len(alike) > 1 else ""
            clipped = line if len(line) <= _WIDEST else f"{line[:_WIDEST]}..."
            console.print(Text(f"  {clipped}{times}"), soft_wrap=True)
        if more := len(group.findings) - sum(map(len, group.rules[:_SHOWN])):
            console.print(Text(f"  {translate(f'and {more:,} more')}"))
    if check.notes:
        console.print()
    for note in check.notes:
        console.print(Text(f"{translate('note')}  {visible(words(note))}"), soft_wrap=True)
    for title, frame in shown_tables(check).items():
        console.print()
        shown = frame.head(_MOST_ROWS).map(format_cell).rename(index=format_cell)
        console.print(rich_table(shown, translate(title), index=True))
        if more := len(frame) - len(shown):
            console.print(Text(translate(f"and {more:,} more")))
    console.print()
    console.print(Text(translate(verdict(check)), "bold"))


def print_comparison(comparison: "Comparison[Any]", console: "Console", words: Callable[[str], str] = str) -> None:
    """Print scores and differences, which is what fits on a narrow terminal, and what they mean.

    `words` puts texts of the library into the words of the command.
    """
    from rich.text import Text

    from ner.comparing.comparison_report import explain

    console.print()
    console.print(rich_table(comparison.scores.narrow, left=comparison.varied))
    for paragraph in explain(comparison):
        console.print(Text(words(paragraph)))


def print_reports(reports: Mapping[str, "Report"], *, as_json: bool, confidence: bool = False) -> None:
    """Print the scores of one or several systems, and of several how they differ from the first.

    Args:
        reports: the report on each system, by its name.
        as_json: whether to print them for programs.
        confidence: whether to print the tables by score too.
    """
    from ner.evaluation.systems import SystemReports
    from ner.evaluation.terminal_summary import format_confidence, format_summary, format_unseen

    systems = SystemReports(reports) if len(reports) > 1 else None
    first = next(iter(reports.values()))
    if as_json:
        print_json((systems or first).to_dict())
        return
    for name, report in reports.items():
        path = report.background.split.path
        lines = [f"{name}{f' on {path}' * (name != path)}", format_summary(report.evaluation), format_unseen(report)]
        lines.append(report.warning)
        say("\n".join(filter(None, lines)) + "\n")
        if confidence:
            say(f"{format_confidence(report.evaluation)}\n")
    if systems:
        from rich.console import Console

        Console().print(rich_table(systems.table.narrow, left=systems.table.labels))
        say(" ".join(systems.table.explanation[:3]))
        if systems.both:
            a, b = reports
            say(f"A is {a}, B is {b}\n{systems.both.verdict}")


def write_reports(reports: Mapping[str, "Report"], folder: Path) -> None:
    """Write the report on one system, or those on several. Do so before anything is printed, as the reader of that may
    stop early, such as head.
    """
    from ner.evaluation.report_files import write_report, write_systems
    from ner.evaluation.systems import SystemReports

    if len(reports) > 1:
        write_systems(SystemReports(reports), folder)
    else:
        write_report(next(iter(reports.values())), folder)


def print_bench(measured: "Bench", console: "Console") -> None:
    """Print the speeds, the fastest first, and the advice."""
    import pandas as pd

    rows = [
        {
            "precision": speed.setting.precision,
            "threads": speed.setting.threads,
            "batch": f"{speed.setting.batch_characters:,}",
            "characters/s": f"{speed.median:,.0f}",
            "rounds": f"{speed.slowest:,.0f} to {speed.fastest:,.0f}",
            "": "default" if speed is measured.default else "",
        }
        for speed in measured.speeds
    ]
    console.print(rich_table(pd.DataFrame(rows), left=("precision", "")))
    console.print(translate(measured.advice), highlight=False, soft_wrap=True)


def print_plans(plans: "Plans", console: "Console") -> None:
    """Print the plans of the service, the fastest first, and the advice."""
    import pandas as pd

    rows = [
        {
            "engines": f"{plan.engines}",
            "threads": f"{plan.threads}",
            "characters/s": f"{plan.characters_per_second:,.0f}",
            "one text, ms": f"{plan.milliseconds:.1f}",
            "": "default" if plan.default else "",
        }
        for plan in plans.speeds
    ]
    console.print(rich_table(pd.DataFrame(rows), left=("",)))
    console.print(translate(plans.advice), highlight=False, soft_wrap=True)


def print_summary(summary: "Summary", console: "Console") -> None:
    """Print the counts of each type, and its most frequent names."""
    from ner.pages.highlight import clip

    frame = summary.types.copy()
    for column in ("count", "names", "texts", "files"):
        frame[column] = frame[column].map("{:,}".format)
    first = summary.names.groupby("type", sort=False).head(_SHOWN)
    shown = first["name"].map(lambda name: clip(name, _BAR)) + first["count"].map(" {:,}".format)
    frame["most frequent"] = frame["type"].map(shown.groupby(first["type"]).agg(", ".join))
    console.print(rich_table(frame, left=("type", "most frequent")))
    console.print(f"files {summary.files:,}, texts {summary.texts:,}, entities {summary.entities:,}", highlight=False)


def print_info(info: Mapping[str, Any], console: "Console") -> None:
    """Print the facts of a model, and its layers' weights as bars."""
    config, record = info["config"], info["record"]
    settings, encoder, epochs = record["settings"], config["encoder"], len(record["epochs"])
    facts = {
        "types": ", ".join(config["types"]),
        "encoder": f"{config['encoder_name']}: {encoder.get('num_hidden_layers', encoder.get('n_layers'))} layers of "
        f"{encoder.get('hidden_size', encoder.get('dim'))}, "
        f"{settings['mode']}",
        "network": f"fusion {config['fusion']}, {config['cell']} {config['lstm_layers']} x {config['lstm_size']}, "
        f"{config['tag_decoder']} over {config['scheme']} tags, {record['parameters'] / 1e6:.2f} million parameters",
        "trained": f"{counted(epochs, 'epoch')}, {describe_duration(record['minutes'])}, seed {settings['seed']}, "
        f"bert-ner {record['versions']['bert-ner']}",
        "temperature": f"{record['temperature']:.3f}",
    }
    if segmenter := config.get("segmenter"):
        dictionary = ", user dictionary" * bool(segmenter["dictionary"])
        facts["words"] = f"{segmenter['name']} ({segmenter['package']} {segmenter['version']}{dictionary})"
    if listed := record.get("dictionary"):
        weights = ", ".join(f"{type_} {weight:.2f}" for type_, weight in listed["weights"].items())
        scores = ", ".join(f"{name} F1 {f1:.2f}" for name, f1 in listed["f1"].items())
        facts["list"] = f"weights for each character: {weights}; {scores} ({listed['path']})"
    for name, split in record["data"].items():
        score = record["scores"].get(name)
        f1 = f", F1 {score['conlleval']['f1']:.2f}" if score else ""
        entities = ", ".join(f"{type_} {count:,}" for type_, count in split["entities"].items())
        facts[name] = f"{counted(split['sentences'], 'sentence')}, {entities}{f1} ({split['path']})"
    for name, fact in facts.items():
        console.print(f"{name:12}{fact}", highlight=False, markup=False, soft_wrap=True)
    console.print()
    frame = _layer_frame(record["layer_weights_by_type"], record["layer_weights"])
    console.print(
        rich_table(frame, translate("weight of each encoder layer, on dev"), left=("layer", "all characters"))
    )


def _layer_frame(by_type: Mapping[str, list[float]], overall: list[float]) -> "pd.DataFrame":
    """A row for each layer, the top one first; a column for all characters, and for each type if there are any."""
    import pandas as pd

    columns = dict(by_type) if len(by_type) > 1 else {}
    rows = [
        {
            "layer": str(layer) if layer else "embeddings",
            "all characters": f"{overall[layer]:.3f} {'█' * round(overall[layer] / max(overall) * _BAR)}",
            **{("outside" if name == "O" else name): f"{weights[layer]:.3f}" for name, weights in columns.items()},
        }
        for layer in reversed(range(len(overall)))
    ]
    return pd.DataFrame(rows)

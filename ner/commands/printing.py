"""What several commands print."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ner.data.rewriting import Rewritten


def print_written(written: "Rewritten", losses: Path | None) -> None:
    """What was written on standard output; what it doesn't hold on standard error, and all of it in `losses`."""
    from ner.data.findings import list_findings
    from ner.files import atomic_writer

    for note in written.notes:
        typer.echo(f"note: {note}", err=True)
    for line in list_findings(written.losses, most=10):
        typer.echo(line, err=True)
    if losses is not None:
        with atomic_writer(losses) as file:
            file.writelines(f"{loss.kind}: {loss}\n" for loss in written.losses)
    for path, (sentences, entities) in written.files.items():
        typer.echo(f"{path}: {sentences:,} sentences, {entities:,} entities")

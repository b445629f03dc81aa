"""`bert-ner export`: a model for other runtimes."""

from pathlib import Path
from typing import Annotated

import typer

from ner.commands.options import Model
from ner.runtime.exported_folder import ExportPrecision, Target


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

"""`bert-ner export`: a model for other runtimes."""

from pathlib import Path
from typing import Annotated

import typer

from ner.choices import BUILT_IN_TAGGER
from ner.commands.options import Model
from ner.runtime.exported_folder import ExportPrecision, Target


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="New folder to write.")],
    to: Annotated[Target, typer.Option(help="Target runtime: onnx or openvino.")],
    precision: Annotated[
        ExportPrecision,
        typer.Option(help="Number format of the network: bf16 for OpenVINO alone, int8 for matrix products."),
    ] = "fp32",
    model: Model = Path(BUILT_IN_TAGGER),
) -> None:
    """Export a model to ONNX Runtime or OpenVINO, for tagging on CPUs without PyTorch."""
    from ner.exporting.export import export_tagger

    export_tagger(model, output, to=to, precision=precision)
    typer.echo(f"the tagger is in {output}: bert-ner tag --model {output}")

"""`bert-ner export`: a model for other runtimes."""

from pathlib import Path
from typing import Annotated

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER, ExportPrecision, Target
from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.parameters import Model, option
from ner.commands.terminal import Terminal
from ner.output_paths import check_folder


@command(
    zh="把识别模型或分类器导出为 ONNX Runtime 或 OpenVINO 格式，在 CPU 上使用时不再需要 PyTorch。",
    examples=["bert-ner export --model my-tagger --output my-tagger-onnx --to onnx"],
    makes_files=True,
)
def export(
    output: Annotated[
        Path, option("New folder for the exported model.", "存放导出的模型的新文件夹。", "--output", "-o")
    ],
    to: Annotated[Target, option("Runtime for which the model is exported.", "导出给哪个运行时使用。")],
    precision: Annotated[
        ExportPrecision,
        option(
            "Number format. int8: only for matrix multiplication. bf16: only with --to openvino.",
            "数值精度。int8：只用于矩阵乘法；bf16：只能与 --to openvino 一起用。",
        ),
    ] = "fp32",
    model: Model = Path(BUILT_IN_TAGGER),
    *,
    terminal: Terminal,
) -> None:
    """Export a tagger or a classifier to ONNX Runtime or OpenVINO, to use it on CPUs without PyTorch."""
    check_folder(output, "output", [model_folder(model)])
    from ner.model.stored_classifier import is_classifier

    if is_classifier(model):
        from ner.classifying.export_classifier import export_classifier

        export_classifier(model, output, to=to, precision=precision)
        say(f"the classifier is in {output}: bert-ner classify predict FILE --model {output}")
        return
    from ner.exporting.export import export_tagger

    export_tagger(model, output, to=to, precision=precision)
    say(f"the tagger is in {output}: bert-ner tag --model {output}")

"""Exporting a classifier for ONNX Runtime or OpenVINO."""

from pathlib import Path

from torch import Tensor, nn

from ner.choices import ExportPrecision, Target
from ner.classifying.classifier import Classifier
from ner.exporting.onnx_conversion import import_packages, module_to_onnx
from ner.exporting.write_network import export_versions, require_support, write_network
from ner.files import whole_folder
from ner.model.classifier_folder import load_classifier
from ner.model.classifier_network import TextClassifier
from ner.output_paths import check_folder
from ner.runtime.exported_classifier import ExportedClassifier
from ner.runtime.exported_folder import CHARACTERS


def export_classifier(
    model: str | Path, output: str | Path, *, to: Target = "onnx", precision: ExportPrecision = "fp32"
) -> Classifier:
    """Export a classifier, so that it runs without PyTorch.

    >>> exported = export_classifier("my-classifier", "exported")  # doctest: +SKIP

    Args:
        model: the folder of the classifier.
        output: the folder to write, which must not exist.
        to: the runtime, `onnx` or `openvino`.
        precision: the number format of the network: `fp32`, `int8` for matrix products, or `bf16` (OpenVINO only).

    Returns:
        The exported classifier.

    Raises:
        InputError: there is no such classifier, `output` exists, a package is missing, the target doesn't support the
            precision, or the network is too large.
        OSError: the folder can't be written. A part of it is removed.
    """
    model, output = Path(model), Path(output)
    require_support(to, precision)
    check_folder(output, "output", [model])
    import_packages(to)
    network, table = load_classifier(model)
    exported = ExportedClassifier(
        target=to,
        precision=precision,
        labels=network.config.labels,
        pairs=network.config.pairs,
        multi_label=network.config.multi_label,
        reads_types=network.reads_types,
        temperature=float(network.temperature),
        window=network.config.window,
        versions=export_versions(to),
    )
    with whole_folder(output) as folder:
        write_network(module_to_onnx(_Exportable(network), exported.inputs), folder, to, precision)
        table.save(folder / CHARACTERS)
        exported.save(folder)
    return Classifier.load(output)


class _Exportable(nn.Module):
    """Computes the scores of a classifier, for `torch.onnx.export`."""

    def __init__(self, model: TextClassifier) -> None:
        super().__init__()
        model.encoder.set_attn_implementation("eager")  # other kernels use operators that only PyTorch has
        self.model = model
        self.train(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        scores: Tensor = self.model(input_ids, attention_mask, token_type_ids).emissions
        return scores

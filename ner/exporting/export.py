"""Exporting a model folder for ONNX Runtime or OpenVINO."""

from pathlib import Path

from ner.built_in import model_folder
from ner.choices import ExportPrecision, Target
from ner.decoding.tag_decoders import CrfDecoder
from ner.exporting.onnx_conversion import import_packages, to_onnx
from ner.exporting.write_network import export_versions, require_support, write_network
from ner.files import whole_folder
from ner.model.model_folder import load_model
from ner.output_paths import check_folder
from ner.runtime.exported_folder import CHARACTERS, Exported
from ner.tagging.tagger import Tagger


def export_tagger(
    model: str | Path, output: str | Path, *, to: Target = "onnx", precision: ExportPrecision = "fp32"
) -> Tagger:
    """Export a tagger, so that it runs without PyTorch.

    >>> exported = export_tagger("mini-zh-uner", "exported")  # doctest: +SKIP

    Args:
        model: the model folder, or `mini-zh-uner` (built in).
        output: the folder to write, which must not exist.
        to: the runtime, `onnx` or `openvino`.
        precision: the number format of the network: `fp32`, `int8` for matrix products, or `bf16` (OpenVINO only).

    Returns:
        The exported tagger.

    Raises:
        InputError: there is no such model, `output` exists, a package is missing, the target doesn't support the
            precision, or the network is too large.
        OSError: the folder can't be written. A part of it is removed.
    """
    output = Path(output)
    require_support(to, precision)
    check_folder(output, "output", [model_folder(model)])
    import_packages(to)
    network, table = load_model(model)
    config, decoder = network.config, network.tag_decoder.decoder()
    exported = Exported(
        target=to,
        precision=precision,
        types=config.types,
        labels=config.labels,
        scheme=config.scheme,
        tag_decoder=config.tag_decoder,
        temperature=decoder.temperature,
        chain=decoder.chain if isinstance(decoder, CrfDecoder) else None,
        window=config.window,
        segmenter=config.stored_segmenter,
        list_weights=config.list_weights,
        versions=export_versions(to),
    )
    with whole_folder(output) as folder:
        write_network(to_onnx(network), folder, to, precision)
        table.save(folder / CHARACTERS)
        if network.words:
            network.words.save(folder)
        exported.save(folder)
    return Tagger.load(output)

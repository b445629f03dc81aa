"""Exporting a model folder for ONNX Runtime or OpenVINO."""

from pathlib import Path

from ner.built_in import model_folder
from ner.choices import ExportPrecision, Target
from ner.decoding.tag_decoders import CrfDecoder
from ner.errors import InputError
from ner.exporting.onnx_conversion import PACKAGES, import_packages, to_onnx, to_openvino, with_int8_weights
from ner.files import whole_folder
from ner.model.model_folder import load_model
from ner.output_paths import check_folder
from ner.runtime.exported_folder import CHARACTERS, Exported, network_path
from ner.tagging.tagger import Tagger
from ner.version import installed_version


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
    if to == "onnx" and precision == "bf16":
        raise InputError("ONNX Runtime has no bf16 on x86 CPUs: choose the `precision` fp32 or int8, or `to` openvino")
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
        versions={name: installed_version(name) for name in ("bert-ner", "torch", *PACKAGES[to])},
    )
    with whole_folder(output) as folder:
        onnx = to_onnx(network)
        if precision == "int8":
            onnx = with_int8_weights(onnx)
        path = network_path(folder, to)
        if to == "onnx":
            path.write_bytes(onnx.SerializeToString())
        else:
            to_openvino(onnx, path, half=precision == "bf16")
        table.save(folder / CHARACTERS)
        if network.words:
            network.words.save(folder)
        exported.save(folder)
    return Tagger.load(output)

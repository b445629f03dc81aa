"""Writing the ONNX graph of a model folder: the network without weights, which it takes from the folder's own file."""

from pathlib import Path
from typing import Any

from ner.exporting.onnx_conversion import import_packages, to_onnx
from ner.extras import import_extra
from ner.files import atomic_path
from ner.model.model_files import WEIGHTS
from ner.model.model_folder import load_model
from ner.model.stored_weights import StoredTensor, layout_digest, read_layout
from ner.runtime.exported_folder import network_path

_FORMATS = {"F32": "FLOAT", "F16": "FLOAT16", "BF16": "BFLOAT16"}


def write_graph(folder: Path) -> Path:
    """Write the ONNX graph of a model into its folder.

    It is small, because its weights are "external data": the number of their first byte in `model.safetensors`, and
    their length. ONNX Runtime converts them to float32 when it loads them.

    Returns:
        The file.

    Raises:
        InputError: the folder contains no complete model, or a package is missing.
        OSError: the file can't be written.
    """
    import_packages("onnx")
    network, _ = load_model(folder)
    model = to_onnx(network, fold=False)
    _drop_notes(model)
    _take_weights_from(model, read_layout(folder / WEIGHTS))
    model.metadata_props.add(key=f"layout of {WEIGHTS}", value=layout_digest(folder / WEIGHTS))
    path = network_path(folder, "onnx")
    with atomic_path(path) as partial:
        partial.write_bytes(model.SerializeToString())
    return path


def _drop_notes(model: Any) -> None:
    """Remove what the exporter tells of each node and value. It is larger than the graph."""
    for part in (model, model.graph, *model.graph.node, *model.graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    del model.graph.value_info[:]


def _take_weights_from(model: Any, stored: dict[str, StoredTensor]) -> None:
    """Replace the weights of an ONNX model by their places in `model.safetensors`, with a conversion to float32."""
    onnx = import_extra("onnx", "onnx", "graph")
    conversions = []
    for weight in model.graph.initializer:
        if (tensor := stored.get(weight.name.removeprefix("model."))) is None:
            continue  # a constant
        weight.ClearField("raw_data")
        weight.data_type = onnx.TensorProto.DataType.Value(_FORMATS[tensor.format])
        weight.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", WEIGHTS), ("offset", tensor.offset), ("length", tensor.length)):
            weight.external_data.add(key=key, value=str(value))
        if tensor.format != "F32":
            used, weight.name = weight.name, f"{weight.name}.stored"
            conversions.append(onnx.helper.make_node("Cast", [weight.name], [used], to=onnx.TensorProto.FLOAT))
    nodes = [*conversions, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)

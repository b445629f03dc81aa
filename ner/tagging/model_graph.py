"""Model folders with an ONNX graph, such as that of the tagger in the package: they tag without PyTorch too."""

import importlib.util
import os
from pathlib import Path

from ner.characters.character_table import CharacterTable
from ner.choices import PrecisionName
from ner.data import schemes
from ner.device import DEVICE
from ner.errors import InputError
from ner.model.model_files import CHARACTERS, CONFIG, WEIGHTS
from ner.model.network_settings import NetworkSettings
from ner.model.stored_config import ADVICE, NETWORK_ENTRIES, read_config
from ner.model.stored_weights import check_sizes, layout_digest, read_floats, read_layout
from ner.runtime.exported_folder import FORMAT_VERSION, Exported, check_exported, network_path

MUCH_TEXT = 50_000
"""Characters from which on PyTorch in bf16 finishes before ONNX Runtime, although it starts seconds later."""

_CHAIN = {"start": "start_transitions", "transitions": "transitions", "end": "end_transitions"}


def has_graph(folder: Path) -> bool:
    """Whether a folder has a model and its graph."""
    return (folder / CONFIG).is_file() and network_path(folder, "onnx").is_file()


def runs_without_torch(folder: Path, precision: PrecisionName, *, pytorch: bool) -> bool:
    """Whether ONNX Runtime tags with the model in `folder`. See `Tagger.load`."""
    if not has_graph(folder) or precision == "bf16":
        return False
    return not pytorch or importlib.util.find_spec("torch") is None


def needs_pytorch(characters: int) -> bool:
    """Whether PyTorch tags this much text sooner than ONNX Runtime, or a GPU was asked for."""
    return os.environ.get(DEVICE, "auto") not in ("auto", "cpu") or (characters >= MUCH_TEXT and _is_hardware_fast())


def _is_hardware_fast() -> bool:
    """Whether there is a GPU, or a CPU that is fast at bf16. On other CPUs, ONNX Runtime is faster than PyTorch."""
    if importlib.util.find_spec("torch") is None or not _may_be_fast():
        return False
    from ner.model.hardware import has_fast_bf16, pick_device

    device = pick_device()
    return device.type != "cpu" or has_fast_bf16(device)


def _may_be_fast() -> bool:
    """False if Linux knows of neither: PyTorch, which would tell for sure, takes seconds to import."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return True
    gpu = any(path.name.startswith(("nvidia", "kfd", "dxg")) for path in Path("/dev").iterdir())
    return gpu or "avx512_bf16" in flags or "amx_tile" in flags


def load_graph(folder: Path) -> tuple[Exported, CharacterTable]:
    """Read a model folder with a graph as what it would be after an export, without its network.

    Raises:
        InputError: a file is missing or damaged, or has a newer format.
    """
    missing = [name for name in (WEIGHTS, CHARACTERS) if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} is incomplete: {', '.join(missing)} not found; copy the whole folder")
    config, weights, graph = read_config(folder / CONFIG), folder / WEIGHTS, network_path(folder, "onnx")
    layout = read_layout(weights)
    if layout_digest(weights).encode() not in graph.read_bytes():
        raise InputError(f"{graph} belongs to another {WEIGHTS}: copy the whole folder again, or remove {graph.name}")
    check_sizes(config, {name: tensor.shape for name, tensor in layout.items()}, weights)
    fields = NetworkSettings.__pydantic_fields__
    settings = {entry: config.get(entry, fields[name].default) for name, entry in NETWORK_ENTRIES.items()}
    scheme, tag_decoder = settings["scheme"], settings["tag_decoder"]
    try:
        scores = {
            name: read_floats(weights, layout[f"tag_decoder.{stored}"]).tolist()
            for name, stored in {**_CHAIN, "temperature": "temperature"}.items()
            if tag_decoder == "crf" or name == "temperature"
        }
    except KeyError as missing_weight:
        raise InputError(f"{weights} is damaged ({missing_weight.args[0]} is missing): {ADVICE}") from None
    content = {
        "format_version": FORMAT_VERSION,
        "target": "onnx",
        "precision": "fp32",
        "types": config["types"],
        "labels": schemes.labels(schemes.SCHEMES[scheme], config["types"]),
        "scheme": scheme,
        "tag_decoder": tag_decoder,
        "temperature": scores.pop("temperature"),
        "chain": scores or None,
        "window": settings["window"],
        "versions": {},
        "segmenter": config.get("segmenter"),
        "list_weights": config.get("list_weights"),
    }
    table = CharacterTable.load(folder / CHARACTERS, ADVICE, config["encoder"].get("vocab_size"))
    return check_exported(content, weights, ADVICE), table

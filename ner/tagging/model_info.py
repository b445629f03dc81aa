"""What a model folder holds: architecture, training data, scores, and the weight of each encoder layer."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ner.built_in import model_folder
from ner.choices import BUILT_IN_TAGGER
from ner.errors import InputError
from ner.model.model_files import CONFIG, RECORD

_BAR = 24


def model_info(name: str | Path) -> dict[str, Any]:
    """The configuration and the training record of a model, named as for `Tagger.load`: `config` and `record`.

    Raises:
        InputError: there is no such folder, or one of the two is missing or damaged.
    """
    folder = model_folder(name)
    return {"config": _read(folder / CONFIG), "record": _read(folder / RECORD)}


def show_info(info: dict[str, Any], console: Console) -> None:
    """Print the facts of a model, and its layers' weights as bars."""
    config, record = info["config"], info["record"]
    settings, encoder = record["settings"], config["encoder"]
    facts = {
        "types": ", ".join(config["types"]),
        "encoder": f"{config['encoder_name']}: {encoder['num_hidden_layers']} layers of {encoder['hidden_size']}, "
        f"{settings['mode']}",
        "network": f"fusion {config['fusion']}, {config['cell']} {config['lstm_layers']} x {config['lstm_size']}, "
        f"{config['tag_decoder']} over {config['scheme']} tags, {record['parameters'] / 1e6:.2f} million parameters",
        "trained": f"{len(record['epochs'])} epochs, {record['minutes']:.1f} minutes, seed {settings['seed']}, "
        f"bert-ner {record['versions']['bert-ner']}",
        "temperature": f"{record['temperature']:.3f}",
    }
    for name, split in record["data"].items():
        score = record["scores"].get(name)
        f1 = f", F1 {score['conlleval']['f1']:.2f}" if score else ""
        entities = ", ".join(f"{type_} {count:,}" for type_, count in split["entities"].items())
        facts[name] = f"{split['sentences']:,} sentences, {entities}{f1} ({split['path']})"
    for name, fact in facts.items():
        console.print(f"{name:12}{fact}", highlight=False, markup=False, soft_wrap=True)
    console.print()
    console.print(_layer_table(record["layer_weights_by_type"], record["layer_weights"]))


def _layer_table(by_type: dict[str, list[float]], overall: list[float]) -> Table:
    """A row for each layer, the top one first; a column for all characters, and for each type if there are any."""
    table = Table(title="weight of each encoder layer, on dev", title_justify="left")
    table.add_column("layer")
    columns = {"all characters": overall, **(by_type if len(by_type) > 1 else {})}
    for name in columns:
        table.add_column("outside" if name == "O" else name, justify="left" if name == "all characters" else "right")
    for layer in reversed(range(len(overall))):
        name = str(layer) if layer else "embeddings"
        bar = "█" * round(overall[layer] / max(overall) * _BAR)
        cells = [f"{weights[layer]:.3f}" for weights in columns.values()]
        table.add_row(name, f"{cells[0]} {bar}", *cells[1:])
    return table


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"there is no {path.name} in {path.parent}: expected one that bert-ner train wrote, or {BUILT_IN_TAGGER}"
        ) from None
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}): copy it again, or train again") from error

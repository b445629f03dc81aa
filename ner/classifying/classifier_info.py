"""What a classifier is: its configuration and its training record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import NonNegativeInt

from ner.errors import InputError
from ner.file_schema import FileSchema, check_file
from ner.files import read_json
from ner.model.model_files import CONFIG, RECORD
from ner.model.stored_classifier import read_classifier_config
from ner.model.stored_config import ADVICE
from ner.model.stored_record import StoredRun
from ner.quantities import counted, describe_duration

_SHOWN = 30


class _Split(FileSchema):
    path: str
    texts: NonNegativeInt


class _Scores(FileSchema):
    accuracy: float
    macro_f1: float
    micro_f1: float


class _Record(StoredRun):
    """What `info` uses of the record of a classifier."""

    data: dict[str, _Split]
    scores: dict[str, _Scores]


def classifier_info(folder: Path) -> dict[str, Any]:
    """Read the configuration and the training record of a classifier: `config` and `record`.

    Raises:
        InputError: there is no such folder, or one of the two files is missing or damaged.
    """
    try:
        config = read_classifier_config(folder / CONFIG)
        record: dict[str, Any] = read_json(folder / RECORD, ADVICE)
    except FileNotFoundError as error:
        missing = Path(str(error.filename)).name
        raise InputError(f"there is no {missing} in {folder}: expected a folder of bert-ner classify train") from None
    check_file(_Record, record, folder / RECORD, ADVICE)
    return {"config": config, "record": record}


def format_info(info: Mapping[str, Any]) -> str:
    """The facts in lines of text."""
    config, record = info["config"], info["record"]
    labels: list[str] = config["labels"]
    more = f" and {len(labels) - _SHOWN:,} more" if len(labels) > _SHOWN else ""
    what = "pairs of texts" if config["pairs"] else "texts"
    kind = "any number of labels" if config["multi_label"] else "one label"
    settings, epochs = record["settings"], len(record["epochs"])
    facts = {
        "labels": f"{', '.join(labels[:_SHOWN])}{more}",
        "task": f"{what}, {kind} each",
        "network": f"{config['encoder_name']}, fusion {config['fusion']}, pooling {config['pooling']}, "
        f"{record['parameters'] / 1e6:.2f} million parameters",
        "trained": f"{counted(epochs, 'epoch')}, {describe_duration(record['minutes'])}, seed {settings['seed']}, "
        f"{settings['mode']}",
        "temperature": f"{record['temperature']:.3f}",
    }
    for name, split in record["data"].items():
        scores = record["scores"].get(name)
        shown = f", accuracy {scores['accuracy']:.2f}, macro F1 {scores['macro_f1']:.2f}" if scores else ""
        facts[name] = f"{counted(split['texts'], 'text')}{shown} ({split['path']})"
    return "\n".join(f"{name:12}{fact}" for name, fact in facts.items())

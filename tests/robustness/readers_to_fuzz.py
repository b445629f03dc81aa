"""Each reader as a function of bytes."""

import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

from ner.data.corpus import examine_file
from ner.data.formats.registry import FORMATS
from ner.data.read_options import ReadOptions
from ner.evaluation.predictions_file import read_predictions
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions
from ner.settings_text import read_settings
from ner.training.training_settings import TrainingSettings


def _read(content: bytes, path: Path, format_: str | None) -> None:
    path.write_bytes(content)
    examine_file(path, ReadOptions(format=format_))


def _brat(content: bytes, folder: Path) -> None:
    """The annotations of a fixed text."""
    (folder / "a.txt").write_text("王小明在北京大学看书。\n张伟去上海。\n", encoding="utf-8")
    (folder / "a.ann").write_bytes(content)
    examine_file(folder, ReadOptions(format="brat"))


def _parquet_metadata(content: bytes, folder: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"tokens": [["王", "来"]], "ner_tags": [[1, 0]]})
    pyarrow.parquet.write_table(table.replace_schema_metadata({b"huggingface": content}), folder / "a.parquet")
    examine_file(folder / "a.parquet", ReadOptions())


def _records(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    TextFiles([str(path)], TextOptions(text_column="text")).survey()


def _predictions(content: bytes, folder: Path) -> None:
    (folder / "a.txt").write_bytes(content)
    read_predictions(folder / "a.txt")


def _settings(content: bytes, folder: Path) -> None:
    (folder / "a.json").write_bytes(content)
    read_settings(TrainingSettings, folder / "a.json")


def _of_format(name: str) -> Callable[[bytes, Path], None]:
    return lambda content, folder: _read(content, folder / f"a{FORMATS[name].suffix}", name)


READERS: dict[str, Callable[[bytes, Path], None]] = {
    **{name: _of_format(name) for name in FORMATS if name not in ("brat", "docbin", "label-studio-predictions")},
    "brat": _brat,
    "docbin": lambda content, folder: _read(zlib.compress(content), folder / "a.spacy", "docbin"),
    "parquet-metadata": _parquet_metadata,
    "any": lambda content, folder: _read(content, folder / "a.txt", None),
    "json-records": lambda content, folder: _records(content, folder / "a.jsonl"),
    "csv-records": lambda content, folder: _records(content, folder / "a.csv"),
    "predictions": _predictions,
    "settings": _settings,
}


def read_content(name: str, content: bytes, folder: Path) -> None:
    """Let a reader read a file in a new folder below `folder`."""
    place = folder / "file"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    READERS[name](content, place)

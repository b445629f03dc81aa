"""Parquet that holds much more than its size says, or what is no text: one sentence, from both readers of Parquet."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ner.data import bounded_parquet
from ner.data.corpus import examine_file
from ner.errors import InputError
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions

pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    from pyarrow.parquet import write_table

    def write(token: Any, rows: int, metadata: dict[str, str] | None = None) -> Path:
        columns = {"sentence": [1] * rows, "token": token, "tag": ["O"] * rows, "note": ["好"] * rows}
        table = pyarrow.table(columns).replace_schema_metadata(metadata)
        write_table(table, tmp_path / "x.parquet")
        return tmp_path / "x.parquet"

    return write


def told(path: Path) -> list[str]:
    """What the reader of annotations and the reader of texts say."""
    messages = []
    texts = TextFiles([str(path)], TextOptions(text_column="token"))
    for reader in (lambda: examine_file(path).faults, lambda: [*texts.records()]):
        try:
            found: list[Any] = reader()
            messages += [str(fault).removeprefix(str(path)) for fault in found if hasattr(fault, "mended")]
        except InputError as error:
            messages.append(str(error).removeprefix(str(path)))
    return messages


def test_more_values_than_a_file_so_small_can_have(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(["王"] * 1000, 1000)
    assert told(path) == []
    monkeypatch.setattr(bounded_parquet, "ALWAYS_BYTES", 100_000)
    monkeypatch.setattr(bounded_parquet, "MOST_TIMES_AS_LARGE", 10)
    message = f": has {path.stat().st_size:,} bytes and unpacks to more than 100,000; expected a data set"
    assert [text.partition(": write")[0] for text in told(path)] == [message] * 2


def test_one_long_text_that_is_repeated(write: Callable[..., Path]) -> None:
    indices = pyarrow.array([0] * 2000, pyarrow.int32())
    path = write(pyarrow.DictionaryArray.from_arrays(indices, pyarrow.array(["王" * 100_000])), 2000)
    message = f": has {path.stat().st_size:,} bytes and unpacks to more than 200,000,000; expected a data set"
    assert [text.partition(": write")[0] for text in told(path)] == [message] * 2


def test_texts_that_are_no_utf_8(write: Callable[..., Path]) -> None:
    offsets = pyarrow.array([0, 3, 5], pyarrow.int32()).buffers()[1]
    token = pyarrow.Array.from_buffers(
        pyarrow.string(), 2, [None, offsets, pyarrow.py_buffer("王".encode() + b"\xff\xfe")]
    )
    assert told(write(token, 2)) == [":2: the column 'token' is not UTF-8 (byte 0xff): write the file again"] * 2


@pytest.mark.parametrize("metadata", ["[" * 100_000, '{"info": ' + "9" * 5000 + "}"])
def test_metadata_that_are_no_names_of_tags(write: Callable[..., Path], metadata: str) -> None:
    assert told(write(["王"], 1, {"huggingface": metadata})) == []


def test_damage_inside_the_pages(write: Callable[..., Path]) -> None:
    path = write(["王"] * 1000, 1000)
    data = bytearray(path.read_bytes())
    data[4:60] = b"\xff" * 56
    path.write_bytes(data)
    assert all(": is not Parquet, or is damaged (" in message and "\n" not in message for message in told(path))

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from ner.embedding.vector_writers import Place, check_output, vector_writer
from ner.errors import InputError

PLACES = [Place("a.txt", 1, 0, 2, "张伟", "PER"), Place("b.txt", 7, 3, 5, "上海", "LOC"), Place("a.txt", 2, 0, 1, "我")]
VECTORS = np.array([[1.5, -2.25], [0.1234567, 3], [0, 1e-9]], dtype=np.float32)


def write(path: Path) -> Path:
    with vector_writer(path, 2) as writer:
        writer.write(PLACES[:2], VECTORS[:2])
        writer.write([], VECTORS[:0])
        writer.write(PLACES[2:], VECTORS[2:])
    return path


def test_npy_has_the_vectors(tmp_path: Path) -> None:
    array = np.load(write(tmp_path / "out" / "a.npy"))
    assert array.dtype == np.float32
    assert np.array_equal(array, VECTORS)
    assert np.load(tmp_path / "out" / "a.npy", mmap_mode="r")[1, 1] == 3


def test_npz_says_what_they_are_of(tmp_path: Path) -> None:
    arrays = np.load(write(tmp_path / "a.npz"))
    assert np.array_equal(arrays["vectors"], VECTORS)
    assert [*arrays["files"][arrays["file"]]] == ["a.txt", "b.txt", "a.txt"]
    assert [*arrays["labels"]] == ["PER", "LOC"]
    assert arrays["label"].tolist() == [0, 1, -1]
    assert [arrays[name].tolist() for name in ("line", "start", "end")] == [[1, 7, 2], [0, 3, 0], [2, 5, 1]]
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_parquet_has_a_row_a_vector(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow.parquet import read_table

    rows = read_table(write(tmp_path / "a.parquet")).to_pylist()
    assert [Place(**{name: row[name] for name in Place._fields}) for row in rows] == PLACES
    assert np.array_equal(np.array([row["vector"] for row in rows], dtype=np.float32), VECTORS)


def test_json_lines_have_an_object_a_vector(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in write(tmp_path / "a.JSONL").read_text(encoding="utf-8").splitlines()]
    assert rows[1] == {
        "file": "b.txt", "line": 7, "start": 3, "end": 5, "text": "上海", "label": "LOC", "vector": [0.123457, 3.0]
    }  # fmt: skip
    assert "label" not in rows[2]


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".parquet", ".jsonl"])
def test_nothing_appears_before_all_is_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="broken"), vector_writer(path, 2) as writer:  # noqa: PT012
        writer.write(PLACES, VECTORS)
        raise RuntimeError("broken")
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".parquet", ".jsonl"])
def test_no_vectors_make_a_file_without_any(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with vector_writer(path, 2):
        pass
    if suffix == ".npy":
        assert np.load(path).shape == (0, 2)
    if suffix == ".npz":
        assert np.load(path)["vectors"].shape == (0, 2)
    assert path.exists()


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.csv: expected `output` to end in \.npy, \.npz, \.parquet or \.jsonl"):
        check_output(tmp_path / "a.csv")


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r'a\.parquet: pyarrow is not installed; pip install .*\[parquet\]"'):
        check_output(tmp_path / "a.parquet")

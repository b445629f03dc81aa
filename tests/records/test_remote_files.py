"""Patterns, files behind URLs, and files that zstd has packed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from ner.errors import InputError
from ner.records.column_names import column_names
from ner.records.record import Place
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


def read(*names: str, **options: Any) -> list[tuple[str, int, str]]:
    records = TextFiles(names, TextOptions(**options)).records()
    return [(record.file, record.line, record.text) for record in records]


def test_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/1.txt", "a/2.txt", "a/b/3.txt", "a/b/4.log", "[1].txt", "1.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert [name for name, _, _ in read("a/*.txt")] == ["a/1.txt", "a/2.txt"]
    assert [name for name, _, _ in read("a/**/*.txt")] == ["a/1.txt", "a/2.txt", "a/b/3.txt"]
    assert [name for name, _, _ in read("a/*", include=["3*"])] == ["a/1.txt", "a/2.txt", "a/b/3.txt"]
    assert [name for name, _, _ in read("[1].txt")] == ["[1].txt"]  # the name of a file that is there is no pattern
    with pytest.raises(InputError, match=r"a/\*\.csv: no such file"):
        TextFiles(["a/*.csv"])


def test_urls(memory: Any, tmp_path: Path) -> None:
    for name, text in (("a.txt", "一\n二\n"), ("sub/b.txt.gz", "三\n"), ("sub/.c.txt", "x"), ("d.pdf", "x")):
        with fsspec.open(f"memory://texts/{name}", "wb", compression="infer") as file:
            file.write(text.encode())
    a, b = "memory://texts/a.txt", "memory://texts/sub/b.txt.gz"
    assert read("memory://texts/") == [(a, 1, "一"), (a, 2, "二"), (b, 1, "三")]
    assert read("memory://texts", include=["*.txt"]) == [(a, 1, "一"), (a, 2, "二")]
    assert read("memory://texts/*.txt") == [("memory:///texts/a.txt", 1, "一"), ("memory:///texts/a.txt", 2, "二")]
    assert TextFiles(["memory://texts"]).left_out == ["memory://texts/d.pdf"]
    texts = TextFiles([a])
    assert texts.can_skip_to(a)
    (item,) = texts.items(Place(0, 1, 2, 4))
    assert item.content.text == "二"  # type: ignore[union-attr]
    (tmp_path / "c.csv").write_text("id,text\n1,四\n", encoding="utf-8")
    url = f"file://{tmp_path}/c.csv"
    assert read(url, text_column="text") == [(url, 2, "四")]
    assert column_names(url) == ["id", "text"]


def test_tables_behind_urls(memory: Any, tmp_path: Path) -> None:
    pandas, _ = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    frame = pandas.DataFrame({"text": ["五", "六"]})
    for ending in ("parquet", "xlsx"):
        getattr(frame, f"to_{'excel' if ending == 'xlsx' else ending}")(tmp_path / f"a.{ending}", index=False)
        memory.put(str(tmp_path / f"a.{ending}"), f"/a.{ending}")
        assert [text for _, _, text in read(f"memory://a.{ending}", text_column="text")] == ["五", "六"]


@pytest.mark.usefixtures("memory")
def test_wrong_urls(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("张 O\n", encoding="utf-8")
    for name, options, message in (
        ("memory://missing.txt", {}, "memory://missing.txt: no such file"),
        ("memory://missing/*.txt", {}, r"memory://missing/\*\.txt: no such file"),
        ("nowhere://a.txt", {}, r"nowhere://a\.txt: can't be opened \(Protocol not known: nowhere\)"),
        (f"file://{tmp_path}/a.conll", {"format": "conll"}, "annotated files and zip archives are read from the disk"),
    ):
        with pytest.raises(InputError, match=message):
            TextFiles([name], TextOptions(**options))  # type: ignore[arg-type]


def test_the_package_of_a_protocol_is_named() -> None:
    try:
        import s3fs  # noqa: F401
    except ImportError:
        with pytest.raises(InputError, match=r"s3://a/b\.txt: a package is missing .*pip install .*\[s3\]"):
            TextFiles(["s3://a/b.txt"])


def test_zstd(tmp_path: Path) -> None:
    zstd = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    path = tmp_path / "a.txt.zst"
    path.write_bytes(
        zstd.compress("一\n二\n".encode()) + zstd.compress("三\n".encode())
    )  # two frames, as parallel zstd writes them
    assert [text for _, _, text in read(str(path))] == ["一", "二", "三"]
    assert [text for _, _, text in read(str(tmp_path))] == ["一", "二", "三"]
    good = zstd.compress("上海。\n".encode() * 10_000)
    for damaged in (good[:-9], b"no zstd"):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"a\.txt\.zst"):
            read(str(path))

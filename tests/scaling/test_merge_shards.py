"""Shards in one file: what one run would have written there."""

import csv
import json
from pathlib import Path

import pytest

from ner.data.entities import Entity
from ner.errors import InputError
from ner.records.output_formats import FormatName, open_writer
from ner.records.record import Record
from ner.scaling.merge_shards import merge_shards
from ner.scaling.shard_folder import Manifest, ShardFolder
from ner.scaling.shard_store import DiskStore
from ner.scaling.shard_task import ShardOutput, WholeShard

OPTIONS = {"context": 2, "sentence": True, "raw": False, "bom": True}
COLUMNS = ["file", "日期"]
RECORDS = [
    (
        Record("a.txt", 1, "张伟去上海。他来了。", {"file": "x", "日期": "1月"}),
        [Entity(0, 2, "PER", "张伟", 0.25, "both", "7")],
    ),
    (Record("a.txt", 2, "", {"日期": "=1"}), []),
    (Record("b.txt", 1, "上海。", {}), [Entity(0, 2, "LOC", "上海", 0.5, "model")]),
]


def write(path: Path, format_name: FormatName, records: slice = slice(None), *, header: bool = True) -> None:
    with open_writer(path, format_name, COLUMNS, header=header, lexicon=("source", "id"), **OPTIONS) as writer:  # type: ignore[arg-type]
        for record, entities in RECORDS[records]:
            writer.write(record, entities)


def write_shards(folder: Path, format_name: FormatName) -> None:
    made_of = {**ShardOutput().__dict__, **OPTIONS, "listed": True, "format_name": format_name}
    shards = [[0, 0, 1, 0, 2, 7], [1, 0, 1, 0, 1, 3]]
    manifest = Manifest(
        made_of=made_of, input={}, columns=COLUMNS, encodings={}, texts=3, missing=0, skipped=0, shards=shards
    )
    folder.mkdir()
    ShardFolder(DiskStore(folder)).begin(manifest, [])
    for number, records in enumerate((slice(0, 2), slice(2, 3))):
        path = folder / f"part-0000{number}.{format_name}"
        write(path, format_name, records, header=number == 0)
        ShardFolder(DiskStore(folder)).add(WholeShard(number, path.stat().st_size, 1, {}))


@pytest.mark.parametrize("after", ["jsonl", "csv", "conll", "html"])
def test_json_lines_become_what_one_run_writes(after: FormatName, tmp_path: Path) -> None:
    write_shards(tmp_path / "out", "jsonl")
    assert merge_shards(tmp_path / "out", tmp_path / f"all.{after}") == 2
    write(tmp_path / f"one.{after}", after)
    assert (tmp_path / f"all.{after}").read_bytes() == (tmp_path / f"one.{after}").read_bytes()


def test_shards_of_an_earlier_version_have_no_sentences(tmp_path: Path) -> None:
    write_shards(tmp_path / "out", "jsonl")
    path = tmp_path / "out" / "shards.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["made_of"]["sentence"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert merge_shards(tmp_path / "out", tmp_path / "all.csv") == 2
    header, *rows = (tmp_path / "all.csv").read_text(encoding="utf-8-sig").splitlines()
    assert "sentence" not in header
    assert len(rows) == 2


@pytest.mark.parametrize("format_name", ["csv", "conll"])
def test_text_is_put_in_a_row(format_name: FormatName, tmp_path: Path) -> None:
    write_shards(tmp_path / "out", format_name)
    merge_shards(tmp_path / "out", tmp_path / f"all.{format_name}")
    write(tmp_path / f"one.{format_name}", format_name)
    assert (tmp_path / f"all.{format_name}").read_bytes() == (tmp_path / f"one.{format_name}").read_bytes()
    if format_name == "csv":
        rows = list(csv.DictReader((tmp_path / "all.csv").open(encoding="utf-8-sig")))
        assert [(row["text"], row["input_file"]) for row in rows] == [("张伟", "x"), ("上海", "")]


@pytest.mark.parametrize("before", ["jsonl", "parquet"])
def test_parquet(before: FormatName, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_shards(tmp_path / "out", before)
    merge_shards(tmp_path / "out", tmp_path / "all.parquet")
    write(tmp_path / "one.parquet", "parquet")
    assert parquet.read_table(tmp_path / "all.parquet").equals(parquet.read_table(tmp_path / "one.parquet"))


def test_what_is_refused(tmp_path: Path) -> None:
    write_shards(tmp_path / "out", "csv")
    with pytest.raises(InputError, match=r"the shards in .*out are csv: let `output` end in \.csv"):
        merge_shards(tmp_path / "out", tmp_path / "all.parquet")
    with pytest.raises(InputError, match="out, which is in use"):
        merge_shards(tmp_path / "out", tmp_path / "out" / "all.csv")
    (tmp_path / "out" / "part-00001.csv").unlink()
    with pytest.raises(InputError, match=r"1 of 2 shards in .* are whole: run `tag` again"):
        merge_shards(tmp_path / "out", tmp_path / "all.csv")
    with pytest.raises(InputError, match=r"is no folder of shards: it has no shards\.json"):
        merge_shards(tmp_path, tmp_path / "all.csv")
    with pytest.raises(InputError, match=r"shards\.json is no folder of shards"):
        merge_shards(tmp_path / "out" / "shards.json", tmp_path / "all.csv")
    manifest = tmp_path / "out" / "shards.json"
    for change, message in (({"shards": [[1]]}, "at least 6 items"), ({"format_version": 2}, "is of format 2")):
        content = {**json.loads(manifest.read_text(encoding="utf-8")), **change}
        manifest.write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(InputError, match=message):
            merge_shards(tmp_path / "out", tmp_path / "all.csv")

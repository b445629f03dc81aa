"""The examples of docs/reference/formats.md are what they say: each holds the same two sentences."""

import re
from pathlib import Path

import pytest

from ner.data.corpus import read_file
from ner.data.data_split import Split
from ner.data.formats.registry import FORMATS

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGE = (FOLDER / "formats.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```([\w-]+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def entities(split: Split) -> list[list[tuple[str, str]]]:
    return [[(entity.label, entity.text) for entity in sentence.entities] for sentence in split.sentences]


EXPECTED = [[("PER", "王小明"), ("ORG", "北京大学")], [("LOC", "上海")]]


def test_every_format_has_its_example() -> None:
    assert set(FORMATS) - set(BLOCKS) == {"parquet", "docbin"}
    assert all(f"`{name}`" in PAGE for name in FORMATS)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"brat", "parquet", "docbin"}))
def test_an_example(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"example{FORMATS[name].suffix}"
    path.write_text(BLOCKS[name], encoding="utf-8")
    split = read_file(path)
    assert entities(split) == EXPECTED
    assert split.format == {"doccano": "jsonl", "doccano-old": "jsonl"}.get(name, name.removesuffix("-predictions"))


def test_the_example_of_brat(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BLOCKS["brat-text"], encoding="utf-8")
    (tmp_path / "a.ann").write_text(BLOCKS["brat"], encoding="utf-8")
    assert entities(read_file(tmp_path)) == EXPECTED


@pytest.mark.parametrize(("package", "file"), [("pyarrow", "train.parquet"), ("spacy", "train.spacy")])
def test_the_programs_write_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, file: str
) -> None:
    pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    (program,) = (program for program in PROGRAMS if file in program)
    exec(program, {})
    assert entities(read_file(tmp_path / file)) == EXPECTED


def test_the_chinese_page_has_the_same_examples() -> None:
    chinese = (FOLDER / "formats.zh.md").read_text(encoding="utf-8")
    fenced = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
    assert fenced.findall(chinese) == fenced.findall(PAGE)
    headings = re.compile(r"^##? .*$", re.MULTILINE)
    assert len(headings.findall(chinese)) == len(headings.findall(PAGE))

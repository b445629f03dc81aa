from pathlib import Path

import pytest

from ner.data.entities import Entity
from ner.data.type_table import map_types, parse_types_map, read_type_table
from ner.errors import InputError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "types.csv"


@pytest.mark.parametrize(
    "content",
    [
        "PERSON,PER\nGPE,LOC\nDATE,\nTIME,-\n",
        "from,to\nPERSON,PER\nGPE,LOC\nDATE,\nTIME,-\n",
        "\ufeffFrom\tTo\r\nPERSON\tPER\r\n\r\n GPE\t LOC \r\nDATE\t\r\nTIME\t-",
        'PERSON,"PER"\nGPE,LOC\nGPE,LOC\n"DATE",""\nTIME,-\n',
    ],
)
def test_tables(table: Path, content: str) -> None:
    table.write_bytes(content.encode())
    assert read_type_table(table) == {"PERSON": "PER", "GPE": "LOC", "DATE": None, "TIME": None}


def test_faults_of_a_table_are_told_at_once(table: Path) -> None:
    table.write_text("from,to\nPERSON\nGPE,LOC\n\n,PER\nGPE,\na,b,c\nDATE,-\nDATE,TIME\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_type_table(table)
    assert str(caught.value).replace(str(table), "").splitlines() == [
        ":2: expected a type and its new name, as in PERSON,PER; found PERSON",
        ":5: expected a type and its new name, as in PERSON,PER; found , PER",
        ":6: GPE becomes nothing here, LOC above; keep one",
        ":7: expected a type and its new name, as in PERSON,PER; found a, b, c",
        ":9: DATE becomes TIME here, nothing above; keep one",
    ]


@pytest.mark.parametrize("content", ["", "\n", "from,to\n"])
def test_a_table_without_types(table: Path, content: str) -> None:
    table.write_text(content, "utf-8")
    with pytest.raises(InputError, match=r"types\.csv: has no types; expected two columns, as in PERSON,PER"):
        read_type_table(table)


def test_a_table_that_is_missing_or_in_another_encoding(table: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_type_table(table)
    table.write_bytes("人名,PER\n".encode("gbk"))
    with pytest.raises(InputError, match=r"types\.csv:1: is not UTF-8.*: save it as UTF-8$"):
        read_type_table(table)


def test_new_names_on_the_command_line() -> None:
    assert parse_types_map(" NAME=PER, TITLE= ") == {"NAME": "PER", "TITLE": None}


@pytest.mark.parametrize("text", ["", "NAME", "=PER", "NAME=PER,NAME=ORG", "NAME=PER,,"])
def test_new_names_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="expected `types_map` to be TYPE=NEW,TYPE=NEW"):
        parse_types_map(text)


def test_types_that_become_one_or_none() -> None:
    entities = [Entity(0, 2, "NAME", "张伟"), Entity(0, 2, "PER", "张伟"), Entity(3, 5, "TITLE", "经理")]
    assert map_types(entities, {"NAME": "PER", "TITLE": None}) == (Entity(0, 2, "PER", "张伟"),)

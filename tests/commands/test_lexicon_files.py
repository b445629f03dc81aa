"""`bert-ner tag --dictionary`."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from ner.commands.app import app

Run = Callable[..., Result]
TEXT = "张伟去上海大桥。"


@pytest.fixture
def run(model_folder: Path) -> Run:
    def run(*arguments: object) -> Result:
        command = ["tag", "--model", model_folder, "--text", TEXT, *arguments]
        return CliRunner().invoke(app, [str(argument) for argument in command])

    return run


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_json_csv_and_html_say_where_entities_come_from(run: Run, tmp_path: Path) -> None:
    bridges = write(tmp_path / "bridges.csv", "term,type,mode,id\n上海大桥,BRIDGE,force,B1\n")
    names = write(tmp_path / "names.txt", "张伟\n")
    options = ("--dictionary", bridges, "--dictionary", f"{names}=PER")
    result = run(*options)
    assert result.exit_code == 0, result.output
    assert "note: the model has" in result.stderr
    assert "only the list or the rules have BRIDGE" in result.stderr
    entities = json.loads(result.stdout)["entities"]
    assert [{**entity, "score": None} for entity in entities] == [
        {"start": 0, "end": 2, "label": "PER", "text": "张伟", "score": None, "source": "both"},
        {
            "start": 3,
            "end": 7,
            "label": "BRIDGE",
            "text": "上海大桥",
            "score": None,
            "source": "dictionary",
            "id": "B1",
        },
    ]
    rows = list(csv.reader(run(*options, "--format", "csv").stdout.splitlines()))
    assert rows[0][-3:] == ["score", "source", "id"]
    assert [row[-2:] for row in rows[1:]] == [["both", ""], ["dictionary", "B1"]]
    framed = run("--dictionary", bridges, "--format", "html").stdout
    assert framed.count("<mark style") == 2  # the others are in the legend
    assert re.findall(r'<mark style[^>]* class="emphasised"[^>]*>(\w+)', framed) == ["上海大桥"]
    conll = run(*options, "--format", "conll").stdout
    assert "上\tB-BRIDGE" in conll


def test_chinese_names_of_the_types_of_the_model_are_noted(run: Run, tmp_path: Path) -> None:
    names = tmp_path / "名单.csv"
    names.write_text("名称,类型\n张伟,人名\n上海大桥,桥\n上海\n", encoding="gbk")
    result = run("--dictionary", f"{names}=LOC")
    assert result.exit_code == 0, result.output
    notes = [line for line in result.stderr.splitlines() if "list" in line or "名单" in line]
    assert notes == [
        f"note: {names}: read as gb18030",
        f"note: {names}: rows with fewer cells than the header, which are read as empty: 1",
        "note: the list has 人名, a type beside the PER of the model: write PER instead",
        "note: the model has LOC, ORG, PER; only the list or the rules have 人名, 桥",
    ]


def test_explain_adds_the_probability_without_the_list(run: Run, tmp_path: Path) -> None:
    bridges = write(tmp_path / "bridges.csv", "term,type,mode,id\n上海大桥,BRIDGE,force,B1\n")
    options = ("--dictionary", bridges, "--explain")
    entities = json.loads(run(*options).stdout)["entities"]
    assert [{*entity} >= {"score", "source", "model_score"} for entity in entities] == [True, True]
    assert entities[1]["model_score"] == 0
    rows = list(csv.reader(run(*options, "--format", "csv", "--context", 1).stdout.splitlines()))
    assert rows[0][-4:] == ["source", "id", "model_score", "context"]
    assert rows[2][-4:] == ["dictionary", "B1", "0.0000", "...去【上海大桥】。"]
    for wrong, message in (
        (("--explain",), "give --dictionary or --rules"),
        ((*options, "--format", "html"), "html has"),
    ):
        result = run(*wrong)
        assert result.exit_code == 2
        assert message in result.stderr


def test_explain_in_excel_and_parquet_has_numbers(run: Run, tmp_path: Path) -> None:
    bridges = write(tmp_path / "bridges.csv", "term,type,mode\n上海大桥,BRIDGE,force\n")
    for name in ("out.xlsx", "out.parquet"):
        assert run("--dictionary", bridges, "--explain", "--output", tmp_path / name).exit_code == 0
    sheet = pd.read_excel(tmp_path / "out.xlsx")
    table = pd.read_parquet(tmp_path / "out.parquet")
    for frame in (sheet, table):
        assert frame["model_score"].dtype.kind in "fi"
        assert frame["model_score"].tolist()[-1] == 0


def test_forced_terms_without_room_are_noted_with_their_place(run: Run, tmp_path: Path) -> None:
    bridges = write(tmp_path / "bridges.csv", "term,type,mode\n上海大桥,LOC,force\n大桥,LOC,force\n")
    text = write(tmp_path / "text.txt", "没有。\n在上海大桥上。\n大桥和上海大桥。\n")
    command = ["tag", text, "--dictionary", bridges]
    result = CliRunner().invoke(app, [str(argument) for argument in command])
    assert "left no room for: 2; the first" in result.stderr
    assert f"{text}:2: 大桥 (3-5)" in result.stderr.replace("\n", "")


def test_terms_match_in_any_script(run: Run, tmp_path: Path) -> None:
    bridges = write(tmp_path / "bridges.csv", "term,type,mode\n上海大橋,BRIDGE,force\n")
    assert "BRIDGE" not in run("--dictionary", bridges).stdout
    assert json.loads(run("--dictionary", bridges, "--any-script").stdout)["entities"][-1]["text"] == "上海大桥"
    alone = run("--any-script")
    assert (alone.exit_code, "expected --dictionary with --any-script" in alone.stderr) == (2, True)


def test_without_a_list_the_output_is_as_before(run: Run) -> None:
    assert {*json.loads(run().stdout)["entities"][0]} == {"start", "end", "label", "text", "score"}
    assert run("--format", "csv").stdout.splitlines()[0] == "file,line,start,end,label,text,score"


def test_faults_of_all_lists_end_the_command_before_it_writes(run: Run, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.csv", "term,type,mode\n上海,LOC,maybe\n,LOC,\n")
    output = tmp_path / "out.jsonl"
    result = run("--dictionary", bad, "--dictionary", tmp_path / "missing.csv", "--output", output)
    assert result.exit_code == 2
    assert f"{bad}:2: expected a mode" in result.stderr
    assert f"{bad}:3: has no term" in result.stderr
    assert "missing.csv: no such file" in result.stderr
    result = run("--dictionary", tmp_path / "missing.xlsx")
    assert result.stderr == f"bert-ner: {tmp_path / 'missing.xlsx'}: no such file or folder\n"
    assert not output.exists()


def test_contradictions_are_reported(run: Run, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.csv", "term,type,mode\n上海,LOC,force\n上海,LOC,never\n")
    result = run("--dictionary", bad)
    assert result.exit_code == 2
    assert f"{bad}:3: 上海 is never LOC, but force LOC in {bad}:2" in result.stderr


def test_a_list_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    names = write(tmp_path / "names.csv", "term,type\n张伟,PER\n")
    result = run("--dictionary", names, "--output", names, "--format", "csv")
    assert result.exit_code == 2
    assert names.read_text(encoding="utf-8").startswith("term")


def test_parts_of_speech_that_are_no_names_are_counted(run: Run, tmp_path: Path) -> None:
    result = run("--dictionary", write(tmp_path / "jieba.txt", "张伟 3 nr\n大桥 3 n\n"))
    assert "note: 1 terms were left out" in result.stderr

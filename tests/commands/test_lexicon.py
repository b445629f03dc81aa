"""`bert-ner lexicon check` and `bert-ner lexicon from`."""

import csv
import json
from pathlib import Path

from typer.testing import CliRunner, Result

from ner.commands.app import app
from ner.lexicon.lexicon import Lexicon


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["lexicon", *map(str, arguments)])


def test_a_list_is_made_from_data_and_checked_on_them(data_folder: Path, tmp_path: Path) -> None:
    names, table = tmp_path / "names.csv", tmp_path / "table.csv"
    made = run("from", data_folder, "--output", names)
    assert made.exit_code == 0, made.output
    lexicon = Lexicon.read(names)
    assert made.stdout == f"{names}: {len(lexicon):,} terms\n"
    assert min(map(len, lexicon.terms)) >= 2
    everything = tmp_path / "all.csv"
    run("from", data_folder, "--output", everything, "--least-length", 1)
    assert len(Lexicon.read(everything)) > len(lexicon)

    checked = run("check", names, "--data", data_folder, "--output", table)
    assert checked.exit_code == 0, checked.output
    assert checked.stdout.startswith(f"{len(lexicon):,} entries, 0 never match; ")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["term"] for row in rows] == lexicon.terms
    content = json.loads(run("check", names, "--data", data_folder, "--json").stdout)
    assert [entry["term"] for entry in content["entries"]] == lexicon.terms
    assert content["notes"] == []


def test_notes_and_harmful_entries_are_shown(data_folder: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("北\n上海\n上海\n没有的\n", encoding="utf-8")
    shown = run("check", f"{names}=THING", "--data", data_folder).stdout
    assert "The most matches that are no entities of their type" in shown
    assert "上海 THING is in" in shown
    assert "the data have no entities of type THING" in shown
    assert "the model doesn't know" not in shown
    content = json.loads(run("check", f"{names}=THING", "--data", data_folder, "--json").stdout)
    assert [entry["precision"] for entry in content["entries"]] == [0, 0, 0, None]


def test_types_that_the_model_does_not_know_are_named(data_folder: Path, model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("上海\n", encoding="utf-8")
    arguments = ("check", f"{tmp_path / 'names.txt'}=THING", "--data", data_folder, "--model")
    for model in (model_folder, "mini-zh-uner"):
        assert "the model doesn't know the type THING, only " in run(*arguments, model).stdout
    missing = run(*arguments, tmp_path)
    assert (missing.exit_code, "there is no config.json in" in missing.stderr) == (2, True)


def test_inputs_are_not_overwritten_and_faults_are_sentences(data_folder: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("term,type\n,LOC\n", encoding="utf-8")
    for arguments in (
        ("check", names, "--data", data_folder),
        ("check", names, "--data", data_folder, "--output", names),
        ("check", tmp_path / "missing.csv", "--data", data_folder),
        ("check", names, "--data", data_folder, "--output", tmp_path / "table.xlsx"),
        ("from", data_folder, "--output", data_folder / "train.txt"),
        ("from", data_folder, "--output", tmp_path / "list.xlsx"),
        ("from", tmp_path / "missing", "--output", tmp_path / "out.csv"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2, result.output
        assert "Traceback" not in result.output
    assert names.read_text(encoding="utf-8") == "term,type\n,LOC\n"
    assert [*tmp_path.iterdir()] == [names]

"""The command line, run as a user runs it; bad input ends in one sentence, status 2 and no traceback."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from ner.commands.app import app
from ner.extras import how_to_install
from tests.conftest import SENTENCES, conll

Run = Callable[..., Result]
TINY = ["--lstm-size", "16", "--max-length", "64", "--precision", "fp32", "--batch-size", "4"]


@pytest.fixture
def run() -> Run:
    def run(*arguments: object, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    return run


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    """The one sentence that a command with these arguments ends in."""

    def refused(*arguments: object, stdin: bytes | None = None) -> str:
        result = run(*arguments, stdin=stdin)
        assert result.exit_code == 2, result.output
        assert "Traceback" not in result.output
        before, _, message = result.stderr.partition("bert-ner: ")
        assert all(line.startswith("note: ") for line in before.splitlines())
        return message.rstrip("\n")

    return refused


@pytest.fixture
def train_on(refused: Callable[..., str], tmp_path: Path, encoder_folder: Path) -> Callable[..., str]:
    """What `train` says to a folder with this train file."""

    def train_on(content: str | bytes, *options: str) -> str:
        data = tmp_path / "data"
        data.mkdir()
        (data / "train.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
        message = refused(
            "train", "--data", data, "--output", tmp_path / "model", "--encoder", encoder_folder, *options
        )
        assert not (tmp_path / "model").exists()
        return message.replace(f"{data}/", "")

    return train_on


def test_train_evaluate_and_tag(run: Run, data_folder: Path, encoder_folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    rates = ["--learning-rate", "2e-3", "--head-learning-rate", "2e-2", "--epochs", "30", "--patience", "30"]
    log = tmp_path / "log.jsonl"
    options = ["--encoder", encoder_folder, "--log-file", log, *TINY, *rates]
    trained = run("train", "--data", data_folder, "--output", model, *options)
    assert trained.exit_code == 0, trained.output
    begin, *epochs, end = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert (begin["event"], begin["settings"]["epochs"], [*begin["data"]]) == ("begin", 30, ["train", "dev"])
    assert [each["epoch"] for each in epochs] == [*range(1, 31)]
    assert max(each["dev"]["f1"] for each in epochs) == end["scores"]["dev"]["conlleval"]["f1"] == 100.0
    assert {*epochs[-1]["dev"]["types"]} == {"LOC", "ORG", "PER"}
    assert (end["event"], [*end["scores"]]) == ("end", ["dev", "test"])
    assert "dev\nprocessed 64 tokens with 11 phrases; found: 11 phrases; correct: 11." in trained.stdout
    assert "seqeval strict: precision: 100.00%; recall: 100.00%; F1: 100.00" in trained.stdout
    assert (model / "evaluation" / "test" / "predictions.txt").exists()

    evaluated = run("evaluate", "--model", model, "--data", data_folder, "--report", tmp_path / "report")
    assert "accuracy: 100.00%" in evaluated.stdout
    assert {path.name for path in (tmp_path / "report").iterdir()} > {
        "report.html", "report.md", "predictions.txt", "scores.json", "sentences.csv", "types.csv", "by_seen.csv",
    }  # fmt: skip
    one_file = run("evaluate", "--model", model, "--data", data_folder / "dev.txt")
    assert "accuracy: 100.00%" in one_file.stdout

    tagged = run("tag", "--model", model, "--text", "张伟去上海。", "--text", "我不去。")
    rows = [json.loads(line) for line in tagged.stdout.splitlines()]
    assert [[entity["text"] for entity in row["entities"]] for row in rows] == [["张伟", "上海"], []]


@pytest.mark.slow
def test_a_report_tells_what_the_model_was_trained_on(
    run: Run, model_folder: Path, data_folder: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    result = run("evaluate", "--model", model_folder, "--data", data_folder, "--report", report)
    assert result.stdout.endswith(f"report: {report / 'report.html'}\n")
    record = json.loads((model_folder / "training.json").read_text(encoding="utf-8"))
    page = (report / "report.html").read_text(encoding="utf-8")
    assert record["data"]["train"]["fingerprint"] in page
    assert "No table by what was seen in train" not in page
    alone = run("evaluate", "--model", model_folder, "--data", data_folder / "dev.txt", "--report", report)
    assert alone.exit_code == 0, alone.output
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "No table by what was seen in train: the data is a single file, not a folder with train." in page
    run("evaluate", "--model", model_folder, "--data", data_folder, "--split", "train", "--report", report)
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "The model was trained on these sentences" in page


def test_a_folder_without_train_and_a_model_without_a_record(run: Run, model_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(model_folder, tmp_path / "model")
    (tmp_path / "model" / "training.json").unlink()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "test.txt").write_text(conll(SENTENCES[:2]), encoding="utf-8")
    arguments = ("evaluate", "--model", tmp_path / "model", "--data", tmp_path / "data")
    result = run(*arguments, "--report", tmp_path / "report")
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert f"there is no train file in {tmp_path / 'data'}" in page
    assert "Training run" not in page
    (tmp_path / "data" / "train.txt").write_text("王 X\n来 Y\n", encoding="utf-8")
    assert run(*arguments, "--report", tmp_path / "report").exit_code == 0
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert f"its file has 2 errors; bert-ner check {tmp_path / 'data'} lists them" in page


@pytest.mark.slow
def test_two_models_side_by_side(
    run: Run, refused: Callable[..., str], model_folder: Path, data_folder: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(model_folder, tmp_path / "copy")
    one = ("--model", model_folder)
    result = run("evaluate", *one, "--model", copy, "--data", data_folder, "--report", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert "The difference between A and B is not significant on these sentences: +0.00 points of F1" in result.stdout
    for name in ("report.html", "report.md", "scores.json", "differences.csv", "A/report.html", "B/scores.json"):
        assert (tmp_path / "report" / name).exists()
    assert refused("evaluate", *one, *one, "--data", data_folder) == (
        "--model is given twice with the same model: give each model once"
    )


def test_predictions_of_another_tool(run: Run, refused: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_text("王 x B-PER S-PER\n来 x O O\n北京 x B-LOC O\n", encoding="utf-8")
    result = run("score", file, "--report", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert "with 2 phrases; found: 1 phrases; correct: 1." in result.stdout
    scores = json.loads((tmp_path / "report" / "scores.json").read_text(encoding="utf-8"))
    assert (scores["conlleval"]["f1"], scores["training"], scores["predicted_by"]) == (
        66.67, None, f"predicted column of {file}",
    )  # fmt: skip
    assert "confidence" not in (tmp_path / "report" / "report.md").read_text(encoding="utf-8").lower().split("##")[1]
    file.write_bytes("王 O O\n".encode("gb18030"))
    assert run("score", file, "--encoding", "gb18030").exit_code == 0
    file.write_text("王 O\n", encoding="utf-8")
    assert refused("score", file).startswith(f"{file}:1: expected three or more columns")
    assert "nothing.txt" in refused("score", tmp_path / "nothing.txt")


def test_our_own_predictions_score_as_before(run: Run, model_folder: Path, data_folder: Path) -> None:
    first = run("evaluate", "--model", model_folder, "--data", data_folder, "--split", "dev").stdout
    again = run("score", model_folder / "evaluation" / "dev" / "predictions.txt").stdout
    assert again.splitlines()[1:6] == first.splitlines()[1:6]


def test_a_report_writes_over_no_predictions(refused: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "predictions.txt"
    path.write_text("王 O O\n", encoding="utf-8")
    assert refused("score", path, "--report", tmp_path) == (
        f"{tmp_path} holds {path}, which is in use: choose another --report"
    )
    assert path.read_text(encoding="utf-8") == "王 O O\n"


def test_a_page_of_tagged_text(run: Run, model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("张伟去上海。\n<b>我</b>\n", encoding="utf-8")
    page = run("tag", "--model", model_folder, tmp_path / "a.txt", "--format", "html").stdout
    assert page.startswith("<!DOCTYPE html>\n")
    assert page.endswith("</html>\n")
    assert re.search(r'<mark style="--hue: \d+" title="[\d.]+">张伟<small>PER</small></mark>去<mark', page)
    assert "<b>我" not in page
    assert "&lt;b" in page
    assert page.count('<p class="record">') == 2
    assert page.count("<h2>") == 1


def test_a_report_has_the_colours_of_tagged_text(run: Run, model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "gold.txt").write_text("张 B-PER\n伟 O\n去 O\n", encoding="utf-8")
    tagged = run("tag", "--model", model_folder, "--text", "张伟去上海。", "--format", "html").stdout
    gold = ["--data", tmp_path / "gold.txt", "--report", tmp_path / "report"]
    run("evaluate", "--model", model_folder, *gold)
    content = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    hues = [{*re.findall(r'--hue: (\d+)"[^>]*>[^<]+<small>PER<', html)} for html in (tagged, content)]
    assert hues[0] == hues[1] != set()


def test_tagging_files_and_standard_input(run: Run, model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("张伟去上海。\n\n我不去。\n", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes("王小明在北京大学看书。".encode())
    output = tmp_path / "out.jsonl"
    result = run("tag", "--model", model_folder, tmp_path / "a.txt", tmp_path / "b.txt", "--output", output)
    assert (result.exit_code, result.stdout) == (0, "")
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [(Path(row["file"]).name, row["line"], len(row["entities"])) for row in rows] == [
        ("a.txt", 1, 2), ("a.txt", 2, 0), ("a.txt", 3, 0), ("b.txt", 1, 2)
    ]  # fmt: skip
    piped = run("tag", "--model", model_folder, "-", "--format", "csv", stdin="张伟去上海。\n".encode())
    assert piped.stdout.splitlines()[1].startswith("-,1,0,2,PER,张伟,")
    columns = run("tag", "--model", model_folder, "--text", "我去", "--format", "conll")
    assert columns.stdout == "我\tO\n去\tO\n\n"


def test_json_lines_on_standard_input(run: Run, model_folder: Path) -> None:
    tag, line = ("tag", "--model", model_folder, "-"), '{"text": "张伟去上海。", "id": 7}\n'.encode()
    hint = "note: standard input is read as lines of text, but looks like JSON lines: --text-column text reads"
    named = run(*tag, "--text-column", "text", stdin=line)
    row = json.loads(named.stdout)
    assert (row["text"], row["id"], len(row["entities"])) == ("张伟去上海。", 7, 2)
    assert "note: standard input" not in named.stderr
    assert run(*tag, stdin=line * 2).stderr.count(hint) == 1
    assert hint not in run(*tag, stdin="{张伟}去上海。\n".encode()).stderr
    table = run(*tag, "--text-column", "text", "--format", "csv", stdin=line)
    assert table.stdout.splitlines()[1].startswith("-,1,0,2,PER,张伟,")
    assert "tables have the text only" in table.stderr


def test_readings_and_scores(run: Run, refused: Callable[..., str], model_folder: Path) -> None:
    tag = ("tag", "--model", model_folder, "--text", "张伟去上海。")
    record = json.loads(run(*tag, "--nbest", "2").stdout)
    first, second = record["alternatives"]
    assert [entity["text"] for entity in first["entities"]] == ["张伟", "上海"]
    assert first["probability"] > second["probability"]
    worse, better = sorted(entity["score"] for entity in record["entities"])
    between = str((worse + better) / 2)
    assert [e["score"] for e in json.loads(run(*tag, "--min-score", between).stdout)["entities"]] == [better]
    assert "alternatives" not in json.loads(run(*tag).stdout)
    assert refused(*tag, "--nbest", "2", "--format", "csv") == (
        "csv has no place for several readings: leave out --nbest, or write .jsonl"
    )


def test_waiting_threads_leave_their_cores_to_others_and_few_primitives_are_kept(
    run: Run, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GOMP_SPINCOUNT", "ONEDNN_PRIMITIVE_CACHE_CAPACITY"):
        monkeypatch.setenv(name, "")  # so that it is restored
        monkeypatch.delenv(name)
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    run("check", data_folder)
    assert os.environ["GOMP_SPINCOUNT"] == "10000"
    assert os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "128"


# Runs a command, and tells which of the packages that take long to import were imported.
WITHOUT_TORCH = """
import sys; sys.argv[0] = "bert-ner"
try:
    from ner.commands.app import app; app()
finally:
    print({"torch", "transformers", "pandas", "jinja2"} & {*sys.modules})
"""


@pytest.mark.parametrize("command", ["--help", "--version", "train", "compare", "tune", "embed"])
def test_help_and_version_come_without_torch(command: str) -> None:
    arguments = [command] if command.startswith("-") else [command, "--help"]
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\nset()\n")


@pytest.mark.slow
def test_scores_come_without_torch(tmp_path: Path) -> None:
    (tmp_path / "predictions.txt").write_text("王 B-PER B-PER\n来 O O\n", encoding="utf-8")
    command = [sys.executable, "-c", WITHOUT_TORCH, "score", str(tmp_path / "predictions.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "FB1: 100.00" in done.stdout
    loaded = done.stdout.splitlines()[-1].replace("set()", "{}")
    assert not {"torch", "transformers"} & {*ast.literal_eval(loaded)}  # seqeval brings pandas


@pytest.mark.parametrize(
    "command",
    [
        ("tag", "--model", "model"),
        ("tag", "--text", "我", "--model"),
        ("embed", "--output", "a.npy"),
        ("train", "--output", "model", "--data"),
        ("evaluate", "--model", "model", "--data"),
        ("compare", "--output", "runs", "--vary", "fusion=last,mean", "--data"),
    ],
)
def test_what_is_wrong_with_files_comes_without_torch(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *command, "missing.txt"], capture_output=True, text=True, check=False
    )
    assert done.stdout == "set()\n"
    assert "missing.txt" in done.stderr


def test_every_option_of_train_shows_its_default(run: Run) -> None:
    result = run("train", "--help")
    for default in ("mini-zh", "last", "0.0001", "0.002", "BIOES", "utf-8", "auto"):
        assert f"[default: {default}]" in result.stdout


def test_output_read_by_a_program_that_stops_early(bert_ner: list[str], model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("我不去。\n" * 5_000, encoding="utf-8")
    command = f"{' '.join(bert_ner)} tag --model {model_folder} {tmp_path / 'a.txt'} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


# Bad input: one test each.


def test_missing_folder(refused: Callable[..., str], tmp_path: Path) -> None:
    message = refused("train", "--data", tmp_path / "none", "--output", tmp_path / "model")
    assert message == f"{tmp_path / 'none'}: no such file or folder"


def test_training_aids_that_do_not_go_together(refused: Callable[..., str], data_folder: Path, tmp_path: Path) -> None:
    train = ("train", "--data", data_folder, "--output", tmp_path / "model")
    attack = ("--adversarial", "fgm", "--mode", "frozen")
    assert refused(*train, *attack) == "expected --adversarial to be none with --mode frozen, got 'fgm'"
    compare = ("compare", "--data", data_folder, "--output", tmp_path / "runs")
    message = refused(*compare, "--vary", "r-drop=0,1", "--dropout", "0")
    assert message == "--vary r-drop=1.0: expected --r-drop to be 0 without any dropout, got 1.0"


def test_no_train_file(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("我 O\n", encoding="utf-8")
    message = refused("train", "--data", tmp_path, "--output", tmp_path.parent / "model")
    assert "no train file" in message
    assert "test.txt" in message


def test_empty_file(train_on: Callable[..., str]) -> None:
    assert train_on("") == "train.txt: has no sentences"


def test_a_line_with_one_column(train_on: Callable[..., str]) -> None:
    message = train_on("王 B-PER\n明\n去 O\n")
    assert message.startswith("train.txt:2: ")
    assert "'明'" in message


def test_an_unknown_prefix(train_on: Callable[..., str]) -> None:
    message = train_on("王 B-PER\n明 X-PER\n")
    assert message.startswith("train.txt:2: ")
    assert "X-PER" in message


def test_all_faults_are_listed_at_once(train_on: Callable[..., str]) -> None:
    message = train_on("王 B-PER\n明\n\n去 Q-PER\n")
    assert [line.split(": ")[0] for line in message.splitlines()] == ["train.txt:2", "train.txt:4"]


def test_i_after_o_is_repaired_and_counted_or_refused(
    run: Run, train_on: Callable[..., str], tmp_path: Path, encoder_folder: Path
) -> None:
    content = conll(SENTENCES) + "\n去 O\n王 I-PER\n"
    line = content.count("\n")
    assert (
        train_on(content, "--strict")
        == f"train.txt:{line}: I-PER after O; expected B-PER (without --strict it is repaired)"
    )
    result = run(
        "train", "--data", tmp_path / "data", "--output", tmp_path / "model", "--encoder", encoder_folder,
        *TINY, "--max-steps", "1",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "1 illegal BIO tags were read as conlleval reads them" in result.stderr.replace("\n", " ")


def test_mixed_schemes(train_on: Callable[..., str]) -> None:
    message = train_on("王 B-PER\n小 I-PER\n\n王 B-PER\n小 M-PER\n明 E-PER\n")
    assert message.startswith("train.txt:5: ")


def test_gbk(train_on: Callable[..., str]) -> None:
    message = train_on("王 B-PER\n明 I-PER\n".encode("gbk"))
    assert message == "train.txt:1: is not UTF-8; it looks like GBK: set --encoding to gb18030"


def test_nul_bytes(train_on: Callable[..., str]) -> None:
    assert train_on("王 B-PER\n\0 O\n").startswith("train.txt:2: a NUL character")


def test_a_200000_character_line(train_on: Callable[..., str]) -> None:
    message = train_on("王 B-PER\n" + "字" * 200_000 + "\n")
    assert message.startswith("train.txt:2: ")
    assert len(message) < 200


def test_a_200000_character_line_is_tagged(run: Run, model_folder: Path, tmp_path: Path) -> None:
    text = "张伟去上海。" * 4_000
    (tmp_path / "long.txt").write_text(text, encoding="utf-8")
    result = run("tag", "--model", model_folder, tmp_path / "long.txt")
    (row,) = map(json.loads, result.stdout.splitlines())
    assert row["text"] == text
    assert row["entities"][-1]["end"] == len(text) - 1


def test_a_model_folder_with_a_missing_file(refused: Callable[..., str], model_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(model_folder, tmp_path / "copy")
    (tmp_path / "copy" / "characters.json").unlink()
    assert "characters.json not found" in refused("tag", "--model", tmp_path / "copy", "--text", "我")


def test_a_model_folder_with_a_truncated_file(refused: Callable[..., str], model_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(model_folder, tmp_path / "copy")
    os.truncate(tmp_path / "copy" / "model.safetensors", 5000)
    assert "model.safetensors is damaged" in refused("tag", "--model", tmp_path / "copy", "--text", "我")


def test_a_model_of_a_newer_format(refused: Callable[..., str], model_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(model_folder, tmp_path / "copy")
    config = tmp_path / "copy" / "config.json"
    config.write_text(config.read_text(encoding="utf-8").replace('"format_version": 1', '"format_version": 9'))
    assert "is of format 9" in refused("tag", "--model", tmp_path / "copy", "--text", "我")


def test_an_encoder_that_is_not_bert_like(refused: Callable[..., str], data_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "gpt2").mkdir()
    (tmp_path / "gpt2" / "config.json").write_text('{"model_type": "gpt2"}')
    message = refused("train", "--data", data_folder, "--output", tmp_path / "m", "--encoder", tmp_path / "gpt2")
    assert "gpt2 isn't BERT-like" in message


def test_an_output_folder_that_cannot_be_written(
    refused: Callable[..., str], data_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for output in (tmp_path / "file", tmp_path / "file" / "model", Path("/proc/model")):
        message = refused("train", "--data", data_folder, "--output", output)
        assert str(output) in message
        assert "--output" in message


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_a_full_disk(bert_ner: list[str], model_folder: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk without room: the write itself fails, as it would there."""
    (tmp_path / "a.txt").write_text("张伟去上海。\n" * 300, encoding="utf-8")
    (tmp_path / "out.jsonl").write_text("old")
    tag = f"{' '.join(bert_ner)} tag --model {model_folder} {tmp_path}/a.txt --output {tmp_path}/out.jsonl"
    command = f"ulimit -f 8; {tag}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.strip().startswith("bert-ner: ")
    assert "free some space or write elsewhere" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out.jsonl"]
    assert (tmp_path / "out.jsonl").read_text() == "old"


def test_options_of_files_beside_a_text(refused: Callable[..., str], model_folder: Path) -> None:
    message = refused("tag", "--model", model_folder, "--text", "王", "--from", "jsonl")
    assert message == "--text is the text itself: leave out options about files, such as --encoding"


def test_nothing_to_tag(refused: Callable[..., str], model_folder: Path) -> None:
    assert refused("tag", "--model", model_folder).startswith("expected text files")


def test_settings_out_of_range(refused: Callable[..., str], data_folder: Path, tmp_path: Path) -> None:
    message = refused("train", "--data", data_folder, "--output", tmp_path / "model", "--epochs", "0")
    assert message == "expected --epochs to be a whole number from 1 to 100,000, got 0"


def test_settings_in_a_file(
    run: Run, refused: Callable[..., str], data_folder: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    config = tmp_path / "settings.json"
    train = ("train", "--data", data_folder, "--output", tmp_path / "model", "--config", config)
    assert refused(*train) == f"{config}: no such file or folder"
    config.write_text('{"epoch": 1}', encoding="utf-8")
    assert refused(*train) == f"{config}: unknown setting 'epoch': did you mean --epochs?"
    config.write_text('{"max_length": 64, "max_steps": 3, "lstm_size": 8, "fusion": "mean"}', encoding="utf-8")
    result = run(*train, "--encoder", encoder_folder, "--max-steps", "1", "--precision", "fp32")
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "model" / "training.json").read_text(encoding="utf-8"))
    assert (record["steps"], record["settings"]["lstm_size"], record["settings"]["fusion"]) == (1, 8, "mean")


@pytest.mark.slow
def test_a_search_for_settings(
    run: Run, refused: Callable[..., str], data_folder: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("optuna")
    data = tmp_path / "data"
    shutil.copytree(data_folder, data)
    (data / "test.txt").write_bytes(b"\xff no tags")  # nobody reads it
    output = tmp_path / "search"
    tune = (
        "tune",
        "--data",
        data,
        "--output",
        output,
        "--encoder",
        encoder_folder,
        "--seed",
        "2",
        "--epochs",
        "1",
        *TINY,
    )
    result = run(*tune, "--trials", "2")
    assert result.exit_code == 0, result.output
    rows = (output / "trials.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].split(",")[:4] == ["trial", "state", "dev_f1", "dropout"]  # neither epochs nor batch_size
    assert len(rows) == 3
    best = json.loads((output / "best.json").read_text(encoding="utf-8"))
    assert (best["epochs"], best["lstm_size"], best["max_length"]) == (1, 16, 64)
    last = result.stdout.splitlines()[-1]
    assert last.endswith(f"train --data {data} --output MODEL --config {output / 'best.json'} --seed 2")
    assert "started with --clip 1.0, not 2.0" in refused(*tune, "--trials", "3", "--quiet", "--clip", "2")


def test_a_search_without_optuna(
    refused: Callable[..., str], data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    message = refused("tune", "--data", data_folder, "--output", tmp_path / "out", "--trials", "1")
    assert message == f"{tmp_path / 'out'}: optuna is not installed; {how_to_install('tune')}"


# Data sets


def test_check_says_what_is_wrong_and_how_grave_it_is(run: Run, tmp_path: Path, encoder_folder: Path) -> None:
    path = tmp_path / "train.txt"
    options = ("--encoder", encoder_folder)
    path.write_text("王 B-PER\n来 O\n", encoding="utf-8")
    clean = run("check", path, "--fail-on-suspicions", *options)
    assert (clean.exit_code, "rare type" in clean.output) == (1, True)
    path.write_text("".join(f"王{n} B-PER\n来 O\n\n" for n in range(20)), encoding="utf-8")
    assert run("check", path, "--fail-on-suspicions", *options).exit_code == 0
    path.write_text("王 O\n来 I-PER\n", encoding="utf-8")
    assert run("check", path, *options).exit_code == 0
    assert run("check", path, "--fail-on-suspicions", *options).exit_code == 1
    path.write_text("王 B-PER\n来 O\n去 I-PER\n", encoding="utf-8")
    assert run("check", path, *options).exit_code == 1
    path.write_text("王 O\n来\n\n去 O\n", encoding="utf-8")
    result = run("check", path, "--report", tmp_path / "report", "--fix", tmp_path / "fixed", *options)
    assert result.exit_code == 2
    assert f"{path}:2: one column, '来'; expected a token and a tag" in result.output.replace("\n", " ").replace(
        "  ", " "
    )
    assert "malformed line" in (tmp_path / "report" / "check.html").read_text(encoding="utf-8")
    assert (tmp_path / "fixed" / "train.txt").read_text(encoding="utf-8") == "去\tO\n\n"
    changes = tmp_path / "fixed" / "changes.txt"
    copy = f"fixed copy: {tmp_path / 'fixed' / 'train.txt'}; 1 change, listed in {changes}\n1 of 2 sentences left out\n"
    assert result.output.endswith(copy)


def test_check_refuses_to_write_over_a_folder(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("王 O\n", encoding="utf-8")
    assert refused("check", tmp_path, "--fix", tmp_path) == (f"{tmp_path} is used twice: choose another --fix")


def test_convert_split_and_merge(run: Run, refused: Callable[..., str], tmp_path: Path) -> None:
    source = tmp_path / "all.jsonl"
    line = '{{"text": "王{}去", "entities": [[0, 2, "PER"], [0, 1, "X"]]}}\n'
    source.write_text("".join(line.format(n) for n in range(10)), encoding="utf-8")
    result = run("convert", source, tmp_path / "all.bmes", "--scheme", "BMES", "--losses", tmp_path / "losses.txt")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path / 'all.bmes'}: 10 sentences, 10 entities\n"
    assert result.stderr.startswith("overlapping entity left out: 10\n")
    assert len((tmp_path / "losses.txt").read_text(encoding="utf-8").splitlines()) == 10
    assert refused("convert", source, tmp_path / "x.json").startswith("can't tell the format of")

    result = run("split", tmp_path / "all.bmes", "--output", tmp_path / "data", "--test", "0")
    assert result.stdout.splitlines() == [
        f"{tmp_path / 'data' / 'train.conll'}: 9 sentences, 9 entities",
        f"{tmp_path / 'data' / 'dev.conll'}: 1 sentence, 1 entity",
    ]
    result = run("merge", tmp_path / "data", tmp_path / "data", "--output", tmp_path / "both", "--to", "jsonl")
    assert f"{tmp_path / 'both' / 'train.jsonl'}: 9 sentences, 9 entities" in result.stdout


def test_every_command_reads_every_format(run: Run, model_folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "test.jsonl"
    source.write_text('{"text": "王小明在北京大学看书。", "label": [[0, 3, "PER"], [4, 8, "ORG"]]}\n', encoding="utf-8")
    result = run("evaluate", "--model", model_folder, "--data", source)
    assert "FB1: 100.00" in result.output
    table = tmp_path / "a.csv"
    table.write_text("id,content\n7,张伟去上海。\n", encoding="utf-8")
    result = run("tag", "--model", model_folder, table, "--text-column", "content", "--format", "csv")
    rows = [row.split(",") for row in result.stdout.splitlines()]
    assert [(row[4], row[5], row[7]) for row in rows[1:]] == [("PER", "张伟", "7"), ("LOC", "上海", "7")]
    result = run("tag", "--model", model_folder, source, "--from", "doccano")
    assert json.loads(result.stdout)["text"] == "王小明在北京大学看书。"


def test_evaluate_tells_of_repairs(run: Run, model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("王 B-PER\n来 I-LOC\n", encoding="utf-8")
    result = run("evaluate", "--model", model_folder, "--data", tmp_path / "a.txt")
    assert "1 illegal BIO tags were read as conlleval reads them" in result.stderr


def test_a_name_that_is_no_format(refused: Callable[..., str], data_folder: Path, model_folder: Path) -> None:
    message = refused("evaluate", "--model", model_folder, "--data", data_folder, "--from", "connl")
    assert message.startswith("unknown format 'connl': expected one of conll, jsonl,")


def test_scores_need_every_tag(refused: Callable[..., str], model_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "test.txt"
    path.write_text("王 B-PER\n\n我 ?\n去 O\n", encoding="utf-8")
    assert refused("evaluate", "--model", model_folder, "--data", path) == (
        f"{path}:3: the sentence has characters with the tag ?, 1 in 1 sentence in all; scores need every tag: label "
        "these sentences completely, or remove them (only train may have ?)"
    )


def test_unknown_tags_that_a_format_cannot_hold_are_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("王 B-PER\n来 ?\n\n我 ?\n去 ?\n", encoding="utf-8")
    result = run("convert", path, tmp_path / "a.jsonl", "--to", "doccano")
    assert result.exit_code == 0
    assert result.stderr.splitlines()[:3] == [
        "unknown tags lost: 2",
        f"  {path}:1: 1 character with the tag ?: this format marks them as outside of entities",
        f"  {path}:4: 2 characters with the tag ?: this format marks them as outside of entities",
    ]


# Embedding


def test_vectors_of_texts_characters_and_entities(
    run: Run, encoder_folder: Path, model_folder: Path, tmp_path: Path
) -> None:
    texts, annotated = tmp_path / "a.txt", tmp_path / "a.conll"
    texts.write_text("张伟去上海。\n\n我不去。\n", encoding="utf-8")
    annotated.write_text("王 B-PER\n来 O\n", encoding="utf-8")

    def shape(*options: object) -> tuple[int, ...]:
        result = run("embed", *options, "--encoder", encoder_folder, "--output", tmp_path / "out.npy")
        assert result.exit_code == 0, result.output
        array = np.load(tmp_path / "out.npy")
        assert f"{len(array)} vectors of {array.shape[1]} numbers" in result.stdout
        return tuple(array.shape)

    assert shape(texts) == (3, 32)
    assert shape(texts, "--pooling", "none", "--layer", "-2") == (10, 32)
    assert shape(texts, "--pooling", "cls", "--layer", "last4") == (3, 96)
    assert shape(texts, "--entities", "--model", model_folder) == (2, 32)
    assert shape(annotated, "--entities", "--from", "conll") == (1, 32)
    assert shape(annotated, "--from", "conll", "--pooling", "max") == (1, 32)
    told = run("embed", texts, "--encoder", model_folder, "--output", tmp_path / "out.jsonl")
    assert told.stderr == "note: empty records, whose vectors are zeros: 1\n"


def test_vectors_that_cannot_be_asked_for(refused: Callable[..., str], encoder_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("我\n", encoding="utf-8")
    embed = ("embed", path, "--encoder", encoder_folder, "--output", tmp_path / "out.npy")
    assert refused(*embed, "--entities").startswith("--entities: expected --model to find them, or --from")
    assert refused(*embed, "--model", tmp_path).startswith("--model finds entities: add --entities")
    assert refused(*embed, "--entities", "--from", "conll", "--pooling", "cls").startswith("--pooling cls is for whole")
    assert refused(*embed, "--layer", "top").startswith("expected --layer to be a number")
    assert refused(*embed, "--layer", "3").startswith("the encoder has no layer 3: expected 0")
    assert "expected --output to end in .npy" in refused(*embed[:-1], tmp_path / "out.csv")
    assert [*tmp_path.iterdir()] == [path]

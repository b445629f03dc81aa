"""Streams that are closed, full, or read by a program that stops early, in real processes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PREDICTIONS = "王 B-PER B-PER\n去 O O\n"


def in_bash(
    *arguments: object, streams: str = "", cwd: Path | None = None, module: str = "ner"
) -> subprocess.CompletedProcess[str]:
    """Run a command in bash with redirections; its status is that of the command, also before a pipe."""
    line = subprocess.list2cmdline([sys.executable, "-m", module, *map(str, arguments)])
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        ["bash", "-c", f"{line} {streams}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True, cwd=cwd, env=environment, input=PREDICTIONS, check=False,
    )  # fmt: skip


WithoutReader = Callable[..., subprocess.CompletedProcess[bytes]]


def closed_pipe() -> int:
    """The end to write to of a pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    return write


@pytest.fixture
def without_reader(bert_ner: list[str]) -> WithoutReader:
    """Runs a command whose standard output, and with `err` its standard error too, nobody reads."""

    def run(*arguments: object, err: bool = False) -> subprocess.CompletedProcess[bytes]:
        out = closed_pipe()
        line = [*bert_ner, *map(str, arguments)]
        done = subprocess.run(line, stdout=out, stderr=out if err else subprocess.PIPE, check=False)
        os.close(out)
        return done

    return run


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    path = tmp_path / "predictions.txt"
    path.write_text(PREDICTIONS, encoding="utf-8")
    return path


@pytest.mark.parametrize("line", ["--help", "--version", "score --help", "info --json"])
def test_a_full_standard_output_is_named(line: str) -> None:
    done = in_bash(*line.split(), streams="> /dev/full")
    assert (done.returncode, done.stderr) == (
        2, "bert-ner: standard output: No space left on device; free some space or write elsewhere\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "streams", "message"),
    [
        ("--version", ">&-", "standard output: Bad file descriptor"),
        ("tag - --output x.csv >&-", "<&-", "standard input: Bad file descriptor"),
    ],
)
def test_a_closed_stream_is_named(line: str, streams: str, message: str, tmp_path: Path) -> None:
    done = in_bash(*line.split(), streams=streams, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"bert-ner: {message}"
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("streams", ["2> /dev/full", "2>&-", "2>&- >&- <&-"])
def test_an_error_that_cannot_be_told_has_its_status(streams: str) -> None:
    assert in_bash("convert", "missing", "x.jsonl", streams=streams).returncode == 2


def test_no_file_gets_the_number_of_a_closed_stream(tmp_path: Path, predictions: Path) -> None:
    done = in_bash("convert", predictions, tmp_path / "a.jsonl", "--tag-column", 2, streams=">&- 2>&- <&-")
    assert done.returncode == 0
    assert (tmp_path / "a.jsonl").read_text(
        encoding="utf-8"
    ) == '{"text": "王去", "entities": [{"start": 0, "end": 1, "label": "PER", "text": "王"}]}\n'


@pytest.mark.slow
def test_the_report_is_there_when_nobody_reads_the_scores(
    predictions: Path, tmp_path: Path, without_reader: WithoutReader
) -> None:
    done = without_reader("score", predictions, "--report", tmp_path / "report")
    assert (done.returncode, done.stderr) == (141, b"")
    assert (tmp_path / "report" / "report.html").exists()
    done = without_reader("check", predictions, "--tag-column", 2, "--report", tmp_path / "checked")
    assert (done.returncode, done.stderr) == (141, b"")
    assert (tmp_path / "checked" / "check.json").exists()


@pytest.mark.slow
def test_the_report_is_there_when_standard_output_is_full(predictions: Path, tmp_path: Path) -> None:
    done = in_bash("score", predictions, "--report", tmp_path / "report", streams="> /dev/full")
    assert done.returncode == 2
    assert "standard output: No space left" in done.stderr
    assert (tmp_path / "report" / "report.html").exists()


def test_what_makes_files_goes_on_without_a_reader_and_tells_a_full_output_last(
    predictions: Path, tmp_path: Path, without_reader: WithoutReader
) -> None:
    done = without_reader("convert", predictions, tmp_path / "a.conll", "--tag-column", 2, "--quiet")
    assert (done.returncode, done.stderr) == (0, b"")
    done_full = in_bash("convert", predictions, tmp_path / "b.conll", "--tag-column", 2, streams="> /dev/full")
    assert done_full.returncode == 2
    assert "standard output: No space left" in done_full.stderr
    assert (tmp_path / "a.conll").read_bytes() == (tmp_path / "b.conll").read_bytes() != b""


@pytest.mark.slow
def test_training_goes_on_without_its_terminal(
    data_folder: Path, encoder_folder: Path, tmp_path: Path, without_reader: WithoutReader
) -> None:
    done = without_reader(
        "train", "--data", data_folder, "--output", tmp_path / "model", "--encoder", encoder_folder,
        "--lstm-size", 16, "--max-length", 64, "--precision", "fp32", "--batch-size", 4, "--epochs", 20,
        "--learning-rate", 2e-3, "--head-learning-rate", 2e-2, err=True,
    )  # fmt: skip
    assert done.returncode == 0
    assert {"model.safetensors", "evaluation"} <= {path.name for path in (tmp_path / "model").iterdir()}


def test_a_filter_ends_quietly_when_its_reader_does(without_reader: WithoutReader) -> None:
    done = without_reader("tag", "--text", "王小明去上海。", "--quiet")
    assert (done.returncode, done.stderr) == (141, b"")
    done = without_reader("info")
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("streams", "message"),
    [
        ("> /dev/full", "standard output: No space left on device"),
        (">&-", "standard output is closed"),
        ("<&-", "standard input is closed"),
        ("< /dev/zero", "<stdin>:1: expected columns, got a line of 10,000,000 bytes or more"),
        ("--help > /dev/full", "standard output: No space left on device"),
    ],
)
def test_the_scorer_alone_names_its_streams(streams: str, message: str) -> None:
    done = in_bash(streams=streams, module="conlleval")
    assert (done.returncode, done.stderr) == (1, f"conlleval: {message}\n")


def test_the_scorer_alone_ends_quietly() -> None:
    out = closed_pipe()
    done = subprocess.run(
        [sys.executable, "-m", "conlleval"], stdout=out, stderr=subprocess.PIPE, input=b"a O O\n", check=False
    )
    os.close(out)
    assert (done.returncode, done.stderr) == (141, b"")
    assert in_bash("-x", streams="2>&-", module="conlleval").returncode == 1


def test_standard_error_is_written_again_when_there_is_room_again(tmp_path: Path) -> None:
    program = """
import os, sys
from ner.commands.streams import standard_streams

def log(line, path, mode):
    os.dup2(os.open(path, mode), 2)
    print(line, file=sys.stderr, flush=True)

with standard_streams():
    log("one", "log.txt", os.O_WRONLY | os.O_CREAT)
    log("two", os.devnull, os.O_RDONLY)  # which can't be written
    log("three", "log.txt", os.O_WRONLY | os.O_APPEND)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "log.txt").read_text(encoding="utf-8") == "one\nthree\n"

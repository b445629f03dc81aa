"""SIGTERM and SIGHUP end a command as Ctrl-C does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ner.commands.app import app
from ner.commands.signals import StopSignals
from ner.runs.interruption import Interruption

REMOVED = "what was unfinished is removed, run the same command again\n"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")


def told(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """The exit status of a process, and what it says on standard error."""
    assert process.stderr is not None
    message = process.stderr.read().decode()
    process.stderr.close()
    if process.stdin is not None:
        process.stdin.close()
    return process.wait(10), message


def wait_for(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_stopped_command_leaves_nothing_behind(bert_ner: list[str], model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("old", encoding="utf-8")
    command = [*bert_ner, "tag", "--model", str(model_folder), "--quiet", "-"]
    command += ["--output", str(tmp_path / "out.jsonl")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write("张伟去上海。\n".encode())
    process.stdin.flush()
    wait_for(lambda: len(list(tmp_path.iterdir())) == 2)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)  # as timeout does
    assert told(process) == (143, "bert-ner: interrupted by SIGTERM: nothing is kept; run the same command again\n")
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "old"


@pytest.mark.slow
@pytest.mark.parametrize(("number", "name"), [(signal.SIGHUP, "SIGHUP"), (signal.SIGINT, "Ctrl-C")])
def test_the_status_tells_the_signal(number: signal.Signals, name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    command = [sys.executable, "-m", "ner", "score", str(tmp_path / "fifo")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    descriptor = os.open(tmp_path / "fifo", os.O_WRONLY)  # waits for the reader
    time.sleep(0.1)
    process.send_signal(number)
    assert told(process) == (128 + number, f"bert-ner: interrupted by {name}: {REMOVED}")
    os.close(descriptor)


def test_a_long_run_takes_both_as_one_request_to_stop() -> None:
    stop, interruption = StopSignals(), Interruption()
    with stop.caught(), interruption.catch_interrupt():
        os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.requested
        os.kill(os.getpid(), signal.SIGHUP)  # a session that ends sends both
        os.kill(os.getpid(), signal.SIGTERM)
        assert (stop.name, stop.status) == ("SIGTERM", 143)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_is_ignored_stays_so_and_an_ignored_ctrl_c_hinders_nothing() -> None:
    stop = StopSignals()
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGINT)}
    try:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        with stop.caught():
            os.kill(os.getpid(), signal.SIGHUP)  # nohup
            assert (stop.name, stop.status) == ("Ctrl-C", 130)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_stopped_training_has_a_checkpoint_and_says_how_to_continue(
    bert_ner: list[str], data_folder: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    command = [*bert_ner, "train", "--data", str(data_folder), "--encoder", str(encoder_folder)]
    command += ["--output", str(tmp_path / "model"), "--epochs", "100000", "--patience", "100000", "--quiet"]
    command += ["--max-length", "64"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    wait_for(lambda: any((tmp_path / "model" / "unfinished-run").glob("checkpoint-*/manifest.json")))
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    status, message = told(process)
    assert status == 143
    assert message.startswith("bert-ner: stopped after step ")
    assert message.endswith("; run it again with --resume to continue\n")


def test_ctrl_c_before_the_command_begins(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ner.commands.exit_status.standard_streams", interrupt)
    with pytest.raises(SystemExit) as ended:
        app(["info"])
    assert ended.value.code == 130
    assert capsys.readouterr().err == "bert-ner: interrupted by Ctrl-C\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_after_the_command_changes_nothing(number: int) -> None:
    code = (
        f"import atexit, os; from ner.commands.app import run; atexit.register(os.kill, os.getpid(), {number}); run()"
    )
    line = [sys.executable, "-c", code, "--version"]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert told(process) == (0, "")

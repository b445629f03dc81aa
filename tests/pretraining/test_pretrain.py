import json
import math
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer
from typer.testing import CliRunner

from ner.commands.app import app
from ner.errors import InputError, InterruptedRun
from ner.model.load_encoder import load_encoder, load_masked_language_model
from ner.pretraining.pretrain import pretrain
from ner.pretraining.pretraining_loop import PretrainingLoop
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.run_checkpoint import load_checkpoint
from ner.pretraining.unlabelled_text import Source
from ner.runs.checkpoints import list_checkpoints
from ner.runs.folder_lock import hold_folder
from tests.helpers.killed_process import run_killed
from tests.helpers.pretraining_text import repeats, sentences
from tests.helpers.recorded_progress import RecordedProgress


@pytest.fixture
def text(tmp_path: Path) -> list[Source]:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(sentences(500)))
    return [Source(path)]


@pytest.fixture
def settings(encoder_folder: Path) -> PretrainingSettings:
    return PretrainingSettings(
        encoder=str(encoder_folder),
        masking="character",
        steps=8,
        lengths=(16, 32, 64),
        batch_characters=256,
        learning_rate=2e-3,
        held_out=0.1,
        buffer=5,
        precision="fp32",
    )


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def interrupted_after(step: int) -> Callable[[PretrainingLoop, float], None]:
    """`PretrainingLoop._step`, with Ctrl-C in the one given."""
    original = PretrainingLoop._step

    def with_interrupt(self: PretrainingLoop, progress: float) -> None:
        original(self, progress)
        if self.state.step == step:
            os.kill(os.getpid(), signal.SIGINT)

    return with_interrupt


@pytest.mark.slow
def test_the_held_out_loss_falls_and_the_folder_is_an_encoder(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    progress = RecordedProgress()
    output = tmp_path / "out"
    text[0].path.write_text("\n".join(repeats()))
    settings = replace(settings, steps=250, lengths=(16, 32), learning_rate=3e-3, buffer=50)
    record = pretrain(text, settings, output, progress=progress)
    first, last = record["held_out"]
    # Ten characters are equally frequent: without the context no guess is better than this.
    assert last["loss"] < math.log(10) - 0.3 < first["loss"]
    assert last["perplexity"] == pytest.approx(math.exp(last["loss"]))
    assert (first["step"], last["step"], record["steps"]) == (0, 250, 250)
    assert record == json.loads((output / "pretraining.json").read_text())
    assert record["data"][0]["passes"] >= 1
    assert "held-out loss" in progress.text
    assert "a second" in progress.text

    assert sorted(path.name for path in output.iterdir()) == [
        "config.json", "model.safetensors", "pretraining.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt",
    ]  # fmt: skip
    assert {path.stat().st_mode for path in output.iterdir()} == {text[0].path.stat().st_mode}
    assert load_encoder(str(output))[1].unknown("王小明") == 0
    assert not load_masked_language_model(str(output)).head_is_new
    tokenizer = AutoTokenizer.from_pretrained(output)
    inputs = tokenizer("我" * 7 + "[MASK]" + "我" * 6, return_tensors="pt")
    assert AutoModel.from_pretrained(output)(**inputs).last_hidden_state.shape[1] == 16
    guess = AutoModelForMaskedLM.from_pretrained(output)(**inputs).logits[0, 8].argmax()
    assert tokenizer.decode(guess) == "我"


@pytest.mark.slow
def test_a_run_that_was_interrupted_ends_with_the_same_weights(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(settings, accumulate=2)
    whole = pretrain(text, settings, tmp_path / "whole")
    output = tmp_path / "interrupted"
    with monkeypatch.context() as patch:
        patch.setattr(PretrainingLoop, "_step", interrupted_after(5))
        with pytest.raises(InterruptedRun, match=r"stopped after 5 steps, .*`resume`"):
            pretrain(text, settings, output)
    with pytest.raises(InputError, match="contains an unfinished run: continue it with `resume`"):
        pretrain(text, settings, output)
    with pytest.raises(InputError, match=r"started with `learning_rate` 0\.002, not 0\.1"):
        pretrain(text, replace(settings, learning_rate=0.1), output, resume=True)
    resumed = pretrain(text, settings, output, resume=True)
    expected, found = weights(tmp_path / "whole"), weights(output)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert [row["loss"] for row in whole["held_out"]] == [row["loss"] for row in resumed["held_out"]]
    assert whole["characters"] == resumed["characters"]
    assert not (output / "unfinished-run").exists()


@pytest.mark.slow
def test_with_minutes_the_remaining_time_goes_on(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(settings, steps=None, minutes=0.05)
    output = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(PretrainingLoop, "_step", interrupted_after(3))
        with pytest.raises(InterruptedRun):
            pretrain(text, settings, output)
    before = load_checkpoint(list_checkpoints(output / "unfinished-run")[0])
    assert 0 < before.seconds < 3
    record = pretrain(text, settings, output, resume=True)
    assert 0.05 <= record["minutes"] < 0.1
    assert record["steps"] > before.step


def test_checkpoints_come_by_the_clock_and_change_nothing(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    pretrain(text, settings, tmp_path / "rare")
    record = pretrain(text, replace(settings, checkpoint_minutes=1e-6), tmp_path / "often")
    assert [row["step"] for row in record["held_out"]] == list(range(9))
    rare, often = weights(tmp_path / "rare"), weights(tmp_path / "often")
    assert all(torch.equal(rare[name], often[name]) for name in rare)


def test_a_new_head_learns_first(
    text: list[Source], settings: PretrainingSettings, encoder_folder: Path, tmp_path: Path
) -> None:
    # Of ten steps the head has four for itself.
    changed = replace(settings, steps=10, warmup=0.4, weight_decay=0.0)
    before = weights(encoder_folder)
    seen: list[bool] = []

    class Watched(PretrainingLoop):
        def _step(self, progress: float) -> None:
            super()._step(progress)
            query = self._model.base_model.encoder.layer[0].attention.self.query.weight
            seen.append(torch.equal(query, before["encoder.layer.0.attention.self.query.weight"]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ner.pretraining.pretrain.PretrainingLoop", Watched)
        pretrain(text, changed, tmp_path / "out")
    assert seen == [True] * 4 + [False] * 6


def test_layers_cut_and_characters_added_give_a_folder_that_works(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    path = text[0].path
    path.write_text(path.read_text() + "\n鑫淼鑫\n" * 40)
    output = tmp_path / "out"
    record = pretrain(text, replace(settings, layers=1, add_characters=1), output)
    assert record["added_characters"] == "鑫"
    encoder, table = load_encoder(str(output))
    assert encoder.config.num_hidden_layers == 1
    assert table.unknown("鑫淼") == 1
    assert (output / "vocab.txt").read_text().split("\n")[-2:] == ["鑫", ""]
    tokenizer = AutoTokenizer.from_pretrained(output)
    assert tokenizer("王鑫")["input_ids"][1:-1] == table.encode("王鑫").tolist()
    # And once more, from there.
    again = pretrain(text, replace(settings, encoder=str(output), add_characters=1), tmp_path / "again")
    assert again["added_characters"] == "淼"
    assert load_encoder(str(tmp_path / "again"))[1].unknown("鑫淼") == 0


def test_a_student_of_a_larger_teacher(text: list[Source], settings: PretrainingSettings, tmp_path: Path) -> None:
    pretrain(text, replace(settings, width=32, heads=2, layers=2), tmp_path / "teacher")
    student = replace(settings, width=16, heads=2, layers=1, teacher=str(tmp_path / "teacher"))
    record = pretrain(text, student, tmp_path / "student")
    assert record["held_out"][-1]["loss"] < record["held_out"][0]["loss"]
    assert load_encoder(str(tmp_path / "student"))[0].config.hidden_size == 16


def test_replaced_characters_give_an_encoder_without_a_head(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    record = pretrain(text, replace(settings, objective="replaced"), tmp_path / "out")
    assert {"detection_loss", "found", "false_alarms", "perplexity"} <= record["held_out"][-1].keys()
    assert load_encoder(str(tmp_path / "out"))[1].unknown("王") == 0
    assert load_masked_language_model(str(tmp_path / "out")).head_is_new


def test_the_number_format_stays_that_of_the_encoder(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    half = tmp_path / "half"
    pretrain(text, settings, tmp_path / "first")
    model = AutoModelForMaskedLM.from_pretrained(tmp_path / "first").half()
    model.save_pretrained(half)
    AutoTokenizer.from_pretrained(tmp_path / "first").save_pretrained(half)
    pretrain(text, replace(settings, encoder=str(half)), tmp_path / "second")
    assert {tensor.dtype for tensor in weights(tmp_path / "second").values()} == {torch.float16}
    assert {tensor.dtype for tensor in weights(tmp_path / "first").values()} == {torch.float32}


def test_a_loss_that_is_not_finite_says_what_to_try(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="try a lower `learning_rate`"):
        pretrain(text, replace(settings, steps=60, learning_rate=1e30, warmup=0.0, clip=1e30), tmp_path / "out")


def test_no_encoder_is_written_whose_weights_the_last_step_ruined(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"held-out text is not finite after step 1: try a lower"):
        pretrain(text, replace(settings, steps=1, weight_decay=1e38, warmup=0.0), tmp_path / "out")
    assert not (tmp_path / "out" / "config.json").exists()


def test_a_run_whose_encoder_could_not_be_written_has_nothing_to_learn_again(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError("no space")

    whole = pretrain(text, settings, tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr("ner.pretraining.pretrain.save_encoder", full)
        with pytest.raises(OSError, match="no space"):
            pretrain(text, settings, tmp_path / "out")
    monkeypatch.setattr(PretrainingLoop, "_step", full)
    resumed = pretrain(text, settings, tmp_path / "out", resume=True)
    assert resumed["held_out"][-1]["loss"] == whole["held_out"][-1]["loss"]


def test_the_output_folder_is_never_overwritten(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path, encoder_folder: Path
) -> None:
    before = weights(encoder_folder)
    with pytest.raises(InputError, match="already contains a model"):
        pretrain(text, settings, encoder_folder)
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(encoder_folder).items())
    with pytest.raises(InputError, match="expected `output` to be a folder, got the file"):
        pretrain(text, settings, text[0].path)


def test_a_damaged_checkpoint_is_named(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PretrainingLoop, "_step", interrupted_after(1))
    with pytest.raises(InterruptedRun):
        pretrain(text, settings, tmp_path)
    path = tmp_path / "unfinished-run" / "checkpoint-1" / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match=r"checkpoint-1 is damaged \(checkpoint\.pt has 5,000 bytes, not .*remove "):
        pretrain(text, settings, tmp_path, resume=True)


def test_the_command_takes_a_list_of_files(text: list[Source], encoder_folder: Path, tmp_path: Path) -> None:
    path = text[0].path
    other = tmp_path / "other.txt"
    other.write_text("\n".join(sentences(200, seed=2)))
    output = tmp_path / "out"
    options = ["--steps", "2", "--lengths", "16,32", "--batch-characters", "128", "--masking", "character"]
    options += ["--encoder", str(encoder_folder), "--held-out", "0.1"]
    run = CliRunner().invoke(app, ["pretrain", str(path), f"{other}=2", "--output", str(output), *options])
    assert run.exit_code == 0, run.output
    assert f"bert-ner train --encoder {output}" in run.output.replace("\n", "")
    record = json.loads((output / "pretraining.json").read_text())
    assert [(file["path"], file["weight"]) for file in record["data"]] == [(str(path), 1.0), (str(other), 2.0)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.txt", "--steps", "1"], "none.txt: no such file or folder"),
        (["none.txt"], "expected either --minutes or --steps"),
        (
            ["none.txt", "--steps", "1", "--lengths", "64;128"],
            "expected --lengths to be whole numbers from 8 to 100,000",
        ),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], message: str, tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["pretrain", "--output", str(tmp_path / "out"), *arguments])
    assert run.exit_code == 2
    assert message in run.output


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a copy of this process")
def test_a_run_killed_at_any_write_ends_with_the_same_weights(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    settings = replace(settings, steps=4, checkpoint_minutes=1e-6)
    whole = tmp_path / "whole"
    changes = run_killed(lambda: pretrain(text, settings, whole), whole, 0)
    assert changes > 20
    for number in range(2, changes + 1, changes // 6):
        output = tmp_path / f"killed-{number}"
        assert run_killed(lambda: pretrain(text, settings, output), output, number) == number - 1  # noqa: B023
        if (output / "config.json").exists():
            load_encoder(str(output))
        if (output / "unfinished-run").exists() or not (output / "config.json").exists():
            pretrain(text, settings, output, resume=True)
        expected, found = weights(whole), weights(output)
        assert all(torch.equal(expected[name], found[name]) for name in expected), number


def stopped(text: list[Source], settings: PretrainingSettings, output: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run that was stopped after step 5, with a checkpoint before that."""
    with monkeypatch.context() as patch:
        patch.setattr(PretrainingLoop, "_step", interrupted_after(5))
        with pytest.raises(InterruptedRun):
            pretrain(text, replace(settings, checkpoint_minutes=1e-6), output)
    assert [path.name for path in list_checkpoints(output / "unfinished-run")] == ["checkpoint-5", "checkpoint-4"]
    return output / "unfinished-run"


def test_the_checkpoint_before_is_taken_if_the_newest_is_damaged(
    text: list[Source],
    settings: PretrainingSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pretrain(text, settings, tmp_path / "whole")
    unfinished = stopped(text, settings, tmp_path / "out", monkeypatch)
    (unfinished / "checkpoint-5" / "checkpoint.pt").write_bytes(b"")
    record = pretrain(text, replace(settings, checkpoint_minutes=1e-6), tmp_path / "out", resume=True)
    assert "checkpoint-5 is not whole (checkpoint.pt has 0 bytes" in caplog.text
    assert record["steps"] == 8
    expected, found = weights(tmp_path / "whole"), weights(tmp_path / "out")
    assert all(torch.equal(expected[name], found[name]) for name in expected)


@pytest.mark.parametrize("is_damaged", [False, True])
def test_a_checkpoint_of_0_1_is_taken_over(
    text: list[Source],
    settings: PretrainingSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_damaged: bool,
) -> None:
    unfinished = stopped(text, settings, tmp_path, monkeypatch)
    content = (unfinished / "checkpoint-5" / "checkpoint.pt").read_bytes()
    for folder in list_checkpoints(unfinished):
        shutil.rmtree(folder)
    (unfinished / "checkpoint.pt").write_bytes(content[:5000] if is_damaged else content)
    run = json.loads((unfinished / "run.json").read_text())
    del run["format_version"]
    (unfinished / "run.json").write_text(json.dumps(run))
    settings = replace(settings, checkpoint_minutes=1e-6)
    with pytest.raises(InputError, match="contains an unfinished run: continue it with `resume`"):
        pretrain(text, settings, tmp_path)
    if is_damaged:
        with pytest.raises(InputError, match=r"checkpoint-0 is damaged \(checkpoint\.pt is damaged\), .*: remove "):
            pretrain(text, settings, tmp_path, resume=True)
    else:
        assert pretrain(text, settings, tmp_path, resume=True)["held_out"][-2]["step"] == 7


def test_without_a_checkpoint_a_note_says_that_the_run_starts_anew(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfinished = stopped(text, settings, tmp_path, monkeypatch)
    for folder in list_checkpoints(unfinished):
        shutil.rmtree(folder)
    progress = RecordedProgress()
    pretrain(text, settings, tmp_path, resume=True, progress=progress)
    assert f"note   there is no checkpoint in {tmp_path}: the run starts from its beginning" in progress.lines


def test_a_second_run_in_the_folder_is_refused(
    text: list[Source], settings: PretrainingSettings, tmp_path: Path
) -> None:
    with hold_folder(tmp_path / "out"), pytest.raises(InputError, match=r"another run uses .*out now"):
        pretrain(text, settings, tmp_path / "out")

"""Training: that it learns, that it can be repeated and resumed to the bit, and that it stops where it should."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tensorboardX.proto.event_pb2 import Event
from transformers import BertModel, TrainerState

from ner.data.corpus import Corpus, read_corpus
from ner.decoding.numpy_chain import Floats
from ner.decoding.tag_decoders import CrfDecoder, Decoded
from ner.errors import InputError, InterruptedRun
from ner.extras import how_to_install
from ner.model.crf.scheme_crf import SchemeCrf
from ner.tagging.layer_weights import layer_weights
from ner.tagging.tagger import Tagger
from ner.training import tagger_trainer, training_length
from ner.training.epoch_progress import EpochProgress
from ner.training.parameter_groups import layer_of, parameter_groups
from ner.training.run_description import read_finished_record
from ner.training.run_overview import describe_run_start
from ner.training.starting_network import build_model
from ner.training.train import train
from ner.training.training_examples import Examples
from ner.training.training_settings import TrainingSettings
from tests.conftest import SENTENCES, conll
from tests.helpers.recorded_progress import RecordedProgress

Change = Callable[..., TrainingSettings]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def same(one: Path, other: Path) -> bool:
    a, b = weights(one), weights(other)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture
def interrupt_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Callable[[], None]]:
    """Send this process the signal of Ctrl-C in a given step; the result undoes it."""

    def install(step: int) -> Callable[[], None]:
        class Interrupted(EpochProgress):
            def on_step_begin(self, args: object, state: TrainerState, control: object, **kwargs: object) -> None:
                if state.global_step + 1 == step:
                    os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr("ner.training.train.EpochProgress", Interrupted)
        return monkeypatch.undo

    return install


def test_a_handful_of_sentences_is_learned_by_heart(model_folder: Path) -> None:
    record = json.loads((model_folder / "training.json").read_text(encoding="utf-8"))
    assert record["scores"]["dev"]["conlleval"]["f1"] == 100.0
    assert record["epochs"][0]["loss"] > 10 * record["epochs"][-1]["loss"]
    assert record["best_dev_f1"] == max(epoch["dev_f1"] for epoch in record["epochs"])
    assert record["settings"]["max_length"] == 64
    assert len(record["data"]["train"]["fingerprint"]) == 64
    assert record["versions"]["torch"].partition("+")[0] == torch.__version__.partition("+")[0]  # +cu130 is not in both


@pytest.mark.parametrize(
    "changes",
    [
        {"fusion": "attention"},
        *(
            pytest.param(changes, marks=pytest.mark.slow)
            for changes in [
                {"fusion": "scalar-mix", "scheme": "BIO"},
                {"lstm_layers": 0},
                {"fusion": "multi-head", "cell": "gru", "decoder": "softmax", "label_smoothing": 0.05},
                {"mode": "frozen", "fusion": "mean"},
                {"mode": "gradual", "layer_decay": 0.9},
                {"words": "jieba", "mode": "frozen"},
                {"mode": "frozen", "fusion": "mean", "ema": 0.9, "r_drop": 0.5, "dropout": 0.05, "oversample": 0.5},
            ]
        ),
    ],
)
def test_other_networks_learn_them_too(
    corpus: Corpus, settings: TrainingSettings, quick: Change, tmp_path: Path, changes: dict[str, object]
) -> None:
    run = train(corpus, quick(epochs=settings.epochs, patience=5, **changes), tmp_path / "model")
    assert run.evaluations["test"].scores.f1 > 95
    assert sum(run.record["layer_weights"]) == pytest.approx(1, abs=1e-4)


def test_a_frozen_encoder_stays_and_its_features_are_removed(
    corpus: Corpus, quick: Change, encoder_folder: Path, tmp_path: Path
) -> None:
    train(corpus, quick(mode="frozen"), tmp_path / "model")
    before = BertModel.from_pretrained(encoder_folder, add_pooling_layer=False).state_dict()
    after = weights(tmp_path / "model")
    assert all(torch.equal(after[f"encoder.{name}"], tensor) for name, tensor in before.items())
    assert not (tmp_path / "model" / "unfinished-run").exists()


def test_the_encoder_is_unfrozen_from_the_top(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning: list[set[int]] = []

    class Watch(EpochProgress):
        def on_step_end(self, args: object, state: TrainerState, control: object, **kwargs: Any) -> None:
            if state.global_step % 4 == 1:  # the first of the four steps of an epoch
                encoder = kwargs["model"].encoder
                learning.append({layer_of(f".{n}", 2) for n, p in encoder.named_parameters() if p.requires_grad})

    monkeypatch.setattr("ner.training.train.EpochProgress", Watch)
    train(corpus, quick(mode="gradual", epochs=3), tmp_path / "model")
    assert learning == [set(), {1, 2}, {0, 1, 2}]
    learning.clear()
    train(corpus, quick(mode="gradual", epochs=1), tmp_path / "one")
    assert learning == [{0, 1, 2}]


def test_lower_layers_learn_more_slowly(quick: Change) -> None:
    settings = quick(learning_rate=1e-3, layer_decay=0.5)
    model, _ = build_model(["PER"], settings)
    rates = {
        layer_of(name, 2): group["lr"]
        for group in parameter_groups(model, settings)
        for name, parameter in model.named_parameters()
        if name.startswith("encoder.") and any(parameter is p for p in group["params"])
    }
    assert rates == {2: 1e-3, 1: 5e-4, 0: 2.5e-4}
    frozen = parameter_groups(model, quick(mode="frozen"))
    assert {group["name"] for group in frozen} == {"head"}


def test_learned_layer_weights_can_be_read_back(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    run = train(corpus, quick(fusion="attention", epochs=6), tmp_path / "model")
    tagger = Tagger.load(tmp_path / "model", "fp32")
    read = layer_weights(tagger.engine, tagger.table, corpus.dev.sentences).overall  # type: ignore[arg-type,union-attr]
    assert read == pytest.approx(run.record["layer_weights"], abs=1e-5)
    assert len({round(weight, 4) for weight in read}) > 1


def test_the_same_seed_gives_the_same_weights_and_another_others(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(corpus, quick(seed=seed, epochs=1, dropout=0.2, encoder_dropout=0.1), tmp_path / name)
    assert same(tmp_path / "a", tmp_path / "b")
    assert not same(tmp_path / "a", tmp_path / "c")


@pytest.mark.parametrize(
    ("step", "changes"),  # four steps an epoch, sixteen in all
    [
        (6, {}),
        (8, {"ema": 0.5}),
        *(
            pytest.param(step, changes, marks=pytest.mark.slow)
            for step, changes in [
                (4, {}),
                (8, {}),
                (15, {}),
                (6, {"mode": "gradual"}),
                (8, {"mode": "frozen", "encoder_dropout": 0.0}),
                (6, {"words": "jieba"}),
                (6, {"words": "jieba", "mode": "frozen", "encoder_dropout": 0.0, "r_drop": 0.1}),
                (6, {"ema": 0.5, "adversarial": "fgm", "adversarial_epsilon": 0.1, "r_drop": 0.1, "oversample": 1.0}),
            ]
        ),
    ],
)
def test_interrupting_and_resuming_give_the_weights_of_no_interruption(
    corpus: Corpus,
    quick: Change,
    tmp_path: Path,
    interrupt_at: Callable[[int], Callable[[], None]],
    step: int,
    changes: dict[str, object],
) -> None:
    settings = quick(**{"epochs": 4, "dropout": 0.05, "encoder_dropout": 0.05, **changes})
    train(corpus, settings, tmp_path / "whole")
    undo = interrupt_at(step)
    with pytest.raises(InterruptedRun, match=rf"stopped after step {step} of \d+; .*`resume` to continue"):
        train(corpus, settings, tmp_path / "parts")
    undo()
    assert not (tmp_path / "parts" / "config.json").exists()
    assert (tmp_path / "parts" / "unfinished-run" / f"checkpoint-{step}").exists()
    run = train(corpus, settings, tmp_path / "parts", resume=True)
    assert run.record["resumed"]
    assert same(tmp_path / "whole", tmp_path / "parts")
    whole = json.loads((tmp_path / "whole" / "training.json").read_text(encoding="utf-8"))
    assert run.record["epochs"] == whole["epochs"]


@pytest.mark.slow
def test_an_average_survives_early_stopping_and_resuming(
    corpus: Corpus, quick: Change, tmp_path: Path, interrupt_at: Callable[[int], Callable[[], None]]
) -> None:
    settings = quick(epochs=30, dropout=0.05, patience=2, ema=0.5)
    whole = train(corpus, settings, tmp_path / "whole")
    epochs = len(whole.record["epochs"])
    assert epochs < 30
    undo = interrupt_at(4 * epochs - 5)  # after the best epoch's checkpoint, which the resumed run must find again
    with pytest.raises(InterruptedRun):
        train(corpus, settings, tmp_path / "parts")
    undo()
    run = train(corpus, settings, tmp_path / "parts", resume=True)
    assert same(tmp_path / "whole", tmp_path / "parts")
    assert run.record["epochs"] == whole.record["epochs"]


@pytest.mark.slow
def test_the_average_is_scored_and_kept_and_training_goes_on_without_it(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, dict[str, torch.Tensor]] = {}

    class Watch(EpochProgress):
        def on_save(self, args: Any, state: TrainerState, control: object, **kwargs: Any) -> None:
            checkpoint = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            for name in ("model", "raw"):
                if (checkpoint / f"{name}.safetensors").exists():
                    kept[name] = load_file(checkpoint / f"{name}.safetensors")

    monkeypatch.setattr("ner.training.train.EpochProgress", Watch)
    train(corpus, quick(epochs=1), tmp_path / "plain")
    plain = kept.pop("model")
    assert not kept
    run = train(corpus, quick(epochs=1, ema=0.9), tmp_path / "averaged")
    assert all(torch.equal(kept["raw"][name], tensor) for name, tensor in plain.items())
    assert not torch.equal(kept["model"]["classifier.weight"], plain["classifier.weight"])
    saved = weights(tmp_path / "averaged")
    del saved["tag_decoder.temperature"]  # it is fitted at the end
    assert all(torch.equal(kept["model"][name], tensor) for name, tensor in saved.items())
    assert run.record["best_dev_f1"] == run.evaluations["dev"].scores.f1


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"adversarial": "fgm", "mode": "gradual"},
        {"adversarial": "fgm", "accumulate": 2},
        {"adversarial": "fgm", "adversarial_epsilon": 0.1},
        {"adversarial": "pgd", "adversarial_steps": 2},
        {"r_drop": 1.0},
        {"oversample": 1.0},
    ],
)
def test_training_aids_change_what_is_learned(
    corpus: Corpus, quick: Change, tmp_path: Path, changes: dict[str, object]
) -> None:
    settings = quick(max_steps=2, dropout=0.05, **changes)
    train(corpus, settings, tmp_path / "with")
    # Each without one of its changes: the size and the steps of an attack are compared with their defaults.
    left_out = next((name for name in changes if name.startswith("adversarial_")), next(iter(changes)))
    default = getattr(TrainingSettings, left_out)
    train(corpus, replace(settings, **{left_out: default}), tmp_path / "without")
    with_, without = weights(tmp_path / "with"), weights(tmp_path / "without")
    assert not torch.equal(with_["classifier.weight"], without["classifier.weight"])
    assert all(tensor.isfinite().all() for tensor in with_.values())


def test_sentences_with_rare_types_make_an_epoch_longer(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    progress = RecordedProgress()
    run = train(corpus, quick(epochs=1, oversample=1.0), tmp_path / "model", progress=progress)
    # Of 8 sentences 4 have a LOC, 2 an ORG and 4 a PER.
    shown = "aid    types in fewer than 1 of the sentences: LOC x 1.41, ORG x 2.00, PER x 1.41; an epoch has "
    (line,) = (line for line in progress.lines if line.startswith(shown))
    sentences = int(line.removeprefix(shown).removesuffix(" sentences, train has 8"))
    assert 10 <= sentences <= 16
    assert run.record["steps"] == -(-sentences // 2)
    assert run.record["data"]["train"]["sentences"] == 8


def test_a_share_of_the_sentences_is_learned_from_and_recorded(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    whole = len(corpus.train.sentences)
    record = train(corpus, quick(epochs=1, train_fraction=0.5), tmp_path / "model").record
    assert record["data"]["train"]["sentences"] == -(-whole // 2)
    assert record["data"]["dev"]["fingerprint"] == corpus.dev.fingerprint
    assert read_finished_record(tmp_path / "model", quick(epochs=1, train_fraction=0.5), corpus) == record
    with pytest.raises(InputError, match=r"started with `train_fraction` 0\.5, not 1"):
        read_finished_record(tmp_path / "model", quick(epochs=1), corpus)


def test_an_interrupt_in_the_last_step_changes_nothing_any_more(
    corpus: Corpus, quick: Change, tmp_path: Path, interrupt_at: Callable[[int], Callable[[], None]]
) -> None:
    interrupt_at(8)
    assert train(corpus, quick(), tmp_path / "model").record["steps"] == 8


def test_a_run_whose_reports_could_not_be_written_is_finished_by_resuming(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ner.training.train.write_report", full)
        with pytest.raises(OSError, match="No space"):
            train(corpus, quick(), tmp_path / "model")
    run = train(corpus, quick(), tmp_path / "model", resume=True)
    assert run.record["steps"] == 8
    assert not (tmp_path / "model" / "unfinished-run").exists()


def test_a_checkpoint_that_was_cut_short_is_passed_over(
    corpus: Corpus, quick: Change, tmp_path: Path, interrupt_at: Callable[[int], Callable[[], None]]
) -> None:
    undo = interrupt_at(3)
    with pytest.raises(InterruptedRun):
        train(corpus, quick(), tmp_path / "model")
    undo()
    (tmp_path / "model" / "unfinished-run" / "checkpoint-7").mkdir()
    assert train(corpus, quick(), tmp_path / "model", resume=True).record["steps"] == 8


def test_a_checkpoint_that_cannot_be_written_is_an_error_of_the_system(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed")

    monkeypatch.setattr("torch.save", full)
    with pytest.raises(OSError, match=r"can't write the checkpoint .*unfinished-run.checkpoint-4"):
        train(corpus, quick(), tmp_path / "model")


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_from_its_last_epoch(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = quick(epochs=3, dropout=0.05, batch_size=1)
    train(corpus, settings, tmp_path / "whole")
    calls = iter(range(100))
    loss = SchemeCrf.loss

    def die(self: SchemeCrf, *args: torch.Tensor) -> torch.Tensor:
        if next(calls) == 12:
            raise MemoryError
        return loss(self, *args)

    monkeypatch.setattr(SchemeCrf, "loss", die)
    with pytest.raises(MemoryError):
        train(corpus, settings, tmp_path / "parts")
    monkeypatch.undo()
    train(corpus, settings, tmp_path / "parts", resume=True)
    assert same(tmp_path / "whole", tmp_path / "parts")


def test_patience_ends_a_run_early(corpus: Corpus, settings: TrainingSettings, quick: Change, tmp_path: Path) -> None:
    run = train(corpus, quick(epochs=settings.epochs, patience=2), tmp_path / "model")
    assert len(run.record["epochs"]) < settings.epochs


def test_a_loss_that_is_not_finite_stops_with_advice(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SchemeCrf, "loss", lambda self, emissions, *args: emissions.sum() * float("nan"))
    with pytest.raises(InputError, match=r"the loss is nan at step 1: try a lower `learning_rate` \(it is 0\.002\)"):
        train(corpus, quick(), tmp_path / "model")


def test_scores_that_are_not_finite_after_the_last_step_stop_with_the_same_advice(
    corpus: Corpus, quick: Change, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"not finite after step 1: try a lower `learning_rate` \(it is 1e\+30\)"):
        train(corpus, quick(max_steps=1, learning_rate=1e30, head_learning_rate=1e30), tmp_path / "model")


def test_a_model_that_finds_nothing_stops_after_a_third(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CrfDecoder, "decode", _all_outside(CrfDecoder.decode))
    monkeypatch.setattr(tagger_trainer, "LEAST_STEPS", 5)
    monkeypatch.setattr(tagger_trainer, "_ENTITIES_TO_JUDGE", corpus.dev.types.total())
    with pytest.raises(InputError, match=r"after 8 of 24 steps the model finds no entity in dev"):
        train(corpus, quick(epochs=6), tmp_path / "model")


@pytest.mark.slow
def test_a_short_run_and_a_run_with_a_small_dev_end_with_a_model(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CrfDecoder, "decode", _all_outside(CrfDecoder.decode))
    monkeypatch.setattr(tagger_trainer, "_ENTITIES_TO_JUDGE", corpus.dev.types.total())
    assert train(corpus, quick(), tmp_path / "short").evaluations["dev"].scores.f1 == 0
    monkeypatch.setattr(tagger_trainer, "LEAST_STEPS", 1)
    monkeypatch.setattr(tagger_trainer, "_ENTITIES_TO_JUDGE", corpus.dev.types.total() + 1)
    assert train(corpus, quick(), tmp_path / "small").evaluations["dev"].scores.f1 == 0


def test_few_sentences_are_passed_over_several_times_in_an_epoch(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_length, "LEAST_STEPS", 30)
    progress = RecordedProgress()
    run = train(corpus, quick(epochs=None), tmp_path / "model", progress=progress)
    assert (run.record["steps"], run.record["passes_per_epoch"], len(run.record["epochs"])) == (32, 2, 4)
    assert "length 4 epochs of 8 steps, each with 2 passes over train, as it is small" in progress.lines


def _all_outside(decode: Callable[..., Decoded]) -> Callable[..., Decoded]:
    def only_o(self: CrfDecoder, emissions: Floats, *args: object) -> Decoded:
        emissions = emissions.copy()
        emissions[..., 0] += 1e6
        return decode(self, emissions, *args)

    return only_o


def test_two_learning_rates_and_no_decay_for_the_crf(quick: Change) -> None:
    settings = quick(learning_rate=0.1, head_learning_rate=0.2, weight_decay=0.3)
    model, _ = build_model(["PER"], settings)
    rates = {
        id(parameter): (group["lr"], group["weight_decay"])
        for group in parameter_groups(model, settings)
        for parameter in group["params"]
    }
    found = {name: rates[id(parameter)] for name, parameter in model.named_parameters()}
    assert found["encoder.encoder.layer.0.attention.self.query.weight"] == (0.1, 0.3)
    assert found["encoder.encoder.layer.0.attention.self.query.bias"] == (0.1, 0.0)
    assert found["recurrent.weight_ih_l0"] == (0.2, 0.3)
    assert found["tag_decoder.transitions"] == (0.2, 0.0)


def test_another_model_in_the_output_folder_is_refused(corpus: Corpus, quick: Change, model_folder: Path) -> None:
    before = weights(model_folder)
    for resume in (False, True):
        with pytest.raises(InputError, match="already contains a model"):
            train(corpus, quick(), model_folder, resume=resume)
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(model_folder).items())


def test_an_unfinished_run_is_neither_overwritten_nor_resumed_with_other_settings(
    corpus: Corpus, quick: Change, tmp_path: Path, interrupt_at: Callable[[int], Callable[[], None]], data_folder: Path
) -> None:
    interrupt_at(1)
    with pytest.raises(InterruptedRun):
        train(corpus, quick(), tmp_path / "model")
    with pytest.raises(InputError, match="contains an unfinished run: continue it with `resume`"):
        train(corpus, quick(), tmp_path / "model")
    with pytest.raises(InputError, match=r"started with `batch_size` 2, not 4: continue it with the same settings"):
        train(corpus, quick(batch_size=4), tmp_path / "model", resume=True)
    shutil.copytree(data_folder, tmp_path / "data")
    with (tmp_path / "data" / "train.txt").open("a", encoding="utf-8") as file:
        file.write("\n我 O\n")
    with pytest.raises(InputError, match="the data have changed"):
        train(read_corpus(tmp_path / "data", seed=1), quick(), tmp_path / "model", resume=True)


def test_a_run_that_saved_nothing_yet_does_not_block_its_folder(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        train(corpus, quick(encoder="./missing"), tmp_path / "model")
    assert train(corpus, quick(), tmp_path / "model").record["steps"] == 8


def test_what_else_lies_in_the_output_folder_stays(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "epoch=3.ckpt").write_text("mine too")
    train(corpus, quick(), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "checkpoints" / "epoch=3.ckpt").read_text() == "mine too"
    assert not (tmp_path / "unfinished-run").exists()


def test_the_tensorboard_log_holds_loss_rates_and_dev_scores(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    run = train(corpus, quick(), tmp_path / "model")
    (log,) = (tmp_path / "model" / "tensorboard").iterdir()
    found = {}
    data = log.read_bytes()
    while data:  # a record is its length (8 bytes), a checksum (4), the event, a checksum (4)
        size = int.from_bytes(data[:8], "little")
        event = Event.FromString(data[12 : 12 + size])
        data = data[16 + size :]
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value))
    assert {"train/loss", "train/learning_rate", "dev/f1"} <= found.keys()
    assert [step for step, _ in found["dev/f1"]] == [4, 8]
    assert found["dev/f1"][-1][1] == pytest.approx(run.record["epochs"][-1]["dev_f1"])


def test_without_tensorboardx_there_is_no_log(
    corpus: Corpus, quick: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ner.training.tensorboard.EventsWriter", None)
    with caplog.at_level("INFO", logger="ner"):
        train(corpus, quick(), tmp_path / "model")
    assert not (tmp_path / "model" / "tensorboard").exists()
    assert f"tensorboardX is not installed; {how_to_install('tensorboard')}" in caplog.text


def test_windows_longer_than_the_encoder_reads_are_refused(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected `max_length` to be at most 64, .*, got 100"):
        train(corpus, quick(max_length=100), tmp_path / "model")


def test_train_without_entities_is_refused(quick: Change, tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("我 O\n\n你 O\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no entities"):
        train(read_corpus(tmp_path, seed=1), quick(), tmp_path / "model")


def test_what_is_shown_names_data_network_rates_and_scores(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    progress = RecordedProgress()
    train(corpus, quick(max_length=16), tmp_path / "model", progress=progress)
    text = progress.text
    assert "train  8 sentences, 64 characters; LOC 4, ORG 2, PER 5" in text
    assert "2 layers of 32" in text
    assert "rates  encoder: 0.002 for" in text
    assert "rates  head: 0.05 for" in text
    assert "cpu, 1 threads, fp32, eager attention" in text
    assert text.count("dev F1") == 3  # of each epoch, and of the best
    assert "aid " not in text


def test_training_aids_are_named(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    progress = RecordedProgress()
    aids = {"adversarial": "pgd", "adversarial_epsilon": 0.5, "ema": 0.99, "r_drop": 2.0, "dropout": 0.1}
    train(corpus, quick(max_steps=1, **aids, oversample=0.1), tmp_path / "model", progress=progress)
    text = progress.text
    assert "aid    pgd: embeddings are perturbed by 0.5 in 3 steps" in text
    assert "aid    the moving average of the weights, with a decay of up to 0.99, is scored and saved" in text
    assert "aid    R-Drop: two passes for each batch; weight of the divergence 2" in text
    assert "aid    types in fewer than 0.1 of the sentences: none; an epoch has 8 sentences, train has 8" in text


def sparsely_labelled(folder: Path, instead: str) -> Corpus:
    """The tiny corpus with every sentence three times in train; each entity is labelled in one of these copies.

    In the others its characters have the tag `instead`. Dev and test have all entities.
    """
    copies = []
    for copy in range(3):
        for text, tags in SENTENCES:
            partial, number = [], copy
            for tag in tags.split():
                number += tag.startswith("B-")
                partial.append(instead if tag != "O" and number % 3 else tag)
            copies.append((text, " ".join(partial)))
    for name in ("train", "dev", "test"):
        (folder / f"{name}.txt").write_text(conll(copies if name == "train" else SENTENCES), encoding="utf-8")
    return read_corpus(folder, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, {"scheme": "BIO", "mode": "frozen"}, {"decoder": "softmax", "epochs": 24}])
def test_what_is_unknown_here_is_learned_elsewhere(
    settings: TrainingSettings, tmp_path: Path, changes: dict[str, Any]
) -> None:
    corpus = sparsely_labelled(tmp_path, "?")
    assert corpus.train.types.total() == corpus.dev.types.total()
    run = train(corpus, replace(settings, **{"epochs": 12, **changes}), tmp_path / "model")
    assert run.evaluations["test"].scores.f1 > 95
    assert run.record["data"]["train"]["unknown_characters"] == corpus.train.unknown > 50


@pytest.mark.slow
def test_what_is_called_o_in_most_places_is_not_learned(settings: TrainingSettings, tmp_path: Path) -> None:
    """What "?" is good for: with O in its place the same training finds few entities or none."""
    corpus = sparsely_labelled(tmp_path, "O")
    try:
        f1 = train(corpus, replace(settings, epochs=12), tmp_path / "model").evaluations["test"].scores.f1
    except InputError as error:
        assert "the model finds no entity in dev" in str(error)  # noqa: PT017  # as it may
        f1 = 0.0
    assert f1 < 50


def test_what_is_unknown_is_shown(settings: TrainingSettings, tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("王 B-PER\n来 ?\n\n我 ?\n去 ?\n", encoding="utf-8")
    (tmp_path / "dev.txt").write_text(conll(SENTENCES), encoding="utf-8")
    corpus = read_corpus(tmp_path, seed=1)
    model, table = build_model(corpus.types, settings)
    lines = [*describe_run_start(corpus, model, table, Examples(corpus.train.sentences, table, model.config), settings)]
    assert lines[0] == "train  2 sentences, 4 characters (3 of them ?); PER 1"
    assert lines[1].startswith("dev    8 sentences, 64 characters; ")
    assert "note   sentences or pieces that contain only the tag ? and are ignored: 1" in lines


def test_what_a_run_scores_is_the_tagger_that_is_loaded(
    corpus: Corpus, quick: Callable[..., TrainingSettings], tmp_path: Path
) -> None:
    run = train(corpus, quick(precision="bf16"), tmp_path / "model")
    texts = [sentence.text for sentence in corpus.dev.sentences]
    loaded = Tagger.load(tmp_path / "model")
    assert run.tagger.tag(texts) == loaded.tag(texts)  # with the same scores to the last digit
    assert [*map(list, run.tagger.emissions(texts)[0])] == [*map(list, loaded.emissions(texts)[0])]

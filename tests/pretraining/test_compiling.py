from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ner.pretraining.compiling import compile_layers
from ner.pretraining.pretrain import pretrain
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.starting_encoder import first_encoder
from ner.pretraining.unlabelled_text import Source
from tests.helpers.pretraining_text import sentences


def test_without_a_compiler_nothing_is_compiled(encoder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_compiler(*args: object, **kwargs: object) -> object:
        raise RuntimeError("no C++ compiler found")

    model = first_encoder(PretrainingSettings(encoder=str(encoder_folder), steps=1, lengths=(16,))).model
    monkeypatch.setattr(torch, "compile", no_compiler)
    assert not compile_layers(model, lengths=1)
    assert model(input_ids=torch.tensor([[2, 8, 3]])).logits.shape[:2] == (1, 3)


@pytest.mark.slow
def test_compiled_layers_learn_the_same(encoder_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\n".join(sentences(200)))
    text = [Source(tmp_path / "text.txt")]
    settings = PretrainingSettings(
        encoder=str(encoder_folder),
        masking="character",
        steps=4,
        layers=1,
        lengths=(16,),
        batch_characters=64,
        held_out=0.1,
        precision="fp32",
    )
    plain = pretrain(text, settings, tmp_path / "plain")
    compiled = pretrain(text, replace(settings, compile=True), tmp_path / "compiled")
    assert compiled["held_out"][-1]["loss"] == pytest.approx(plain["held_out"][-1]["loss"], abs=1e-4)

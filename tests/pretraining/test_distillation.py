from pathlib import Path

import numpy as np
import pytest
import torch

from ner.characters.character_table import CharacterTable
from ner.errors import InputError
from ner.model.load_encoder import MaskedLanguageModel
from ner.pretraining.distillation import Distillation
from ner.pretraining.masked_objective import MaskedCharacters
from ner.pretraining.masking import MaskedBatch, Masker
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.starting_encoder import encoder_of, first_encoder, remove_dropout
from ner.pretraining.vocabulary import add_characters

MASK = 4


def encoder(folder: Path, width: int, layers: int, seed: int) -> MaskedLanguageModel:
    torch.manual_seed(seed)
    language_model = first_encoder(
        PretrainingSettings(encoder=str(folder), width=width, layers=layers, heads=2, steps=1, lengths=(16,))
    )
    remove_dropout(language_model.model)
    return language_model


def batches(table: CharacterTable, count: int) -> list[MaskedBatch]:
    chance = np.random.default_rng(1)
    made = []
    for number in range(count):
        ids = chance.choice(table.character_ids, (8, 16))
        ids[:, 0], ids[:, -1] = table.cls, table.sep
        made.append(Masker(table, MASK, 0.3)(ids, np.ones_like(ids, dtype=np.bool_), (number,)))
    return made


def test_a_student_that_is_its_teacher_loses_nothing(encoder_folder: Path) -> None:
    teacher = encoder(encoder_folder, 32, 2, seed=1)
    student = encoder(encoder_folder, 32, 2, seed=1)
    distillation = Distillation(teacher, student.model, student.table, MASK)
    objective = MaskedCharacters(student.model, distillation)
    plain = MaskedCharacters(student.model)
    [batch] = batches(student.table, 1)
    with torch.no_grad():
        extra = objective.loss(batch, head_only=False) - plain.loss(batch, head_only=False)
    assert abs(extra.item()) < 1e-5


def test_a_smaller_student_comes_nearer_to_its_teacher(encoder_folder: Path) -> None:
    teacher, student = encoder(encoder_folder, 32, 4, seed=1), encoder(encoder_folder, 16, 2, seed=2)
    teacher.model.requires_grad_(False)
    with torch.no_grad():  # a teacher with opinions: random weights have none
        teacher.model.cls.predictions.bias.copy_(torch.randn(teacher.model.config.vocab_size) * 3)
    distillation = Distillation(teacher, student.model, student.table, MASK)
    objective = MaskedCharacters(student.model, distillation)
    assert not [name for name in objective.state_dict() if "teacher." in name and "projections" not in name]

    def distance(batch: MaskedBatch) -> torch.Tensor:
        output = encoder_of(student.model)(input_ids=batch.input_ids, output_hidden_states=True)
        scores = student.model.cls(output.last_hidden_state.flatten(0, 1)[batch.places])
        return distillation.loss(batch, scores, output.hidden_states, head_only=False)

    *learned, unseen = batches(student.table, 21)
    optimizer = torch.optim.AdamW(objective.parameters(), lr=3e-3)
    before = distance(unseen).item()
    for batch in learned * 3:
        optimizer.zero_grad()
        objective.loss(batch, head_only=False).backward()
        optimizer.step()
    assert distance(unseen).item() < before / 2


def test_teacher_and_student_may_have_other_vocabularies(encoder_folder: Path, tmp_path: Path) -> None:
    teacher = encoder(Path("mini-zh"), 16, 1, seed=1)
    student = add_characters(encoder(encoder_folder, 16, 1, seed=1), ["☃"], "tiny")
    distillation = Distillation(teacher, student.model, student.table, MASK)
    ids = student.table.encode("王北☃").tolist()
    assert distillation._ids[ids].tolist() == teacher.table.encode("王北☃").tolist()
    special = [student.table.cls, student.table.sep, student.table.pad, MASK]
    there = teacher.table
    assert distillation._ids[special].tolist() == [there.cls, there.sep, there.pad, teacher.tokenizer.mask_token_id]
    foreign = CharacterTable({"☃": 7}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 1})
    nothing_shared = MaskedLanguageModel(teacher.model, teacher.tokenizer, foreign, False, torch.float32)
    tiny = encoder(encoder_folder, 16, 1, seed=1)
    with pytest.raises(InputError, match="knows none of the encoder's characters"):
        Distillation(nothing_shared, tiny.model, tiny.table, MASK)

"""Distillation: learning the predictions and the hidden states of a larger encoder."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ner.characters.character_table import CharacterTable
from ner.errors import InputError
from ner.model.load_encoder import MaskedLanguageModel
from ner.pretraining.masking import MaskedBatch
from ner.pretraining.starting_encoder import embeddings_of, encoder_layers, encoder_of, vocabulary_scores

# Hinton et al. 2015, section 2: with a higher temperature, less probable predictions have more weight.
_TEMPERATURE = 2.0


class Distillation(nn.Module):
    """The loss for learning from a teacher, which may have another vocabulary and another hidden size.

    Student and teacher read the same text, each with its own ids. The loss has two parts:

    - the divergence between their predictions at the masked positions, over the characters that both know;
    - the cosine distance between their hidden states (Sanh et al. 2019, section 3). Layer `i` of `n` of the student is
      compared with layer `i m / n` of `m` of the teacher (Jiao et al. 2020, section 3.1). If the hidden sizes differ,
      a learned projection of the student's states is compared.

    Args:
        teacher: the encoder to learn from, with its masked-language-model head.
        student: the encoder to train, with its head.
        table: the characters of the student.
        mask: the student's id of [MASK].

    Raises:
        InputError: the teacher knows no character of the student.
    """

    _ids: Tensor
    _shared: Tensor

    def __init__(
        self, teacher: MaskedLanguageModel, student: PreTrainedModel, table: CharacterTable, mask: int
    ) -> None:
        super().__init__()
        # A tuple hides the teacher from PyTorch: it isn't trained, and it isn't saved in checkpoints.
        self._teacher: Sequence[PreTrainedModel] = (teacher.model,)
        ids, shared = _corresponding_ids(teacher, table, mask, len(embeddings_of(student)))
        self.register_buffer("_ids", ids, persistent=False)  # (vocabulary of the student,)
        self.register_buffer("_shared", shared, persistent=False)  # (shared,)
        layers, above = len(encoder_layers(student)), len(encoder_layers(teacher.model))
        self._layers = [round(layer * above / layers) for layer in range(1, layers + 1)]
        width, wanted = student.config.hidden_size, teacher.model.config.hidden_size
        self.projections = nn.ModuleList(
            nn.Linear(width, wanted, bias=False) if width != wanted else nn.Identity() for _ in self._layers
        )

    def loss(self, batch: MaskedBatch, scores: Tensor, states: Sequence[Tensor], head_only: bool) -> Tensor:
        """Compute the distillation loss, a scalar.

        Args:
            batch: the batch that the student read.
            scores: the student's scores at the masked positions, `(chosen, vocabulary)`.
            states: the student's embeddings and the hidden states of its layers, each `(rows, length, hidden)`.
            head_only: leave out the part for hidden states.
        """
        [teacher] = self._teacher
        with torch.no_grad():
            output = encoder_of(teacher)(input_ids=self._ids[batch.input_ids], output_hidden_states=True)
            theirs = vocabulary_scores(teacher, output.last_hidden_state.flatten(0, 1)[batch.places])
        targets = theirs[:, self._ids[self._shared]].float() / _TEMPERATURE  # (chosen, shared)
        guesses = scores[:, self._shared].float() / _TEMPERATURE
        soft = nn.functional.kl_div(
            guesses.log_softmax(dim=1), targets.log_softmax(dim=1), reduction="sum", log_target=True
        )
        loss: Tensor = soft * _TEMPERATURE**2 / max(1, len(scores))
        if head_only:
            return loss
        angles = [
            1 - nn.functional.cosine_similarity(project(mine).float(), output.hidden_states[layer].float(), dim=-1)
            for project, mine, layer in zip(self.projections, states[1:], self._layers, strict=True)
        ]
        return loss + torch.stack([angle.mean() for angle in angles]).mean()


def _corresponding_ids(
    teacher: MaskedLanguageModel, table: CharacterTable, mask: int, size: int
) -> tuple[Tensor, Tensor]:
    """The teacher's id for each id of the student, `(size,)`, and the student's ids of characters that both know."""
    theirs = teacher.table
    ids = torch.full((size,), theirs.unk)
    for mine, other in ((table.cls, theirs.cls), (table.sep, theirs.sep), (table.pad, theirs.pad)):
        ids[mine] = other
    mask_token = teacher.tokenizer.mask_token_id
    assert isinstance(mask_token, int)
    ids[mask] = mask_token
    shared = []
    for character, mine in table.characters.items():
        other = int(theirs.encode(character)[0])
        ids[mine] = other
        if other != theirs.unk:
            shared.append(mine)
    if not shared:
        raise InputError("`teacher` knows none of the encoder's characters: choose another `teacher`")
    return ids, torch.tensor(sorted(set(shared)))

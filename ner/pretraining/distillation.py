"""Learning from a larger encoder: its guesses, and what it makes of each character on the way to them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ner.characters.character_table import CharacterTable
from ner.errors import InputError
from ner.model.load_encoder import MaskedLanguageModel
from ner.pretraining.masking import MaskedBatch
from ner.pretraining.starting_encoder import embeddings_of, encoder_layers, encoder_of, vocabulary_scores

# Hinton et al. 2015, section 2: a higher temperature shows more of the guesses that are not the best one.
_TEMPERATURE = 2.0


class Distillation(nn.Module):
    """Soft targets and hidden states of a teacher, which may have another vocabulary and another width.

    Student and teacher read the same text, each in its own ids. The student's guesses at the masked places are drawn
    to the teacher's, over the characters that both know. Its hidden states are drawn to those of the teacher's layers
    at the same relative height: layer `i` of `n` to layer `i m / n` of `m` (Jiao et al. 2020, section 3.1), by the
    cosine of the angle between them (Sanh et al. 2019, section 3), after a learned projection where the widths differ.
    """

    _ids: Tensor
    _shared: Tensor

    def __init__(
        self, teacher: MaskedLanguageModel, student: PreTrainedModel, table: CharacterTable, mask: int
    ) -> None:
        super().__init__()
        # Not a part of this module: it doesn't learn, and has no place in a checkpoint.
        self._teacher: Sequence[PreTrainedModel] = (teacher.model,)
        ids, shared = _corresponding_ids(teacher, table, mask, len(embeddings_of(student)))
        self.register_buffer("_ids", ids, persistent=False)  # (student's vocabulary,)
        self.register_buffer("_shared", shared, persistent=False)  # (shared,)
        layers, above = len(encoder_layers(student)), len(encoder_layers(teacher.model))
        self._layers = [round(layer * above / layers) for layer in range(1, layers + 1)]
        width, wanted = student.config.hidden_size, teacher.model.config.hidden_size
        self.projections = nn.ModuleList(
            nn.Linear(width, wanted, bias=False) if width != wanted else nn.Identity() for _ in self._layers
        )

    def loss(self, batch: MaskedBatch, scores: Tensor, states: Sequence[Tensor], head_only: bool) -> Tensor:
        """How far the student is from its teacher, a scalar.

        Args:
            batch: what the student read.
            scores: its guesses, `(chosen, vocabulary)`.
            states: its embeddings and the hidden states of its layers, `(rows, length, hidden)` each.
            head_only: leave its hidden states out.
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
    """The teacher's id for each of the student's, `(size,)`, and the student's ids of the characters both know."""
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
        raise InputError("`teacher` knows none of the encoder's characters: choose another")
    return ids, torch.tensor(sorted(set(shared)))

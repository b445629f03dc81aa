"""Masked language modeling: predict the masked characters."""

from torch import Tensor, nn
from transformers import PreTrainedModel

from ner.pretraining.distillation import Distillation
from ner.pretraining.masking import MaskedBatch
from ner.pretraining.objectives import Measures, Objective
from ner.pretraining.starting_encoder import encoder_of, vocabulary_scores


class MaskedCharacters(Objective):
    """Predict only the masked characters (Devlin et al. 2019, section 3.1).

    Args:
        model: the encoder with its masked-language-model head.
        teacher: the loss for learning from a teacher, added if given.
    """

    def __init__(self, model: PreTrainedModel, teacher: Distillation | None = None) -> None:
        super().__init__()
        self.model = model
        self.teacher = teacher

    def loss(self, batch: MaskedBatch, head_only: bool) -> Tensor:
        output = encoder_of(self.model)(input_ids=batch.input_ids, output_hidden_states=self.teacher is not None)
        states = output.last_hidden_state.flatten(0, 1)[batch.places]  # (chosen, hidden)
        if head_only:
            states = states.detach()
        scores = vocabulary_scores(self.model, states)  # (chosen, vocabulary)
        loss = _cross_entropy(scores, batch.targets) / max(1, len(batch.targets))
        if self.teacher is None:
            return loss
        return loss + self.teacher.loss(batch, scores, output.hidden_states, head_only)

    def measure(self, batch: MaskedBatch) -> Measures:
        states = encoder_of(self.model)(input_ids=batch.input_ids).last_hidden_state.flatten(0, 1)[batch.places]
        scores = vocabulary_scores(self.model, states)
        correct = (scores.argmax(dim=1) == batch.targets).sum()
        count = len(batch.targets)
        return {"loss": (_cross_entropy(scores, batch.targets), count), "accuracy": (correct, count)}


def _cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
    return nn.functional.cross_entropy(scores.float(), targets, reduction="sum")

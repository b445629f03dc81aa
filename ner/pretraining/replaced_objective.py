"""Replaced-token detection: a small generator fills the masks, the encoder finds what isn't the original."""

import torch
from torch import Tensor, nn
from transformers import ElectraConfig, ElectraForMaskedLM, PreTrainedModel

from ner.characters.character_table import CharacterTable
from ner.pretraining.masking import MaskedBatch
from ner.pretraining.objectives import Measures, Objective
from ner.pretraining.starting_encoder import embeddings_of, encoder_of, remove_dropout, vocabulary_scores

# Clark et al. 2020, section 3.2 and appendix B: the weight of the detection, the generator's share of the width.
_DETECTION_WEIGHT = 50.0
_GENERATOR_SHARE = 4
_WIDTH_OF_A_HEAD = 32


class ReplacedCharacters(Objective):
    """ELECTRA (Clark et al. 2020): for every character, whether it is the original.

    The generator guesses masked characters; what it draws from its guesses is what the encoder has to find. Both
    share the embeddings of the characters, and both learn at once.

    Args:
        model: the encoder; its masked-language-model head isn't used.
        table: of its characters.
    """

    def __init__(self, model: PreTrainedModel, table: CharacterTable) -> None:
        super().__init__()
        self.encoder = encoder_of(model)
        config, embeddings = self.encoder.config, embeddings_of(model)
        heads = max(1, config.hidden_size // _GENERATOR_SHARE // _WIDTH_OF_A_HEAD)
        width = max(heads, config.hidden_size // _GENERATOR_SHARE // heads * heads)
        self.generator = ElectraForMaskedLM(
            ElectraConfig(
                vocab_size=embeddings.shape[0],
                embedding_size=embeddings.shape[1],
                hidden_size=width,
                num_hidden_layers=config.num_hidden_layers,
                num_attention_heads=heads,
                intermediate_size=4 * width,
                max_position_embeddings=config.max_position_embeddings,
                pad_token_id=table.pad,
            )
        )
        remove_dropout(self.generator)
        self.generator.set_input_embeddings(model.get_input_embeddings())
        self.generator.tie_weights()
        self.detector = nn.Sequential(
            nn.Linear(config.hidden_size, config.hidden_size), nn.GELU(), nn.Linear(config.hidden_size, 1)
        )
        self._framing = (table.cls, table.sep, table.pad)

    def loss(self, batch: MaskedBatch, head_only: bool) -> Tensor:
        scores = self._guesses(batch)
        guessing = nn.functional.cross_entropy(scores, batch.targets, reduction="sum") / max(1, len(batch.targets))
        ids, replaced = self._fill(batch, scores)
        return guessing + _DETECTION_WEIGHT * self._detect(ids, replaced, head_only)[0].mean()

    def measure(self, batch: MaskedBatch) -> Measures:
        """The loss of the generator and that of the detection; shares of the replaced found and of false alarms."""
        scores = self._guesses(batch)
        ids, replaced = self._fill(batch, scores)
        losses, called, truth = self._detect(ids, replaced, head_only=False)
        there = int(truth.sum())
        return {
            "loss": (nn.functional.cross_entropy(scores, batch.targets, reduction="sum"), len(batch.targets)),
            "detection_loss": (losses.sum(), len(losses)),
            "found": ((called & truth).sum(), there),
            "false_alarms": ((called & ~truth).sum(), len(truth) - there),
        }

    def _guesses(self, batch: MaskedBatch) -> Tensor:
        states = encoder_of(self.generator)(input_ids=batch.input_ids).last_hidden_state.flatten(0, 1)[batch.places]
        return vocabulary_scores(self.generator, states).float()  # (chosen, vocabulary)

    def _fill(self, batch: MaskedBatch, scores: Tensor) -> tuple[Tensor, Tensor]:
        """The text with characters drawn from the generator's guesses, and where they differ: `(rows, length)` each."""
        # Drawn on the CPU, so that a seed means the same on every device. The largest of scores with Gumbel noise is
        # a draw from their softmax.
        noise = torch.empty(scores.shape).exponential_(generator=torch.Generator().manual_seed(batch.seed)).log()
        drawn = (scores.detach() - noise.to(scores.device)).argmax(dim=1)
        ids = batch.original_ids.flatten().scatter(0, batch.places, drawn).view_as(batch.original_ids)
        return ids, ids != batch.original_ids

    def _detect(self, ids: Tensor, replaced: Tensor, head_only: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Loss, verdict and truth of every character, without what frames them: `(chars,)` each."""
        states = self.encoder(input_ids=ids).last_hidden_state
        if head_only:
            states = states.detach()
        real = ~torch.isin(ids, torch.tensor(self._framing, device=ids.device)) | replaced
        verdicts, truth = self.detector(states).squeeze(-1)[real].float(), replaced[real]
        losses = nn.functional.binary_cross_entropy_with_logits(verdicts, truth.float(), reduction="none")
        return losses, verdicts > 0, truth

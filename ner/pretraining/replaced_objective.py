"""Replaced-token detection: a small generator replaces masked characters, and the encoder finds them."""

import torch
from torch import Tensor, nn
from transformers import ElectraConfig, ElectraForMaskedLM, PreTrainedModel

from ner.characters.character_table import CharacterTable
from ner.pretraining.masking import MaskedBatch
from ner.pretraining.objectives import Measures, Objective
from ner.pretraining.starting_encoder import embeddings_of, encoder_of, remove_dropout, vocabulary_scores

# Clark et al. 2020, section 3.2 and appendix B: the weight of the detection loss, and how many times smaller the
# generator is than the encoder.
_DETECTION_WEIGHT = 50.0
_TIMES_SMALLER = 4
_WIDTH_OF_A_HEAD = 32


class ReplacedCharacters(Objective):
    """ELECTRA (Clark et al. 2020): predict for every character whether it is the original.

    The generator predicts the masked characters. Characters sampled from its predictions replace them, and the encoder
    learns to find the replaced characters. Generator and encoder share the character embeddings and are trained
    together.

    Args:
        model: the encoder. Its masked-language-model head isn't used.
        table: the characters of the encoder.
    """

    def __init__(self, model: PreTrainedModel, table: CharacterTable) -> None:
        super().__init__()
        self.encoder = encoder_of(model)
        config, embeddings = self.encoder.config, embeddings_of(model)
        heads = max(1, config.hidden_size // _TIMES_SMALLER // _WIDTH_OF_A_HEAD)
        width = max(heads, config.hidden_size // _TIMES_SMALLER // heads * heads)
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
        scores = self._predict(batch)
        guessing = nn.functional.cross_entropy(scores, batch.targets, reduction="sum") / max(1, len(batch.targets))
        ids, replaced = self._fill(batch, scores)
        return guessing + _DETECTION_WEIGHT * self._detect(ids, replaced, head_only)[0].mean()

    def measure(self, batch: MaskedBatch) -> Measures:
        """The losses of generator and detection, and the shares of replaced characters found and of false alarms."""
        scores = self._predict(batch)
        ids, replaced = self._fill(batch, scores)
        losses, called, truth = self._detect(ids, replaced, head_only=False)
        replaced_count = int(truth.sum())
        return {
            "loss": (nn.functional.cross_entropy(scores, batch.targets, reduction="sum"), len(batch.targets)),
            "detection_loss": (losses.sum(), len(losses)),
            "found": ((called & truth).sum(), replaced_count),
            "false_alarms": ((called & ~truth).sum(), len(truth) - replaced_count),
        }

    def _predict(self, batch: MaskedBatch) -> Tensor:
        states = encoder_of(self.generator)(input_ids=batch.input_ids).last_hidden_state.flatten(0, 1)[batch.places]
        return vocabulary_scores(self.generator, states).float()  # (chosen, vocabulary)

    def _fill(self, batch: MaskedBatch, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Replace the masked characters by sampled ones: the ids, and where they differ, both `(rows, length)`."""
        # The CPU draws the noise, so a seed gives the same result on every device. The largest score with Gumbel noise
        # is a sample from the softmax of the scores.
        noise = torch.empty(scores.shape).exponential_(generator=torch.Generator().manual_seed(batch.seed)).log()
        drawn = (scores.detach() - noise.to(scores.device)).argmax(dim=1)
        ids = batch.original_ids.flatten().scatter(0, batch.places, drawn).view_as(batch.original_ids)
        return ids, ids != batch.original_ids

    def _detect(self, ids: Tensor, replaced: Tensor, head_only: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Loss, prediction and truth of each character without [CLS], [SEP] and [PAD], each `(chars,)`."""
        states = self.encoder(input_ids=ids).last_hidden_state
        if head_only:
            states = states.detach()
        real = ~torch.isin(ids, torch.tensor(self._framing, device=ids.device)) | replaced
        predicted, truth = self.detector(states).squeeze(-1)[real].float(), replaced[real]
        losses = nn.functional.binary_cross_entropy_with_logits(predicted, truth.float(), reduction="none")
        return losses, predicted > 0, truth

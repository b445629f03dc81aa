"""All that a person can set about a training run."""

from dataclasses import dataclass

from ner.choices import (
    ADVERSARIALS,
    BUILT_IN_ENCODER,
    CELLS,
    DECODERS,
    ENCODER_MODES,
    FUSIONS,
    LEARNED_FUSIONS,
    PRECISIONS,
    TAGGING_SCHEMES,
    AdversarialName,
    CellName,
    DecoderName,
    EncoderMode,
    FusionName,
    PrecisionName,
    TaggingScheme,
)
from ner.errors import InputError

_CHOICES = {
    "mode": ENCODER_MODES,
    "fusion": FUSIONS,
    "scheme": TAGGING_SCHEMES,
    "cell": CELLS,
    "decoder": DECODERS,
    "precision": PRECISIONS,
    "adversarial": ADVERSARIALS,
}


@dataclass(frozen=True)
class TrainingSettings:
    """The settings of one run, checked on construction and saved in its record.

    Lengths are in characters, learning rates are the highest of the schedule, `lstm_size` counts the hidden units of
    one direction. `init_from` is the folder of a tagger to go on from. `mode` says whether the encoder learns: all of
    it, nothing (`frozen`), or from the top layer down, more with each epoch (`gradual`). `layer_decay` is the learning
    rate of a layer over that of the layer above it.

    Of the training aids, `adversarial_epsilon` is the L2 norm by which the embeddings are perturbed and
    `adversarial_steps` the steps of `pgd`, `ema` is the decay of the average of the weights, `r_drop` the weight of the
    divergence between two passes, `oversample` the share of sentences under which a type is rare; 0 leaves out
    any of the last three.

    Raises:
        InputError: a value is out of its range.
    """

    encoder: str = BUILT_IN_ENCODER
    init_from: str | None = None
    mode: EncoderMode = "fine-tune"
    layer_decay: float = 1.0
    fusion: FusionName = "last"
    layer_dropout: float = 0.0
    scheme: TaggingScheme = "BIOES"
    cell: CellName = "lstm"
    lstm_size: int = 128
    lstm_layers: int = 1
    decoder: DecoderName = "crf"
    label_smoothing: float = 0.0
    dropout: float = 0.1
    encoder_dropout: float = 0.0
    epochs: int = 4
    max_steps: int | None = None
    batch_size: int = 16
    accumulate: int = 1
    learning_rate: float = 1e-4
    head_learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    clip: float = 1.0
    max_length: int = 256
    precision: PrecisionName = "auto"
    patience: int = 3
    adversarial: AdversarialName = "none"
    adversarial_epsilon: float = 1.0
    adversarial_steps: int = 3
    ema: float = 0.0
    r_drop: float = 0.0
    oversample: float = 0.0
    calibrate: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("lstm_size", "epochs", "batch_size", "accumulate", "patience", "adversarial_steps"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
        for name in ("learning_rate", "head_learning_rate", "clip", "adversarial_epsilon"):
            self._require(name, getattr(self, name) > 0, "more than 0")
        for name in ("dropout", "encoder_dropout", "layer_dropout", "label_smoothing", "warmup", "ema"):
            self._require(name, 0 <= getattr(self, name) < 1, "from 0 up to 1")
        for name in ("lstm_layers", "weight_decay", "seed", "r_drop"):
            self._require(name, getattr(self, name) >= 0, "0 or more")
        self._require("seed", self.seed < 2**32, "less than 2 to the power of 32")
        self._require("max_steps", self.max_steps is None or self.max_steps >= 1, "at least 1")
        self._require("max_length", self.max_length >= 16, "at least 16")
        self._require("layer_decay", 0 < self.layer_decay <= 1, "more than 0 and at most 1")
        self._require("oversample", 0 <= self.oversample <= 1, "from 0 to 1")
        for name, choices in _CHOICES.items():
            self._require(name, getattr(self, name) in choices, f"one of {', '.join(choices)}")
        self._check_together()

    def _check_together(self) -> None:
        """Refuse what would have no effect, or can't be, with another setting."""
        if self.init_from is None:  # else the network is that of the tagger to go on from
            learned = self.fusion in LEARNED_FUSIONS
            self._require("layer_dropout", learned or self.layer_dropout == 0, f"0 with --fusion {self.fusion}")
            smoothed = self.decoder == "softmax"
            self._require("label_smoothing", smoothed or self.label_smoothing == 0, f"0 with --decoder {self.decoder}")
        self._require("layer_decay", self.mode != "frozen" or self.layer_decay == 1, "1 with --mode frozen")
        self._require("encoder_dropout", self.mode != "frozen" or self.encoder_dropout == 0, "0 with --mode frozen")
        attacked, by_pgd = self.adversarial != "none", self.adversarial == "pgd"
        self._require("adversarial", not attacked or self.mode != "frozen", "none with --mode frozen")
        epsilon, steps = TrainingSettings.adversarial_epsilon, TrainingSettings.adversarial_steps
        self._require(
            "adversarial_epsilon", attacked or self.adversarial_epsilon == epsilon, f"{epsilon} without --adversarial"
        )
        self._require(
            "adversarial_steps", by_pgd or self.adversarial_steps == steps, f"{steps} without --adversarial pgd"
        )
        drops = self.dropout > 0 or self.encoder_dropout > 0 or self.layer_dropout > 0
        self._require("r_drop", drops or self.r_drop == 0, "0 without any dropout")

    def _require(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise InputError(f"expected {name} to be {expected}, got {getattr(self, name)}")

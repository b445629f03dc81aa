"""All that a person can set about a pretraining run."""

from dataclasses import dataclass
from typing import Literal, get_args

from ner.choices import BUILT_IN_ENCODER, PRECISIONS, PrecisionName
from ner.errors import InputError

ObjectiveName = Literal["masked", "replaced"]
MaskingName = Literal["word", "character"]

OBJECTIVES: tuple[ObjectiveName, ...] = get_args(ObjectiveName)
MASKINGS: tuple[MaskingName, ...] = get_args(MaskingName)

_CHOICES = {"objective": OBJECTIVES, "masking": MASKINGS, "precision": PRECISIONS}
# Attention weights of fewer characters are little to learn from.
_SHORTEST = 8


@dataclass(frozen=True)
class PretrainingSettings:
    """The settings of one run, checked on construction and saved in its record.

    Of `minutes` and `steps` one bounds the run. `width` asks for random weights of that hidden size, with the
    vocabulary of `encoder`; `layers` cuts the encoder, or says how many a random one has. Lengths are in characters,
    [CLS] and [SEP] among them; `batch_characters` is the size of a batch, `accumulate` the number of batches a step.
    `warmup` is a share of the run, `held_out` one of the paragraphs, `buffer` a number of passages.

    Raises:
        InputError: a value is out of its range.
    """

    encoder: str = BUILT_IN_ENCODER
    width: int | None = None
    layers: int | None = None
    heads: int | None = None
    add_characters: int = 0
    teacher: str | None = None
    objective: ObjectiveName = "masked"
    masking: MaskingName = "word"
    mask_share: float = 0.15
    minutes: float | None = None
    steps: int | None = None
    lengths: tuple[int, ...] = (64, 128, 256, 512)
    batch_characters: int = 8192
    accumulate: int = 1
    learning_rate: float = 1.2e-4
    weight_decay: float = 0.01
    warmup: float = 0.05
    clip: float = 1.0
    held_out: float = 0.005
    checkpoint_minutes: float = 10.0
    buffer: int = 2000
    compile: bool = False
    precision: PrecisionName = "auto"
    seed: int = 1

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.steps is None):
            raise InputError("expected --minutes or --steps, one of the two, to say when the run is over")
        for name in ("minutes", "learning_rate", "clip", "checkpoint_minutes"):
            self._require(name, getattr(self, name) is None or getattr(self, name) > 0, "more than 0")
        for name in ("steps", "width", "layers", "heads", "accumulate", "buffer"):
            self._require(name, getattr(self, name) is None or getattr(self, name) >= 1, "at least 1")
        for name in ("add_characters", "weight_decay", "seed"):
            self._require(name, getattr(self, name) >= 0, "0 or more")
        for name in ("mask_share", "held_out"):
            self._require(name, 0 < getattr(self, name) < 1, "more than 0 and less than 1")
        # With a new head the encoder's own warm-up follows that of the head.
        self._require("warmup", 0 <= self.warmup < 0.5, "from 0 up to 0.5")
        self._require("seed", self.seed < 2**32, "less than 2 to the power of 32")
        shortest = min(self.lengths, default=0)
        self._require("lengths", shortest >= _SHORTEST, f"numbers of at least {_SHORTEST}")
        longest = max(self.lengths)
        self._require("batch_characters", self.batch_characters >= longest, f"at least {longest}, the longest length")
        for name, choices in _CHOICES.items():
            self._require(name, getattr(self, name) in choices, f"one of {', '.join(choices)}")
        self._require("heads", self.width is not None or self.heads is None, "left out without --width")
        divides = self.width is None or self.heads is None or self.width % self.heads == 0
        self._require("heads", divides, f"a divisor of --width {self.width}")
        learns_from_one = self.teacher is None or self.objective == "masked"
        self._require("teacher", learns_from_one, f"left out with --objective {self.objective}")

    def _require(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise InputError(f"expected {name} to be {expected}, got {getattr(self, name)}")

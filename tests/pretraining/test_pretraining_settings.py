import pytest

from ner.errors import InputError
from ner.pretraining.pretraining_settings import PretrainingSettings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minutes": 1.0}, "expected either `minutes` or `steps`"),
        ({"steps": None}, "expected either `minutes` or `steps`"),
        ({"steps": 0}, "expected `steps` to be a whole number from 1 to 1,000,000,000 or None, got 0"),
        ({"lengths": ()}, "expected `lengths` to be whole numbers from 8 to 100,000"),
        ({"lengths": (64, 4)}, "expected `lengths` to be whole numbers from 8 to 100,000"),
        ({"batch_characters": 500}, "at least 512, the longest of `lengths`"),
        ({"mask_share": 1.0}, "expected `mask_share`"),
        ({"warmup": 0.5}, "expected `warmup`"),
        ({"heads": 2}, "left out without `width`"),
        ({"width": 30, "heads": 4}, "a divisor of `width` 30"),
        ({"teacher": "x", "objective": "replaced"}, "left out with `objective` replaced"),
        ({"objective": "next"}, "one of masked, replaced"),
    ],
)
def test_what_does_not_go_together_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        PretrainingSettings(**{"steps": 1, **changes})  # type: ignore[arg-type]

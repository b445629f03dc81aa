from itertools import product

import pytest
import torch

from ner.data.schemes import SCHEMES, chunks, labels
from ner.model.crf.partial_labels import allowed_by_partial_labels


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
def test_the_fillings_are_those_with_all_that_is_labelled(scheme: str) -> None:
    """By enumeration: what a filling reads as has the labelled entities, no longer and no shorter."""
    names = tuple(labels(SCHEMES[scheme], ["LOC", "PER"]))
    end = "E-PER" if scheme == "BIOES" else "I-PER"
    partial = ["?", "B-PER", end, "?", "O", "?"]
    unknown = torch.tensor([[tag == "?" for tag in partial]])
    tags = torch.tensor([[0 if tag == "?" else names.index(tag) for tag in partial]])
    (allowed,) = allowed_by_partial_labels(tags, unknown, names)
    found = set(product(*([name for name, may in zip(names, row, strict=True) if may] for row in allowed.tolist())))
    expected = {
        filling
        for filling in product(*(names if tag == "?" else [tag] for tag in partial))
        if (1, 3, "PER") in chunks(filling)
    }
    assert found == expected

import pytest

from ner.data import schemes
from ner.decoding.legal_transitions import legal_transitions


@pytest.mark.parametrize("scheme", schemes.SCHEMES.values(), ids=lambda scheme: scheme.name)
def test_every_pair_is_as_the_scheme_says(scheme: schemes.Scheme) -> None:
    labels = schemes.labels(scheme, ["PER", "B-side", "O"])
    legal = legal_transitions(labels, scheme)
    assert legal.start.tolist() == [schemes.is_legal(scheme, None, label) for label in labels]
    assert legal.end.tolist() == [schemes.is_legal(scheme, label, None) for label in labels]
    assert legal.transitions.tolist() == [[schemes.is_legal(scheme, one, other) for other in labels] for one in labels]

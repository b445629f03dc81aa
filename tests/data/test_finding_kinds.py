import json

import pytest

from ner.data.finding_kinds import FindingKind


@pytest.mark.parametrize("kind", FindingKind)
def test_a_kind_is_its_text_everywhere(kind: FindingKind) -> None:
    assert f"{kind}" == str(kind) == kind.value == kind
    assert json.loads(json.dumps({"kind": kind})) == {"kind": kind.value}
    assert {kind: 1}[kind.value] == 1  # type: ignore[index]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        FindingKind("no such kind")

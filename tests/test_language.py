import pytest

from ner.language import Text, language


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "BERT_NER_LANG": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8", "BERT_NER_LANG": "zh"}, "zh"),
        ({"BERT_NER_LANG": "", "LANG": "zh_TW"}, "zh"),
    ],
)
def test_the_language_is_asked_for(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BERT_NER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected
    assert str(Text("yes", "是")) == {"en": "yes", "zh": "是"}[expected]

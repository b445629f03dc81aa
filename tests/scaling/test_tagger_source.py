from pathlib import Path

import pytest

from ner.scaling.tagger_source import TaggerSource
from ner.tagging.tagger import Tagger


def test_an_empty_list_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "names.csv").write_text("term,type\n", encoding="utf-8")
    monkeypatch.setattr(Tagger, "load", lambda *args, **options: options["lexicon"])
    source = TaggerSource(lists=[(tmp_path / "names.csv", "")])
    lexicon = source.read_lexicon()
    assert source.load(10, lexicon) is lexicon
    assert len(caplog.messages) == 1

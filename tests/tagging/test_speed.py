from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.tagging.speed import Bench, Speed, SpeedSetting, bench, random_texts
from ner.tagging.tagger import Tagger


def test_random_texts_are_always_the_same_and_of_that_many_characters() -> None:
    texts = random_texts(["一", "二", "三"], 1000)
    assert texts == random_texts(["一", "二", "三"], 1000)
    assert sum(map(len, texts)) == 1000
    assert {*"".join(texts)} == {*"一二三"}
    assert len({len(text) for text in texts}) > 5


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.tagging.speed._BATCHES", (64, 4096))
    monkeypatch.setattr("ner.tagging.speed._ROUNDS", 1)
    monkeypatch.setattr("ner.tagging.speed._cores", lambda: (1, 1))


@pytest.mark.usefixtures("_quick")
def test_each_setting_is_measured_and_the_own_one_is_among_them(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tagged: list[str] = []
    tag = Tagger.tag
    monkeypatch.setattr(Tagger, "tag", lambda self, texts, fixed=None: tagged.extend(texts) or tag(self, texts))
    measured = bench(model_folder, iter(["王小明在北京大学看书。"] * 3))
    assert {*tagged} == {"王小明在北京大学看书。"}
    settings = [speed.setting for speed in measured.speeds]
    assert len({*settings}) == len(settings)
    assert {setting.precision for setting in settings} == {"fp32", "bf16"}
    assert {setting.batch_characters for setting in settings} == {64, 4096}
    assert {1} <= {setting.threads for setting in settings}
    assert measured.default in measured.speeds
    assert [speed.median for speed in measured.speeds] == sorted(
        (speed.median for speed in measured.speeds), reverse=True
    )
    assert all(0 < speed.slowest <= speed.median <= speed.fastest for speed in measured.speeds)


@pytest.mark.usefixtures("_quick")
def test_the_precision_of_an_exported_model_is_no_option(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = Tagger.load

    def load_exported(model: Path, *_: Any, **more: Any) -> Tagger:
        tagger = load(model, "fp32")
        tagger.engine.precisions, tagger.engine.precision = ("auto",), "int8"
        return tagger

    monkeypatch.setattr(Tagger, "load", load_exported)
    measured = bench(model_folder, ["王小明在北京大学看书。"])
    assert {speed.setting.precision for speed in measured.speeds} == {measured.default.setting.precision} == {"auto"}


def test_advice_names_options_only_where_they_pay() -> None:
    fast = Speed(SpeedSetting("bf16", 2, 1024), 2000.0, 1900.0, 2100.0)
    default = Speed(SpeedSetting("fp32", 2, 4096), 1000.0, 900.0, 1100.0)
    assert Bench([fast, default], default).advice == (
        "2.00 times as fast as the defaults: bert-ner tag --precision bf16 --threads 2 --batch-characters 1024"
    )
    level = default._replace(setting=fast.setting, median=1010.0)
    assert Bench([level, default], default).advice == "the defaults of bert-ner tag are as fast as any setting"


@pytest.mark.usefixtures("_quick")
def test_the_command_prints_a_table_and_advice(model_folder: Path) -> None:
    result = CliRunner().invoke(app, ["bench", "--model", str(model_folder)])
    assert result.exit_code == 0, result.output
    assert "characters/s" in result.output
    assert "default" in result.output.splitlines()[-1]
    assert "default" in "".join(result.output.splitlines()[:-1])


def test_the_options_of_tag_change_threads_and_batches(model_folder: Path) -> None:
    tagger = Tagger.load(model_folder, "fp32", 1, 20)
    assert (tagger.engine.threads, tagger.batch_characters) == (1, 20)
    sizes: list[int] = []
    emissions = tagger.engine.emissions
    tagger.engine.emissions = lambda ids, mask: sizes.append(len(ids)) or emissions(ids, mask)  # type: ignore[method-assign]
    tagger.tag(["王小明在北京大学。"] * 5)
    assert sizes == [2, 2, 1]

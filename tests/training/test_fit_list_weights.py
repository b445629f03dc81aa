"""How far to trust a list: weights that make the annotated entities most probable."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner import Lexicon
from ner.commands.app import app
from ner.data.corpus import Corpus
from ner.data.entities import Entity, Sentence
from ner.errors import InputError
from ner.exporting.export import export_tagger
from ner.lexicon.default_weight import PER_CHARACTER
from ner.lexicon.entries import Entry
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.continue_tagger import build_from_tagger
from ner.training.fit_list_weights import fit_list_weights
from ner.training.train import TrainingRun, train
from ner.training.training_settings import TrainingSettings

TEXT = "王小明在上海。"


@pytest.fixture(scope="module")
def tagger(model_folder: Path) -> Tagger:
    return Tagger.load(model_folder, "fp32")


def sentences(right: int, wrong: int) -> list[Sentence]:
    """Sentences with a person that the list has, of which some are annotated as persons."""
    person, place = Entity(0, 3, "PER", "王小明"), Entity(4, 6, "LOC", "上海")
    return [Sentence(TEXT, [person, place])] * right + [Sentence(TEXT, [place])] * wrong


def fit(tagger: Tagger, entry: Entry, data: list[Sentence]) -> dict[str, float]:
    return fit_list_weights(tagger.with_lexicon(Lexicon([entry])), data)


def test_the_weight_makes_the_probability_the_share_of_right_matches(tagger: Tagger) -> None:
    """With one kind of match, logistic regression gives its share, but for the prior."""
    learned = fit(tagger, Entry("王小明", "PER"), sentences(3000, 1000))
    listed = tagger.with_lexicon(Lexicon([Entry("王小明", "PER", weight=3 * learned["PER"])]))
    assert listed.tag(TEXT)[0].score == pytest.approx(0.75, abs=0.01)


def test_lists_that_are_right_get_more_trust_and_few_matches_little_of_either(tagger: Tagger) -> None:
    entry = Entry("王小明", "PER")
    good, bad = (fit(tagger, entry, sentences(*counts))["PER"] for counts in ((90, 10), (10, 90)))
    few = fit(tagger, entry, sentences(1, 0))["PER"]
    assert bad < good
    assert bad < PER_CHARACTER
    assert abs(few - PER_CHARACTER) < 0.1
    assert fit(tagger, Entry("北京", "LOC"), sentences(1, 1)) == {}


@pytest.mark.parametrize(
    "entry", [Entry("王小明", "PER", "force"), Entry("王小明", "PER", weight=1.0), Entry("王小明", "NAME")]
)
def test_only_terms_with_the_default_weight_count(tagger: Tagger, entry: Entry) -> None:
    assert fit(tagger, entry, sentences(2, 2)) == {}


def test_sentences_that_are_not_fully_annotated_are_left_out(tagger: Tagger) -> None:
    partly = [Sentence(TEXT, [], looked_for=("LOC",)), Sentence(TEXT, [Entity(0, 3, "NAME", "王小明")])]
    assert fit(tagger, Entry("王小明", "PER"), partly) == {}


@pytest.fixture(scope="module")
def trained(corpus: Corpus, settings: TrainingSettings, tmp_path_factory: pytest.TempPathFactory) -> TrainingRun:
    """A model that has learned the weight of persons, from a list with a place that dev doesn't have."""
    folder = tmp_path_factory.mktemp("listed")
    (folder / "names.txt").write_text("王小明\n公园 LOC\n", encoding="utf-8")
    return train(corpus, replace(settings, epochs=1, dictionary=f"{folder / 'names.txt'}=PER"), folder / "model")


@pytest.mark.slow
def test_the_weights_are_saved_with_the_model_and_exported(trained: TrainingRun, tmp_path: Path) -> None:
    assert trained.tagger.folder is not None
    listed = trained.record["dictionary"]
    assert listed["weights"] == {"PER": pytest.approx(listed["weights"]["PER"])}
    assert listed["weights"]["PER"] != PER_CHARACTER
    assert {*listed["f1"]} == {"dev", "test"}
    lexicon = Lexicon([Entry("王小明", "PER"), Entry("公园", "LOC")])
    weighted = Lexicon([Entry("王小明", "PER", weight=3 * listed["weights"]["PER"]), Entry("公园", "LOC", weight=1.0)])
    loaded = Tagger.load(trained.tagger.folder, "fp32")
    exported = export_tagger(trained.tagger.folder, tmp_path / "exported")
    for tagger in (loaded, exported):
        assert tagger.engine.list_weights == listed["weights"]
        one, other = (tagger.with_lexicon(each).tag(TEXT + "公园") for each in (lexicon, weighted))
        assert [entity.score for entity in one] == pytest.approx([entity.score for entity in other])
        evaluated = loaded.with_lexicon(lexicon).evaluate(trained.evaluations["dev"].sentences)
        assert evaluated.scores.f1 == pytest.approx(listed["f1"]["dev"])


def test_info_and_evaluate_show_them(trained: TrainingRun, data_folder: Path) -> None:
    folder, listed = trained.tagger.folder, trained.record["dictionary"]
    assert "weights for each character: PER " in CliRunner().invoke(app, ["info", "--model", str(folder)]).stdout
    line = ["evaluate", "--model", str(folder), "--data", str(data_folder), "--split", "dev", "--json"]
    done = CliRunner().invoke(app, [*line, "--dictionary", listed["path"]])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["conlleval"]["f1"] == round(listed["f1"]["dev"], 2)


def test_a_tagger_that_goes_on_has_learned_no_weights_yet(trained: TrainingRun, settings: TrainingSettings) -> None:
    engine = trained.tagger.engine
    assert isinstance(engine, NetworkEngine)
    assert build_from_tagger(["PER"], settings, engine.model).config.list_weights is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("term,type\n王小明,NAME\n", "expected `dictionary` to have terms"),
        ("term,type,mode\na,PER,x\n", ":2: expected"),
    ],
)
def test_a_list_is_read_before_the_training(
    corpus: Corpus, settings: TrainingSettings, tmp_path: Path, content: str, reason: str
) -> None:
    (tmp_path / "list.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        train(corpus, replace(settings, dictionary=str(tmp_path / "list.csv")), tmp_path / "model")


def test_a_softmax_takes_no_list() -> None:
    with pytest.raises(InputError, match="expected `dictionary` to be None with `decoder` softmax"):
        TrainingSettings(dictionary="a.csv", decoder="softmax")

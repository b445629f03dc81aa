"""A report on a bad tagger, with something of all that a report can hold."""

import random
from dataclasses import replace
from pathlib import Path

from ner.characters.character_table import CharacterTable
from ner.data.corpus import read_split
from ner.data.entities import Entity, Sentence
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.scores import compare

DATA = Path(__file__).parents[2] / "data_demo"
MARKUP = "<script>alert(1)</script><b>&amp;|*_`"
RECORD = {
    "settings": {"encoder": "mini-zh", "epochs": 2},
    "data": {"train": {"path": "<train>.txt", "fingerprint": "abc", "sentences": 1420}},
    "epochs": [{"epoch": 1.0, "loss": 2.5, "dev_f1": 70.0, "dev_precision": 71.0, "dev_recall": 69.0}],
    "machine": {"device": "cpu"},
    "versions": {"bert-ner": "0.1.0"},
    "minutes": 1.5,
}


def _spoiled(sentence: Sentence, chance: random.Random) -> list[Entity]:
    """The entities of a sentence as a bad tagger may find them, with scores."""
    found: list[Entity] = []
    for entity in sentence.entities:
        start, end, label, draw = entity.start, entity.end, entity.label, chance.random()
        if draw < 0.1:
            continue
        if draw < 0.2:
            label = chance.choice(["LOC", "ORG", "PER"])
        elif draw < 0.3 and end - start > 1:
            end -= 1
        found.append(Entity(start, end, label, sentence.text[start:end], chance.uniform(0.3, 1)))
    if not found and sentence.text:
        found.append(Entity(0, 1, "PER", sentence.text[:1], chance.uniform(0.3, 1)))
    return found


def spoiled_report() -> Report:
    """A bad tagger on the demo data, with a sentence of markup in front."""
    split = read_split(DATA, "test")
    first = Sentence(f"王{MARKUP}来", (Entity(0, 1 + len(MARKUP), "PER", f"王{MARKUP}"),), "<i>.txt", 1, "<doc>")
    split = replace(split, sentences=[first, *split.sentences])
    chance = random.Random(1)
    predicted = [[], *(_spoiled(sentence, chance) for sentence in split.sentences[1:])]
    characters = CharacterTable.from_vocabulary({"的": 4}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3})
    background = Background(split, "<model>", RECORD, characters, read_split(DATA, "train"))
    return Report(compare(split.sentences, predicted, ["LOC", "ORG", "PER"]), background)

"""Make the data that the built-in tagger is trained on: python recipes/built_in_tagger.py UNER AISHELL OUTPUT.

UNER is the folder of Universal NER zh_gsdsimp, AISHELL that of AISHELL-NER with dev.bio.txt and test.bio.txt. The
sentences of AISHELL-NER are transcripts without punctuation, cut at commas. Some are joined again, so that the tagger
sees both. The second half of the data is a copy in which every other name is replaced, and some sentences lose their
punctuation: a small tagger learns the names of one text by heart. The first sentences of AISHELL-NER's test file help
to choose the best epoch, its second half is for testing. The same files always give the same data.
"""

import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from ner import ReadOptions, Sentence, read_sentences, write_sentences

DEMO = Path(__file__).parents[1] / "data_demo"
# By how common they are.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付"
    "方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
PUNCTUATION = {*"，。、；：！？,.;:!?"}
DEV_SENTENCES = 1200  # of AISHELL-NER, which are short: about as many entities as in UNER's dev


def main(uner: Path, aishell: Path, output: Path) -> None:
    """Write train.txt, dev.txt and test.txt."""
    columns = ReadOptions(token_column=2, tag_column=3)
    held_out = _read(aishell / "test.bio.txt")
    texts = {sentence.text for sentence in held_out}
    spoken = [sentence for sentence in _read(aishell / "dev.bio.txt") if sentence.text not in texts]
    written, demo = _read(uner / "train.iob2", columns), _read(DEMO / "train.txt")
    original = [*written, *_join_some(spoken, random.Random(1)), *demo]
    copy = [*written, *_join_some(spoken, random.Random(3)), *demo]
    half = len(held_out) // 2
    output.mkdir(parents=True)
    write_sentences([*original, *_vary(copy, original, random.Random(2))], output / "train.txt")
    write_sentences([*_read(uner / "dev.iob2", columns), *held_out[:DEV_SENTENCES]], output / "dev.txt")
    write_sentences([*_read(uner / "test.iob2", columns), *held_out[half:]], output / "test.txt")


def _read(path: Path, options: ReadOptions | None = None) -> list[Sentence]:
    """The sentences of a file, without their few spaces."""
    sentences = read_sentences(path, options=options or ReadOptions())
    return [_keep([i for i, character in enumerate(s.text) if character != " "], s) for s in sentences]


def _join_some(sentences: Iterable[Sentence], chance: random.Random) -> Iterator[Sentence]:
    """Join one to five sentences at a time with commas and a full stop. Half of the single ones stay without."""
    left = iter(sentences)
    while True:
        count = chance.choice([1, 1, 2, 3, 4, 5])
        part = list(islice(left, count))
        if not part:
            return
        if count == 1 and chance.random() < 0.5:
            yield part[0]
        else:
            commas = [Sentence("，")] * (len(part) - 1)
            yield _join([piece for pair in zip(part, [*commas, Sentence("。")], strict=True) for piece in pair])


def _join(sentences: Sequence[Sentence]) -> Sentence:
    text, entities = "", []
    for sentence in sentences:
        entities += [(len(text) + e.start, len(text) + e.end, e.label) for e in sentence.entities]
        text += sentence.text
    return Sentence(text, entities)


def _vary(sentences: Iterable[Sentence], original: Iterable[Sentence], chance: random.Random) -> list[Sentence]:
    """Replace half of the names by others of their type, and take the punctuation out of a fifth of the sentences."""
    names: dict[str, list[str]] = {}
    for sentence in original:
        for entity in sentence.entities:
            names.setdefault(entity.label, []).append(entity.text)
    given = [character for name in names["PER"] if _is_chinese(name) for character in name[1:]]
    weights = [1 / (rank + 3) for rank in range(len(SURNAMES))]

    def other(name: str, label: str) -> str:
        if label == "PER" and _is_chinese(name) and chance.random() < 0.7:
            surname = chance.choices(SURNAMES, weights)[0]
            return surname + "".join(chance.choice(given) for _ in range(chance.choice([1, 2, 2])))
        return chance.choice(names[label])

    def replace(sentence: Sentence) -> Sentence:
        pieces, end = [], 0
        for entity in sentence.entities:
            name = other(entity.text, entity.label) if chance.random() < 0.5 else entity.text
            pieces += [Sentence(sentence.text[end : entity.start]), Sentence(name, [(0, len(name), entity.label)])]
            end = entity.end
        return _join([*pieces, Sentence(sentence.text[end:])])

    replaced = [replace(sentence) for sentence in sentences]
    return [_without_punctuation(sentence) if chance.random() < 0.2 else sentence for sentence in replaced]


def _is_chinese(name: str) -> bool:
    """Whether a name looks like a surname and one or two more characters."""
    return len(name) in (2, 3) and name[0] in SURNAMES


def _without_punctuation(sentence: Sentence) -> Sentence:
    """A sentence without the punctuation outside of its names. One that has nothing else stays as it is."""
    inside = {i for entity in sentence.entities for i in range(entity.start, entity.end)}
    kept = [i for i, character in enumerate(sentence.text) if i in inside or character not in PUNCTUATION]
    return _keep(kept, sentence) if kept else sentence


def _keep(kept: Sequence[int], sentence: Sentence) -> Sentence:
    """The characters at some positions, in their order."""
    new = {old: position for position, old in enumerate(kept)}
    entities = [
        (min(left), max(left) + 1, entity.label)
        for entity in sentence.entities
        if (left := [new[i] for i in range(entity.start, entity.end) if i in new])
    ]
    return Sentence("".join(sentence.text[i] for i in kept), entities)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))

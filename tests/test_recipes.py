"""The recipe of the built-in tagger, on data of a few sentences."""

import subprocess
import sys
from pathlib import Path

from ner import read_sentences

ROOT = Path(__file__).parents[1]


def rows(text: str, *tags: str) -> str:
    return "".join(f"{character}\t{tag}\n" for character, tag in zip(text, tags, strict=True)) + "\n"


def test_half_of_the_data_is_a_varied_copy_and_held_out_sentences_stay_out(tmp_path: Path) -> None:
    uner, aishell = tmp_path / "uner", tmp_path / "aishell"
    uner.mkdir()
    aishell.mkdir()
    for part, person in (("train", "周小梅"), ("dev", "王小明"), ("test", "李强")):
        tree = f"1\t{person}\tB-PER\t-\t-\n2\t去\tO\t-\t-\n3\t上海\tB-LOC\t-\t-\n4\t。\tO\t-\t-\n\n"
        (uner / f"{part}.iob2").write_text(tree, encoding="utf-8")
    spoken = rows("张伟 说", "B-PER", "I-PER", "O", "O") + rows("远山公司来了", "B-ORG", *["I-ORG"] * 3, "O", "O")
    (aishell / "dev.bio.txt").write_text(spoken * 3 + rows("刘洋走了", "B-PER", "I-PER", "O", "O"), encoding="utf-8")
    held_out = rows("刘洋走了", "B-PER", "I-PER", "O", "O") + rows("他在北京", "O", "O", "B-LOC", "I-LOC")
    (aishell / "test.bio.txt").write_text(held_out, encoding="utf-8")
    recipe = ROOT / "recipes" / "built_in_tagger.py"
    subprocess.run([sys.executable, *map(str, (recipe, uner, aishell, tmp_path / "data"))], check=True, cwd=ROOT)
    train, dev, test = (read_sentences(tmp_path / "data" / f"{part}.txt") for part in ("train", "dev", "test"))
    assert train[0].text == "周小梅去上海。"
    assert not any(" " in sentence.text or "刘洋" in sentence.text for sentence in train)
    demo = len(read_sentences(ROOT / "data_demo" / "train.txt"))
    copy = train[-demo:]  # the demo data are the last in both halves
    original = read_sentences(ROOT / "data_demo" / "train.txt")
    same = sum(one.text == other.text for one, other in zip(original, copy, strict=True))
    assert 0 < same < demo / 2
    labels = {label for sentence in train for label in (entity.label for entity in sentence.entities)}
    assert labels == {"PER", "LOC", "ORG"}
    assert [sentence.text for sentence in test] == ["李强去上海。", "他在北京"]
    assert dev[0].text == "王小明去上海。"

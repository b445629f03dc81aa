"""Toy text for the tests of pretraining."""

import random

NAMES, PLACES, DEEDS = ("王小明", "张伟", "李老师"), ("北京", "上海", "长江"), ("看书", "学生", "中国")
REPEATED = "的一是不了在人有我他"


def sentences(count: int, seed: int = 1) -> list[str]:
    """So many different sentences: each ends in its own number."""
    chance = random.Random(seed)
    return [
        f"{chance.choice(NAMES)}在{chance.choice(PLACES)}{chance.choice(DEEDS)}，{number}"
        for number in range(10_000, 10_000 + count)
    ]


def repeats() -> list[str]:
    """Paragraphs of one character each: who looks at its neighbours guesses it, who doesn't can't."""
    paragraphs = [character * length for character in REPEATED for length in range(14, 64)]
    random.Random(1).shuffle(paragraphs)
    return paragraphs

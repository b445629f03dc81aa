"""Words with their parts of speech, as in the People's Daily corpus (PFR, Peking University).

    19980101-01-001-006/m  通过/p  [中央/n  人民/n  广播/vn  电台/n]nt  ，/w  江/nr  泽民/nr  ...

Each line is a paragraph. Its first word is the number of day, page, article and paragraph. The edition of 2003 has
finer tags, and the pronunciation of some words: `为{wei4}/p`.
"""

import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.rows import quote
from ner.data.formats.substitutes import nested_entities, replace_in_labels, replace_line_ends, with_text
from ner.data.read_options import ReadOptions
from ner.data.text_encoding import read_text, refuse_carriage_returns
from ner.files import atomic_writer
from ner.quantities import counted

_LABELS = {
    **dict.fromkeys(("nr", "nr1", "nr2", "nrf", "nrg", "nrj"), "PER"),
    **dict.fromkeys(("ns", "nsf"), "LOC"),
    **dict.fromkeys(("nt", "ntc", "ntcb", "ntcf", "ntch", "nth", "nto", "nts", "ntu"), "ORG"),
}
_TAGS = {"PER": "nr", "LOC": "ns", "ORG": "nt"}
_BEGIN_NAMES = ("nr1", "nrf", "nrj")
"""Tags of a surname, or of a name that is one word. They start a new name."""

_PKU = "Ag a ad an Bg b c Dg d e f g h i j k l Mg m Ng n nx nz o p Qg q Rg r s Tg t Ug u Vg v vd vn w x Yg y z"
"""The tags of 1998: 现代汉语语料库加工规范, Peking University."""
_PKU_2003 = (
    "dc df ia ib ic id im in iv ja jb jd jm jn jv la lb ld lm ln lv mq qb qc qd qe qj ql qr qt qv qz rr ry ryw rz rzw "
    "tt ud ue ui ul uo us uz vi vl vq vt vu vx wd wf wj wk wkz wky wm wp ws wt wu ww wyy wyz"
)
_ICTCLAS = (
    "ag al bl cc mg ng nl pba pbei rg rys ryt ryv rzs rzt rzv tg ude1 ude2 ude3 udeng udh uguo ule ulian uls usuo uyy "
    "uzhe uzhi vf vg vshi vyou wb wh wn xe xm xs xu xx"
)
"""Further tags of ICTPOS 3.0, Institute of Computing Technology."""
_HANLP = (
    "begin bg dg dl end gb gbc gc gg gi gm gp nb nba nbc nbp nf nh nhd nhm ni nic nis nit nm nmc nn nnd nnt qg ug uj "
    "uv yg zg"
)
"""Further tags of HanLP 1.x, trained on the People's Daily of 2014."""
_PARTS_OF_SPEECH = frozenset(f"{_PKU} {_PKU_2003} {_ICTCLAS} {_HANLP}".split())


_LINE_END = re.compile("\r?\n")
_SPACES = re.compile("[ \t\r]+")
_NUMBER = re.compile(r"([0-9]{8}-[0-9]{2}-[0-9]{3})-[0-9]{3,}/m")
_ARTICLE = re.compile(r"[0-9]{8}-[0-9]{2}-[0-9]{3}")
_WORD = re.compile(r"(\[*)(\[|\]|[^\[\]]+)/([^\[\]/]+)((?:\]/?[^\[\]/]+)*)")
_END = re.compile(r"\]/?([^\[\]]+)")
_PINYIN = re.compile(r"(.+)\{(?:[a-zü:]+[0-9])+\}", re.DOTALL)

_UNWRITABLE = re.compile("[\0\t\n\r \ud800-\udfff]")
_UNWRITABLE_IN_LABEL = re.compile(
    rf"[\s\0/\[\]\ud800-\udfff]|^(?=(?:{'|'.join(sorted(_PARTS_OF_SPEECH | _LABELS.keys()))})?\Z)"
)
"""The second part matches before a label that is already a tag, and in an empty label."""
_WORDS_TO_WRITE = re.compile(r"[\[\]]|\{?[^\[\]{]+|\{")
"""Brackets are separate words. A word has no brace after its first character, because it could be read as pinyin."""


def read(path: Path, options: ReadOptions) -> Split:
    """Read one file. The text is the words without spaces.

    - Words and compounds in brackets with the tag of a person, place or organization are PER, LOC and ORG. If a word
      and its compound both have such a tag, both are entities.
    - Adjacent words of a person are one name, unless their tags show where a name starts.
    - A tag that is no part of speech of Peking University, ICTCLAS or HanLP is a type with that name.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    text, faults = read_text(path, options.encoding)
    refuse_carriage_returns(text, str(path))
    split = Split(str(path), [], faults=faults)
    for number, line in enumerate(_LINE_END.split(text), 1):
        words = [word for word in _SPACES.split(line) if word]
        article = _NUMBER.fullmatch(words[0]) if words else None
        if article:
            del words[0]
        if not words:
            continue
        paragraph = _Paragraph()
        try:
            for word in words:
                paragraph.add(word)
            paragraph.check_end()
        except ValueError as error:
            split.faults.append(Finding(str(path), number, FindingKind.MALFORMED_WORD, str(error)))
            continue
        split.oddities.extend(
            Finding(
                str(path), number, FindingKind.NAME_OF_MANY_WORDS, f"{quote(name)} is read as one PER of {count} words"
            )
            for name, count in paragraph.long_names()
        )
        sentence = Sentence(paragraph.text, paragraph.entities(), str(path), number, article[1] if article else "")
        split.sentences.append(sentence)
    split.faults.sort(key=lambda fault: fault.line)
    return split


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write one paragraph per line.

    Text outside of entities is one word with the tag x. PER, LOC and ORG get the tags nr, ns and nt. Other types get
    their own name, with "_" before it if the name is a tag already. If a document is named like an article, its
    paragraphs get their numbers.

    Returns:
        The information that the format can't store, such as spaces and crossing entities.
    """
    losses: list[Finding] = []
    tags = {
        label: _TAGS.get(label, written)
        for label, written in replace_in_labels(sentences, _UNWRITABLE_IN_LABEL, losses).items()
    }
    paragraphs: Counter[str] = Counter()
    unnamed = [s for s in sentences if s.document and not _ARTICLE.fullmatch(s.document)]
    if unnamed:
        count = len({sentence.document for sentence in unnamed})
        message = f"{counted(count, 'name')} left out; expected articles, such as 19980101-01-001"
        losses.append(Finding(unnamed[0].path, unnamed[0].line, FindingKind.DOCUMENT_NAME_LEFT_OUT, message))
    with atomic_writer(path) as file:
        for number, sentence in enumerate(with_text(sentences, losses)):
            entities = nested_entities(sentence, losses)
            text = replace_line_ends(sentence, _UNWRITABLE, losses)
            words = _words(text, 0, len(text), entities, tags)
            if _ARTICLE.fullmatch(sentence.document):
                paragraphs[sentence.document] += 1
                words.insert(0, f"{sentence.document}-{paragraphs[sentence.document]:03}/m")
            # A U+FEFF at the start of the file would be read as a byte order mark.
            elif number == 0 and text[0] == "\ufeff":
                file.write("\n")
            file.write("  ".join(words) + "\n")
    return losses


@dataclass
class _Span:
    start: int
    end: int = -1
    tag: str = ""
    words: int = 1

    @property
    def label(self) -> str:
        """The type of the entity, "" if the span is not an entity."""
        return _LABELS.get(self.tag, "" if self.tag in _PARTS_OF_SPEECH else self.tag)


class _Paragraph:
    """Collects a text and its entities, word by word."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._length = 0
        self._spans: list[_Span] = []
        self._open: list[_Span] = []
        self._last: _Span | None = None  # the name that the next word may continue

    @property
    def text(self) -> str:
        """The words without spaces."""
        return "".join(self._words)

    def add(self, token: str) -> None:
        """Add a word with the brackets around it. A malformed word is a ValueError."""
        match = _WORD.fullmatch(token)
        if match is None:
            raise ValueError(f"{quote(token)}; expected a word, a slash and its tag, such as 国务院/nt")
        beginnings, word, tag, ends = match.groups()
        for _ in beginnings:
            self._open.append(_Span(self._length))
            self._spans.append(self._open[-1])
            self._last = None
        start = self._length
        pinyin = _PINYIN.fullmatch(word)
        self._words.append(pinyin[1] if pinyin else word)
        self._length += len(self._words[-1])
        if self._last and _LABELS.get(tag) == "PER" and tag not in _BEGIN_NAMES:
            self._last.end = self._length
            self._last.words += 1
        else:
            span = _Span(start, self._length, tag)
            self._spans.append(span)
            self._last = span if span.label == "PER" else None
        for tag in _END.findall(ends):
            if not self._open:
                raise ValueError(f"{quote(token)} ends a compound; expected its [ before it")
            compound = self._open.pop()
            compound.end, compound.tag = self._length, tag
            self._last = None

    def check_end(self) -> None:
        """Check that all compounds have ended. Else it is a ValueError."""
        if self._open:
            rest = quote(self.text[self._open[-1].start :])
            raise ValueError(f"a compound without end, {rest}; expected a ] and its tag, such as ]nt")

    def entities(self) -> tuple[Entity, ...]:
        text = self.text
        # The sort is stable: if two spans are equal, the outer stays before the inner.
        spans = sorted((span for span in self._spans if span.label), key=lambda span: (span.start, -span.end))
        return tuple(dict.fromkeys(Entity(s.start, s.end, s.label, text[s.start : s.end]) for s in spans))

    def long_names(self) -> list[tuple[str, int]]:
        """Names of more than two words, which may be several names, and their numbers of words."""
        text = self.text
        return [(text[span.start : span.end], span.words) for span in self._spans if span.words > 2]


def _words(text: str, start: int, end: int, entities: Sequence[Entity], tags: dict[str, str]) -> list[str]:
    """A piece of text as words with tags. Entities are words or compounds."""
    words: list[str] = []
    rest = deque(entities)
    while rest:
        entity = rest.popleft()
        inner = []
        while rest and rest[0].start < entity.end:
            inner.append(rest.popleft())
        words += _plain(text[start : entity.start])
        tag = tags[entity.label]
        inside = _words(text, entity.start, entity.end, inner, tags)
        # Two words with the tag nr would be one name. A compound, which ends in "]nr", is separate.
        follows_name = tag == "nr" and words and words[-1].endswith("/nr")
        if inner or len(inside) > 1 or follows_name:
            inside[0] = f"[{inside[0]}"
            inside[-1] += f"]{tag}"
            words += inside
        else:
            words.append(f"{text[entity.start : entity.end]}/{tag}")
        start = entity.end
    return words + _plain(text[start:end])


def _plain(text: str) -> list[str]:
    return [f"{word}/x" for word in _WORDS_TO_WRITE.findall(text)]

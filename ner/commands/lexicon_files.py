"""Lists of terms and rules, as the command line names them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.choices import BUILTIN_RULES as BUILTIN
from ner.commands.parameters import option
from ner.commands.terminal import Terminal
from ner.files import split_value

if TYPE_CHECKING:
    from ner.lexicon.lexicon import Lexicon
    from ner.tagging.tagger import Tagger

_CHINESE_TYPES = {
    **dict.fromkeys(("人名", "人物", "姓名"), "PER"),
    **dict.fromkeys(("地名", "地点"), "LOC"),
    **dict.fromkeys(("机构", "机构名", "组织", "组织名", "组织机构"), "ORG"),
}

Dictionaries = Annotated[
    list[str] | None,
    option(
        "List of terms (.csv, .tsv, .xlsx, .jsonl, .txt) that entities may come from. FILE=TYPE gives a type to terms "
        "that have none. You can give this option several times.",
        "词表（.csv、.tsv、.xlsx、.jsonl、.txt），实体可来自其中。FILE=TYPE 给没有写类型的词指定类型。可多次使用。",
        "--dictionary",
        metavar="FILE",
    ),
]

RuleFiles = Annotated[
    list[str] | None,
    option(
        "TOML file of regular expressions, or builtin: mobile numbers, resident ids, e-mail, URLs, dates, times, "
        "money, licence plates. You can give this option several times.",
        "正则规则的 TOML 文件，或 builtin：手机号、身份证号、邮箱、网址、日期、时间、金额、车牌号。可多次使用。",
        "--rules",
        metavar="FILE",
    ),
]

AnyScript = Annotated[
    bool,
    option(
        "Terms of lists match in simplified and in traditional characters.",
        "词表中的词不分简体和繁体。",
        "--any-script",
    ),
]


def typed_lists(lists: Sequence[str] | None) -> list[tuple[Path, str]]:
    """The files of lists, each with the type of terms that have none."""
    return [split_value(name) for name in lists or []]


def lexicon_paths(lists: Sequence[str] | None, rules: Sequence[str] | None) -> list[Path]:
    """The files of lists and of rules."""
    return [*(path for path, _ in typed_lists(lists)), *(Path(name) for name in rules or [] if name != BUILTIN)]


def note_lexicon(tagger: "Tagger", lexicon: "Lexicon", terminal: Terminal) -> None:
    """Say what the user may not expect of a list."""
    if lexicon.left_out:
        terminal.note(f"note: {lexicon.left_out:,} terms were left out: their parts of speech are not nr, ns or nt")
    for line in lexicon.notes:
        terminal.note(f"note: {line}")
    types = {*tagger.engine.types}
    for type_ in lexicon.types:
        if type_ not in types and (english := _CHINESE_TYPES.get(type_)) in types:
            terminal.note(
                f"note: the list has {type_}, a type beside the {english} of the model: write {english} instead"
            )
    if new := [type_ for type_ in lexicon.types if type_ not in tagger.engine.types]:
        known = ", ".join(tagger.engine.types)
        terminal.note(f"note: the model has {known}; only the list or the rules have {', '.join(new)}")

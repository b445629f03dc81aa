"""Rules for what has the same form everywhere: numbers, addresses of the net, dates, money."""

from datetime import date

from ner.lexicon.rules import Rule, built_in

_DAY = r"(?:[12][0-9]|3[01]|0?[1-9])"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DIGIT = "[〇○零一二三四五六七八九]"
_HAN_MONTH = "(?:十[一二]?|[一二三四五六七八九])"
_HAN_DAY = "(?:三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
_NUMBER = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
_MAGNITUDE = "(?:百|千|万|十万|百万|千万|亿|十亿|百亿|千亿|万亿)"
_UNIT = "(?:元|块钱|美元|欧元|英镑|日元|港元|港币|人民币|韩元|卢布|加元|澳元)"
_HAN_NUMBER = "[一二两三四五六七八九十百千万亿零〇]*[十百千万亿][一二两三四五六七八九十百千万亿零〇]*"
_CLOCK = "(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE_CHARACTER = "[A-HJ-NP-Z0-9]"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_resident_id(text: str) -> bool:
    """Whether the birthday exists and the last character is the check digit (GB 11643-1999, ISO 7064 MOD 11-2)."""
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return text[17].upper() == "10X98765432"[total % 11]


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _is_date(text: str) -> bool:
    """Whether a date of three numbers exists."""
    numbers = [int(part) for part in text.replace("/", "-").replace(".", "-").split("-")]
    try:
        date(*numbers)
    except ValueError:
        return False
    return True


BUILTIN_RULES: tuple[Rule, ...] = (
    built_in(
        "mobile",
        "PHONE",
        r"(?:\+86[- ]?|\b(?:86[- ]?)?)1[3-9][0-9](?:[0-9]{8}|[- ][0-9]{4}[- ][0-9]{4})\b",
        "force",
    ),
    built_in(
        "resident-id",
        "ID_CARD",
        r"\b[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\b",
        "force",
        _is_resident_id,
    ),
    built_in(
        "email",
        "EMAIL",
        r"\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}\b",
        "force",
    ),
    built_in(
        "url",
        "URL",
        r"\b(?:https?://|www\.)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?"
        r"(?:[/?#](?:[A-Za-z0-9\-._~:/?#@!$&*+,;=%]*[A-Za-z0-9/=#&_~%-])?)?",
        "force",
    ),
    built_in(
        "plate",
        "PLATE",
        f"(?P<plate>[{_PROVINCES}][A-HJ-NP-Z][·・ -]?(?:{_PLATE_CHARACTER}{{6}}|{_PLATE_CHARACTER}{{5}}"
        f"|{_PLATE_CHARACTER}{{4}}[挂学警港澳]))(?:[^A-Za-z0-9]|$)",
        "force",
        _has_digit,
    ),
    built_in(
        "date",
        "DATE",
        rf"\b(?:1[0-9]|20|21)[0-9]{{2}}年(?:{_MONTH}月(?:{_DAY}[日号])?)?|\b{_MONTH}月{_DAY}[日号]",
        "prefer",
    ),
    built_in(
        "date-in-characters",
        "DATE",
        f"{_DIGIT}{{4}}年(?:{_HAN_MONTH}月(?:{_HAN_DAY}[日号])?)?|{_HAN_MONTH}月{_HAN_DAY}[日号]",
        "prefer",
    ),
    built_in(
        "date-in-numbers",
        "DATE",
        rf"\b(?:19|20|21)[0-9]{{2}}(?:-{_MONTH}-{_DAY}|/{_MONTH}/{_DAY}|\.{_MONTH}\.{_DAY})\b",
        "prefer",
        _is_date,
    ),
    built_in(
        "time",
        "TIME",
        rf"{_CLOCK}?\b(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?\b"
        rf"|{_CLOCK}(?:[01]?[0-9]|2[0-4]|{_HAN_MONTH})[点时](?:[0-5]?[0-9]分|半|整|一刻|三刻)?"
        r"|\b(?:[01]?[0-9]|2[0-4])[点时][0-5]?[0-9]分",
        "prefer",
    ),
    built_in(
        "money",
        "MONEY",
        rf"(?:人民币|RMB ?|USD ?|[¥￥$€£] ?){_NUMBER}{_MAGNITUDE}?{_UNIT}?|\b{_NUMBER}余?{_MAGNITUDE}?{_UNIT}"
        f"|{_HAN_NUMBER}{_UNIT}",
        "prefer",
    ),
)
"""The rules of `builtin`. What a number or an address proves is `force`; the context may speak against the others."""

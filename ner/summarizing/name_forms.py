"""Which forms are the same name: other writing everywhere, and short forms within one document."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from ner.extras import import_extra

# A family name of two characters; of all others the first character is the family name.
_TWO_CHARACTERS = (
    *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯"),
    *("端木", "长孙", "宇文", "轩辕", "百里", "南宫", "独孤", "闻人", "申屠", "拓跋", "完颜"),
)
# What a full name may have at its end and its short form not.
_ENDINGS_OF_PLACES = (
    *("省", "市", "县", "区", "镇", "乡", "村", "州"),
    *("地区", "自治区", "自治州", "自治县", "特别行政区"),
)
_ENDINGS_OF_ORGANISATIONS = (
    *("股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团公司", "总公司", "公司", "集团", "大学", "学院"),
    *("俱乐部", "委员会", "出版社", "通讯社", "研究院", "研究所", "电视台", "基金会", "银行", "医院", "队"),
)
_PARTS = re.compile(r"[·•・.\s]+")
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_PERSON = re.compile(r"per|name|nr$|人名|人物|姓名")
_PLACE = re.compile(r"loc|gpe|place|address|ns$|地名|地点|地址|城市")
_ORGANISATION = re.compile(r"org|company|government|nt$|机构|组织|公司|单位")


def form_folder() -> Callable[[Sequence[str]], list[str]]:
    """A function that gives the common writing of forms.

    Full width becomes half width (Unicode NFKC), traditional characters become simplified ones (OpenCC), capitals
    become small letters, and any run of white space becomes one space.

    Raises:
        InputError: OpenCC is not installed.
    """
    simplified = import_extra("opencc", "summarize", "summarize").OpenCC("t2s").convert

    def fold(forms: Sequence[str]) -> list[str]:
        lines = "\n".join(" ".join(form.replace("\0", " ").split()) for form in forms)
        folded: list[str] = simplified(unicodedata.normalize("NFKC", lines).casefold()).split("\n")
        return [" ".join(form.split()) for form in folded]

    return fold


def is_short_form(short: str, full: str, label: str) -> bool:
    """Whether one name is a short form of another, longer one of the same type.

    - Of a person: the family name, the given name of two characters, or a part of a name with a dot or a space.
    - Of a place: the name without 省, 市, 县 and the like.
    - Of an organisation: the name without 公司, 大学 and the like, or two to four of its characters in their order,
      from the first one, of which not all stand side by side, and which have no such ending themselves.

    Names of other types have no short forms.

    >>> is_short_form("晓东", "林晓东", "PER"), is_short_form("北大", "北京大学", "ORG")
    (True, True)
    >>> is_short_form("北京大学", "北京大学附属医院", "ORG"), is_short_form("北京大学", "北京师范大学", "ORG")
    (False, False)
    """
    if len(short) >= len(full) or not short:
        return False
    kind = label.casefold()
    if _PERSON.match(kind):
        return _shortens_person(short, full)
    if _PLACE.match(kind):
        return len(short) > 1 and full.removeprefix(short) in _ENDINGS_OF_PLACES and full.startswith(short)
    if _ORGANISATION.match(kind):
        return _shortens_organisation(short, full)
    return False


def _shortens_person(short: str, full: str) -> bool:
    parts = _PARTS.split(full)
    if len(parts) > 1:
        return short in parts
    if not _CHINESE.fullmatch(full) or len(full) > 4:
        return False
    family = full[:2] if full[:2] in _TWO_CHARACTERS and len(full) > 2 else full[:1]
    return short == family or (len(short) == 2 and short == full[len(family) :])


def _shortens_organisation(short: str, full: str) -> bool:
    if len(short) < 2 or short[0] != full[0]:
        return False
    if full.startswith(short):
        return full[len(short) :] in _ENDINGS_OF_ORGANISATIONS
    if len(short) > 4 or short in full or short.endswith(_ENDINGS_OF_ORGANISATIONS) or not _CHINESE.fullmatch(full):
        return False
    rest = iter(full)
    return all(character in rest for character in short)

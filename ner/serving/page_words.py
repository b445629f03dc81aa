"""What the page says, in both languages, and which of them a browser asks for."""

import re

from ner.language import Language, Text

WORDS = {
    "tagline": Text("Find names of people, places and organisations in Chinese text.", "识别中文文本中的命名实体。"),
    "tagline_labels": Text("Find the entities or the labels of Chinese texts.", "识别文本中的命名实体，或给文本分类。"),
    "texts": Text("Texts, one per line", "文本，每行一条"),
    "model": Text("Model", "模型"),
    "key": Text("API key", "API key"),
    "submit": Text("Find entities", "识别实体"),
    "submit_labels": Text("Send", "提交"),
    "shortcut": Text("or Ctrl + Enter", "或按 Ctrl + Enter"),
    "result": Text("Result", "结果"),
    "types": Text("Types to show", "显示的类型"),
    "list": Text("Entities and scores", "实体与分数"),
    "entity": Text("Entity", "实体"),
    "label": Text("Label", "标签"),
    "type": Text("Type", "类型"),
    "score": Text("Score", "分数"),
    "line": Text("Text", "文本"),
    "position": Text("Characters", "位置"),
    "json": Text("JSON answer", "JSON 结果"),
    "curl": Text("The same with curl", "用 curl 得到同样的结果"),
    "copy": Text("Copy", "复制"),
    "copied": Text("Copied", "已复制"),
    "api": Text("API", "API 文档"),
    "privacy": Text("Texts are neither stored nor logged.", "文本不会保存，也不会写入日志。"),
}

NONE = Text("No entities found", "没有找到实体")
ONE = Text("1 entity", "1 个实体")
MANY = Text("{} entities", "{} 个实体")
LABELLED_ONE = Text("1 text", "1 条文本")
LABELLED = Text("{} texts", "{} 条文本")
MORE = Text("and {} more: see the JSON answer", "另有 {} 个，见 JSON 结果")

OTHER_SITE = Text("this form was sent from another site", "这个表单来自其他网站")
NO_FORM = Text("the form can't be read: send it again from this page", "无法读取表单，请从本页重新提交")
NO_TEXT = Text("write at least one text", "请至少输入一条文本")
WRONG_KEY = Text("the API key is missing or wrong", "缺少 API key，或 API key 不正确")
TOO_MANY = Text("there are {} texts: send at most {} at once", "共 {} 条文本，每次最多 {} 条")
TOO_LONG = Text("the texts have {} characters: this page takes at most {} at once", "文本共 {} 字，本页每次最多 {} 字")

# The service's own sentences are English. On a Chinese page, the status says as much.
_OF_STATUS = {
    404: "没有这个模型",
    413: "文本太多或太长，请分几次提交",
    422: "模型无法处理这条文本",
    429: "请求太多，请稍后再试",
    500: "服务出错了",
    503: "服务正在启动或关闭，请稍后再试",
    504: "没有在限定时间内完成，请减少文本后再试",
}


def choose_language(asked: str | None, accepted: str) -> Language:
    """The language of a page.

    Args:
        asked: what the address asks for.
        accepted: the header Accept-Language.
    """
    if asked in ("en", "zh"):
        return "zh" if asked == "zh" else "en"
    weights = {"en": 0.0, "zh": 0.0}
    for part in accepted[:1000].lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        main = name.partition("-")[0]
        if main in weights and re.fullmatch(r"(0|1)(\.\d{0,3})?|", weight):
            weights[main] = max(weights[main], float(weight or 1))
    return "zh" if weights["zh"] > weights["en"] else "en"


def say(text: Text, language: Language, *values: int) -> str:
    """A text in a language, with numbers in the place of its braces."""
    return (text.zh if language == "zh" else text.en).format(*(f"{value:,}" for value in values))


def say_refusal(status: int, message: str, language: Language) -> str:
    """Why the service refused, as a sentence of the page."""
    if language == "zh":
        return _OF_STATUS.get(status, "服务拒绝了这个请求") + "。"
    return message[:1].upper() + message[1:] + "."

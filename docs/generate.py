"""Write the reference pages that the code itself describes: commands, settings, Python.

MkDocs runs this file as a hook before every build. The pages are written into docs/reference/, where git ignores them:
the plugin for languages wants every page to be a file of docs/. Help texts choose their language when they are
imported, so each language has its own process: `BERT_NER_LANG=zh python docs/generate.py` prints the Chinese pages.
"""

import inspect
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer

import ner
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.commands.app import app
from ner.commands.help_page import COMMAND, OPTIONS
from ner.language import Text, language
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.serving.serving_settings import ServingSettings
from ner.training.training_settings import TrainingSettings

_GENERAL = str(Text("Options", "选项"))
_PYTHON = {  # what is public and in no list here comes last
    Text("Tag text", "识别实体"): ("Tagger", "Entity", "Lexicon", "FixedSpan", "Embedder"),
    Text("Tag a large corpus", "处理大规模语料"): ("tag_in_shards", "ShardSettings", "ShardTotals", "merge_shards"),
    Text("Count entities", "统计实体"): ("summarize", "SummarySettings", "Summary"),
    Text("Ask a service", "使用服务"): ("Client", "AsyncClient", "ServiceError"),
    Text("Choose texts to label, and label them", "选择要标注的文本并预标注"): (
        "select_texts", "SelectSettings", "Selected", "prelabel_texts", "tagger_source", "lexicon_source",
        "answers_source", "PrelabelSettings",
    ),
    Text("Read and write annotated text", "读写标注数据"): (
        "Corpus", "Sentence", "ReadOptions", "WriteOptions", "read_corpus", "read_sentences", "write_sentences",
        "split_sentences", "merge_sentences", "join_corpora", "convert_files", "check_corpus", "Check",
        "compare_annotators", "Agreement",
    ),
    Text("Classify text", "文本分类"): (
        "Classifier", "Prediction", "train_classifier", "ClassifierSettings", "read_labelled_data", "LabelledData",
        "LabelOptions",
    ),
    Text("Train and evaluate", "训练与评测"): (
        "Trainer", "TrainingSettings", "Evaluation", "compare_settings", "Comparison", "tune_settings", "Tuning",
        "export_tagger", "export_classifier", "Pretrainer", "PretrainingSettings", "Progress",
    ),
}  # fmt: skip


def _cell(text: object) -> str:
    """A text as the cell of a Markdown table; long options become code."""
    one_line = re.sub(r"\s+", " ", str(text)).replace("|", "\\|").replace("<", "&lt;")
    return re.sub(r"(?<![\w`-])(--[a-z][a-z-]+)(?![\w`-])", r"`\1`", one_line)


def _table(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(map(str, heads))]
    lines += [["---"] * len(lines[0]), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _values(annotation: Any) -> str:
    """The values of a type, or its name."""
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    inner = [part for part in get_args(annotation) if part is not type(None) and isinstance(part, type)]
    named = inner[0] if inner else annotation
    names = {
        Path: Text("path", "路径"),
        str: Text("text", "文本"),
        int: Text("integer", "整数"),
        float: Text("number", "数"),
    }
    return str(names.get(named, Text("yes or no", "是或否") if named is bool else getattr(named, "__name__", named)))


def _default(option: Any) -> str:
    if option.required:
        return str(Text("required", "必填"))
    if isinstance(option.show_default, str):
        return option.show_default
    if option.default in (None, False, "", ()) or option.show_default is False:
        return ""
    if option.default is True:
        return f"`{option.opts[0]}`"
    shown = " ".join(map(str, option.default)) if isinstance(option.default, list | tuple) else option.default
    return f"`{shown}`"


def _names(option: Any) -> str:
    if option.param_type_name == "argument":
        return f"`{option.name.upper()}`"
    return ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))


def _options_table(options: Iterable[Any]) -> str:
    rows = []
    for option in options:
        values = "" if getattr(option, "is_flag", False) else _values(option.type_descriptor.annotation)
        rows.append((_names(option), values, _default(option), option.help or ""))
    heads = (Text("name", "名称"), Text("value", "取值"), Text("default", "默认值"), Text("what it does", "作用"))
    return _table(heads, rows)


def _command_parts(name: str, command: Any, heading: str) -> list[str]:
    """The parts of the page of a command; those of its own commands follow it."""
    panels: dict[str, list[Any]] = defaultdict(list)
    for option in command.params:
        if not getattr(option, "hidden", False):
            panels[option.rich_help_panel if isinstance(option.rich_help_panel, str) else _GENERAL].append(option)
    arguments = [
        f"{option.name.upper()}{'...' if option.nargs == -1 else ''}"
        for option in command.params
        if option.param_type_name == "argument" and not getattr(option, "hidden", False)
    ]
    below = getattr(command, "commands", {})
    arguments += [str(COMMAND)] if below else []
    usage = " ".join(["bert-ner", name, str(OPTIONS), *arguments])
    title, *examples = command.epilog.split("\n\n")
    shown = "\n".join(["```sh", *examples, "```"])
    parts = [f"{heading} {name}", inspect.cleandoc(command.help or ""), f"```text\n{usage}\n```", title, shown]
    for panel in sorted(panels, key=lambda panel: panel != _GENERAL):
        parts += [f"{heading}# {panel}", _options_table(panels[panel])]
    for one, its in below.items():
        parts += _command_parts(f"{name} {one}", its, f"{heading}#")
    return parts


def _command_page(name: str, command: Any) -> str:
    return "\n\n".join(part for part in _command_parts(name, command, "#") if part) + "\n"


def command_pages() -> dict[str, str]:
    """A page for each command, and one that lists them, by file name without suffix."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    pages = {name: _command_page(name, command) for name, command in commands.items()}
    summaries = [
        (f"[`{name}`]({name}.md)", (cmd.help or "").strip().split("\n\n")[0]) for name, cmd in commands.items()
    ]
    about = Text(
        "`bert-ner COMMAND --help` shows the text of the page in the terminal. See also "
        "[exit codes and other guarantees](../guarantees.md) and "
        "[output and environment variables](../output-and-environment.md).",
        "`bert-ner COMMAND --help` 在终端中显示该命令页面的内容。另见[退出码等保证](../guarantees.md)以及"
        "[输出和环境变量](../output-and-environment.md)。",
    )
    heads = (Text("command", "命令"), Text("what it does", "作用"))
    pages["index"] = f"# {Text('Commands', '命令')}\n\n{about}\n\n{_table(heads, summaries)}\n"
    return pages


def _settings_table(settings: type) -> str:
    from ner.settings_text import describe_settings

    heads = (
        Text("name", "名称"), Text("values", "取值"), Text("default", "默认值"),
        Text("searched by tune", "tune 的搜索范围"), Text("what it does", "作用"), Text("group", "分组"),
    )  # fmt: skip
    rows = []
    for row in describe_settings(settings):
        choices = row.values.removeprefix("one of ")
        values = choices if choices != row.values else row.range or ""
        searched = row.searched.replace(" to ", str(Text(" to ", "–"))).replace("log", str(Text("log", "对数")))
        rows.append((f"`{row.name}`", values, f"`{row.default}`" if row.default else "", searched, row.help, row.panel))
    return _table(heads, rows)


def settings_page() -> str:
    """All settings of training runs, of a pretraining run and of the service."""
    about = Text(
        "The first column has the name of each setting. In Python, it is an argument of the settings class. On the "
        "command line, it is an option with `-` in place of `_`: `learning_rate` is `--learning-rate`. `--vary` and "
        "the file of `--config` (JSON or TOML) accept both names.",
        "第一列是设置的名称。在 Python 中，它就是设置类的参数名。在命令行中，把 `_` 换成 `-` 就是选项："
        "`learning_rate` 即 `--learning-rate`。在 `--vary` 和 `--config` 的文件（JSON 或 TOML）中，两种写法都可以。",
    )
    parts = [f"# {Text('Settings', '设置')}", str(about)]
    for title, settings in (
        (Text("Training", "训练"), TrainingSettings),
        (Text("Text classification", "文本分类"), ClassifierSettings),
        (Text("Pretraining", "预训练"), PretrainingSettings),
    ):
        parts += [f"## {title}", f"`ner.{settings.__name__}`", _settings_table(settings)]
    service = Text(
        "These are options of [`bert-ner serve`](commands/serve.md) and environment variables: `max_wait` is "
        "`--max-wait` and `BERT_NER_SERVE_MAX_WAIT`. See [which one counts](http-api.md#settings).",
        "这些是 [`bert-ner serve`](commands/serve.md) 的选项，也可以用环境变量：`max_wait` 即 `--max-wait` 和 "
        "`BERT_NER_SERVE_MAX_WAIT`。同时给出时[以哪个为准](http-api.md#settings)。",
    )
    parts += [f"## {Text('Service', '服务')} {{#service}}", str(service), _settings_table(ServingSettings)]
    return "\n\n".join(parts) + "\n"


def python_page() -> str:
    """All public names, each as mkdocstrings shows it."""
    public = set(ner.__all__)
    groups = {str(title): [name for name in names if name in public] for title, names in _PYTHON.items()}
    listed = {name for names in _PYTHON.values() for name in names}
    groups[str(Text("Other names", "其他"))] = sorted(public - listed - {"__version__"})
    about = Text(
        "Import all names on this page from `ner`, for example `from ner import Tagger`. Other modules are internal "
        "and may change in any version.",
        "本页的名称都从 `ner` 导入，例如 `from ner import Tagger`。其他模块是内部模块，任何版本都可能改变。",
    )
    parts = [f"# {Text('Python', 'Python 接口')}", str(about)]
    for title, names in groups.items():
        parts += [f"## {title}", *(f"::: ner.{name}" for name in names)] if names else []
    return "\n\n".join(parts) + "\n"


def reference_pages() -> dict[str, str]:
    """All generated pages in the language of this process, by their path in docs/."""
    suffix = ".zh.md" if language() == "zh" else ".md"
    pages = {f"reference/commands/{name}{suffix}": page for name, page in command_pages().items()}
    return {**pages, f"reference/settings{suffix}": settings_page(), f"reference/python{suffix}": python_page()}


def on_pre_build(config: Any) -> None:
    """Write the pages of both languages that have changed, so that `mkdocs serve` doesn't run for ever."""
    for chosen in ("en", "zh"):
        environment = {**os.environ, "BERT_NER_LANG": chosen}
        printed = subprocess.run([sys.executable, __file__], env=environment, check=True, capture_output=True).stdout
        for name, page in json.loads(printed).items():
            path = Path(config["docs_dir"]) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or path.read_text(encoding="utf-8") != page:
                path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    print(json.dumps(reference_pages()))

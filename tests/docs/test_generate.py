"""Every command, option, setting and public name is on a page of the reference, and the site knows every page."""

import dataclasses
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import typer

import ner
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.commands.app import app
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.serving.serving_settings import ServingSettings
from ner.training.training_settings import TrainingSettings

ROOT = Path(__file__).parents[2]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return load_generator()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_on_the_page_of_its_command(generator: ModuleType, name: str) -> None:
    page = generator.command_pages()[name]
    below = getattr(COMMANDS[name], "commands", {}).values()
    for option in (option for one in (COMMANDS[name], *below) for option in one.params):
        if option.hidden:
            continue
        if option.param_type_name == "argument":
            assert f"| `{option.name.upper()}` |" in page
        else:
            assert all(f"`{written}`" in page for written in (*option.opts, *option.secondary_opts))


def test_every_command_is_listed(generator: ModuleType) -> None:
    pages = generator.command_pages()
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"[`{name}`]({name}.md)" in pages["index"]
        assert f"- reference/commands/{name}.md\n" in navigation


@pytest.mark.parametrize("settings", [TrainingSettings, ClassifierSettings, PretrainingSettings, ServingSettings])
def test_every_setting_is_on_the_page(generator: ModuleType, settings: type) -> None:
    page = generator.settings_page()
    for field in dataclasses.fields(settings):
        assert f"| `{field.name}` |" in page


def test_every_public_name_is_on_the_page(generator: ModuleType) -> None:
    page = generator.python_page()
    for name in ner.__all__:
        assert f"::: ner.{name}\n" in page or name == "__version__"


@pytest.mark.parametrize(("language", "title"), [("en", "# Commands"), ("zh", "# 命令")])
def test_pages_are_in_the_language_asked_for(monkeypatch: pytest.MonkeyPatch, language: str, title: str) -> None:
    monkeypatch.setenv("BERT_NER_LANG", language)
    suffix = {"en": ".md", "zh": ".zh.md"}[language]
    pages = load_generator().reference_pages()
    assert pages[f"reference/commands/index{suffix}"].startswith(title)
    assert all(path.endswith(".zh.md") == (language == "zh") for path in pages)


def test_every_page_has_its_chinese_twin() -> None:
    pages = {str(path) for path in (ROOT / "docs").rglob("*.md")}
    english = {page for page in pages if not page.endswith(".zh.md")}
    assert {page.removesuffix(".md") + ".zh.md" for page in english} == pages - english


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_links_of_the_readme_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    missing = [link for link in links if not (ROOT / link.partition("#")[0]).exists()]
    assert not missing
    assert len(text.split()) <= 900

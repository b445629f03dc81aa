"""What is released: its version, extras and contents."""

import importlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FOR_THIS_PROJECT = {"test", "fuzz", "docs", "dev"}
FOR_CLUSTERS = {"ray", "spark"}  # hundreds of megabytes
FOR_URLS = {"s3", "http"}  # one for each kind of server


@pytest.fixture(scope="module")
def project() -> Any:
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    return toml.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_version_is_the_same_everywhere(project: Any) -> None:
    citation = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    newest = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert citation
    assert newest
    assert citation[1] == newest[1] == project["version"]


def test_all_has_every_extra_of_users_but_clusters(project: Any) -> None:
    extras = project["optional-dependencies"]
    (everything,) = extras["all"]
    assert set(
        everything.partition("[")[2].rstrip("]").split(",")
    ) == extras.keys() - FOR_THIS_PROJECT - FOR_CLUSTERS - FOR_URLS - {"all"}


def test_all_that_is_installed_is_pinned(project: Any) -> None:
    def name(requirement: str) -> str:
        return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")

    extras = project["optional-dependencies"].values()
    wanted = {name(one) for group in [project["dependencies"], *extras] for one in group} - {"bert-ner"}
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert wanted - {name(pin) for pin in pins if not pin.startswith("#")} == set()


@pytest.mark.slow
def test_the_wheel_puts_two_packages_into_site_packages(project: Any, tmp_path: Path) -> None:
    pytest.importorskip("build")
    for name in ("pyproject.toml", "README.md", "LICENSE", "cli.py", "ner", "conlleval", "tests"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    (wheel,) = (tmp_path / "dist").iterdir()
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "ner",
        "conlleval",
        f"bert_ner-{project['version']}.dist-info",
    }
    assert {"ner/py.typed", "ner/pretrained/mini-zh/model.safetensors", "ner/records/tagged.html.j2"} <= set(names)
    assert not any("__pycache__" in name for name in names)

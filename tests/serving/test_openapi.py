"""The service keeps to its OpenAPI document, whatever comes: schemathesis makes requests for each route."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving.conftest import ADMIN_KEY, Served

pytestmark = pytest.mark.serve


# Beside 2xx and the usual refusals, a request can be too large (413), and its fields can contradict each other (422).
CONFIG = """
[checks]
negative_data_rejection.expected-statuses = [400, 401, 404, 405, 413, 415, 422, 429]
positive_data_acceptance.expected-statuses = ["2xx", 404, 422]
"""


def test_openapi(served: Served, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    ended = subprocess.run(
        [
            *(Path(sys.executable).parent / "schemathesis", "run", f"{served.url}/openapi.json"),
            *("--max-examples", "40", "--seed", "1", "--request-timeout", "60", "--no-color"),
            *("--exclude-path-regex", "^/v1/admin/"),
            *("--header", f"Authorization: Bearer {ADMIN_KEY}"),  # for the routes of lists
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-6000:]

import os
import re
import subprocess
import sys

import pytest

from ner.cpu_settings import set_up_libraries

PROGRAM = "from ner.cpu_settings import set_up_libraries; set_up_libraries(); import torch; torch.ones(9)"


def turns(**changes: str) -> str | None:
    """What PyTorch's OpenMP says that it spins for; None if it is another than GNU's."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    settings |= {"OMP_DISPLAY_ENV": "verbose", **changes}
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=settings, capture_output=True, text=True, check=True)
    found = re.search(r"GOMP_SPINCOUNT = '(\d+)'", run.stderr)
    return found[1] if found else None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="PyTorch brings GNU's OpenMP on Linux alone")
def test_threads_give_up_their_core_soon_unless_the_user_says_otherwise() -> None:
    assert turns() == "10000"
    assert turns(GOMP_SPINCOUNT="77") == "77"
    assert turns(OMP_WAIT_POLICY="passive") == "0"


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "7")
    monkeypatch.setenv("GOMP_SPINCOUNT", "9")
    set_up_libraries()
    assert os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "7"
    assert os.environ["GOMP_SPINCOUNT"] == "9"

"""Look for faults for some time: python tests/robustness/fuzz.py SECONDS (make fuzz).

A third of the time atheris fuzzes the readers, a third files fail at every write and rename; then the generated cases
of this folder are tried again and again, with other seeds. In the end all kinds of faults are told, each with the
case that showed it; the status is then 1.
"""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(seconds: int) -> int:
    """Returns: the exit status."""
    sys.path.insert(0, str(ROOT))
    end = time.monotonic() + seconds
    log = Path(tempfile.mkdtemp(prefix="fuzz-")) / "faults.jsonl"
    log.touch()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "ROBUSTNESS_LOG": str(log)}
    if find_spec("atheris"):
        _fuzz_readers(max(2, seconds // 3), log, environment)
    else:
        print("atheris is not installed here: only the generated cases are tried", flush=True)
    tests = Path(__file__).parent
    every = environment | {"ROBUSTNESS_SCALE": "100"}  # a fault at every write and rename
    _run_tests(tests / "test_file_faults.py", every, (end - time.monotonic()) / 2)
    while (left := end - time.monotonic()) > 0:
        seed = str(random.randrange(10**9))
        print(f"ROBUSTNESS_SEED={seed}, {left:.0f} s left", flush=True)
        scale = os.environ.get("ROBUSTNESS_SCALE", "3")
        _run_tests(tests, environment | {"ROBUSTNESS_SEED": seed, "ROBUSTNESS_SCALE": scale}, left)
    return _tell(log)


def _run_tests(tests: Path, environment: dict[str, str], seconds: float) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=no", "--numprocesses=auto", str(tests)]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, cwd=ROOT, env=environment, timeout=seconds, capture_output=True, check=False)


def _fuzz_readers(seconds: int, log: Path, environment: dict[str, str]) -> None:
    from tests.robustness.readers_to_fuzz import READERS

    script = Path(__file__).with_name("fuzz_readers.py")
    for reader in READERS:
        each = max(1, seconds // len(READERS))
        done = subprocess.run(
            [sys.executable, str(script), reader, str(each), str(log)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        runs = next(
            (line for line in reversed(done.stderr.splitlines()) if line.startswith("Done")),
            f"status {done.returncode}",
        )
        print(f"{reader}: {runs}", flush=True)
        if done.returncode:
            record = {"test": f"atheris {reader}", "faults": [[1, f"the fuzzer ended | {done.stderr[-500:]}"]]}
            with log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")


def _tell(log: Path) -> int:
    cases, kinds = 0, {}
    for line in log.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        cases += record.get("cases", 0)
        for number, fault in record["faults"]:
            kind = (record["test"].split("[")[0], fault.split(" | ")[0].split("\n")[0])
            before, first = kinds.get(kind, (0, f"{record['test']}: {fault}"))
            kinds[kind] = (before + number, first)
    for number, first in kinds.values():
        print(f"{number} x {first}".encode("utf-8", "backslashreplace").decode())
    print(f"{cases:,} generated cases, {len(kinds)} kinds of faults; all of them: {log}")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

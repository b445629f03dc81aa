"""The program `bert-ner`, started in hundredths of a second: an executable whose calls `program_server` answers."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def started_program() -> Iterator[list[str]]:
    """Give the beginning of a command line, in place of `python -m ner`, which it is where there are no forks."""
    if sys.platform != "linux":
        yield [sys.executable, "-m", "ner"]
        return
    with tempfile.TemporaryDirectory(prefix="program-") as folder:  # a path of pytest may be too long for a socket
        program, address = Path(folder) / "bert-ner", Path(folder) / "bert-ner.socket"
        client = Path(__file__).with_name("program_client.py").read_text(encoding="utf-8")
        program.write_text(f"#!{sys.executable} -SE\n{client}", encoding="utf-8")
        program.chmod(0o755)
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        line = [sys.executable, str(Path(__file__).with_name("program_server.py")), str(address)]
        server = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, start_new_session=True
        )
        try:
            while not address.exists():
                assert server.poll() is None, "the server of programs has ended"
                time.sleep(0.02)
            yield [str(program)]
        finally:
            assert server.stdin
            server.stdin.close()
            server.wait(10)

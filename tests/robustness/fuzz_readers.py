"""Coverage-guided fuzzing of one reader by atheris: python tests/robustness/fuzz_readers.py READER SECONDS LOG.

It starts with the files of corpus/READER. Each new kind of fault is a line of JSON in LOG, with its input; the run goes
on after it. Without atheris, which has no build for every Python and system, it says so and ends.
"""

import base64
import json
import shutil
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"


def fuzz(reader: str, seconds: int, log: Path) -> None:
    """Read mutated files until the time is over. Never returns."""
    import atheris

    with atheris.instrument_imports(include=["ner"]):
        from tests.robustness.readers_to_fuzz import read_content
    from tests.helpers.bounded_calls import bounded

    seen: set[str] = set()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def try_one(content: bytes) -> None:
        _, wrong = bounded(lambda: read_content(reader, content, folder))
        for fault in wrong:
            if (kind := fault.split(" | ")[0]) not in seen:
                seen.add(kind)
                kept = base64.b64encode(content).decode()
                with log.open("a", encoding="utf-8") as file:
                    file.write(
                        json.dumps({"test": f"atheris {reader}", "faults": [[1, f"{fault}\n      {kept[:2000]}"]]})
                        + "\n"
                    )

    grown = folder / "corpus"
    shutil.copytree(CORPUS / reader, grown)
    atheris.Setup(
        [sys.argv[0], str(grown), f"-max_total_time={seconds}", "-rss_limit_mb=3000", "-verbosity=0", "-max_len=6000"],
        try_one,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    try:
        import atheris  # noqa: F401
    except ImportError:
        sys.exit("atheris is not installed here: only the generated cases are tried")
    fuzz(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))

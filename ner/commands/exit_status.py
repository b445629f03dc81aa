"""What a command that fails says, and its exit status."""

import errno
import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from ner.errors import InputError, InterruptedRun

SUSPICIOUS, INPUT_WRONG, _INTERRUPTED = 1, 2, 130


class Commands(TyperGroup):
    """Turns what the user can mend into one sentence and exit status 2."""

    def invoke(self, ctx: Any) -> Any:  # the Context that Typer brings with it, whose type is private
        try:
            return super().invoke(ctx)
        except InputError as error:
            _fail(str(error), INPUT_WRONG)
        except ModuleNotFoundError as error:  # of those who installed only what an exported tagger needs
            _fail(f"{error.name} is not installed: pip install bert-ner brings it", INPUT_WRONG)
        except BrokenPipeError:  # the reader of our output, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            mend = (
                "; free some space or write elsewhere"
                if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
                else ""
            )
            _fail(f"{place}{error.strerror or error}{mend}", INPUT_WRONG)
        except InterruptedRun as error:
            _fail(str(error), _INTERRUPTED)
        except KeyboardInterrupt:
            _fail("interrupted", _INTERRUPTED)


def _fail(message: str, status: int) -> NoReturn:
    typer.echo(f"bert-ner: {message}", err=True)
    raise typer.Exit(status)

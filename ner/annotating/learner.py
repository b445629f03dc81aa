"""Learning while a person labels: a tagger from the finished texts, trained in a process of its own."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ner.annotating.proposals import propose_unsure_first
from ner.annotating.session import Session
from ner.tagging.tag_records import Reader

_FOLDER = ".model"
_LOGGER = logging.getLogger("ner.serving")


def learned_folder(output: Path) -> Path:
    """The folder of the tagger that has learned from an output."""
    return output.with_suffix(_FOLDER)


class Learner:
    """Trains a tagger again and again, and lets the newest one propose for the texts that are left.

    Each training learns anew from all finished texts. One that fails changes nothing.

    Args:
        session: what is asked.
        gold: the file of finished texts.
        every: the number of finished texts between two trainings.
        train: the command line that trains a tagger from `gold` into a folder.
        load: loads a tagger from its folder, with the lists of the person.
        uncertain: see `propose`.
    """

    def __init__(
        self,
        session: Session,
        gold: Path,
        every: int,
        train: Callable[[Path], Sequence[str]],
        load: Callable[[Path], Reader],
        uncertain: float | None = None,
    ) -> None:
        self._session = session
        self._gold = gold
        self._every = every
        self._train = train
        self._load = load
        self._uncertain = uncertain
        self._running: asyncio.Future[None] | None = None

    def tell(self, finished: int) -> None:
        """Start a training if enough texts were finished since the last one."""
        store = self._session.store
        if finished - store.learned >= self._every and (self._running is None or self._running.done()):
            store.learned = finished
            self._running = asyncio.ensure_future(self._learn(finished))

    async def stop(self) -> None:
        """End a training that is under way."""
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _learn(self, finished: int) -> None:
        _LOGGER.info("learning from %s finished texts", f"{finished:,}")
        with TemporaryDirectory(prefix=".learning-", dir=self._gold.parent) as work:
            made = Path(work) / "model"
            process = await asyncio.create_subprocess_exec(
                *self._train(made),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,  # Ctrl-C in the terminal is for the page
            )
            try:
                _, errors = await process.communicate()
            except asyncio.CancelledError:
                process.terminate()
                await process.wait()
                raise
            if process.returncode:
                reason = errors.decode(errors="replace").strip().rsplit("\n")[-1].removeprefix("bert-ner: ")
                _LOGGER.error("nothing learned (%s): the next try is after %s more texts", reason, f"{self._every:,}")
                return
            folder = learned_folder(self._gold)
            if folder.exists():
                folder.rename(Path(work) / "former")
            made.rename(folder)
        await asyncio.to_thread(self._propose, folder)
        _LOGGER.info("%s proposes now", folder)

    def _propose(self, folder: Path) -> None:
        session = self._session
        tasks = [task for task in session.untouched() if not task.rest_is_known]
        session.renew(propose_unsure_first(self._load(folder), tasks, session.types, self._uncertain))

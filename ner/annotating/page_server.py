"""Running the page until the person ends it."""

import asyncio
import logging
import signal
from types import FrameType

import uvicorn

from ner.annotating.gold_file import GoldFile
from ner.annotating.guard import Guard
from ner.annotating.learner import Learner
from ner.annotating.page_app import make_app
from ner.annotating.session import Session
from ner.serving.listening import listen, server_config
from ner.serving.log import set_up_log

_HOST = "127.0.0.1"
_SECONDS = 30.0
_LOGGER = logging.getLogger("ner.serving")


class PageServer:
    """The page at an address of this computer.

    Args:
        session: what is asked.
        gold: the output. It is written soon after each action, and at the end.
        port: the port; 0 for a free one.
        learner: learns from the output; None for no learning.

    Raises:
        InputError: the port can't be used.
    """

    def __init__(self, session: Session, gold: GoldFile, port: int = 0, learner: Learner | None = None) -> None:
        set_up_log("plain")
        self._gold = gold
        self._learner = learner
        self._changed = asyncio.Event()
        self._listener = listen(_HOST, port)
        port = self._listener.getsockname()[1]
        guard = Guard(make_app(session, gold.path, self._changed.set), [f"{_HOST}:{port}", f"localhost:{port}"])
        self.address = f"http://{_HOST}:{port}/#{guard.token}"
        self._server = _Server(server_config(guard, _SECONDS, _SECONDS))

    def run(self) -> int:
        """Serve the page until `stop`, Ctrl-C or SIGTERM.

        Returns:
            The number of finished texts in the output.

        Raises:
            OSError: the output can't be written.
        """
        asyncio.run(self._run())
        return self._gold.write()

    def stop(self) -> None:
        """End it, from any thread."""
        self._server.should_exit = True

    async def _run(self) -> None:
        writing = asyncio.ensure_future(self._keep_written())
        await self._server.serve(sockets=[self._listener])
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        if self._learner:
            await self._learner.stop()

    async def _keep_written(self) -> None:
        """Write the output after each action. Actions during the writing are written together."""
        while await self._changed.wait():
            self._changed.clear()
            try:
                finished = await asyncio.to_thread(self._gold.write)
            except OSError as error:
                _LOGGER.error("%s can't be written (%s): the labels are safe beside it", self._gold.path, error)
            else:
                if self._learner:
                    self._learner.tell(finished)


class _Server(uvicorn.Server):
    """uvicorn, for which the usual signals are no interruption but the end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

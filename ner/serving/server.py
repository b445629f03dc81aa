"""Running the service: uvicorn, signals, and an end that loses no answer."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from ner.errors import InputError
from ner.serving.api_keys import ApiKeys
from ner.serving.app import make_app
from ner.serving.listening import listen, server_config
from ner.serving.log import set_up_log
from ner.serving.service import Service

_LOGGER = logging.getLogger("ner.serving")
_TICK = 0.05  # seconds
_LOOK = 1.0  # seconds between two looks at the files of lists
_KEEP_ALIVE = 75  # seconds; longer than a balancer keeps a connection, which would else send into a closed one


def serve(service: Service) -> None:
    """Serve until SIGTERM or Ctrl-C; then answer what has been accepted, and return.

    Raises:
        InputError: the address can't be used, a key file can't be read, or a model can't be loaded.
    """
    settings = service.settings
    set_up_log(settings.log_format)
    keys = ApiKeys(Path(settings.api_key_file)) if settings.api_key_file else None
    admin_keys = ApiKeys(Path(settings.admin_key_file)) if settings.admin_key_file else None
    config = server_config(
        make_app(service, keys, admin_keys),
        settings.receive_timeout,
        settings.timeout,
        limit_concurrency=settings.max_connections,
        timeout_keep_alive=_KEEP_ALIVE,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
    try:
        config.load()
    except OSError as error:
        names = f"{settings.tls_certificate}, {settings.tls_key}"
        reason = error.strerror or error
        raise InputError(f"{names}: expected a TLS certificate and its key, as PEM files ({reason})") from None
    _allow_many_files()
    listener = listen(settings.host, settings.port)
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    scheme = "https" if settings.tls_certificate else "http"
    _LOGGER.info("listening on %s://%s:%d", scheme, shown, listener.getsockname()[1])
    if keys is None and settings.host not in ("127.0.0.1", "::1", "localhost"):
        _LOGGER.warning("everybody who can reach %s can use the service: set an API key file", settings.host)
    gc.freeze()  # what is imported stays: going through it with every collection would hold up all answers for 0.1 s
    asyncio.run(_Server(config, service).run_all(listener))


class _Server(uvicorn.Server):
    """uvicorn with a start that loads models while it listens, and an end that drains."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._drained: asyncio.Task[None] | None = None  # asyncio alone would forget it

    async def run_all(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        failure: list[InputError] = []

        async def load() -> None:
            try:
                await self._service.start()
            except InputError as error:
                failure.append(error)
                self.should_exit = True

        asked = asyncio.Event()
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, asked.set)
        loading = [asyncio.ensure_future(work) for work in (load(), self._reload_when(asked), self._watch_lists())]
        await self.serve(sockets=[listener])
        for task in loading:
            task.cancel()
        await asyncio.gather(*loading, return_exceptions=True)
        await self._service.stop()
        if failure:
            raise failure[0]

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain; a second signal ends at once."""
        if self._service.draining:
            self.should_exit = self.force_exit = True
            return
        self._service.draining = True
        asyncio.get_running_loop().call_soon_threadsafe(self._start_draining)

    def _start_draining(self) -> None:
        self._drained = asyncio.ensure_future(self._drain())

    async def _drain(self) -> None:
        _LOGGER.info("shutting down: requests that have been accepted are answered")
        ends = asyncio.get_running_loop().time() + self._service.settings.grace
        while self._is_busy() and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(_TICK)
        self.should_exit = True

    def _is_busy(self) -> bool:
        """Whether requests are being answered, or answers being read."""
        state = self.server_state
        return bool(state.tasks) or any(one.transport.get_write_buffer_size() for one in state.connections)

    async def _reload_when(self, asked: asyncio.Event) -> None:
        """Load the models again whenever that is asked for. What is asked several times meanwhile is done once."""
        while await asked.wait():
            asked.clear()
            try:
                await self._service.reload()
            except InputError as error:
                _LOGGER.error("the models were not reloaded, the old ones go on: %s", error)

    async def _watch_lists(self) -> None:
        """Read lists again when their files change."""
        while self._service.lexicons.files:
            await asyncio.sleep(_LOOK)
            if self._service.ready:
                await self._service.reload_lists()


def _allow_many_files() -> None:
    """Let the process have as many connections open as the system allows."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

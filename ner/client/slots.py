"""How many requests of a client are under way: fewer when the service is too busy for them."""

import asyncio

_GROWTH = 0.05  # of the number, with each answer


class Slots:
    """Places for requests, inside one event loop: `async with slots`.

    Args:
        most: the number of places when the service is not too busy.
    """

    def __init__(self, most: int) -> None:
        self._most = self._allowed = float(most)
        self._used = 0
        self._changed = asyncio.Condition()
        self.turn = asyncio.Lock()  # of the requests that were refused, one asks again at a time

    async def __aenter__(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._used < int(self._allowed))
            self._used += 1

    async def __aexit__(self, *error: object) -> None:
        async with self._changed:
            self._used -= 1
            self._changed.notify_all()

    def shrink(self) -> None:
        """Have half as many places: the service refused a request because it is too busy."""
        self._allowed = max(1.0, self._allowed / 2)

    def grow(self) -> None:
        """Have a little more room, after an answer."""
        self._allowed = min(self._most, self._allowed + _GROWTH)

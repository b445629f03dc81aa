"""A progress object that keeps what it is told, to look at."""


class RecordedProgress:
    """Keeps notes as `lines`, and starts and ends of tasks as `tasks`."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tasks: list[str] = []
        self.done: list[float] = []

    def note(self, line: str) -> None:
        self.lines.append(line)

    def start(self, task: str, total: float | None) -> None:
        self.tasks.append(task)

    def advance(self, done: float, status: str = "") -> None:
        self.done.append(done)

    def finish(self) -> None:
        self.tasks.append("end")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

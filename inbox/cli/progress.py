"""A progress line on standard error where people watch, and what there is to note on the way."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from inbox.ops import operation


class Meter:
    """Shows what an operation reports; begins with the first report, ends with the block."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    async def report(self, progress: operation.Progress) -> None:
        """Show how far it has come."""
        if not self._shown:
            return
        for note in progress.notes:
            self._console.print(note, soft_wrap=True)
        if not self._console.is_terminal:
            return
        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task(progress.unit)
            self._bar.start()
        self._bar.update(
            self._task,
            completed=progress.done,
            total=progress.total or None,
            description=progress.unit,
        )

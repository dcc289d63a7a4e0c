"""The command line: `pinbox`, one command for each thing an operator does.

Every command takes `--data`, prints for people, and with `--json` one JSON object for machines. It
ends with status 0, with 1 where it was refused or failed, and with 2 where the command line itself
is wrong; an error is one line on standard error that says what to do instead.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from inbox.cli.errors import tell
from inbox.cli.tree import pinbox

__all__ = ["main", "pinbox"]


def main(args: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its status."""
    given = list(sys.argv[1:] if args is None else args)
    try:
        status = pinbox.main(args=given, prog_name="pinbox", standalone_mode=False)
    except Exception as error:  # noqa: BLE001  the outermost place: told, with a status
        status = tell(error, json="--json" in given)
    except KeyboardInterrupt:
        status = 130
    sys.exit(status if isinstance(status, int) else 0)

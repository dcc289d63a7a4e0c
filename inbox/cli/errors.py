"""How an error ends a command: one line on standard error with a remedy, and a status."""

from __future__ import annotations

import errno
import sys

import click
import msgspec

from inbox.core.errors import BadRequest, PinboxError
from inbox.settings import SettingsError
from inbox.store.refusal import Refusal

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130


class Failed(click.ClickException):
    """A command did its work and found that all is not well; it has said so itself."""


class Complaint(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error as `--json` prints it."""

    code: str
    detail: str
    remedy: str = ""


def tell(error: Exception, *, json: bool) -> int:
    """Say what went wrong and what to do instead; the status to end with."""
    if isinstance(error, Failed):
        return FAILED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return WRONG_USE
    if isinstance(error, click.Abort):
        return INTERRUPTED
    complaint, status = _judge(error)
    if json:
        line = msgspec.json.encode(complaint).decode()
    else:
        line = f"pinbox: {complaint.detail}"
        if complaint.remedy:
            line += f". {complaint.remedy}"
    print(line, file=sys.stderr)  # noqa: T201  this is the place where errors are printed
    return status


def _judge(error: Exception) -> tuple[Complaint, int]:
    status = FAILED
    match error:
        case click.UsageError():
            command = error.ctx.command_path if error.ctx is not None else "pinbox"
            complaint = Complaint("usage", error.format_message(), f"See `{command} --help`")
            status = WRONG_USE
        case click.ClickException():
            complaint = Complaint("failed", error.format_message())
        case PinboxError():
            remedy = "Nothing was changed; try again" if error.temporary else ""
            complaint = Complaint(error.code, error.detail, remedy)
            status = WRONG_USE if isinstance(error, BadRequest) else FAILED
        case SettingsError():
            complaint, status = Complaint("settings", str(error)), WRONG_USE
        case Refusal():
            complaint = Complaint("refused", str(error))
        case OSError():
            complaint = _judge_system(error)
        case _:
            complaint = _judge_unknown(error)
    return msgspec.structs.replace(complaint, detail=complaint.detail.rstrip(".")), status


def _judge_system(error: OSError) -> Complaint:
    remedies = {
        errno.EACCES: "Run it as the user that owns the data folder",
        errno.EPERM: "Run it as the user that owns the data folder",
        errno.ENOSPC: "Free some space on that disk, then run it again",
        errno.EROFS: "Choose a folder that can be written to",
        errno.EADDRINUSE: "Another program listens there; choose another --port",
        errno.ENOENT: "Compare the path",
    }
    text = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    return Complaint("system", text, remedies.get(error.errno or 0, ""))


def _judge_unknown(error: Exception) -> Complaint:
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f" ({code.co_filename.rpartition('/')[2]}:{trace.tb_lineno})"
        trace = trace.tb_next
    words = f"{type(error).__name__}: {error}{place}"
    return Complaint("internal", words, "This is a fault in Pinbox; please report it")

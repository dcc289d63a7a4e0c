"""What the doctor sees of the place where files lie."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from inbox.ops.finding import Finding, doubtful, well, wrong
from inbox.settings import SETTINGS, Settings

_DEFAULT = next(row.default for row in SETTINGS if row.name == "uploads_folder")


async def check_uploads(
    settings: Settings, try_place: Callable[[], Awaitable[None]]
) -> AsyncIterator[Finding]:
    """Files can be written where the settings say, and other servers would find them there.

    `try_place` writes a trial and takes it away; it raises OSError, or ModuleNotFoundError where
    the library for buckets is not installed.
    """
    bucket = settings.s3_bucket
    where = f"the bucket {bucket}" if bucket else settings.uploads_folder
    try:
        await try_place()
    except ModuleNotFoundError:
        yield wrong("files", f"{where} needs a library", "pip install 'pinbox[s3]'")
    except OSError as error:
        remedy = "look at s3_bucket, its key and its rights" if bucket else "look at its rights"
        yield wrong("files", f"{where} cannot be written to: {error}", remedy)
    else:
        if settings.database and not bucket and settings.uploads_folder == _DEFAULT:
            yield doubtful(
                "files",
                f"they lie in the data folder, under {where}: another server would not find them",
                "with more than one server set uploads_folder to a shared one, or s3_bucket",
            )
        else:
            yield well("files", f"{where} can be written to")

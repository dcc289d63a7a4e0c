"""All that a process needs to take files in: the place, the spool, who remakes pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inbox.files.bucket import Bucket
from inbox.files.folder import Folder
from inbox.files.pictures import Pictures
from inbox.files.place import Place
from inbox.files.spool import Spool
from inbox.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config


@dataclass(frozen=True, slots=True)
class Shelf:
    """One per process."""

    place: Place
    spool: Spool
    pictures: Pictures


def open_shelf(data: Path, settings: Settings) -> Shelf:
    """The place that the settings name. Nothing is made on disk before the first upload.

    The spool lies beside the files, so that a file that has come in is only renamed.
    """
    root = data / settings.uploads_folder
    place: Place = open_bucket(settings) if settings.s3_bucket else Folder(root)
    pictures = Pictures(most_pixels=settings.upload_max_pixels)
    return Shelf(place, Spool(root / "incoming"), pictures)


def open_bucket(settings: Settings) -> Bucket:
    """The bucket of the settings; nothing is asked of it yet."""
    from obstore.store import S3Store  # heavy, and an extra: only who has a bucket needs it

    config: S3Config = {
        "region": settings.s3_region,
        "virtual_hosted_style_request": not settings.s3_endpoint,
    }
    if settings.s3_endpoint:
        config["endpoint"] = settings.s3_endpoint
    if settings.s3_access_key:
        config["access_key_id"] = settings.s3_access_key
        config["secret_access_key"] = settings.s3_secret_key
    store = S3Store(
        settings.s3_bucket,
        prefix=settings.s3_prefix or None,
        config=config,
        client_options={"allow_http": settings.s3_endpoint.startswith("http://")},
    )
    return Bucket(store, store)

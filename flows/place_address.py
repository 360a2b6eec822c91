"""The address of a place of delivery, as a contract may name it."""

import re
from typing import Annotated

from pydantic import AfterValidator


def checked_place(place: str) -> str:
    """The address, if it is one that ingest can fetch from and that holds no credentials."""
    host = re.fullmatch(r"(s3|https?)://([a-z0-9][a-z0-9.-]{1,252})(:\d{1,5})?(/[^?#*\[\s@]*)?", place)
    is_known = host and (host[1] != "http" or host[2] in ("localhost", "127.0.0.1"))
    if not host or not is_known or (host[1] != "s3" and not place.split("/")[3:][-1:] > [""]):
        raise ValueError(
            "a place is s3://bucket/folder or https://host/path/file, without wildcards, credentials or a query; "
            f"found one that begins {place[:12]!r}"
        )
    return place


Place = Annotated[str, AfterValidator(checked_place)]

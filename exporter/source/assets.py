"""Asset files: streamed to the disk from the hosts that Contentful uses or the source's own, without a token."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import requests

from exporter.errors import SourceError
from exporter.source.delivery import TIMEOUT, Address, Delivery, reason

if TYPE_CHECKING:
    from pathlib import Path

_HOSTS = ("ctfassets.net", "contentful.com")
_CHUNK = 1 << 16


def file_address(file_url: str, address: Address) -> str:
    """Give the address to ask an asset file at.

    A local endpoint answers the path of any file URL. Elsewhere a URL without a scheme takes the source's own on the
    source's host, https otherwise. Raises SourceError for a host that is neither Contentful's nor the source's.
    """
    own = urlsplit(address.url)
    try:
        parts = urlsplit(file_url)
    except ValueError:
        raise SourceError("asset-host", "its file has no address that can be read") from None
    path = quote(unquote(parts.path), safe="/~") + (f"?{parts.query}" if parts.query else "")
    if address.local or not parts.netloc:
        return f"{own.scheme}://{own.netloc}{path}"
    if parts.netloc == own.netloc:
        return f"{parts.scheme or own.scheme}://{parts.netloc}{path}"
    host = parts.hostname or ""
    if parts.scheme not in ("", "https", "http") or not any(
        host == each or host.endswith(f".{each}") for each in _HOSTS
    ):
        raise SourceError("asset-host", f"its file lies at {host or 'no host'}, which is not Contentful's")
    return f"https://{parts.netloc}{path}"


def download(client: Delivery, file_url: str, size: int | None, target: Path) -> None:
    """Stream a file to `target`. `size` is the number of bytes that the metadata says, None where it does not.

    Raises SourceError where it does not come whole.
    """
    client.requests += 1
    address = file_address(file_url, client.address)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            client.session.get(address, auth=_no_token, timeout=TIMEOUT, stream=True, allow_redirects=False) as answer,
            target.open("wb") as file,
        ):
            if answer.status_code != requests.codes.ok:
                raise SourceError("asset-status", f"the answer was {answer.status_code}")
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
            client.bytes += answer.raw.tell()
    except requests.RequestException as error:
        raise SourceError("asset-unreachable", reason(error)) from None
    came = target.stat().st_size
    if size is not None and came != size:
        raise SourceError("asset-size", f"{came} bytes came of {size}")


def _no_token(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send no credentials, not even those of a .netrc."""
    request.headers.pop("Authorization", None)
    return request

"""What an error status means, in words: which may pass, and where to look."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from exporter.core.encoding import decode
from exporter.core.errors import SourceError, reference
from exporter.core.secrets import scrub
from exporter.source.retry import RetryableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from exporter.source.address import Address

LONGEST_RESET = 86_400.0
"""Seconds, a day: a longer time that a server names is taken for this one."""

_TOO_MANY = 429
_TOKEN_REFUSED = (400, 404, 410, 422)
"""What the service answers to a sync token that it does not know."""


class TokenRejectedError(SourceError):
    """The service no longer knows the sync token: start over."""


class TooBigError(SourceError):
    """An answer would be larger than the service allows: start over with fewer items a page."""


def refusal(
    status: int, headers: Mapping[str, str], body: bytes | bytearray, address: Address, secrets: list[str]
) -> SourceError | RetryableError:
    """Return what an error status means and where to look (bodies: `sys.type` Error with an id, message, details).

    Only too many requests and the service's own troubles are worth another attempt. `secrets` are the tokens that were
    sent, the sync token second if there was one; a message may repeat them.
    """
    message, missing = _error_body(body, secrets)
    too_big = status == 400 and "response size too big" in message.lower()
    if status == _TOO_MANY:
        return RetryableError(f"{address.host} says too many requests (429)", reset_time(headers), "rate-limit")
    if status >= 500:
        return RetryableError(f"{address.host} answered {status}{message}", reset_time(headers), "refused")
    if too_big:
        return TooBigError(
            "too-big", f"{address.host} says that a page is too big ({status}{message}): lower source.limit"
        )
    if len(secrets) > 1 and status in _TOKEN_REFUSED:
        return TokenRejectedError(
            "token-rejected", f"{address.host} no longer knows the sync token ({status}{message})"
        )
    code, words = _explanation(status, message, missing, address)
    if status == 401 and secrets[0].startswith("CFPAT-"):
        words += "; what is set looks like a token of the Content Management API, which this program never needs"
    return SourceError(code, f"{address.host} {words}")


def _explanation(status: int, message: str, missing: str, address: Address) -> tuple[str, str]:
    """Return the code and the words for a refusal that another attempt would not change."""
    token = "CONTENTFUL_PREVIEW_TOKEN" if "//preview." in address.url else "CONTENTFUL_ACCESS_TOKEN"
    unknown = f"environment {address.environment}" if missing == "Environment" else f"space {address.space}"
    if status == 401:
        space = f"for space {address.space}: check {token} and that it is of this space"
        return "unauthorized", f"refused the access token (401) {space} (see {reference('contentful.md')})"
    if status == 403:
        return "forbidden", f"denies access (403{message}): check what {token} may read"
    if status == 404:
        advice = f"check source.space, source.environment and that {token} may read them"
        return "not-found", f"does not know {unknown} (404): {advice} (see {reference('contentful.md')})"
    if 300 <= status < 400:
        return "redirected", f"redirects elsewhere ({status}): check source.url"
    return "refused", f"answered {status}{message}: try again later"


def reset_time(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until a server takes requests again, a day at most; None if it does not say so.

    `headers` are by their names in lower case.

    Contentful says it in a header of its own, proxies and CDNs in `Retry-After`; the later of both counts.
    """
    waits = (_seconds(headers.get("x-contentful-ratelimit-reset", "")), _retry_after(headers))
    return max((min(seconds, LONGEST_RESET) for seconds in waits if seconds is not None), default=None)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if seconds >= 0 else None  # a NaN is not


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` names, in seconds or as a date by the server's own clock."""
    text = headers.get("retry-after", "")
    date = _date(text)
    if date is None:
        return _seconds(text)
    now = _date(headers.get("date", ""))
    return max(date.timestamp() - (now.timestamp() if now is not None else time.time()), 0.0)


def _date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # which a request that succeeds does without

    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None


def _error_body(data: bytes | bytearray, secrets: list[str]) -> tuple[str, str]:
    """Return the message of an error body and the type of thing that its details name; details come in many forms.

    The secrets go first: half of one that was cut off could not be told from other words.
    """
    try:
        body = decode(data)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return "", ""
    details = body.get("details")
    kind = details.get("type") if isinstance(details, dict) else None
    message = body.get("message")
    words = f": {scrub(' '.join(message.split()), secrets)[:300]}" if isinstance(message, str) else ""
    return words, kind if isinstance(kind, str) else ""

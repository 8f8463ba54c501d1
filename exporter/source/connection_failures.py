"""Why a host could not be asked, in words: which failures may pass, and where to look."""

from __future__ import annotations

import errno
import os

import requests

from exporter.core.errors import SourceError
from exporter.source.retry import RetryableError


def failure(error: requests.RequestException, host: str, *, reached: bool = True) -> RetryableError | SourceError:
    """Return why a host could not be asked: a RetryableError where that may pass.

    A host that refuses the very first connection of a run is not there: its address is wrong, or nothing listens there.
    """
    if not reached and reason(error) == os.strerror(errno.ECONNREFUSED):
        return SourceError("unreachable", f"{host} could not be asked: {reason(error)}; check source.url")
    message = f"{host} could not be asked: {reason(error)}{_advice(error)}"
    # what requests itself refuses to send (a malformed address, a header with a line break) is a ValueError too
    lasting = isinstance(error, ValueError) or "CERTIFICATE_VERIFY_FAILED" in str(error)
    return SourceError("unreachable", message) if lasting else RetryableError(message)


def _advice(error: BaseException) -> str:
    """Return where to look for the cause of a failure that running again alone will hardly mend."""
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        return " (check HTTPS_PROXY)"
    if isinstance(error, requests.exceptions.SSLError):
        return " (check the date of this machine and, behind a company's proxy, REQUESTS_CA_BUNDLE)"
    unknown = "NameResolutionError" in str(error) or isinstance(error, requests.exceptions.InvalidURL)
    return " (check source.url and the network)" if unknown else ""


def reason(error: BaseException) -> str:
    """Return the innermost cause in words, without the address: it may carry a sync token."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        certificate = "CERTIFICATE_VERIFY_FAILED" in str(error)
        return "its certificate could not be verified" if certificate else "no secure connection could be made"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy could not be reached"
    if isinstance(error, requests.exceptions.InvalidProxyURL):
        return "the proxy's address cannot be read"
    if isinstance(error, requests.exceptions.InvalidURL):
        return "its address cannot be read"
    cause: BaseException | None = error
    words = "the connection broke off"
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            words = cause.strerror
        cause = cause.__cause__ or cause.__context__
    return words

"""Object stores (S3 and what speaks like it, Google Cloud Storage, Azure) by obstore, which does not retry here."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from exporter.core.errors import ConfigError, missing_package
from exporter.publish.stores.store import ABSENT, ConditionError, Found, Headers, Listed, StoreError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from exporter.publish.stores.target import Target

_STATUS = re.compile(r"status code: (\d{3})")
_BULK = 1000
_NEVER_SET = {"Content-Disposition", "Content-Language"}
"""Headers that no publish sets, and that change what a reader gets."""


class ObjectStore:
    """A bucket or container, below a prefix.

    Nothing of what a service answers gets into a message: it may repeat a signature or a token.
    """

    keeps_headers = True
    is_conditional = True

    def __init__(self, target: Target, timeout: float, count: Callable[[int, int], None]) -> None:
        try:
            import obstore
        except ImportError:
            raise missing_package("extra-missing", f"{target.scheme}://", "obstore", "publish") from None
        self.name = target.shown
        self._api = obstore
        self._count = count
        self.bulk = _BULK if target.scheme == "s3" else 1
        self.tags_tell_headers = target.scheme == "az"
        self._store = _open(obstore, target, timeout)

    def get(self, path: str, most: int) -> Found | None:
        """Return an object."""
        with _TranslatedErrors(self.name, "read"):
            try:
                found = self._api.get(self._store, path)
            except FileNotFoundError:
                return None
            if found.meta["size"] > most:
                raise TooLargeError(f"{self.name}: {path} has more than {most} bytes")
            encoding = found.attributes.get("Content-Encoding", "")
            return Found(bytes(found.bytes()), found.meta["e_tag"] or "", encoding)

    def headers(self, path: str) -> Headers | None:
        """Return what is sent with an object."""
        with _TranslatedErrors(self.name, "read"):
            try:
                sent = self._api.get(self._store, path, options={"head": True}).attributes
            except FileNotFoundError:
                return None
        if _NEVER_SET & sent.keys():
            return None
        return Headers(*(sent.get(name, "") for name in ("Content-Type", "Cache-Control", "Content-Encoding")))

    def put(self, path: str, data: bytes, headers: Headers, only_if: str | None = None) -> str:
        """Write an object."""
        attributes = {"Content-Type": headers.content_type, "Cache-Control": headers.cache_control}
        attributes |= {"Content-Encoding": headers.encoding} if headers.encoding else {}
        mode: Any = "overwrite" if only_if is None else "create" if only_if == ABSENT else {"e_tag": only_if}
        with _TranslatedErrors(self.name, "write"):
            found = self._api.put(self._store, path, data, attributes=attributes, mode=mode, use_multipart=False)
            return found["e_tag"] or ""

    def delete(self, paths: Sequence[str]) -> None:
        """Delete objects: with S3 a thousand in one request."""
        with _TranslatedErrors(self.name, "delete"), suppress(FileNotFoundError):
            self._api.delete(self._store, paths[0] if self.bulk == 1 else [*paths])

    def listing(self) -> Iterator[Listed]:
        """Yield every object below the prefix, a thousand in one request."""
        with _TranslatedErrors(self.name, "list"):
            for number, part in enumerate(self._api.list(self._store, chunk_size=_BULK)):
                if number:
                    self._count(0, 1)
                for found in part:
                    yield Listed(found["path"], found["size"], found["e_tag"] or "")

    def tidy(self) -> None:
        """Do nothing: an object is there whole or not at all."""

    def close(self) -> None:
        """Do nothing: connections go with the process."""


def _open(obstore: Any, target: Target, timeout: float) -> Any:
    """Return obstore's own store: with the credentials of the environment, without its own attempts."""
    place: dict[str, Any] = {"endpoint": target.endpoint} if target.endpoint else {}
    place |= {"region": target.region} if target.region else {}
    options: dict[str, Any] = {
        "timeout": timedelta(seconds=timeout),
        "connect_timeout": timedelta(seconds=min(timeout, 10)),
    }
    options |= {"allow_http": True} if (target.endpoint or "").startswith("http://") else {}
    made = {"s3": obstore.store.S3Store, "gs": obstore.store.GCSStore, "az": obstore.store.AzureStore}[target.scheme]
    try:
        retry = {"max_retries": 0}
        return made(target.host, prefix=target.prefix or None, client_options=options, retry_config=retry, **place)
    except Exception:  # noqa: BLE001 - obstore's own, whose words may repeat what the environment holds
        advice = "see the credentials in exporter's docs/publish.md"
        raise ConfigError(
            "target-invalid", f"{target.shown}: the environment's settings do not fit: {advice}"
        ) from None


class _TranslatedErrors:
    """A context in which errors of obstore become `StoreError` or `ConditionError`, in words of our own."""

    def __init__(self, name: str, what: str) -> None:
        self._name = name
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, StoreError | ConditionError):
            return
        word = type(error).__name__
        if word in ("AlreadyExistsError", "PreconditionError", "NotModifiedError"):
            raise ConditionError from None
        found = _STATUS.search(str(error))
        status = int(found[1]) if found else 0
        if status in (409, 412):
            raise ConditionError from None
        if word in ("PermissionDeniedError", "UnauthenticatedError") or status in (401, 403):
            rights = "check them, and that they may read, write, delete and list below the prefix"
            refused = f"the credentials in the environment may not {self._what} here ({status or 403})"
            raise StoreError(f"{self._name}: {refused}; {rights}") from None
        if isinstance(error, FileNotFoundError):
            raise StoreError(f"{self._name}: there is no such bucket or container") from None
        if status and status < 500 and status not in (408, 429):
            raise StoreError(f"{self._name}: the service refuses to {self._what} (status {status})") from None
        why = f"the service answers {status}" if status else "the service does not answer, or broke off"
        raise StoreError(f"{self._name}: {why}", passing=True) from None

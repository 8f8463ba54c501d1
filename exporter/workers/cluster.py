"""An executor on other machines: Dask's, reached at an address, or a local cluster of separate processes.

The scheduler is Dask's own, and so is the encryption: whoever reaches a scheduler can have it run anything, so plain
TCP is only spoken on this machine, unless it is asked for. What is sent is the name of a function and bytes, and what
comes back is bytes.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import logging
import os
import signal
import warnings
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from exporter.core.errors import ConfigError, ExporterError, GuardError, missing_package
from exporter.workers.executor import prepared_to_spawn, signals_held
from exporter.workers.worker import ENDING_SIGNALS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from distributed import Client

_SECONDS_TO_CONNECT = 20
_SECONDS_BETWEEN_LOOKS = 5.0
_SECONDS_WITHOUT_WORKERS = 60.0
"""Seconds that a cluster may be without any worker before a run ends: a worker that was lost is started again."""

_AHEAD = 2
"""Pieces of work a process that are sent out before their turn."""

_PLAIN = ("dask", "msgpack", "error")
"""How answers may be encoded: bytes and plain values, and nothing that runs code where it is decoded."""

_TIMES_TRIED_AGAIN = 2
"""Times that work is done again which an error ended that is not the program's own."""


class ClusterAddress(NamedTuple):
    """Where a cluster is; with an empty `host` it is started here. `insecure` allows plain TCP to other machines."""

    host: str = ""
    port: int = 0
    insecure: bool = False

    @property
    def is_near(self) -> bool:
        """Whether what is sent does not leave this machine."""
        if self.host in ("", "localhost"):
            return True
        with suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False


class Cluster(NamedTuple):
    """A cluster that is connected: its executor, and what counts the processes that are at work there now."""

    executor: Executor
    workers: Callable[[], int]


def read_cluster(text: str) -> ClusterAddress:
    """Return the address that `dask://HOST:PORT` or `dask:` names. Raises ValueError with a sentence."""
    found = "one with a user" if "@" in text else repr(text)  # what stands before the @ may be a secret
    expected = f"expected dask://HOST:PORT, or dask: for a cluster on this machine, found {found}"
    if text == "dask:":
        return ClusterAddress()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(expected) from None
    if parts.scheme != "dask" or not host or not port or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise ValueError(expected)
    return ClusterAddress(host, port)


def check_cluster(address: ClusterAddress) -> None:
    """Raise ConfigError where Dask is not installed, or anyone on the way to the cluster could take part."""
    if importlib.util.find_spec("distributed") is None:
        raise missing_package("extra-missing", "--on", "Dask", "cluster")
    if not address.is_near and not address.insecure and not _has_tls():
        raise ConfigError(
            "cluster-insecure",
            f"--on: whoever reaches the scheduler at {address.host} can run code there, and Dask has no TLS settings "
            "here: make them (distributed.comm.tls), or give --insecure in a network of your own",
        )


def _has_tls() -> bool:
    """Whether Dask's own settings name what TLS needs."""
    from distributed.security import Security

    security = Security()  # type: ignore[no-untyped-call] # of a library without all types, as below
    return bool(security.tls_ca_file or security.tls_client_cert)  # type: ignore[attr-defined] # set by name


@contextmanager
def open_cluster(address: ClusterAddress, jobs: int, hidden: Sequence[str]) -> Iterator[Cluster]:
    """Connect to a cluster while the block runs, or start one of `jobs` processes here.

    Processes that are started here have none of the `hidden` variables in their environment. Raises GuardError where
    no scheduler answers, ConfigError as `check_cluster`.
    """
    check_cluster(address)
    from distributed import Client

    with ExitStack() as opened:
        opened.enter_context(_quiet())
        where = _address_of(address) if address.host else opened.enter_context(_started(jobs, hidden))
        try:
            connected = Client(  # type: ignore[no-untyped-call] # as above
                where, timeout=_SECONDS_TO_CONNECT, set_as_default=False, deserializers=_PLAIN
            )
            client = opened.enter_context(connected)
        except (OSError, TimeoutError) as error:
            raise GuardError("cluster-lost", f"--on: no scheduler answers at {where}: {error}") from None
        yield Cluster(client.get_executor(pure=False, retries=_TIMES_TRIED_AGAIN), lambda: _count(client))


@contextmanager
def _started(jobs: int, hidden: Sequence[str]) -> Iterator[str]:
    """Start a cluster here while the block runs; yield its address.

    Its processes never see Ctrl-C, which a terminal sends to all: this one ends them. The mask of signals goes from the
    thread that starts them, now and after a loss, to each.
    """
    from distributed import LocalCluster

    with _without(hidden):
        with prepared_to_spawn(), signals_held(ENDING_SIGNALS - {signal.SIGTERM}):
            cluster = LocalCluster(  # type: ignore[no-untyped-call] # as above
                n_workers=jobs,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                worker_dashboard_address=None,
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,
            )
        with cluster:
            yield cluster.scheduler_address


def _address_of(address: ClusterAddress) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{'tls' if _has_tls() else 'tcp'}://{host}:{address.port}"


def _count(client: Client) -> int:
    return len(client.nthreads())  # type: ignore[no-untyped-call] # as above


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's log out of the output: workers that are lost are nothing that anybody has to do something about."""
    names = [
        name for name in [*logging.root.manager.loggerDict] if name.startswith(("asyncio", "distributed", "tornado"))
    ]
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="distributed")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _without(names: Sequence[str]) -> Iterator[None]:
    """Take variables out of the environment, which processes that are started inherit, while the block runs."""
    taken = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def results(cluster: Cluster, function: Callable[[bytes], bytes], requests: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what a function returns for each request, in no particular order; few are sent out before their turn.

    The function can be imported by its name. What a lost process was doing is done by another one. Raises GuardError
    where no process is left, or work ends every process that it is given to.
    """
    left, lost = iter(requests), 0.0
    under_way: set[Future[bytes]] = set()
    try:
        while True:
            room = _AHEAD * max(1, cluster.workers()) - len(under_way)
            under_way |= {cluster.executor.submit(function, request) for request in islice(left, max(room, 0))}
            if not under_way:
                return
            done, under_way = wait(under_way, _SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
            lost = 0.0 if done or cluster.workers() else lost + _SECONDS_BETWEEN_LOOKS
            if lost >= _SECONDS_WITHOUT_WORKERS:
                raise GuardError("cluster-lost", "--on: the cluster has no worker: start some, then run again")
            yield from (future.result() for future in done)
    except ExporterError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the cluster, its network or a task says
        what = " ".join(str(error).split())[:300]
        message = f"--on: the cluster gave up ({type(error).__name__}: {what}): see the log of its workers"
        raise GuardError("cluster-lost", message) from None
    finally:
        for future in under_way:
            future.cancel()

"""The errors that end a run, each with its exit code.

ExporterError
├── ConfigError    2  site.yaml, the environment or the command line is wrong
├── SourceError    3  the space could not be read
└── GuardError     4  a guard stopped the run: a lock, a folder that is not ours, a disk

A page that fails, or an asset file that cannot be fetched, is a problem in the report, not an error: the run goes on.
"""

from __future__ import annotations


class ExporterError(Exception):
    """An error that ends the run, with a sentence for the user.

    `code` is a word for programs (`unauthorized`); `message` says what is wrong and what to do next.
    """

    exit_code = 2

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[ExporterError], tuple[str, str]]:
        """Rebuild the error when it comes from another process."""
        return type(self), (self.code, self.message)


class ConfigError(ExporterError):
    """Something is wrong in site.yaml, the environment or the command line."""

    exit_code = 2


class SourceError(ExporterError):
    """The space could not be read."""

    exit_code = 3


class GuardError(ExporterError):
    """A guard stopped the run before it did harm."""

    exit_code = 4


def disk_sentence(error: OSError) -> str:
    """Say what a disk did not do, and what to do about it."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}: free space or mend the rights, then run again; nothing is lost"

"""The errors that end a run, each with its exit code.

ExporterError
├── ConfigError    2  site.yaml, the environment or the command line is wrong
│   └── SettingsError  site.yaml names what the space or the folder does not have
├── SourceError    3  the space could not be read
└── GuardError     4  a guard stopped the run: a lock, a folder that is not ours, a disk

A page that fails, or an asset file that cannot be fetched, is a problem in the report, not an error: the run goes on.
"""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
"""The reference, which is installed with the program."""


def reference(page: str) -> str:
    """Return the path of a page of the reference (`contentful.md`) on this disk, for a sentence to end with."""
    return str(DOCS / page)


class ExporterError(Exception):
    """An error that ends the run, with a sentence for the user.

    `code` is a word for programs (`unauthorized`); `message` says what is wrong and what to do next.
    """

    exit_code = 2

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[ExporterError], tuple[object, ...]]:
        """Rebuild the error when it comes from another process."""
        return type(self), (self.code, self.message)


class ConfigError(ExporterError):
    """Something is wrong in site.yaml, the environment or the command line."""

    exit_code = 2


class SettingsError(ConfigError):
    """Settings of site.yaml do not fit the space or the guide's folder.

    Each problem is the path of a key and a sentence. Whoever raises this does not know the file and its lines, which
    `config.settings.line_numbers` adds.
    """

    def __init__(self, *problems: tuple[tuple[str | int, ...], str]) -> None:
        super().__init__("config-invalid", "\n".join(sentence for _, sentence in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type[ExporterError], tuple[object, ...]]:
        return type(self), self.problems


class SourceError(ExporterError):
    """The space could not be read."""

    exit_code = 3


class GuardError(ExporterError):
    """A guard stopped the run before it did harm."""

    exit_code = 4


def missing_package(code: str, user: str, package: str, extra: str) -> ConfigError:
    """Return the error of a feature (`user`) whose package comes with an extra that was not installed."""
    advice = f"install exporter again with its extra [{extra}], see {reference('install.md')}"
    return ConfigError(code, f"{user} needs {package}, which is not installed: {advice}")

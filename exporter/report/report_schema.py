"""The JSON Schema of what `--json` prints; exporter/report.schema.json is generated from the classes of the reports."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from exporter.report.bundle_report import BundleReport
from exporter.report.changes import Changes
from exporter.report.check_report import CheckReport
from exporter.report.ending import Failure
from exporter.report.init_report import InitReport
from exporter.report.problems import Problem
from exporter.report.publish_report import PublishReport
from exporter.report.render_report import ReaderPart, RenderReport
from exporter.report.report import PARTS, Report
from exporter.report.status_report import StatusReport
from exporter.report.sync_report import SyncReport

_PARTS = (
    *(BundleReport, Changes, CheckReport, InitReport, Problem, PublishReport, ReaderPart, RenderReport, StatusReport),
    SyncReport,
)
_NAMES = {"Mapping": Mapping, **{part.__name__: part for part in _PARTS}}
"""What annotations of the reports name."""
_SCALARS: Mapping[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    float: {"type": "number", "minimum": 0},
    str: {"type": "string"},
}
_NOT_PRINTED: Mapping[type, tuple[str, ...]] = {Problem: ("cause",), Report: ("changes", "notes")}
"""Members that only lines and summaries for people have."""


def report_schema() -> str:
    """Return the schema, ready to be written to its file."""
    found = _Definitions()
    report, problem = found.members_of(Report), found.members_of(Problem)
    command, ok = _SCALARS[str], dict[str, Any](const=True)
    ended: dict[str, Any] = {"command": command, "ok": ok, "exit": {"const": 0}}
    failed: dict[str, Any] = {"ok": {"const": False}, "exit": {"enum": [1, 2, 3, 4, 130]}, "error": found.of(Failure)}
    of_report: dict[str, Any] = {"command": command, "ok": _SCALARS[bool], "exit": {"enum": [0, 1, 3]}}
    of_report |= {name: report[name] for name in (*PARTS, "reader", "problems", "stages")}
    found.definitions |= {
        "Problem": _object(
            {**problem, "severity": {"enum": ["error", "warning"]}}, ("severity", "code", "message"), _words(Problem)
        ),
        "Report": {
            **_object(of_report, ("command", "ok", "exit", "problems"), _words(Report)),
            "if": {"properties": {"ok": ok}},
            "then": {"properties": {"exit": {"const": 0}}},
            "else": {"properties": {"exit": {"enum": [1, 3]}}},
        },
        "Failed": _object({"command": command, **failed}, ("command", *failed), "A command that an error ended."),
        "Ended": _object(ended, tuple(ended), "A server or a watcher that a signal ended."),
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "exporter --json",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("Report", "Failed", "Ended")],
        "$defs": dict(sorted(found.definitions.items())),
    }
    return json.dumps(schema, indent=2) + "\n"


class _Definitions:
    """The schemas of the classes that were met."""

    def __init__(self) -> None:
        self.definitions: dict[str, dict[str, Any]] = {}

    def members_of(self, part: type) -> dict[str, dict[str, Any]]:
        """Return the schema of each member of a class that is printed."""
        hints = get_type_hints(part, vars(sys.modules[part.__module__]), _NAMES)
        names = [field.name for field in fields(part)] if is_dataclass(part) else list(hints)
        return {name: self.of(hints[name]) for name in names if name not in _NOT_PRINTED.get(part, ())}

    def of(self, hint: Any) -> dict[str, Any]:
        """Return the schema of a type; None stands for a member that is left out."""
        origin, arguments = get_origin(hint), get_args(hint)
        if hint in _SCALARS:
            return _SCALARS[hint]
        if origin is UnionType:
            (one,) = (argument for argument in arguments if argument is not NoneType)
            return self.of(one)
        if origin is tuple:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is Mapping:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if is_dataclass(hint) and isinstance(hint, type) and hint.__name__ not in self.definitions:
            self.definitions[hint.__name__] = {}
            members = self.members_of(hint)
            self.definitions[hint.__name__] = _object(members, _always(hint), _words(hint))
        return {"$ref": f"#/$defs/{hint.__name__}"}


def _always(part: type) -> tuple[str, ...]:
    """Return the members that are always printed: those that cannot be None."""
    hints = get_type_hints(part, vars(sys.modules[part.__module__]), _NAMES)
    return tuple(name for name, hint in hints.items() if NoneType not in get_args(hint))


def _object(members: Mapping[str, dict[str, Any]], required: tuple[str, ...], description: str) -> dict[str, Any]:
    return {
        "description": description,
        "type": "object",
        "properties": dict(members),
        "required": list(required),
        "additionalProperties": False,
    }


def _words(part: type) -> str:
    """Return what a class says of itself and its members, as one paragraph."""
    return " ".join((part.__doc__ or "").split())

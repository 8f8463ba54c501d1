"""What a sync does not bring: locales, content types and tags, asked for with every sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.errors import SettingsError, SourceError
from exporter.core.model import Model, read_content_type, read_locale
from exporter.core.suggestions import or_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.config.site_schema import Source
    from exporter.core.encoding import Json
    from exporter.source.delivery import Delivery


class ModelAnswers(NamedTuple):
    """The content model as delivered, by code and id."""

    locales: Mapping[str, Json]
    content_types: Mapping[str, Json]
    tags: Mapping[str, Json]

    def read(self) -> Model:
        """Read the answers into the program's own types."""
        return Model(
            {type_id: read_content_type(raw) for type_id, raw in self.content_types.items()},
            {code: read_locale(raw) for code, raw in self.locales.items()},
        )


def fetch_model(client: Delivery) -> ModelAnswers:
    """Ask for locales, content types and tags. Raises SourceError; a space without tags at all has none."""
    try:
        answers = ModelAnswers(
            {raw["code"]: raw for raw in client.collection("locales")},
            {raw["sys"]["id"]: raw for raw in client.collection("content_types")},
            {raw["sys"]["id"]: raw for raw in _tags(client)},
        )
        answers.read()
    except (KeyError, TypeError, AttributeError):
        raise SourceError("malformed", f"{client.address.host} answered with a broken content model") from None
    return answers


def fetch_known_model(client: Delivery, source: Source) -> ModelAnswers:
    """Ask for the model. Raises ConfigError if site.yaml names a content type that the space does not have."""
    answers = fetch_model(client)
    unknown = [*_unknown_types(source, sorted(answers.content_types))]
    if unknown:
        raise SettingsError(*unknown)
    return answers


def _unknown_types(source: Source, types: list[str]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the key of each content type that the space does not have, and a sentence."""
    named: list[tuple[tuple[str | int, ...], str, str]] = []
    named += ((("source", "only", number), "source.only", name) for number, name in enumerate(source.only or ()))
    if source.search is not None and source.search.content_type:
        named.append((("source", "search", "content_type"), "source.search.content_type", source.search.content_type))
    for path, key, name in named:
        if name not in types:
            yield path, f"{key}: the space has no {name}: {or_known(name, types)}"


def _tags(client: Delivery) -> list[Json]:
    try:
        return client.collection("tags")
    except SourceError as error:
        if error.code == "not-found":
            return []
        raise

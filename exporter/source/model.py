"""What a sync does not bring: locales, content types and tags, asked for with every sync."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.core.errors import ConfigError, SourceError
from exporter.core.model import Model, read_content_type, read_locale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.config.site_schema import Source
    from exporter.core.encoding import Json
    from exporter.source.delivery import Delivery


@dataclass(frozen=True)
class ModelAnswers:
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
    """Ask for the model. Raises ConfigError where site.yaml names a content type that the space does not have."""
    answers = fetch_model(client)
    search = source.search.content_type if source.search else None
    named = {"source.only": source.only or (), "source.search.content_type": (search,) if search else ()}
    for key, types in named.items():
        unknown = [type_id for type_id in types if type_id not in answers.content_types]
        if unknown:
            has = ", ".join(sorted(answers.content_types))
            raise ConfigError("config-invalid", f"{key}: the space has no {', '.join(unknown)}: it has {has}")
    return answers


def _tags(client: Delivery) -> list[Json]:
    try:
        return client.collection("tags")
    except SourceError as error:
        if error.code == "not-found":
            return []
        raise

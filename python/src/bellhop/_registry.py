"""Adds ``api.registry(name, entity=)``, and collections and automations of a registry or project by name."""

from __future__ import annotations

import functools
import inspect
from types import ModuleType
from typing import Any

from bellhop._automation import of_project
from bellhop._graphql import execute
from bellhop._owner import owner_of

LEGACY = "model-registry"
ORGANIZATION = "query Organization($entity: String!) { entity(name: $entity) { organization { name } } }"


def take_entity(module: ModuleType) -> None:
    """Completes ``Api.registry``: with ``entity=`` it finds a team's own ``model-registry``, or a registry of its organization."""
    api = module.Api
    registry = api.registry
    if "entity" in inspect.signature(registry).parameters:
        return

    @functools.wraps(registry)
    def registry_of(self: Any, name: str, organization: str | None = None, *, entity: str | None = None) -> Any:
        if entity is None:
            return registry(self, name, organization)
        if name == LEGACY:
            return _team_registry(self, entity)
        return registry(self, name, organization or _organization_of(self, entity))

    registry_of.__signature__ = inspect.signature(registry_of, follow_wrapped=False)  # type: ignore[attr-defined]
    api.registry = registry_of


def complete_project(module: ModuleType) -> None:
    """Completes the class of projects."""
    project = module.Project
    if not hasattr(project, "collection"):
        project.collection = collection_of_project
    if not hasattr(project, "automations"):
        project.automations = lambda self: of_project(owner_of(self).api, self.entity, self.name)


def complete_registry(module: ModuleType) -> None:
    """Completes the class of registries."""
    registry = module.Registry
    if not hasattr(registry, "collection"):
        registry.collection = collection_of_registry
    if not hasattr(registry, "automations"):
        registry.automations = lambda self: of_project(owner_of(self).api, self.entity, self.full_name)


def collection_of_registry(self: Any, name: str) -> Any:
    """The collection of that name in this registry."""
    found = next((each for each in self.collections(filter={"name": name}) if each.name == name), None)
    if found is None:
        raise ValueError(f"No collection {name!r} in the registry {self.name!r}")
    return found


def collection_of_project(self: Any, name: str) -> Any:
    """The collection of that name in this project, whatever its type."""
    api = owner_of(self).api
    path = f"{self.entity}/{self.name}"
    for kind in api.artifact_types(project=path):
        try:
            return api.artifact_collection(kind.name, f"{path}/{name}")
        except Exception as error:
            if not _is_missing(error):
                raise
    raise ValueError(f"No collection {name!r} in {path}")


def _is_missing(error: Exception) -> bool:
    """Whether there is none of that type: a ValueError, which older SDKs wrap in an error of communication."""
    return isinstance(error, ValueError) or isinstance(getattr(error, "exc", None), ValueError)


def _team_registry(api: Any, entity: str) -> Any:
    project = api.project(LEGACY, entity=entity)
    try:
        project.id  # noqa: B018 - asks the server, as the SDK does for other registries.
    except (ValueError, TypeError) as error:
        raise ValueError(f"Failed to load registry {LEGACY!r} of {entity!r}.") from error
    return project


def _organization_of(api: Any, entity: str) -> str:
    """The organization that a team belongs to; the entity itself where it is, or names, an organization."""
    found = execute(api, ORGANIZATION, {"entity": entity}).get("entity")
    return str(found["organization"]["name"]) if found and found.get("organization") else entity

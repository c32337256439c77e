"""Adds ``automation.save()`` and ``automation.delete()``."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from bellhop._owner import Owner, owner_of, remember


def add_verbs(automations: ModuleType) -> None:
    """Completes the class of saved automations."""
    automation = automations.Automation
    if not hasattr(automation, "save"):
        automation.save = save
    if not hasattr(automation, "delete"):
        automation.delete = delete


def save(self: Any) -> Any:
    """Stores what was changed of this automation, and takes over what the server made of it."""
    saved = owner_of(self).api.update_automation(self)
    self.__dict__.update(saved.__dict__)
    return self


def delete(self: Any) -> bool:
    """Deletes this automation on the server."""
    return bool(owner_of(self).api.delete_automation(self))


def of_project(api: Any, entity: str, project: str) -> list[Any]:
    """The automations of a project or registry and of its collections, in the order of their creation."""
    from wandb.automations import Automation
    from wandb.automations._generated import ProjectTriggersFields, operations

    from bellhop._graphql import execute, with_fragments

    operation = """query ProjectAutomations($entity: String!, $project: String!) {
  project(name: $project, entityName: $entity) {
    ...ProjectTriggersFields
  }
}
"""
    document = with_fragments(operation, _listing(operations), _omitted(api))
    found = execute(api, document, {"entity": entity, "project": project})["project"]
    if found is None:
        raise ValueError(f"Project {entity}/{project} not found")
    owner = Owner(api, {})
    return [remember(Automation.model_validate(each), owner) for each in ProjectTriggersFields.model_validate(found).triggers]


def _listing(operations: ModuleType) -> str:
    """A document of this SDK that has the fragment of a project's automations."""
    texts = (str(text) for name, text in vars(operations).items() if name.endswith("_GQL"))
    return next(text for text in texts if "fragment ProjectTriggersFields on" in text)


def _omitted(api: Any) -> set[str]:
    """Names of the fragments that the SDK leaves out for this server."""
    if hasattr(api, "_omitted_automation_fragments"):
        return set(api._omitted_automation_fragments())
    from wandb.automations._compat import omit_automation_fragments

    return set(omit_automation_fragments(api._service_api))

"""Lets events watch what the server lets them watch: ``OnCreateArtifact`` a project or registry, and with SDKs that
know no registries, any event a registry."""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any

# Models that hold the events' schemas, where their modules are imported.
HOLDERS = (
    ("wandb.automations.automations", "NewAutomation"),
    ("wandb.automations._inputs", "ValidatedCreateInput"),
    ("wandb.automations._inputs", "ValidatedUpdateInput"),
    ("wandb.automations._utils", "ValidatedCreateInput"),
)

MARK = "_bellhop_takes_registries"


def widen_scopes(automations: ModuleType) -> None:
    """Completes ``wandb.automations``."""
    from wandb.automations import events

    _take_registries(events._BaseEventInput)
    _widen(events)


def _widen(events: ModuleType) -> None:
    created = events.OnCreateArtifact
    wide = events.OnAddArtifactAlias.model_fields["scope"]
    if created.model_fields["scope"].annotation == wide.annotation:
        return
    created.model_fields["scope"] = wide
    created.__annotations__["scope"] = events.AutomationScope
    created.model_rebuild(force=True)
    for module, name in HOLDERS:
        holder = getattr(sys.modules.get(module), name, None)
        if holder is not None:
            holder.model_rebuild(force=True)


def _take_registries(event: Any) -> None:
    """A registry is a project on the wire; where the SDK has a word of its own for its scope, that is left alone."""
    from wandb.automations import scopes

    if hasattr(scopes, "RegistryScope") or hasattr(event.__init__, MARK):
        return
    init = event.__init__

    @functools.wraps(init)
    def init_with_registry(self: Any, **data: Any) -> None:
        from wandb.apis.public import Registry

        scope = data.get("scope")
        if isinstance(scope, Registry):
            data["scope"] = scopes.ProjectScope(id=scope.id, name=scope.full_name)
        init(self, **data)

    setattr(init_with_registry, MARK, True)
    event.__init__ = init_with_registry

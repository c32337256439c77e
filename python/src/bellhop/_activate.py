"""Which modules of the SDK are completed, and by which function of this package."""

from __future__ import annotations

import importlib

from bellhop._imports import when_imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

# (module of the SDK, "module:function" of ours, what is missing without it). The function gets the module, may be
# called again, and leaves alone what the SDK has itself.
COMPLETIONS = (
    ("wandb", "bellhop._init:add_hooks", "wandb.hook and wandb.init(hooks=)"),
    ("wandb.automations", "bellhop._metrics:join_metrics", "conditions over several metrics"),
    ("wandb.automations", "bellhop._filters:take_plain_filters", "filters as plain dicts"),
    ("wandb.automations", "bellhop._scopes:widen_scopes", "OnCreateArtifact for projects and registries"),
    ("wandb.automations", "bellhop._automation:add_verbs", "automation.save() and automation.delete()"),
    ("wandb.automations", "bellhop._webhooks:add_properties", "webhook.has_access_token and webhook.secrets"),
    ("wandb.apis.public.api", "bellhop._owner:remember_owners", "save() and delete() with the Api that an object came from"),
    ("wandb.apis.public.api", "bellhop._registry:take_entity", "api.registry(name, entity=)"),
    ("wandb.apis.public.projects", "bellhop._registry:complete_project", "project.collection() and project.automations()"),
    ("wandb.apis.public.registries.registry", "bellhop._registry:complete_registry", "registry.collection() and registry.automations()"),
)


def activate() -> None:
    """Completes the SDK: what is imported now, and the rest when it is. Calling it again changes nothing."""
    for module, function, lost in COMPLETIONS:
        when_imported(module, _Completion(function, lost))


class _Completion:
    """One entry of the table above: equal to another of the same function, so that it is registered once."""

    def __init__(self, function: str, lost: str) -> None:
        self.function = function
        self.lost = lost

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Completion) and other.function == self.function

    def __hash__(self) -> int:
        return hash(self.function)

    def __call__(self, module: ModuleType) -> None:
        """Completes the module; an SDK that we do not fit must still work as if we were not there."""
        ours, name = self.function.split(":")
        try:
            getattr(importlib.import_module(ours), name)(module)
        except Exception as error:
            from bellhop._warn import warn

            warn(f"this version of wandb does not get {self.lost}: {type(error).__name__}: {error}")

"""Lets events take filters as plain dicts, ``filter={"alias": "production"}``, where a version of the SDK does not.

0.23 does, and 0.31; some between refuse every field whose value is not an operator.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any


def take_plain_filters(automations: ModuleType) -> None:
    """Completes ``wandb.automations``."""
    from wandb.automations import events, scopes

    if not _takes_them(events, scopes):
        _spell_out(events._BaseMutationEventInput)


def _spell_out(event: Any) -> None:
    @functools.wraps(event.__init__)
    def init_with_plain_filter(self: Any, **data: Any) -> None:
        if isinstance(data.get("filter"), dict):
            data["filter"] = spelled_out(data["filter"])
        # Looked up when called: the base class may have been completed meanwhile.
        super(event, self).__init__(**data)

    event.__init__ = init_with_plain_filter


def spelled_out(condition: Any) -> Any:
    """The same condition with nothing left out: ``{"alias": "x"}`` is ``{"alias": {"$eq": "x"}}``, and two fields are an ``$and``."""
    if not isinstance(condition, dict):
        return condition
    each = [_spelled_out(name, value) for name, value in condition.items()]
    return each[0] if len(each) == 1 else {"$and": each}


def _spelled_out(name: str, value: Any) -> dict[str, Any]:
    if name.startswith("$"):
        return {name: [spelled_out(each) for each in value] if isinstance(value, list) else spelled_out(value)}
    return {name: value if isinstance(value, dict) else {"$eq": value}}


def _takes_them(events: ModuleType, scopes: ModuleType) -> bool:
    try:
        events.OnAddArtifactAlias(scope=scopes.ProjectScope(id="UHJvamVjdDox", name="any"), filter={"alias": "any"})
    except ValueError:
        return False
    return True

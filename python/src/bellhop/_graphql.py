"""Sends a GraphQL document of ours, through whichever client this version of the SDK has."""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection
from typing import Any

_FRAGMENT = re.compile(r"^fragment (\w+) on .*?^}", re.DOTALL | re.MULTILINE)
_SPREAD = re.compile(r"^\s*\.\.\.(\w+)\s*$", re.MULTILINE)


def execute(api: Any, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The ``data`` of the answer; raises what the SDK raises."""
    newer = getattr(getattr(api, "_service_api", None), "execute_graphql", None)
    if newer is not None:
        return dict(newer(document, variables=variables))
    gql = importlib.import_module("wandb_gql").gql  # Lies in wandb's own folder of vendored packages.
    return dict(api.client.execute(gql(document), variable_values=variables))


def with_fragments(operation: str, document: str, omit: Collection[str]) -> str:
    """Our operation with those fragments of the SDK's document that it needs.

    ``omit`` names fragments whose types the server lacks: they go, and so does every mention of them.
    """
    known = {match.group(1): _without(match.group(0), omit) for match in _FRAGMENT.finditer(document)}
    needed: list[str] = []
    waiting = _SPREAD.findall(operation)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.append(name)
            waiting += _SPREAD.findall(known[name])
    return "\n".join([operation, *(known[name] for name in sorted(needed))])


def _without(fragment: str, omit: Collection[str]) -> str:
    return _SPREAD.sub(lambda match: "" if match.group(1) in omit else match.group(0), fragment)

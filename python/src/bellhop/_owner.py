"""Remembers which ``Api`` an object came from, since the SDK's own objects do not know it."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Iterable, Iterator
from types import GeneratorType, ModuleType
from typing import Any, Callable, NamedTuple

SINGLE = ("project", "registry", "automation", "create_automation", "update_automation")
LISTINGS = ("automations", "projects", "registries", "webhook_integrations", "integrations")

MARK = "_bellhop_remembers"


class Owner(NamedTuple):
    """Where an object came from: the Api, and what the other objects of the same answer share with it."""

    api: Any
    shared: dict[str, Any]


# By identity: some of these objects compare by value and have no hash. An object's entry goes when it does.
_owners: dict[int, Owner] = {}


def remember_owners(module: ModuleType) -> None:
    """Completes ``wandb.apis.public.api``: what its Api gives, knows that Api."""
    api = module.Api
    for name in SINGLE:
        _wrap(api, name, remember)
    for name in LISTINGS:
        _wrap(api, name, remember_each)


def owner_of(found: Any) -> Owner:
    """The Api that gave the object; the default one where it came another way."""
    known = _owners.get(id(found))
    if known is None:
        import wandb

        known = Owner(wandb.Api(), {})
        remember(found, known)
    return known


def remember(found: Any, owner: Owner) -> Any:
    """Notes the owner of one object, and gives the object."""
    key = id(found)
    if key not in _owners:
        weakref.finalize(found, _owners.pop, key, None)
    _owners[key] = owner
    return found


def remember_each(found: Any, owner: Owner) -> Any:
    """Notes the owner of everything that a listing will give, page by page."""
    if isinstance(found, (GeneratorType, map, filter)):
        return (remember(each, owner) for each in found)
    convert: Callable[[], Iterable[Any]] = found.convert_objects

    def convert_and_remember() -> Iterator[Any]:
        return (remember(each, owner) for each in convert())

    found.convert_objects = convert_and_remember
    return found


def _wrap(api: type, name: str, note: Callable[[Any, Owner], Any]) -> None:
    method = getattr(api, name, None)
    if method is None or hasattr(method, MARK):
        return

    @functools.wraps(method)
    def call_and_note(self: Any, *args: Any, **kwargs: Any) -> Any:
        return note(method(self, *args, **kwargs), Owner(self, {"entity": _entity(args, kwargs)}))

    setattr(call_and_note, MARK, True)
    setattr(api, name, call_and_note)


def _entity(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The entity of a listing: each takes it first."""
    return kwargs.get("entity") or (args[0] if args else None)

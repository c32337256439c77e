"""Whether the server that a run is logged to will fire its hooks."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Any

from bellhop._warn import warn

TIMEOUT_SECONDS = 5


class Server(Enum):
    """What kind of server answers at an address."""

    BELLHOP = "bellhop"
    OTHER = "other"
    UNKNOWN = "unknown"


def warn_unless_ours(run: Any) -> None:
    """Tells, once per address, that hooks will not fire. An offline or disabled run asks nobody."""
    try:
        if getattr(run, "offline", False) or getattr(run, "disabled", False):
            return
        address = str(run.settings.base_url).rstrip("/")
        kind = kind_of(address)
    except Exception as error:
        warn(f"could not find out whether the server fires hooks: {type(error).__name__}: {error}")
        return
    if kind is Server.OTHER:
        warn(f"{address} is not a Bellhop server: the hooks of this run will not fire. They are kept in the run's config.")
    elif kind is Server.UNKNOWN:
        warn(f"{address} did not say whether it is a Bellhop server; only there do the hooks of this run fire.")


@cache
def kind_of(address: str) -> Server:
    """Asks the server for the description of its REST face, for which no key is needed."""
    import requests

    try:
        answer = requests.get(f"{address}/api/v1/openapi.json", timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return Server.UNKNOWN
    if answer.status_code >= 500:
        return Server.UNKNOWN
    return Server.BELLHOP if _names_bellhop(answer) else Server.OTHER


def _names_bellhop(answer: Any) -> bool:
    try:
        title = answer.json()["info"]["title"]
    except (ValueError, LookupError, TypeError):
        return False
    return isinstance(title, str) and title.startswith("Bellhop")

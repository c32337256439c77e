"""``wandb.hook``: a webhook that a script attaches to its own run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bellhop._warn import warn

RUN_STATES = ("created", "running", "resumed", "finished", "failed")
METHODS = ("POST", "GET")

# As the server has it: whom a hook calls is for its author to say, and not for the values of a run.
_FIXED_START = re.compile(r"\s*https?://[^\s/?#{}]+([\s/?#]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Hook:
    """A request that the server sends when the run gets into ``run_state``.

    ``url`` and ``body`` are Jinja2 templates over ``run`` and ``callback_url``; a GET has no body.
    """

    run_state: str
    url: str
    method: str = "POST"
    body: str | None = None

    def as_config(self) -> dict[str, Any]:
        """The entry of the run config's list ``_hooks``, by which the server learns of it."""
        return asdict(self)


def hook(run_state: str = "", url: str = "", method: str = "POST", body: Any = None, **unknown: Any) -> Hook:
    """Describes a hook for ``wandb.init(hooks=[…])``.

    Args:
        run_state: created, running, resumed, finished or failed.
        url: where the request goes, a Jinja2 template.
        method: POST or GET.
        body: the request's body, a Jinja2 template; what is no string becomes JSON.

    A value that cannot work is warned of and passed on: the server keeps the problem with the run. The script goes on.
    """
    made = Hook(run_state=str(run_state), url=str(url), method=str(method).upper(), body=_text(body))
    for name in unknown:
        warn(f"wandb.hook has no argument {name!r}; it is ignored.")
    for problem in problems(made):
        warn(f"a hook that cannot work: {problem}")
    return made


def problems(made: Hook) -> list[str]:
    """What is plainly wrong with the hook, in words; the server judges the rest."""
    found = []
    if made.run_state not in RUN_STATES:
        found.append(f"run_state is {made.run_state!r} and must be one of {', '.join(RUN_STATES)}.")
    if not _FIXED_START.match(made.url):
        found.append(f"url is {made.url!r} and must begin with http:// or https:// and a host; variables fill only what comes behind.")
    if made.method not in METHODS:
        found.append(f"method is {made.method!r} and must be POST or GET.")
    if made.method == "GET" and made.body is not None:
        found.append("a GET has no body; put values into the url.")
    return found


def entries(hooks: Any) -> list[dict[str, Any]]:
    """The entries of ``_hooks`` for what was given to ``wandb.init(hooks=…)``; warns of what is no hook and drops it."""
    given = [hooks] if isinstance(hooks, (Hook, Mapping)) or not isinstance(hooks, Iterable) else list(hooks)
    found = []
    for each in given:
        if isinstance(each, Hook):
            found.append(each.as_config())
        elif isinstance(each, Mapping):
            found.append(hook(**{str(name): value for name, value in each.items()}).as_config())
        else:
            warn(f"hooks= takes a list of wandb.hook(…); {type(each).__name__} is none and is dropped.")
    return found


def _text(body: Any) -> str | None:
    return body if body is None or isinstance(body, str) else json.dumps(body, default=str)

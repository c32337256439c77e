"""Adds ``wandb.hook`` and the argument ``hooks=`` of ``wandb.init``."""

from __future__ import annotations

import functools
import inspect
from types import ModuleType
from typing import Any, Callable

from bellhop import _hook, _server
from bellhop._warn import warn

KEY = "_hooks"


def add_hooks(wandb: ModuleType) -> None:
    """Completes the module ``wandb``."""
    if not hasattr(wandb, "hook"):
        wandb.hook = _hook.hook  # type: ignore[attr-defined]
    if "hooks" not in inspect.signature(wandb.init).parameters:
        wandb.init = _with_hooks(wandb, wandb.init)  # type: ignore[attr-defined]


def _with_hooks(wandb: ModuleType, init: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(init)

    @functools.wraps(init)
    def init_with_hooks(*args: Any, hooks: Any = None, **kwargs: Any) -> Any:
        if hooks is None:
            return init(*args, **kwargs)
        try:
            found = _hook.entries(hooks)
            call = signature.bind_partial(*args, **kwargs)
            call.arguments.update(_merged(wandb, call.arguments, found))
        except Exception as error:
            # Where an argument is wrong, init says so itself; a hook never keeps a run from starting.
            warn(f"the run starts without its hooks: {type(error).__name__}: {error}")
            return init(*args, **kwargs)
        run = init(*call.args, **call.kwargs)
        if found:
            _server.warn_unless_ours(run)
        return run

    parameters = list(signature.parameters.values())
    at = next((i for i, each in enumerate(parameters) if each.kind is inspect.Parameter.VAR_KEYWORD), len(parameters))
    parameters.insert(at, inspect.Parameter("hooks", inspect.Parameter.KEYWORD_ONLY, default=None, annotation="list[Hook] | None"))
    init_with_hooks.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return init_with_hooks


def _merged(wandb: ModuleType, arguments: dict[str, Any], found: list[dict[str, Any]]) -> dict[str, Any]:
    """The arguments of init that carry the hooks: ``config``, read as init reads it, with the entries added."""
    if not found:
        return {}
    # A dict, the path of a YAML file, a Namespace, absl's flags: init knows them all by this function.
    config = dict(wandb.helper.parse_config(arguments.get("config") or {}))
    already = config.get(KEY)
    config[KEY] = [*(already if isinstance(already, list) else []), *found]
    changed: dict[str, Any] = {"config": config}
    if arguments.get("config_include_keys"):
        changed["config_include_keys"] = [*arguments["config_include_keys"], KEY]
    return changed

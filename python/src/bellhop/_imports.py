"""Calls a function as soon as a module was imported; at once where it is imported already.

Imported whenever Python starts, so it must stay cheap and never raise.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing itself is not imported: it would be most of what we cost.
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable

    Then = Callable[[ModuleType], None]


def when_imported(name: str, then: Then) -> None:
    """Calls ``then(module)`` once the module of that name is complete, and again whenever it is reloaded."""
    waiting = _finder().waiting.setdefault(name, [])
    if then in waiting:
        return
    waiting.append(then)
    module = sys.modules.get(name)
    if module is not None and not _in_the_making(module):
        then(module)


class Finder:
    """Stands before the other finders: has them find the modules that are waited for, and watches their loaders."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[Then]] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in self.waiting:
            return None
        for finder in sys.meta_path:
            find_spec = getattr(finder, "find_spec", None)
            if finder is self or find_spec is None:
                continue
            spec = find_spec(name, path, target)
            if spec is not None:
                self._watch(name, spec.loader)
                return spec
        return None

    def _watch(self, name: str, loader: Any) -> None:
        """The loader stays the object that it is, since others ask it for sources and resources."""
        execute = getattr(loader, "exec_module", None)
        if execute is None:
            return

        def execute_and_tell(module: ModuleType) -> None:
            execute(module)
            if module.__name__ == name:
                for then in tuple(self.waiting[name]):
                    then(module)

        try:
            loader.exec_module = execute_and_tell
        except AttributeError:
            return  # A loader that takes no attributes: its modules stay as they are.


def _finder() -> Finder:
    for finder in sys.meta_path:
        if isinstance(finder, Finder):
            return finder
    made = Finder()
    sys.meta_path.insert(0, made)
    return made


def _in_the_making(module: ModuleType) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))

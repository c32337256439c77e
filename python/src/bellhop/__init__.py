"""What the installed ``wandb`` SDK lacks for a Bellhop server, added to it while it runs.

``import bellhop`` is all there is to do, and where the package was installed by pip not even that: Python imports it
when it starts. The SDK's files stay as they are; each of its modules is completed when it is imported. Nothing is
added where the environment says ``BELLHOP_DISABLE=1``.
"""

from __future__ import annotations

import os

from bellhop._activate import activate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bellhop._hook import Hook, hook

__version__ = "0.1.0"
__all__ = ["Hook", "hook"]

if os.environ.get("BELLHOP_DISABLE", "") in ("", "0"):
    activate()


def __getattr__(name: str) -> Any:
    # Not imported above: this module is imported whenever Python starts.
    if name in __all__:
        from bellhop import _hook

        return getattr(_hook, name)
    raise AttributeError(f"module 'bellhop' has no attribute {name!r}")

"""One way to tell the user something: as wandb itself does, each text once."""

from __future__ import annotations

import sys


def warn(text: str) -> None:
    """Prints a warning in wandb's manner. Never raises: nothing that we have to say may end a training."""
    line = f"bellhop: {text}"
    wandb = sys.modules.get("wandb")
    termwarn = getattr(wandb, "termwarn", None)
    if termwarn is None:
        print(line, file=sys.stderr)
    else:
        termwarn(line, repeat=False)

"""``python -m bellhop script.py …``: runs a script with the SDK completed, where the package is only on the path."""

from __future__ import annotations

import os
import runpy
import sys


def main() -> None:
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m bellhop script.py [argument …]")
    del sys.argv[0]
    script = sys.argv[0]
    # As Python itself: a script finds the modules that lie beside it.
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()

"""`python -m leap_kg.hub.local [CONFIG]`: what `make hub` runs."""

import os
import sys
from pathlib import Path

from leap_kg.graph.home import HomeError
from leap_kg.hub.local.running import NoHub, run
from leap_kg.resources import declarations


def main() -> int:
    """Run the hub; its exit status."""
    config = Path(sys.argv[1]) if len(sys.argv) > 1 else declarations() / "hub" / "local" / "jupyterhub_config.py"
    try:
        return run(config.resolve(), os.environ, _say)
    except (NoHub, HomeError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

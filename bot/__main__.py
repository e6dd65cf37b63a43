"""`python -m bot` and `liaison`: hands over to `bot.cli`."""

from __future__ import annotations

import sys

from bot import cli


def main() -> int:
    """Run the command line and give its exit code."""
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

"""``python -m ringocli`` and the console script; answers ``--version`` before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        from ringocli.text.version import __version__

        print(f"ringocli {__version__} (Python {sys.version.split()[0]}, {sys.platform})")
        return
    from ringocli.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

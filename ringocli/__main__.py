"""``python -m ringocli`` and the console script; answers ``--version`` before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from ringocli import __version__

        print(f"ringocli {__version__} (Python {sys.version.split()[0]}, {sys.platform})")
        return
    import gc

    from ringocli.cli import run

    # A command lives for a moment and makes few cycles: collecting at every 700 objects is a tenth of its time.
    gc.set_threshold(50_000, 20, 20)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

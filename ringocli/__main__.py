"""``python -m ringocli`` and the console script; answers ``--version`` before anything heavy is imported."""

import sys

from ringocli.version import __version__


def main() -> None:
    """Run the command line, and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        try:
            print(f"ringocli {__version__} (Python {sys.version.split()[0]}, {sys.platform})", flush=True)
        except OSError as error:
            from ringocli.text.streams import exit_code_for

            sys.exit(exit_code_for(error, "stdout"))
        return
    try:
        from ringocli.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # Ctrl-C before the command line can report it: exit without a traceback
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()

"""`casewright`, or `python -m casewright`."""

import sys


def run() -> None:
    """The program. Ctrl-C, even while it is still loading, ends it quietly."""
    try:
        from casewright.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()

"""`casewright`, or `python -m casewright`."""

import os
import sys

# Conversations share the processors: one product of matrices that spreads over all of them only makes the others wait, busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def run() -> None:
    """The program. Ctrl-C, even while it is still loading, ends it quietly."""
    try:
        from casewright.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()

"""Start the program, as its scripts and `python -m exporter` do."""

from __future__ import annotations

import gc
import os


def main() -> None:
    """Run the program on the command line's arguments and exit with its code.

    What is loaded and what is read are many objects without cycles: looking for cycles takes a tenth of a first sync,
    and more of a run that finds nothing to do.
    """
    gc.set_threshold(50_000, 20, 100)
    try:
        from exporter.cli.signals import end_as_interrupted

        end_as_interrupted()
        from exporter.cli.commands import main as run

        run()
    except KeyboardInterrupt:  # before the command began, or after it had ended
        os.write(2, b"error: interrupted\n")
        os._exit(130)


if __name__ == "__main__":
    main()

"""Start the program, as its scripts and `python -m exporter` do."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the program on the command line's arguments and exit with its code.

    What is loaded and what is read are many things that hold no cycles: to look for some takes a tenth of a first sync,
    and more of a run that finds nothing to do.
    """
    gc.set_threshold(50_000, 20, 100)
    from exporter.cli.commands import main as run

    run()


if __name__ == "__main__":
    main()

"""Entry of the frozen program: ``medai``, and the worker programs it starts.

A worker is started as ``<interpreter> -m <module> ...`` in every form of the program; the frozen
one has no interpreter beside it, so it plays that part for its own worker modules and no others.
"""

import runpy
import sys
from multiprocessing import freeze_support

WORKERS = ("medai_desktop.runtimes.worker", "medai_desktop.series.decode_worker")
WITH_VALUE = ("-X", "-W")


def worker_arguments(arguments: list[str]) -> list[str] | None:
    """The worker module and its arguments; None when this is no start of a worker.

    Args:
        arguments: ``sys.argv[1:]``; options of the interpreter (``-u -X dev``) may come first.
    """
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-m":
        if rest[0].startswith("--") or len(rest[0]) == 1:
            return None
        rest = rest[2:] if rest[0] in WITH_VALUE else rest[1:]
    if len(rest) < 2 or rest[0] != "-m" or rest[1] not in WORKERS:
        return None
    return rest[1:]


def main() -> int:
    """Be a worker, or the command line."""
    freeze_support()
    worker = worker_arguments(sys.argv[1:])
    if worker is not None:
        sys.argv = worker
        runpy.run_module(worker[0], run_name="__main__", alter_sys=True)
        return 0
    from medai_desktop.app.command_line import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())

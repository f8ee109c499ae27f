"""The arguments of ``medai`` (DESIGN section 5: a contract)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from medai_desktop import __version__


class WrongArgumentsError(Exception):
    """The arguments are not those of any command.

    Attributes:
        usage: how it is written.
        said: what is wrong, as argparse says it.
    """

    def __init__(self, usage: str, said: str) -> None:
        super().__init__(said)
        self.usage = usage
        self.said = said


class _Parser(argparse.ArgumentParser):
    """Leaves the end of the program to the caller, who owes a JSON document even then."""

    def __init__(self, **given: object) -> None:
        super().__init__(**{"allow_abbrev": False, **given})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise WrongArgumentsError(self.format_usage(), message)


def parse_arguments(given: Sequence[str]) -> argparse.Namespace:
    """The parsed command line.

    Args:
        given: without the program's name.

    Raises:
        WrongArgumentsError: they are not those of any command.
        SystemExit: help or the version was asked for, and printed.
    """
    return _argument_parser().parse_args(given)


def _argument_parser() -> _Parser:
    parser = _Parser(
        prog="medai",
        description="DICOM viewer with a reading loop for marks of detection programs. "
        "Research use only. Not for use in diagnosis or treatment.",
    )
    parser.add_argument("--version", action="version", version=f"medai {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _view(commands.add_parser("view", help="open the window"))
    _info(commands.add_parser("info", help="say what lies in files and folders"))
    _detect(commands.add_parser("detect", help="run models without the window"))
    _models(commands.add_parser("models", help="list or verify the models on this computer"))
    _train(commands.add_parser("train", help="train a model from its recipe"))
    _evaluate(commands.add_parser("evaluate", help="measure a model on data kept apart"))
    doctor = commands.add_parser("doctor", help="say what works on this computer")
    doctor.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser


def _view(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders or files")
    parser.add_argument("--sample", action="store_true", help="the built-in sample study")
    parser.add_argument("--layout", metavar="NAME", help="planes, volume, or ROWSxCOLUMNS")
    parser.add_argument("--detect", action="store_true", help="run the models that fit")
    parser.add_argument("--size", metavar="WxH", default="1600x1000", help="of the window")
    parser.add_argument("--screenshot", metavar="FILE.png", help="write the window once loaded")
    parser.add_argument("--timings", metavar="FILE.json", help="write seconds since start")
    parser.add_argument("--quit-when", choices=["loaded"], dest="quit_when", help="then end")
    parser.add_argument("--language", choices=["en", "zh_CN"], help="for this window only")


def _info(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="folders or files")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--pixels", action="store_true", help="range and mean of the values too")


def _detect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folder or file")
    parser.add_argument("--sample", action="store_true", help="the built-in sample study")
    parser.add_argument("--series", metavar="ID", help="series UID or display set id")
    parser.add_argument("--model", metavar="ID", help="only this model")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--endpoint", metavar="NAME", help="a configured remote endpoint")
    parser.add_argument("--out", metavar="DIR", help="write findings.json and SR there")
    parser.add_argument("--threshold", type=float, metavar="X", help="what counts as positive")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["list", "verify"])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="ID")
    parser.add_argument("--data", required=True, metavar="DIR", help="the unpacked collections")
    parser.add_argument("--out", required=True, metavar="DIR", help="checkpoint, log, model")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")


def _evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="ID")
    parser.add_argument("--data", required=True, metavar="DIR", help="the unpacked collections")
    parser.add_argument("--out", required=True, metavar="DIR", help="report.json goes there")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")

"""What the documents name exists: keys, settings, commands, exit codes; and all of it is named."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.commands.table import COMMANDS
from medai_desktop.settings.option import OPTIONS
from tests.architecture.house import ROOT

USE = (ROOT / "docs" / "use.md").read_text("utf-8")
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text("utf-8")
GESTURES = {"Shift", "Ctrl", "Ctrl+Shift", "Space", "Delete", "Enter", "0", "9"}
"""Held while dragging or moving, or named otherwise in the table of commands."""
KEY = re.compile(r"`((?:(?:Ctrl|Shift)\+)*(?:[A-Z0-9?=\[\]]|F\d+|Pg\w+|Home|End|Esc|Up|Down))`")


def test_every_key_of_the_guide_is_one() -> None:
    keys = {key for command in COMMANDS for key in command.keys}
    named = set(KEY.findall(USE))
    assert len(named) > 20
    assert named - keys - GESTURES == set()
    assert "Ctrl+Shift+D" not in keys, "so an invented one would be seen"


def test_every_key_stands_in_the_guide() -> None:
    missing = [
        command.id
        for command in COMMANDS
        if command.keys and not any(f"`{key}`" in USE for key in command.keys)
    ]
    in_a_range = [f"see.preset_{n}" for n in range(1, 9)]
    steps = ["move.next_ten", "move.previous_ten", "move.previous_image"]
    assert set(missing) - set(in_a_range) - set(steps) == {"measure.delete", "rest.panels"}


def test_every_setting_stands_in_the_guide_with_its_default() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", USE, re.MULTILINE))
    assert set(table) == {option.name for option in OPTIONS}
    for option in OPTIONS:
        if option.name != "language":
            said = str(option.default).lower() if isinstance(option.default, bool) else None
            assert table[option.name].strip() == f"`{said or option.default}`"


def test_every_exit_code_is_told() -> None:
    table = {int(code) for code in re.findall(r"^\| (\d+) \|", COMMAND_LINE, re.MULTILINE)}
    assert table == {code.value for code in ExitCode}


@pytest.mark.parametrize("command", ["view", "info", "detect", "models", "train", "evaluate"])
def test_every_option_of_a_command_is_told(command: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "medai_desktop", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    line = next(line for line in COMMAND_LINE.splitlines() if line.startswith(f"| `{command} "))
    options = set(re.findall(r"--[a-z-]+", shown)) - {"--help", "--endpoint"}
    assert options
    assert options - set(re.findall(r"--[a-z-]+", line)) == set()

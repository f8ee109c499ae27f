"""Reports on disk, judged by a validator that did not write them."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from medai_desktop.report.entries import ReportContent
from medai_desktop.report.structured_report import report_bytes
from tests.unit.report.contents import english


@pytest.fixture
def validated(tmp_path: Path) -> Callable[[ReportContent], Dataset]:
    """Writes a report, has dciodvfy judge it, reads it back."""
    numbers = itertools.count()

    def validate(content: ReportContent) -> Dataset:
        path = tmp_path / f"report-{next(numbers)}.dcm"
        path.write_bytes(report_bytes(content, english))
        if shutil.which("dciodvfy") is None:
            pytest.skip("dciodvfy (Debian package dicom3tools) is not here")
        done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert "Comprehensive3DSR" in said
        assert "Error" not in said, said
        assert done.returncode == 0
        return pydicom.dcmread(path)

    return validate

"""The demonstration's store and log, made once for all paths that are measured on its mix of events."""

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from deploy.settings import Settings

SCALE = "small"


@cache
def demonstration() -> Settings:
    """The settings of a finished demonstration; its data are removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="registry-benchmark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "deploy.cli", "demo", "--scale", SCALE, "--no-serve", "--data", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return Settings.read({}, data=str(folder), synthetic_ids=True)

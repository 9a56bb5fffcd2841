"""The demonstration's store and log, made once for all paths that are measured on its mix of events."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from deploy.settings import PREFIX, Settings

SCALE = "small"


@cache
def demonstration() -> Settings:
    """The settings of a finished demonstration; its data are removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="registry-benchmark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "deploy.cli", "demo", "--scale", SCALE, "--no-serve", "--data", str(folder)]
    # On the embedded log, whatever is measured on: the environment is for that.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return Settings.read({}, data=str(folder), synthetic_ids=True)

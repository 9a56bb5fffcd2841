"""Java programs of tests: their jars from Maven Central, once, into a cache; compiled and run as one command.

Where there is no JDK or no Maven they are skipped, but a failure in CI.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from deploy.broker.jars import alone_with_maven

FOLDER = Path(__file__).parent / "java"
RESOLVE_S = 300
_GOAL = ("-B", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime")


def java_command(source: Path, *arguments: str) -> list[str]:
    """The command that compiles one source file and runs it."""
    missing = [program for program in ("java", "javac", "mvn") if shutil.which(program) is None]
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"not on the path: {', '.join(missing)}")
        pytest.skip(f"needs a JDK and Maven; not on the path: {', '.join(missing)}")
    return ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", f"{_jars()}/*", str(source), *arguments]


def _jars() -> Path:
    pom = (FOLDER / "pom.xml").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "household-registry"
    folder = cache / f"java-readers-{hashlib.sha256(pom).hexdigest()[:12]}"
    if folder.exists():
        return folder
    with alone_with_maven(cache):
        if not folder.exists():  # another process may have fetched it meanwhile
            _resolve(folder)
    return folder


def _resolve(folder: Path) -> None:
    """Beside it, then renamed: what was broken off leaves nothing that looks complete."""
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as draft:
        jars = Path(draft, "jars")
        command = ["mvn", *_GOAL, "-f", str(FOLDER / "pom.xml"), f"-DoutputDirectory={jars}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RESOLVE_S, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        jars.rename(folder)

"""Where Kafka's jars are: KAFKA_HOME's, or those that Maven resolves once from deploy/kafka/pom.xml into a cache."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from deploy.broker.errors import BrokerProblem

Tell = Callable[[str], None]
RESOLVE_S = 600
NEEDED = ("kafka_2.13", "kafka-tools", "kafka-clients", "kafka-server", "kafka-metadata", "log4j-core", "log4j-slf4j-impl")
"""Without any of these no broker starts."""
_FETCHED = "fetched.json"
"""Name and size of each jar, written last."""
_GOAL = ("-B", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime")


def find_jars(environment: Mapping[str, str], tell: Tell) -> Path:
    """A folder of jars. Raises BrokerProblem, which says what to install."""
    home = environment.get("KAFKA_HOME")
    if home:
        libraries = Path(home, "libs")
        if not any(libraries.glob("kafka_*.jar")):
            raise BrokerProblem(f"KAFKA_HOME is {home}, but there is no Kafka in {libraries}")
        return libraries
    pom = resources.files("deploy").joinpath("kafka/pom.xml").read_bytes()
    folder = _cache(environment) / f"kafka-{hashlib.sha256(pom).hexdigest()[:12]}"
    if not _whole(folder):
        with alone_with_maven(folder.parent):
            if not _whole(folder):  # another process may have fetched it meanwhile
                _resolve(pom, folder, environment, tell)
    return folder


@contextmanager
def alone_with_maven(cache: Path) -> Iterator[None]:
    """One process at a time: two Mavens that fetch the same at once may spoil each other's repository."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "maven.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _whole(folder: Path) -> bool:
    """Whether all is there that was fetched: a cache may have been emptied halfway, or copied so."""
    sizes = {jar.name: jar.stat().st_size for jar in folder.glob("*.jar")}
    try:
        fetched = json.loads((folder / _FETCHED).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return all(sizes.values()) and all(any(name.startswith(f"{part}-") for name in sizes) for part in NEEDED)
    return bool(fetched == sizes)


def _cache(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "household-registry"


def _resolve(pom: bytes, folder: Path, environment: Mapping[str, str], tell: Tell) -> None:
    """Resolve into a folder beside, then rename: a resolution that was broken off leaves nothing that looks complete."""
    maven = shutil.which("mvn", path=environment.get("PATH"))
    if maven is None:
        raise BrokerProblem("no Kafka: set KAFKA_HOME to an unpacked Apache Kafka 4, or install Maven to have it fetched")
    for left in folder.parent.glob(f".{folder.name}-*"):  # by one who was killed
        if left.stat().st_mtime < time.time() - 2 * RESOLVE_S:
            shutil.rmtree(left, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        (draft / "pom.xml").write_bytes(pom)
        tell(f"fetching Apache Kafka, 55 MB, once, into {folder}")
        jars = draft / "jars"
        command = [maven, *_GOAL, "-f", str(draft / "pom.xml"), f"-DoutputDirectory={jars}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RESOLVE_S, check=False)
        if done.returncode or not any(jars.glob("kafka_*.jar")):
            lines = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
            raise BrokerProblem(f"Maven could not resolve Kafka: {lines[0] if lines else 'it gave no reason'}")
        sizes = {jar.name: jar.stat().st_size for jar in jars.glob("*.jar")}
        (jars / _FETCHED).write_text(json.dumps(sizes, indent=0), "utf-8")
        if folder.exists() and not _whole(folder):
            os.rename(folder, draft / "damaged")
        try:
            os.rename(jars, folder)
        except OSError:
            if not _whole(folder):  # another process was first otherwise
                raise
    except subprocess.TimeoutExpired:
        raise BrokerProblem(f"Maven did not resolve Kafka within {RESOLVE_S} s") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)

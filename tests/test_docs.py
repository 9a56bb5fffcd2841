"""The documents say what the program does: generated pages are current, links lead somewhere, commands exist."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from deploy.cli import SUBCOMMANDS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
FOLDERS = "deploy|docs|registry|schemas|consumers|projections|tests|benchmarks"
QUOTED = re.compile(r"`((?:" + FOLDERS + r")/[A-Za-z0-9_./-]*)`")
PROGRAM = re.compile(r"(?:^|`)(?:\.venv/bin/)?registry ([a-z][a-z-]*)", re.MULTILINE)


def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs/make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_pages_say_what_the_program_says() -> None:
    pages: dict[str, str] = reference().pages()
    folder = ROOT / "docs/reference"
    stale = [name for name, text in pages.items() if (folder / name).read_text("utf-8") != text]
    assert not stale, "run python docs/make_reference.py"
    assert {path.name for path in folder.glob("*.md")} == set(pages)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    missing += [path for path in QUOTED.findall(text) if not (ROOT / path).exists()]
    missing += [name for name in PROGRAM.findall(text) if name not in SUBCOMMANDS]
    assert not missing

"""A digest's files: workbook, page to print and PDF tell its figures, are the same bytes each time, and hide what is small."""

import re
import sys
from io import BytesIO
from typing import Any

import openpyxl
import pypdf
import pytest

from projections.weekly.figures import Words, tells_persons
from projections.weekly.files.paper import paper
from projections.weekly.files.pdf import PdfNotInstalled, makes_pdf, pdf
from projections.weekly.files.printed import printed
from projections.weekly.files.words import word
from projections.weekly.files.workbook import workbook
from projections.weekly.making import Document, fingerprint
from projections.weekly.sheet import words_of
from projections.weekly.showing import totals
from schemas.divisions import hainan
from tests.support.digests import CHANGES, a_digest

LANGUAGES = ("zh", "en")
TEAM = 4


def sheets_of(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(BytesIO(content))
    return {sheet.title: list(sheet.values) for sheet in book.worksheets}


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]


def label_of(words: Words, language: str) -> str:
    return words.zh if language == "zh" else words.en


def plain(text: str) -> str:
    """Without spaces: where lines break is not what these tests ask."""
    return re.sub(r"\s", "", text)


def told_in_words(document: Document, code: str, language: str) -> str:
    """A figure's line of the table, as text."""
    values = ("—" if value is None else f"{value:,}" for value in totals(document, code))
    return plain(" ".join((code, label_of(words_of()[code], language), *values)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("team", [None, TEAM])
def test_the_workbook_has_every_figure_of_every_county(team: int | None, language: str) -> None:
    document = a_digest(team)
    sheets = sheets_of(workbook(document, language))
    assert list(sheets) == [word(name, language) for name in ("figures", "by_county", "corrections", "definitions")]
    headings, *lines = sheets[word("by_county", language)]
    assert headings[:2] == (word("code", language), word("figure", language))
    found = {(line[0], line[2]): line[4:] for line in lines}
    assert len(found) == len(lines)
    expected: dict[tuple[str, str], tuple[Any, ...]] = {}
    for code, cells in document["stocks"].items():
        expected |= {(code, unit): (cell["households"], cell["persons"], None) for unit, cell in cells.items()}
    for code, cells in document["flows"].items():
        for unit, cell in cells.items():
            expected[code, unit] = cell["events"], cell["persons"] if tells_persons(code) else None, cell["earlier"]
    assert found == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_adds_up_and_defines_what_it_counts(language: str) -> None:
    document = a_digest()
    sheets = sheets_of(workbook(document, language))
    figures, definitions = (sheets[word(name, language)] for name in ("figures", "definitions"))
    told = {line[0]: line for line in figures}
    defined = {line[0]: line for line in definitions}
    for code, words in words_of().items():
        values = tuple("—" if value is None else value for value in totals(document, code))
        assert told[code] == (code, label_of(words, language), *values)
        definition = words.definition_zh if language == "zh" else words.definition_en
        assert defined[code] == (code, label_of(words, language), definition)
    assert (word("fingerprint", language), fingerprint(document)) in {line[1:3] for line in figures}
    assert definitions[-1][1:] == (word("not_collected", language), " ".join(document["not_collected"]))


def test_the_workbook_has_every_correction_with_the_event_that_made_it() -> None:
    document = a_digest(TEAM)
    _, *lines = sheets_of(workbook(document, "en"))[word("corrections", "en")]
    county = hainan()[document["corrections"][0]["unit"]].name("en")
    assert [(line[0], *line[2:]) for line in lines] == [
        (one["figure"], one["week"], county, one["events"], one["persons"] if one["figure"] != "A4" else None, one["by"])
        for one in document["corrections"]
    ]


@pytest.mark.parametrize("make", [workbook, printed, pdf])
def test_a_file_is_the_same_bytes_each_time(make: Any) -> None:
    assert make(a_digest(TEAM), "zh") == make(a_digest(TEAM), "zh")


def test_a_workbook_bears_the_day_on_which_its_week_ended() -> None:
    properties = openpyxl.load_workbook(BytesIO(workbook(a_digest(), "zh"))).properties
    assert [f"{at:%F %T}" for at in (properties.created, properties.modified)] == ["2019-03-10 00:00:00"] * 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("team", [None, TEAM])
def test_the_pdf_tells_figures_corrections_and_counties_under_its_title(team: int | None, language: str) -> None:
    document = a_digest(team)
    pages = pages_of(pdf(document, language))
    whole = plain("".join(pages))
    assert plain(paper(document, language).title) in plain(pages[0])
    for code in words_of():
        assert told_in_words(document, code, language) in whole, code
    for figure, week, *_ in CHANGES:
        assert plain(f"{figure}{label_of(words_of()[figure], language)}{week}") in whole
    for unit, cell in document["stocks"]["H1"].items():
        assert plain(hainan()[unit].name(language)) in whole
        assert f"{cell['households']:,}" in whole
    assert plain(word("stocks_chart", language)) in whole
    assert plain(word("flows_chart", language)) in whole


def test_every_page_of_the_pdf_bears_its_number_and_the_fingerprint() -> None:
    document = a_digest()
    pages = pages_of(pdf(document, "zh"))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert fingerprint(document) in page
        assert plain(word("page", "zh", page=number, pages=len(pages))) in plain(page)


def test_the_pdf_can_be_archived() -> None:
    reader = pypdf.PdfReader(BytesIO(pdf(a_digest(TEAM), "zh")))
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("2", "B")
    fonts = {font for page in reader.pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert fonts
    for font in fonts:
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_to_print_needs_nothing_else_and_runs_nothing(language: str) -> None:
    document = a_digest(TEAM)
    page = printed(document, language).decode()
    assert re.findall(r"<script|<link|\bsrc=|@import|url\(|\bon\w+=", page) == []
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert page.count("<svg") == 2
    text = plain(re.sub(r"<[^>]*>", "", page))
    for code in words_of():
        assert told_in_words(document, code, language) in text, code
    assert fingerprint(document) in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text_of",
    [
        lambda document, language: "".join(pages_of(pdf(document, language, hidden=True))),
        lambda document, language: re.sub("<[^>]*>", " ", printed(document, language, hidden=True).decode()),
        lambda document, language: repr(sheets_of(workbook(document, language, hidden=True))),
    ],
    ids=["pdf", "html", "xlsx"],
)
def test_where_small_numbers_are_hidden_no_county_is_told_and_no_bar_drawn(text_of: Any, language: str) -> None:
    document = a_digest()
    small = sum(value in (1, 2) for code in words_of() for value in totals(document, code))
    document["flows"]["E3"] = {unit: {**cell, "events": 0, "earlier": 0} for unit, cell in document["flows"]["E3"].items()}
    document["flows"]["E3"]["460100000000"]["events"] = 2
    text = text_of(document, language).replace("&lt;", "<")
    assert text.count("< 3") == small + 1
    assert not [unit for unit in document["stocks"]["H1"] if hainan()[unit].name(language) in text]
    assert CHANGES[0][1] not in text
    assert word("stocks_chart", language) not in text
    assert word("hidden", language) in text.replace("\n", "")


@pytest.mark.parametrize("missing", ["typst", "pylopdf_fonts_zh_cn"])
def test_without_the_extra_there_is_no_pdf_and_the_error_names_it(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert makes_pdf()
    monkeypatch.setitem(sys.modules, missing, None)
    assert not makes_pdf()
    with pytest.raises(PdfNotInstalled, match=r"household-registry\[pdf\]"):
        pdf(a_digest(TEAM), "zh")

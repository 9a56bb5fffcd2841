"""The file of recipients: what it says, and that all that is wrong with it is said at once, each at its line."""

from datetime import timedelta
from pathlib import Path

import pytest

from consumers.notices.recipients import Recipients, read_recipients
from consumers.notices.schedule import Schedule
from registry.refusal import Refused
from schemas.divisions import hainan
from tests.support.notices import COUNTY, PROVINCE, SECRET, SECRET_TEXT, TOWNSHIP

GOOD = f"""
link = "https://register.example/warnings/{{about}}"
lapse_after_days = 3
[retry]
first_s = 10
tries = 5
[recipients.{PROVINCE}]
emails = ["province@example.org", "second@example.org"]
[recipients.{COUNTY}]
webhook = "https://county.example/told?from=registry"
secret_file = "county.secret"
"""


def read(folder: Path, text: str, *, can_mail: bool = True) -> Recipients:
    path = folder / "recipients.toml"
    path.write_text(text, "utf-8")
    return read_recipients(path, PROVINCE, hainan(), can_mail=can_mail)


def refusals(folder: Path, text: str, *, can_mail: bool = True) -> list[tuple[str, int]]:
    """(code, line) of each."""
    with pytest.raises(Refused) as refused:
        read(folder, text, can_mail=can_mail)
    return sorted((v.code, int(v.params["file"].rpartition(":")[2])) for v in refused.value.violations)


def secret(folder: Path, text: str = SECRET_TEXT, mode: int = 0o600) -> None:
    path = folder / "county.secret"
    path.write_text(text)
    path.chmod(mode)


def test_who_has_no_entry_is_reached_where_the_next_one_above_is(tmp_path: Path) -> None:
    secret(tmp_path)
    known = read(tmp_path, GOOD)
    county = (("WEBHOOK", "https://county.example/told?from=registry"),)
    assert known.book.destinations_of(TOWNSHIP) == known.book.destinations_of(COUNTY) == county
    mail = (("EMAIL", "province@example.org"), ("EMAIL", "second@example.org"))
    assert known.book.destinations_of("469024100000") == known.book.destinations_of(PROVINCE) == mail
    assert known.book.secrets_of(TOWNSHIP, county[0][1]) == (SECRET,)
    assert known.book.secrets_of(TOWNSHIP, "https://another.example/") == ()
    assert known.book.still_at(TOWNSHIP, *county[0])
    assert not known.book.still_at(TOWNSHIP, *mail[0])
    assert (known.schedule, known.lapse_after) == (Schedule(first_s=10, tries=5), timedelta(days=3))
    assert known.link == "https://register.example/warnings/{about}"


def test_two_secrets_are_two_lines_while_one_is_changed(tmp_path: Path) -> None:
    other = SECRET_TEXT.replace("YSBz", "YiBz")
    secret(tmp_path, f"{other}\n{SECRET_TEXT}\n")
    first, second = read(tmp_path, GOOD).book.offices[COUNTY].secrets
    assert (first[1:], second) == (SECRET[1:], SECRET)


def test_all_that_is_wrong_is_said_at_once_each_at_its_line(tmp_path: Path) -> None:
    text = f"""
lapse_after_days = 0
link = "register.example"
color = "red"
# [recipients.469030100000] is not meant yet
[retry]
first_s = "soon"
[recipients.469030100000]
emails = ["good@example.org",
  "no address"]
[recipients.469030100201]
emails = []
[recipients.{COUNTY}]
webhook = "http://county.example/"
secret_file = "missing.secret"
phone = "none"
[recipients.469024000000]
"""
    assert refusals(tmp_path, text, can_mail=False) == sorted(
        [
            ("E-NOTICES-NUMBER", 2),
            ("E-NOTICES-LINK", 3),
            ("E-NOTICES-KEY", 4),
            ("E-NOTICES-NUMBER", 7),
            ("E-NOTICES-EMAIL", 10),
            ("E-NOTICES-DIVISION", 11),
            ("E-NOTICES-WEBHOOK", 14),
            ("E-NOTICES-SECRET", 15),
            ("E-NOTICES-KEY", 16),
            ("E-NOTICES-EMPTY", 17),
            ("E-NOTICES-PROVINCE", 8),
            ("E-NOTICES-SMTP", 9),
        ]
    )


@pytest.mark.parametrize("text", ["[recipients", "recipients = {", 'link = "\\x"'])
def test_what_is_no_toml_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, text)
    (violation,) = refused.value.violations
    assert violation.code == "E-NOTICES-FILE"
    assert "line 1" in violation.params["problem"] or "document" in violation.params["problem"]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read_recipients(tmp_path / "none.toml", PROVINCE, hainan(), can_mail=True)
    assert [v.code for v in refused.value.violations] == ["E-NOTICES-FILE"]


@pytest.mark.parametrize("value", ['recipients = "all"', "retry = 3", "private_addresses = 1", "link = 5", 'ca_file = ["x"]'])
def test_a_value_of_another_kind_is_refused(tmp_path: Path, value: str) -> None:
    assert ("E-NOTICES-FORM", 1) in refusals(tmp_path, value)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "https://",
        "https://user:secret@a.example/",
        "https://a.example/#part",
        "https://a b/",
        "http://a.example/",
    ],
)
def test_a_webhook_is_https_and_holds_no_password(tmp_path: Path, url: str) -> None:
    secret(tmp_path)
    text = GOOD.replace("https://county.example/told?from=registry", url)
    assert [code for code, _ in refusals(tmp_path, text)] == ["E-NOTICES-WEBHOOK"]


@pytest.mark.parametrize(("text", "mode"), [("", 0o600), ("whsec_c2hvcnQ=", 0o600), ("plain", 0o600), (SECRET_TEXT, 0o644)])
def test_a_secret_that_is_none_or_that_others_may_read_is_refused_unrepeated(tmp_path: Path, text: str, mode: int) -> None:
    secret(tmp_path, text, mode)
    with pytest.raises(Refused) as refused:
        read(tmp_path, GOOD)
    (violation,) = refused.value.violations
    assert violation.code == "E-NOTICES-SECRET"
    assert not text or text not in str(violation)


def test_certificates_that_are_none_are_refused(tmp_path: Path) -> None:
    secret(tmp_path)
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        assert refusals(tmp_path, f'ca_file = "{name}"\n{GOOD}') == [("E-NOTICES-CA", 1)]

"""Errors as an operator reads them."""

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from deploy.told_errors import code_of, language_of, lines_of
from registry.policy.validation import PolicyRefused
from registry.refusal import Refused, Violation
from registry.relay.relay import StoreBehindLog
from schemas.log_errors import LogUnavailable

REFUSED = Refused([Violation("E-AUTH-ROLE", "role", {"role": "HELPER", "action": "propose_exit"}), Violation("E-NO-POLICY")])


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_terminals_locale_gives_the_language(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_every_violation_is_a_line_with_code_field_and_rule_in_words() -> None:
    assert lines_of(REFUSED, "en") == [
        'E-AUTH-ROLE: role: The role "Helper" may not do "propose_exit".',
        "E-NO-POLICY: The store holds no policy document yet.",
    ]


def test_a_refusal_is_told_in_chinese_too() -> None:
    assert lines_of(REFUSED, "zh")[0] == "E-AUTH-ROLE: role: 角色“帮扶责任人”无权执行“propose_exit”。"


def test_a_violation_of_a_policy_names_its_file_instead_of_its_field() -> None:
    violation = Violation("E-POLICY-KEY-UNKNOWN", "exit.colour", {"file": "469024/2019.toml", "key": "exit.colour"})
    (line,) = lines_of(PolicyRefused([violation]), "en")
    assert line.startswith("E-POLICY-KEY-UNKNOWN: 469024/2019.toml: ")
    assert "exit.colour" in line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (LogUnavailable("locked\nfor long"), "E-LOG-UNAVAILABLE: locked for long"),
        (StoreBehindLog("an old copy"), "E-STORE-BEHIND-LOG: an old copy"),
    ],
)
def test_the_code_stands_once_and_the_line_is_one(error: Exception, line: str) -> None:
    assert lines_of(error, "en") == [line]


def test_in_chinese_an_error_has_its_title() -> None:
    assert lines_of(StoreBehindLog("an old copy"), "zh") == ["E-STORE-BEHIND-LOG: 事件库落后于日志：an old copy"]


def test_an_error_without_a_code_of_ours_is_not_expected() -> None:
    foreign = OperationalError("SELECT name", {"name": "somebody"}, sqlite3.OperationalError("no such table"))
    assert foreign.code  # SQLAlchemy's own, which means something else
    assert code_of(foreign) is None
    assert code_of(ValueError("E-NO-POLICY")) is None
    assert code_of(REFUSED) == "E-AUTH-ROLE"

"""`registry token`."""

import json
from pathlib import Path

import pytest

from deploy.composition.write_side import write_side
from deploy.settings import Settings
from schemas.access import Actor
from tests.support.installation import new_installation
from tests.support.program import Called, registry


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return new_installation(tmp_path_factory.mktemp("data"))


def create(settings: Settings, *more: str, role: str = "COUNTY_OFFICER", division: str = "469024000000") -> Called:
    who = ("--role", role, "--division", division, "--user", "staff-1", "--organisation", "office-1")
    return registry("token", "create", "--data", settings.data, *who, *more)


def listed(settings: Settings) -> list[dict[str, str]]:
    tokens: list[dict[str, str]] = json.loads(registry("token", "list", "--data", settings.data, "--json").out)
    return tokens


def test_a_token_alone_goes_to_standard_output_and_opens_the_door(settings: Settings) -> None:
    made = create(settings)
    assert made.status == 0
    (secret,) = made.lines
    with write_side(settings) as side:
        assert side.tokens.authenticate(secret) == Actor("staff-1", "COUNTY_OFFICER", "office-1", "469024000000")


def test_its_secret_is_never_seen_again(settings: Settings) -> None:
    secret = create(settings).out.strip().rsplit("_", 1)[1]
    assert secret not in registry("token", "list", "--data", settings.data).out
    assert secret not in json.dumps(listed(settings))
    assert all(secret.encode() not in file.read_bytes() for file in Path(settings.data).glob("*.db*"))


def test_a_revoked_token_is_listed_as_such_and_opens_no_door(settings: Settings) -> None:
    secret = create(settings).out.strip()
    token_id = listed(settings)[0]["token_id"]
    assert registry("token", "revoke", "--data", settings.data, token_id).status == 0
    assert {t["token_id"]: t["state"] for t in listed(settings)}[token_id] == "revoked"
    with write_side(settings) as side:
        assert not isinstance(side.tokens.authenticate(secret), Actor)


def test_the_table_shows_what_the_array_holds(settings: Settings) -> None:
    create(settings, "--days", "7")
    head, *rows = registry("token", "list", "--data", settings.data).lines
    assert head.split()[:3] == ["token", "state", "user"]
    assert [row.split()[0] for row in rows] == [token["token_id"] for token in listed(settings)]


def test_every_wrong_field_is_told(settings: Settings) -> None:
    called = registry(
        *("token", "create", "--data", settings.data, "--role", "COUNTY_OFFICER", "--division", "46"),
        *("--user", "a name", "--organisation", "an office"),
    )
    assert (called.status, called.codes) == (1, ["E-FIELD-TYPE", "E-FIELD-TYPE", "E-DIVISION-UNKNOWN"])
    assert "a name" not in called.err


def test_a_token_that_is_not_there_cannot_be_revoked(settings: Settings) -> None:
    called = registry("token", "revoke", "--data", settings.data, "00000000-0000-4000-8000-000000000000")
    assert (called.status, called.codes) == (1, ["E-TOKEN-UNKNOWN"])


def test_a_token_lasts_for_as_long_as_is_said_in_the_registers_time(settings: Settings) -> None:
    create(settings, "--days", "1")
    assert listed(settings)[0]["expires_at"].startswith("2020-03-05T")
    assert registry("token", "create", "--days", "401").status == 2

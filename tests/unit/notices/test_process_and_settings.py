"""Where notices are sent, a process sends them; and what the settings of the mail server may be."""

import pytest

from deploy.parts import pipeline
from deploy.settings import Settings, SettingWrong

FROM = {"REGISTRY_SMTP_FROM": "registry@province.example"}


def test_on_kafka_there_is_a_process_for_notices_where_there_is_a_file_of_recipients() -> None:
    kafka = Settings(log_url="kafka://localhost:9092")
    assert "deliver 1" not in [child.name for child in pipeline(kafka)]
    told = Settings(log_url="kafka://localhost:9092", notices_file="recipients.toml")
    assert [child.name for child in pipeline(told)][-2:] == ["intake 1", "deliver 1"]
    assert [child.name for child in pipeline(Settings(notices_file="recipients.toml"))] == ["pipeline"]


def test_the_outbox_is_with_the_event_store_in_postgresql_or_a_file_of_its_own() -> None:
    assert Settings(data="/data").notices == "sqlite:////data/notices.db"
    assert Settings(store_url="postgresql://a/b").notices == "postgresql://a/b"
    assert Settings(store_url="postgresql://a/b", notices_url="postgresql://c/d").notices == "postgresql://c/d"


@pytest.mark.parametrize(
    "url", ["smtps://mail.example", "smtp://mail.example:2587", "smtp+plain://10.0.0.1", "smtps://[::1]:465"]
)
def test_a_mail_server_is_named_by_how_it_is_spoken_to(url: str) -> None:
    assert Settings.read({"REGISTRY_SMTP_URL": url, **FROM}).smtp_url == url


@pytest.mark.parametrize(
    "wrong",
    [
        {"REGISTRY_SMTP_URL": "mail.example", **FROM},
        {"REGISTRY_SMTP_URL": "https://mail.example", **FROM},
        {"REGISTRY_SMTP_URL": "smtps://mail.example:99999", **FROM},
        {"REGISTRY_SMTP_URL": "smtps://user:secret@mail.example", **FROM},
        {"REGISTRY_SMTP_URL": "smtps://mail.example"},
        {"REGISTRY_SMTP_URL": "smtps://mail.example", "REGISTRY_SMTP_FROM": "registry"},
        {"REGISTRY_SMTP_USER": "registry"},
        {
            "REGISTRY_SMTP_URL": "smtp+plain://mail.example",
            "REGISTRY_SMTP_USER": "registry",
            "REGISTRY_SMTP_PASSWORD_FILE": "password",
            **FROM,
        },
        {"REGISTRY_NOTICES_URL": "notices.db"},
    ],
)
def test_settings_of_notices_that_cannot_be_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingWrong):
        Settings.read(wrong)

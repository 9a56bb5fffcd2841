"""What is wrong with an installation, in words, with the next step: from what its parts told.

The limits are those of the alerts in `deploy/prometheus/alerts.yaml`, and their names too, so that one runbook explains both.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.settings import Settings
from deploy.told_errors import Language
from schemas.refusal_codes import refusal

Document = dict[str, Any]
Words = Mapping[Language, str]
RELAY_S: Final = 60
VIEW_S: Final = 60
FEED_S: Final = 300
INTAKE_S: Final = 300
WARNER_S: Final = 300
NOTICES_S: Final = 3600
_WHO_MOVES: Final[Mapping[str, str]] = {"feed": "feed", "intake": "intake", "warner": "intake", "notices": "deliver"}
"""Part -> its command, of parts that an installation need not have."""
CHECKPOINTS: Final = 2
"""So many times the events of one checkpoint may be without one."""

NEXT_STEP: Final[Mapping[str, Words]] = {
    "E-STORE-UNAVAILABLE": {"en": "start the database at {store}", "zh": "启动位于 {store} 的数据库"},
    "E-STORE-NOT-MIGRATED": {"en": "registry migrate", "zh": "registry migrate"},
    "E-STORE-BEHIND-LOG": {"en": "docs/runbook.md, Restore", "zh": "docs/runbook.md，Restore 一节"},
    "E-LOG-UNAVAILABLE": {"en": "start the log at {log}; nothing is lost meanwhile", "zh": "启动位于 {log} 的日志；其间不会丢失"},
    "E-LOG-TOPIC-UNKNOWN": {"en": "registry topics apply", "zh": "registry topics apply"},
    "E-VIEWS": {"en": "start the database at {views}", "zh": "启动位于 {views} 的数据库"},
    "E-VIEW-OUTDATED": {
        "en": "start this program's projector: it makes the read model anew, then swaps",
        "zh": "启动本版本的投影进程：它会另建新视图，然后切换",
    },
    "E-VAULT-KEY": {"en": "put the key file in its place, mode 0600", "zh": "将密钥文件放回原处，权限 0600"},
}
ELSE: Final[Words] = {"en": "docs/runbook.md", "zh": "docs/runbook.md"}
NOT_RUNNING: Final[Words] = {
    "en": "start it: registry up, or registry {command}",
    "zh": "启动它：registry up，或 registry {command}",
}
LOOK_AT_ITS_LOG: Final[Words] = {
    "en": "what its own log says: docs/runbook.md, {name}",
    "zh": "查看其日志：docs/runbook.md，{name}",
}
CALL_IT: Final[Words] = {
    "en": "ask the hospital: docs/runbook.md, RegistryHospitalSilent",
    "zh": "联系该医疗机构：docs/runbook.md，RegistryHospitalSilent",
}
WAITING: Final[Words] = {
    "en": "{events:,} events wait, the oldest for {seconds:,.0f} s",
    "zh": "{events:,} 条事件在等待，最早的已等 {seconds:,.0f} 秒",
}
UNSIGNED: Final[Words] = {
    "en": "{events:,} events in the log are under no signed checkpoint",
    "zh": "日志中有 {events:,} 条事件没有签名检查点",
}

STOPPED: Final[Words] = {
    "en": "nothing is taken in of {institution}: too many of its records were dead letters",
    "zh": "已停止接收 {institution} 的记录：死信过多",
}
SILENT: Final[Words] = {
    "en": "{institution} has been silent for {hours:,.0f} h",
    "zh": "{institution} 已中断上报 {hours:,.0f} 小时",
}
GIVEN_UP: Final[Words] = {"en": "{count:,} notices were given up", "zh": "{count:,} 条通知已放弃投递"}
UNDELIVERED: Final[Words] = {
    "en": "{count:,} notices are not delivered, the oldest for {seconds:,.0f} s",
    "zh": "{count:,} 条通知尚未投递，最早的已等 {seconds:,.0f} 秒",
}


def judge(document: Document, settings: Settings, language: Language) -> list[Document]:
    """Each fault once: its name (a stable code, or the alert's), the part, what is wrong, what to do."""
    wrong = [*_out_of_reach(document, language), *_behind(document, settings, language)]
    seen: set[tuple[str, str]] = set()
    # One database that is away is one fault, however many parts need it.
    return [fault for fault in wrong if (key := (fault["name"], fault["what"])) not in seen and not seen.add(key)]  # type: ignore[func-returns-value]


def _out_of_reach(document: Document, language: Language) -> Iterator[Document]:
    inner = {name: told for name, told in document.get("register", {}).items() if isinstance(told, dict)}
    for part, told in {**document, **inner}.items():
        if isinstance(told, dict) and (code := told.get("problem")):
            title = refusal(code).title(language)
            step = NEXT_STEP.get(code, ELSE)[language].format(**document["places"])
            yield _fault(code, part, f"{title}: {told.get('why', code)}", step)


def _behind(document: Document, settings: Settings, language: Language) -> Iterator[Document]:
    relay = document["relay"]
    if relay.get("position", 0) > relay.get("head", 0):
        title = refusal("E-STORE-BEHIND-LOG").title(language)
        what = f"{title}: {relay['position']} > {relay['head']}"
        yield _fault("E-STORE-BEHIND-LOG", "relay", what, NEXT_STEP["E-STORE-BEHIND-LOG"][language])
    yield from _waiting(document, settings, language, "relay", "RegistryRelayBehind", RELAY_S)
    for part in document:
        if part.startswith("view "):
            yield from _waiting(document, settings, language, part, "RegistryViewBehind", VIEW_S)
    yield from _waiting(document, settings, language, "feed", "RegistryFeedBehind", FEED_S)
    yield from _waiting(document, settings, language, "intake", "RegistryIntakeBehind", INTAKE_S)
    yield from _waiting(document, settings, language, "warner", "RegistryWarnerBehind", WARNER_S)
    for institution in document["intake"].get("stopped", ()):
        what = STOPPED[language].format(institution=institution)
        yield _fault("RegistryHospitalStopped", "intake", what, f"registry hospital resume {institution}")
    for institution, seconds in document["hospitals"].get("silent", {}).items():
        what = SILENT[language].format(institution=institution, hours=seconds / 3600)
        step = CALL_IT[language].format(institution=institution)
        yield _fault("RegistryHospitalSilent", "hospitals", what, step)
    yield from _waiting(document, settings, language, "notices", "RegistryNoticesWaiting", NOTICES_S)
    yield from _untold(document["notices"], language)
    unsigned = relay.get("position", 0) - relay.get("sealed", 0)
    if unsigned > CHECKPOINTS * settings.checkpoint_every:
        step = LOOK_AT_ITS_LOG[language].format(name="RegistryCheckpointsBehind")
        yield _fault("RegistryCheckpointsBehind", "checkpoint", UNSIGNED[language].format(events=unsigned), step)


def _untold(told: Document, language: Language) -> Iterator[Document]:
    """Notices that were given up, or that no server has taken for long."""
    if told.get("given_up"):
        what = GIVEN_UP[language].format(count=told["given_up"])
        yield _fault("RegistryNoticesGivenUp", "notices", what, "registry notices list --state given_up")
    if told.get("oldest_pending_seconds", 0.0) > NOTICES_S:
        what = UNDELIVERED[language].format(count=told["pending"], seconds=told["oldest_pending_seconds"])
        yield _fault("RegistryNoticesWaiting", "notices", what, "registry notices list --state pending")


def _waiting(
    document: Document, settings: Settings, language: Language, part: str, name: str, limit_s: float
) -> Iterator[Document]:
    """Something waits for too long; or it waits, and whoever should move it does not run on the one machine there is."""
    told = document[part]
    events, seconds = told.get("lag_events", 0), told.get("lag_seconds", 0.0)
    command = {"relay": "relay", "feed": "feed", "intake": "intake", "warner": "intake", "notices": "deliver"}.get(
        part, "project"
    )
    alone = settings.log.startswith("embedded:") and part not in ("feed", "intake", "warner", "notices")
    stopped = alone and events > 0 and not _runs(document, command)
    if stopped or seconds > limit_s:
        words = NOT_RUNNING[language] if stopped else LOOK_AT_ITS_LOG[language]
        what = WAITING[language].format(events=events, seconds=seconds)
        named = "RegistryRelayStalled" if stopped and part == "relay" else name
        yield _fault(named, part, what, words.format(command=command, name=named))


def _runs(document: Document, command: str) -> bool:
    role = {"project": "projector"}.get(command, command)
    return document["processes"].get(role) is not None


def _fault(name: str, part: str, what: str, step: str) -> Document:
    return {"name": name, "part": part, "what": what, "do": step}

"""The document of `registry status` as one screen: a row for each part, then what is wrong."""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from deploy.told_errors import Language

Document = dict[str, Any]
Row = tuple[str, str, str]
"""part, state, what else."""
WIDTH: Final = 120
"""Where the output is no terminal."""
WORDS: Final = {
    "ok": {"en": "nothing is wrong", "zh": "一切正常"},
    "wrong": {"en": "wrong: {}", "zh": "有误：{} 处"},
    "unreachable": {"en": "unreachable: {}", "zh": "不可达：{}"},
    "current": {"en": "up to date", "zh": "已同步"},
    "behind": {
        "en": "{lag_events:,} events behind, the oldest {lag_seconds:,.1f} s",
        "zh": "落后 {lag_events:,} 条，最早 {lag_seconds:,.1f} 秒",
    },
    "process": {"en": "process {}", "zh": "进程 {}"},
    "no process": {"en": "none seen on this machine", "zh": "本机未见"},
    "members": {"en": "running: {}", "zh": "运行中：{}"},
    "untold": {"en": "this user may not ask", "zh": "本用户无权查询"},
    "answers": {"en": "answers at {}", "zh": "{} 有应答"},
    "no answer": {"en": "no answer at {}", "zh": "{} 无应答"},
    "position": {"en": "position {:,}", "zh": "位置 {:,}"},
    "notices": {
        "en": "{pending:,} pending, {delivered:,} delivered, {given_up:,} given up",
        "zh": "待投递 {pending:,}，已投递 {delivered:,}，已放弃 {given_up:,}",
    },
    "stopped": {"en": "stopped: {}", "zh": "已停止：{}"},
    "hospitals": {"en": "{known:,} known, {silent:,} silent", "zh": "已知 {known:,} 家，中断上报 {silent:,} 家"},
    "none": {"en": "none yet", "zh": "尚无"},
    "making": {"en": "making {build}: {stage} {done:,} of {total:,}", "zh": "正在建 {build}：{stage} {done:,}/{total:,}"},
    "clock": {"en": "{offset_days:+,.1f} days from the machine's", "zh": "与本机相差 {offset_days:+,.1f} 天"},
    "next": {"en": "next", "zh": "下一步"},
}


def show(document: Document, language: Language, console: Console) -> None:
    """Print it."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for style in ("bold", "", "dim"):
        table.add_column(style=style, overflow="fold")
    for part, state, more in _rows(document, language):
        table.add_row(part, state, more)
    console.print(Group(table, *_verdict(document, language)), soft_wrap=not console.is_terminal)


def _verdict(document: Document, language: Language) -> Iterator[Text]:
    wrong = document["wrong"]
    yield Text()
    if not wrong:
        yield Text(WORDS["ok"][language], style="green")
        return
    yield Text(WORDS["wrong"][language].format(len(wrong)), style="bold red")
    for fault in wrong:
        yield Text(f"  {fault['name']} ({fault['part']}): {fault['what']}", style="red")
        yield Text(f"    {WORDS['next'][language]}: {fault['do']}")


def _rows(document: Document, language: Language) -> Iterator[Row]:
    """Every part in its order."""
    words = {name: text[language] for name, text in WORDS.items()}
    places = document["places"]
    yield "data", places["data"], ""
    for part, told in document.items():
        if part in ("ok", "wrong", "places"):
            continue
        if "problem" in told:
            yield part, words["unreachable"].format(told.get("why", "")), told["problem"]
        elif part == "processes":
            yield from _processes(told, words, places)
        elif part == "members":
            yield from _members(told, words)
        elif part == "register":
            yield from _register(told, words)
        else:
            yield _row(part, told, words, places)


def _processes(told: Document, words: dict[str, str], places: Document) -> Iterator[Row]:
    for role, found in told.items():
        if role in ("api", "metrics"):
            yield role, words["answers" if found else "no answer"].format(found or places[role]), ""
        else:
            yield role, words["process"].format(found) if found else words["no process"], ""


def _members(told: Document, words: dict[str, str]) -> Iterator[Row]:
    for group, members in told.items():
        state = words["untold"] if members is None else words["members"].format(len(members))
        yield group, state, " · ".join(f"{host} × {members.count(host)}" for host in sorted(set(members or ())))


def _row(part: str, told: Document, words: dict[str, str], places: Document) -> Row:
    lag = words["none"]
    if "lag_events" in told:
        lag = words["behind"].format(**told) if told["lag_events"] else words["current"]
    position = words["position"].format(told["position"]) if told.get("position") else words["none"]
    match part.split()[0]:
        case "hospitals":
            silent = told.get("silent", {})
            return part, words["hospitals"].format(known=told.get("known", 0), silent=len(silent)), ""
        case "store":
            return part, position, " · ".join(filter(None, (told["recorded_at"], places["store"])))
        case "log":
            return part, "{topics} topics, {partitions} partitions".format(**told), places["log"]
        case "relay":
            return part, lag, position
        case "checkpoint":
            return part, position, " · ".join(str(told[name]) for name in ("recorded_at", "key", "root") if name in told)
        case "intake":
            return part, lag, words["stopped"].format(", ".join(told["stopped"])) if told.get("stopped") else ""
        case "notices":
            return part, lag, words["notices"].format(**told) if told else ""
        case "view":
            making = told.get("in_the_making")
            return part, lag, " · ".join(filter(None, (told["live"], making and words["making"].format(**making))))
    return part, lag, ""


def _register(told: Document, words: dict[str, str]) -> Iterator[Row]:
    clock, vault, tokens = told["clock"], told["vault"], told["tokens"]
    yield "clock", clock["now"], words["clock"].format(**clock)
    yield "policies", ", ".join(told["policies"]) or words["none"], ""
    if "problem" in vault:
        yield "vault", words["unreachable"].format(vault["why"]), vault["problem"]
    else:
        yield "vault", f"{vault['persons']:,} persons, {vault['erased']:,} erased", ""
    yield "tokens", ", ".join(f"{name} {count:,}" for name, count in tokens.items()), ""

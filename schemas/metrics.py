"""Every metric there is, once: name, kind, labels, unit and words. Collectors, the reference page, alerts and boards follow it.

Labels never hold an id of a household, a person or a member of staff: routes are templates, codes are stable, tasks are few.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["counter", "gauge", "histogram", "info"]
Server = Literal["api", "pipeline"]
"""Who serves it: the API at `/v1/metrics`; relay, projector and feed, or `registry up`'s pipeline, on the port for metrics."""

API: Final = frozenset[Server]({"api"})
PIPELINE: Final = frozenset[Server]({"pipeline"})
BOTH: Final = API | PIPELINE
REQUEST_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
WRITE_BUCKETS_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. name: as it is scraped, a histogram's without `_bucket`; unit: what one of it is; en, zh: what it tells;
    ours: False where the client library itself defines it.
    """

    name: str
    kind: Kind
    labels: tuple[str, ...]
    unit: str
    served_by: frozenset[Server]
    en: str
    zh: str
    buckets: tuple[float, ...] = ()
    ours: bool = True

    @property
    def declared(self) -> tuple[str, str, tuple[str, ...]]:
        """What a collector is made from: name, words, labels."""
        return self.name, self.en, self.labels


COMMAND_REQUESTS: Final = Metric(
    *("registry_command_requests_total", "counter", ("endpoint", "outcome"), "requests", API),
    en="Requests to the command API by outcome: accepted, replayed (sent again, answered as before), refused, failed.",
    zh="命令接口的请求，按结果分：已接受、重放（重复发送，答复同前）、被拒、出错。",
)
COMMAND_REFUSALS: Final = Metric(
    *("registry_command_refusals_total", "counter", ("endpoint", "code"), "reasons", API),
    en="Reasons told to clients of the command API, by stable code; a refusal with three reasons counts each.",
    zh="命令接口告知的拒绝理由，按固定代码分；一次拒绝有三条理由则各计一次。",
)
COMMAND_SECONDS: Final = Metric(
    *("registry_command_seconds", "histogram", ("endpoint",), "seconds", API),
    en="From a command's arrival at its endpoint to its answer.",
    zh="命令从到达接口至答复的时长。",
    buckets=REQUEST_BUCKETS_S,
)
TOKENS_REFUSED: Final = Metric(
    *("registry_tokens_refused_total", "counter", ("reason",), "requests", API),
    en="Requests without a good token, by reason: NONE, MALFORMED, UNKNOWN, EXPIRED, REVOKED.",
    zh="没有有效令牌的请求，按原因分：无、格式错、未知、过期、已吊销。",
)
QUERY_SECONDS: Final = Metric(
    *("registry_query_seconds", "histogram", ("query",), "seconds", API),
    en="How long questions take, the sending of sheets aside.",
    zh="查询所用时长，不含表格的发送。",
    buckets=REQUEST_BUCKETS_S,
)
QUERY_ANSWERS: Final = Metric(
    *("registry_query_answers_total", "counter", ("query", "status"), "questions", API),
    en="Questions by how they were answered: the status, or refused, or failed.",
    zh="查询，按答复方式分：状态码、被拒或出错。",
)
HTTP_REQUESTS: Final = Metric(
    *("registry_http_requests_total", "counter", ("method", "route", "status"), "requests", API),
    en="Requests by route (the template, never a path) and status; route `-` for those that no view was asked about.",
    zh="请求，按路由（模板，绝非实际路径）与状态码分；未进入任何视图的记为“-”。",
)
HTTP_SECONDS: Final = Metric(
    *("registry_http_seconds", "histogram", ("method", "route"), "seconds", API),
    en="From a request's arrival to the first byte of its answer, by route.",
    zh="请求从到达至答复首字节的时长，按路由分。",
    buckets=REQUEST_BUCKETS_S,
)
APPEND_SECONDS: Final = Metric(
    *("registry_append_seconds", "histogram", ("into",), "seconds", BOTH),
    en="How long it takes to append durably, waiting for other writers included: `store` (a command's events), `log` (a page).",
    zh="持久写入所用时长，含等待其他写入者：store（一条命令的事件）、log（一页）。",
    buckets=WRITE_BUCKETS_S,
)
APPEND_FAILURES: Final = Metric(
    *("registry_append_failures_total", "counter", ("into", "reason"), "appends", BOTH),
    en="Appends that failed: conflict (decided again), busy (a lock was not had in time), unavailable, fenced, other.",
    zh="失败的写入：conflict（将重新决定）、busy（未能按时取得锁）、unavailable、fenced、other。",
)
HOUSEHOLDS: Final = Metric(
    *("registry_households", "gauge", ("status",), "households", API),
    en="Households in the read model, by status.",
    zh="视图中的户数，按状态分。",
)
KNOWN_BEFORE: Final = Metric(
    *("registry_known_before_timestamp_seconds", "gauge", (), "seconds since 1970", API),
    en="Everything recorded before this is in the read model.",
    zh="此时刻之前记录的一切都已在视图中。",
)
STORE_POSITION: Final = Metric(
    *("registry_store_position", "gauge", (), "position", BOTH),
    en="Position of the last event in the store.",
    zh="事件库中最后一条事件的位置。",
)
RELAY_POSITION: Final = Metric(
    *("registry_relay_position", "gauge", (), "position", BOTH),
    en="Position of the last event that is in the log: where it stands still below the store's, the relay is stalled.",
    zh="日志中最后一条事件的位置：若低于事件库且不再前进，即中继停滞。",
)
CHECKPOINT_POSITION: Final = Metric(
    *("registry_checkpoint_position", "gauge", (), "position", BOTH),
    en="Position that the last signed checkpoint of the history goes up to.",
    zh="最近一次签名检查点所至的位置。",
)
LAG_EVENTS: Final = Metric(
    *("registry_lag_events", "gauge", ("part",), "events", BOTH),
    en="Events that wait for a part: `relay`, each read model, the public `feed`, the `intake` of hospitals' records, the "
    "`warner`, `notices`.",
    zh="等待某一部分处理的事件数：relay、各视图、公开推送（feed）、医疗机构记录的接收（intake）、预警评估（warner）、通知（notices）。",
)
LAG_SECONDS: Final = Metric(
    *("registry_lag_seconds", "gauge", ("part",), "seconds", BOTH),
    en="How long the oldest of them has waited, by the register's clock.",
    zh="其中最早一条已等待的时长，按登记系统的时钟。",
)
LAG_UNREADABLE: Final = Metric(
    *("registry_lag_unreadable", "gauge", ("part",), "0 or 1", BOTH),
    en="1 where a part's lag cannot be read just now, because a database or the log is out of reach.",
    zh="某一部分的滞后此刻无法读取（数据库或日志不可达）时为 1。",
)
REBUILD_DONE: Final = Metric(
    *("registry_rebuild_done_events", "gauge", ("view",), "events", BOTH),
    en="Events that the build in the making has folded; absent while none is made.",
    zh="正在重建的视图已处理的事件数；未在重建时不出现。",
)
REBUILD_TOTAL: Final = Metric(
    *("registry_rebuild_total_events", "gauge", ("view",), "events", BOTH),
    en="Events that the build in the making has to fold.",
    zh="正在重建的视图须处理的事件总数。",
)
PIPELINE_EVENTS: Final = Metric(
    *("registry_pipeline_events_total", "counter", ("task",), "events", PIPELINE),
    en="Events that a task of this process has moved.",
    zh="本进程某任务已搬运的事件数。",
)
PIPELINE_UNAVAILABLE: Final = Metric(
    *("registry_pipeline_unavailable_total", "counter", ("task",), "times", PIPELINE),
    en="Times that a task had to wait for a database or the log.",
    zh="某任务因数据库或日志不可达而等待的次数。",
)
PIPELINE_LAST_MOVED: Final = Metric(
    *("registry_pipeline_last_moved_timestamp_seconds", "gauge", ("task",), "seconds since 1970", PIPELINE),
    en="When a task last moved an event.",
    zh="某任务最近一次搬运事件的时刻。",
)
PARTITIONS_TAKEN: Final = Metric(
    *("registry_partitions_taken_total", "counter", ("task",), "partitions", PIPELINE),
    en="Partitions that a projector took over: at its start, and at each rebalance of its group.",
    zh="投影进程接管的分区数：启动时，以及每次组内再平衡时。",
)
PARTITIONS_LOST: Final = Metric(
    *("registry_partitions_lost_total", "counter", ("task",), "times", PIPELINE),
    en="Times that a projector found a partition of its own to be another's, and wrote nothing.",
    zh="投影进程发现自己的分区已归他人、因而未写入的次数。",
)
REPEATED: Final = Metric(
    *("registry_records_repeated_total", "counter", ("task",), "records", PIPELINE),
    en="Records that a projector dropped because they had been folded before.",
    zh="因已处理过而被投影进程丢弃的记录数。",
)
HOSPITAL_RECORDS: Final = Metric(
    *("registry_hospital_records_total", "counter", ("institution", "outcome"), "records", PIPELINE),
    en="Records of each hospital that the intake has taken in: accepted, dead_letter.",
    zh="已接收的各医疗机构记录：accepted（采用）、dead_letter（死信）。",
)
HOSPITAL_STOPPED: Final = Metric(
    *("registry_hospital_stopped", "gauge", ("institution",), "1", PIPELINE),
    en="1 for each hospital that the intake takes nothing in of: too many of its records were dead letters.",
    zh="因死信过多而停止接收其记录的医疗机构，每家为 1。",
)
HOSPITAL_SILENT: Final = Metric(
    *("registry_hospital_silent_seconds", "gauge", ("institution",), "seconds", API),
    en="How long each hospital that has fallen silent has been so; nothing is said of the others, nor of those that are stopped.",
    zh="已中断上报的医疗机构各自中断的时长；未中断的与已停止接收的不出现。",
)
NOTICES: Final = Metric(
    *("registry_notices", "gauge", ("state",), "deliveries", PIPELINE),
    en="Deliveries of notices by state: PENDING, DELIVERED, GIVEN_UP, LAPSED (too old to be sent); none where nobody is told.",
    zh="通知的投递，按状态分：待投递、已投递、已放弃、已过时（未发送）；未设收件人时无值。",
)
NOTICES_OLDEST: Final = Metric(
    *("registry_notices_oldest_pending_seconds", "gauge", (), "seconds", PIPELINE),
    en="How long the oldest notice that is not delivered yet has waited; 0 where none waits.",
    zh="最早一条尚未投递的通知已等待的时长；无待投递时为 0。",
)
NOTICE_ATTEMPTS: Final = Metric(
    *("registry_notice_attempts_total", "counter", ("channel", "result"), "attempts", PIPELINE),
    en="Attempts to deliver a notice, by channel and result: DELIVERED, AGAIN, AWAY (the server), NEVER.",
    zh="投递通知的尝试，按渠道与结果分：DELIVERED（已投递）、AGAIN（再试）、AWAY（服务器不可达）、NEVER（永久拒绝）。",
)


def _of_the_client(name: str, kind: Kind, unit: str, en: str, zh: str, labels: tuple[str, ...] = ()) -> Metric:
    return Metric(name, kind, labels, unit, BOTH, en, zh, ours=False)


METRICS: Final = (
    *(COMMAND_REQUESTS, COMMAND_REFUSALS, COMMAND_SECONDS, TOKENS_REFUSED, QUERY_SECONDS, QUERY_ANSWERS),
    *(HTTP_REQUESTS, HTTP_SECONDS, APPEND_SECONDS, APPEND_FAILURES, HOUSEHOLDS, KNOWN_BEFORE),
    *(STORE_POSITION, RELAY_POSITION, CHECKPOINT_POSITION, LAG_EVENTS, LAG_SECONDS, LAG_UNREADABLE),
    *(REBUILD_DONE, REBUILD_TOTAL, PIPELINE_EVENTS, PIPELINE_UNAVAILABLE, PIPELINE_LAST_MOVED),
    *(PARTITIONS_TAKEN, PARTITIONS_LOST, REPEATED, HOSPITAL_RECORDS, HOSPITAL_STOPPED, HOSPITAL_SILENT),
    *(NOTICES, NOTICES_OLDEST, NOTICE_ATTEMPTS),
    _of_the_client("process_start_time_seconds", "gauge", "seconds since 1970", "When the process began.", "进程启动的时刻。"),
    _of_the_client("process_cpu_seconds_total", "counter", "seconds", "Processor time used.", "已用处理器时间。"),
    _of_the_client("process_resident_memory_bytes", "gauge", "bytes", "Memory in use.", "占用内存。"),
    _of_the_client("process_virtual_memory_bytes", "gauge", "bytes", "Address space in use.", "占用地址空间。"),
    _of_the_client("process_open_fds", "gauge", "files", "Open files.", "打开的文件数。"),
    _of_the_client("process_max_fds", "gauge", "files", "Open files allowed.", "允许打开的文件数。"),
    _of_the_client(
        *("python_info", "info", "1", "The Python that runs it.", "运行所用的 Python。"),
        ("version", "implementation", "major", "minor", "patchlevel"),
    ),
)
"""The list. A test holds it and what the processes serve together."""

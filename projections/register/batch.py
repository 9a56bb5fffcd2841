"""What folding a batch of records leaves to be written, collected until all of it is written at once."""

from dataclasses import dataclass, field

from projections.checkpoints import Checkpoint
from projections.register.flows import Flows
from projections.register.history import Rewrites
from projections.register.state import Household, Shape
from schemas.messages import TopicPartition

Row = tuple[object, ...]
Totals = dict[tuple[int, int], tuple[int, int]]
"""Households and persons by division and stock."""


@dataclass(slots=True)
class Batch:
    """Rows by table, and the households whose rows follow from them.

    timeline: rows by household; replaced: the version of a correction or voiding, the household, and the version of what it
    replaced; reshaped: by partition, the shapes that households had when their stocks were last counted; totals: by partition,
    the stocks as last counted; changed: how many records changed something; repeated: how many were dropped, their
    version having been folded before.
    """

    households: dict[bytes, Household] = field(default_factory=dict)
    timeline: dict[bytes, list[Row]] = field(default_factory=dict)
    replaced: list[Row] = field(default_factory=list)
    history: Rewrites = field(default_factory=Rewrites)
    flows: Flows = field(default_factory=Flows)
    cuts: list[Row] = field(default_factory=list)
    stocks: list[Row] = field(default_factory=list)
    divisions: dict[int, Row] = field(default_factory=dict)
    visits: list[Row] = field(default_factory=list)
    visit_flags: list[Row] = field(default_factory=list)
    samples: list[Row] = field(default_factory=list)
    sample_households: list[Row] = field(default_factory=list)
    sample_checks: dict[tuple[bytes, bytes], Row] = field(default_factory=dict)
    sync_events: list[Row] = field(default_factory=list)
    campaigns: list[Row] = field(default_factory=list)
    campaign_ends: list[Row] = field(default_factory=list)
    mismatch_steps: list[Row] = field(default_factory=list)
    sweep_steps: list[Row] = field(default_factory=list)
    team_counties: list[Row] = field(default_factory=list)
    exit_plans: list[Row] = field(default_factory=list)
    exit_steps: list[Row] = field(default_factory=list)
    finding_steps: list[Row] = field(default_factory=list)
    complaint_steps: list[Row] = field(default_factory=list)
    checkpoints: dict[TopicPartition, Checkpoint] = field(default_factory=dict)
    reshaped: dict[int, dict[bytes, Shape]] = field(default_factory=dict)
    totals: dict[int, Totals] = field(default_factory=dict)
    changed: int = 0
    repeated: int = 0

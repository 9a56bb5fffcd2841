"""Of two hospitals one sends rubbish: it is stopped and the other goes on; resumed, the rest is taken in, each record once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry

from consumers.intake.dead_letter_share import DeadLetterShare
from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from deploy.cli import main
from deploy.clocks import HandSetClock
from deploy.composition.log_side import make_topic, open_producer
from deploy.composition.write_side import prepare, write_side
from deploy.pipeline import taking_in
from deploy.pipeline.metrics import PipelineMetrics
from deploy.pipeline.taking_in import opened_intake
from deploy.pipeline.task import Reopen, Step
from deploy.settings import Settings
from deploy.status.overview import NOTHING
from registry.application.hospital_intakes import HospitalIntakes
from registry.application.service import CommandService
from registry.expenses.records import HOSPITAL_TOPIC
from registry.store.errors import StoreUnavailable
from schemas.messages import Message
from tests.support.hand_set_register import settings_for
from tests.support.hospital_doors import records_in
from tests.support.scenario import DAY_ONE, noon_of

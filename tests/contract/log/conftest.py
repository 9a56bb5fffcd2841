"""The contract's assertions should explain themselves as a test module's do."""

import pytest

pytest.register_assert_rewrite(
    "tests.contract.log.consuming_contract", "tests.contract.log.producing_contract", "tests.contract.log.log_harness"
)

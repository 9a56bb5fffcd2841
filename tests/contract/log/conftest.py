"""The contract's assertions should explain themselves as a test module's do."""

import pytest

pytest.register_assert_rewrite("consuming_contract", "producing_contract", "log_harness")

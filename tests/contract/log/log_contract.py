"""What every log must do, whichever it is: `LogContract` is subclassed once for each adapter.

The subclass gives the fixture `log`: an empty log with two topics. Nothing here knows which log it is.
"""

import pytest

from tests.contract.log.consuming_contract import ConsumingContract
from tests.contract.log.log_harness import Log
from tests.contract.log.producing_contract import ProducingContract


class LogContract(ConsumingContract, ProducingContract):
    @pytest.fixture
    def log(self) -> Log:
        raise NotImplementedError("each adapter gives its own")

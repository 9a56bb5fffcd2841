"""What every log must do, whichever it is: `LogContract` is subclassed once for each adapter.

The subclass gives the fixture `log`: an empty log with two topics. Nothing here knows which log it is.
"""

import pytest
from consuming_contract import ConsumingContract
from log_harness import Log
from producing_contract import ProducingContract


class LogContract(ConsumingContract, ProducingContract):
    @pytest.fixture
    def log(self) -> Log:
        raise NotImplementedError("each adapter gives its own")

"""Work in batches without the search for cyclic garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cyclic garbage meanwhile: a batch makes a hundred thousand objects and no cycle.

    The search took a quarter of the time. What nobody needs any more goes by its reference count.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()

"""The same work in several threads that begin together."""

import threading
from collections.abc import Callable

THREADS = 8


def at_once(work: Callable[[int], object]) -> None:
    """Do it in every thread, which is given its number; the first thing that goes wrong in any of them is raised."""
    wrong: list[BaseException] = []
    begin = threading.Barrier(THREADS)

    def run(number: int) -> None:
        try:
            begin.wait()
            work(number)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]

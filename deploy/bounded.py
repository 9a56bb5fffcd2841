"""Asks several parts of the system at once, and waits no longer than a bound for all of them together.

A database or a broker that is away may take half a minute to say so; whoever looks after the system wants to know it now.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


class NoAnswer(Exception):
    """A part did not answer in time."""


def answers_within(seconds: float, questions: Mapping[str, Callable[[], T]]) -> dict[str, T | Exception]:
    """Each part's answer, or why there is none: what asking raised, or NoAnswer.

    A question that takes longer goes on in a thread of its own until it gives up; its answer is nobody's.
    """
    answers: dict[str, T | Exception] = {}

    def ask(name: str, question: Callable[[], T]) -> None:
        try:
            answer: T | Exception = question()
        except Exception as error:
            answer = error
        answers[name] = answer

    threads = [threading.Thread(target=ask, args=asked, name=f"asking {asked[0]}", daemon=True) for asked in questions.items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    late = NoAnswer(f"no answer within {seconds:g} s")
    return {name: answers.get(name, late) for name in questions}

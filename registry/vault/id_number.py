"""The citizen identity number (GB 11643-1999): what may be wrong with one, and what it tells about its holder.

The arithmetic is python-stdnum's. Its `stdnum.cn.ric.validate` is not used: it demands a division that existed in the
year of birth, while numbers carry the division of the year of issue (460027 with a birth in 1985 is an ordinary number
of Hainan, and refused), and on an unallocated prefix it raises a bare KeyError.
No answer of this module repeats the number.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from registry.refusal import Violation

LENGTH = 18
SYNTHETIC_PREFIX = "469999"
"""In no edition of GB/T 2260, so that a made-up number can never be somebody's."""
OLDEST_YEARS = 125
"""Nobody has lived longer; an earlier birth is a slip of the pen."""

MALE = "MALE"
FEMALE = "FEMALE"


@dataclass(frozen=True, slots=True)
class Facts:
    """What events may keep of the number. birth_month: first day of the month; sex: code table `sex`."""

    birth_month: date
    sex: str


def normalise(number: str) -> str:
    """The number as it is compared and stored: narrow characters, no spaces, a capital X."""
    if len(number) != LENGTH or not number.isalnum() or not number.isascii():
        number = "".join(unicodedata.normalize("NFKC", number).split())
    return number.upper()


def violations_of(
    number: str, *, today: date, sex: str | None = None, allow_synthetic: bool = False, at: str = "id_number"
) -> list[Violation]:
    """Everything that is wrong with the number; empty where nothing is.

    today: no birth lies after it; sex: what was said beside the number, if anything; at: the field's name for the answer.
    The division prefix may be any historic code (GB/T 2260 at the time of issue), so it is not looked up.
    """
    number = normalise(number)
    if len(number) != LENGTH:
        return [Violation("E-ID-LENGTH", at, {"length": len(number), "expected": LENGTH})]
    if not _has_the_form(number):
        return [Violation("E-ID-LENGTH", at, {"rule": "17 digits, then a digit or X"})]
    return list(_broken_rules(number, today, sex, allow_synthetic, at))


def facts_of(number: str) -> Facts:
    """Month of birth and sex. Raises ValueError unless the number is in order."""
    number = normalise(number)
    if len(number) != LENGTH or not _has_the_form(number):
        raise ValueError("not an identity number")
    return Facts(birth_date_of(number).replace(day=1), _sex_of(number))


def birth_date_of(number: str) -> date:
    """The day of birth in a number of the right form. Raises ValueError where there is no such day."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def synthetic_id(birth: date, sequence: int) -> str:
    """A well-formed number that can belong to nobody. sequence: 0 to 999, odd for a man, even for a woman."""
    if not 0 <= sequence <= 999:
        raise ValueError("a day has the sequences 0 to 999")
    body = f"{SYNTHETIC_PREFIX}{birth:%Y%m%d}{sequence:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def _has_the_form(number: str) -> bool:
    # isdigit() alone admits digits of other scripts.
    return number.isascii() and number[:-1].isdigit() and number[-1] in "0123456789X"


def _sex_of(number: str) -> str:
    return MALE if int(number[16]) % 2 else FEMALE


def _broken_rules(number: str, today: date, sex: str | None, allow_synthetic: bool, at: str) -> Iterator[Violation]:
    if number[-1] != ric.calc_check_digit(number):
        yield Violation("E-ID-CHECKSUM", at)
    if not _could_be_born(number, today):
        yield Violation("E-ID-BIRTHDATE", at)
    if sex is not None and sex != _sex_of(number):
        yield Violation("E-ID-SEX-MISMATCH", at)
    if number.startswith(SYNTHETIC_PREFIX) and not allow_synthetic:
        yield Violation("E-ID-SYNTHETIC-FORBIDDEN", at)


def _could_be_born(number: str, today: date) -> bool:
    try:
        born = birth_date_of(number)
    except ValueError:
        return False
    return born <= today and today.year - born.year <= OLDEST_YEARS

"""Who the made-up people are: names, identity numbers, phones and accounts, for the vault alone.

Every name has 拟 (simulated) in it, every identity number the prefix 469999, which no edition of GB/T 2260 has; phones begin with
154, which is assigned to no operator, and accounts with 9999, which is no issuer's.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from registry.vault.id_number import synthetic_id
from registry.vault.personal_data import PersonalData

_SURNAMES = "符王陈李林吴黄张郑周韩邢郭何刘曾许蔡谢杨冯麦云唐苏罗邓韦卢羊吉高董胡容"
_GIVEN_FEMALE = "梅兰菊花美丽娟芳英秀玉珍琴月桂莲香霞燕萍"
_GIVEN_MALE = "明强军华国平海山林福贵成学文光辉亮忠德春"
_PHONE_SHARE = 70
"""Per cent of people who have a phone."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom the vault does not know yet. noise: chance that the name, phone and account follow from; was_treated: the
    vault knows the number, from hospitals."""

    person_id: UUID
    born: date
    sex: str
    sequence: int
    noise: int
    was_treated: bool = False

    def personal_data(self) -> PersonalData:
        """What the vault keeps."""
        noise = self.noise
        noise, surname = divmod(noise, len(_SURNAMES))
        given = _GIVEN_MALE if self.sex == "MALE" else _GIVEN_FEMALE
        noise, second = divmod(noise, len(given))
        noise, share = divmod(noise, 100)
        noise, phone = divmod(noise, 100_000_000)
        noise, account = divmod(noise, 1_000_000_000_000)
        return PersonalData(
            name=f"{_SURNAMES[surname]}拟{given[second]}",
            id_number=synthetic_id(self.born, self.sequence),
            phone=f"154{phone:08d}" if share < _PHONE_SHARE else None,
            account=f"9999{account:012d}" if share < _PHONE_SHARE // 2 else None,
        )


class Treated(NamedTuple):
    """Somebody in no household, whom the vault knows by the number that hospitals gave: where he joins one, he is the same."""

    person_id: UUID
    born: date
    sex: str
    sequence: int


class IdentityNumbers:
    """Gives each person born on a day another number, odd for men and even for women."""

    def __init__(self) -> None:
        self._given: Counter[tuple[int, str]] = Counter()

    def next_sequence(self, born: date, sex: str) -> int:
        """The next free sequence of that day."""
        key = (born.toordinal(), sex)
        place = self._given[key]
        self._given[key] += 1
        return 2 * place + (sex == "MALE")

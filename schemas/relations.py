"""What becomes of everybody's relation when another member becomes the head of the household.

`HeadChanged` says who; the relations to the new head follow from those to the old one, where they follow at all. Both sides
fold the event and have to agree, so the inference stands here. Where several answers are possible (whose son?) it says OTHER.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

HEAD, SPOUSE, OTHER = "HEAD", "SPOUSE", "OTHER"
SON, DAUGHTER = "SON", "DAUGHTER"
FATHER, MOTHER = "FATHER", "MOTHER"

_BY_SEX = {
    "child": {"MALE": SON, "FEMALE": DAUGHTER},
    "parent": {"MALE": FATHER, "FEMALE": MOTHER},
    "child_in_law": {"MALE": "SON_IN_LAW", "FEMALE": "DAUGHTER_IN_LAW"},
    "sons_child": {"MALE": "SONS_SON", "FEMALE": "SONS_DAUGHTER"},
    "daughters_child": {"MALE": "DAUGHTERS_SON", "FEMALE": "DAUGHTERS_DAUGHTER"},
    "wifes_parent": {"MALE": "WIFES_FATHER", "FEMALE": "WIFES_MOTHER"},
    "husbands_parent": {"MALE": "HUSBANDS_FATHER", "FEMALE": "HUSBANDS_MOTHER"},
    "fathers_parent": {"MALE": "FATHERS_FATHER", "FEMALE": "FATHERS_MOTHER"},
    "mothers_parent": {"MALE": "MOTHERS_FATHER", "FEMALE": "MOTHERS_MOTHER"},
}
_KIND = {relation: kind for kind, by_sex in _BY_SEX.items() for relation in by_sex.values()} | {HEAD: HEAD, SPOUSE: SPOUSE}


K = TypeVar("K")
Relative = tuple[str, str]
"""Relation to the head, and sex."""


def relations_under(head: K, members: Mapping[K, Relative]) -> dict[K, str]:
    """Everybody's relation to the new head, by member; `members` gives each one's relation to the old head."""
    kinds = _kinds_seen_by(members[head], list(members.values()))
    seen = {member: _named(kinds.get(_KIND.get(relation, OTHER), OTHER), sex) for member, (relation, sex) in members.items()}
    return seen | {head: HEAD}


def _named(kind: str, sex: str) -> str:
    return _BY_SEX[kind][sex] if kind in _BY_SEX else kind


def _kinds_seen_by(head: Relative, members: Sequence[Relative]) -> dict[str, str]:
    """Kind of relation to the old head -> kind of relation to the new one."""
    relation, sex = head
    old_is_male = (HEAD, "MALE") in members
    kind = _KIND.get(relation, OTHER)
    if kind == SPOUSE:
        kept = {name: name for name in ("child", "child_in_law", "sons_child", "daughters_child")}
        own_parent = "wifes_parent" if old_is_male else "husbands_parent"
        return kept | {HEAD: SPOUSE, own_parent: "parent", "parent": "wifes_parent" if sex == "MALE" else "husbands_parent"}
    if kind == "child":
        side, other_side = ("fathers_parent", "mothers_parent") if old_is_male else ("mothers_parent", "fathers_parent")
        in_law = "wifes_parent" if old_is_male else "husbands_parent"
        elders = {HEAD: "parent", SPOUSE: "parent", "parent": side, in_law: other_side}
        return elders | (_family_of(sex) if _alone_in_its_generation(sex, members) else {})
    if kind == "parent":
        grandchild = "sons_child" if old_is_male else "daughters_child"
        return {HEAD: "child", SPOUSE: "child_in_law", "parent": SPOUSE, "child": grandchild}
    return {}


def _alone_in_its_generation(sex: str, members: Sequence[Relative]) -> bool:
    """Whether the household has one child of the old head, and nobody married in but that child's spouse."""
    in_law = _BY_SEX["child_in_law"]["FEMALE" if sex == "MALE" else "MALE"]
    children = [relation for relation, _ in members if _KIND.get(relation) == "child"]
    married_in = [relation for relation, _ in members if _KIND.get(relation) == "child_in_law"]
    return len(children) == 1 and married_in in ([], [in_law])


def _family_of(sex: str) -> dict[str, str]:
    return {"child_in_law": SPOUSE, "sons_child" if sex == "MALE" else "daughters_child": "child"}

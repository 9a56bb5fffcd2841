"""What the columns of sheets (CSV) are called, in both languages, by the field that they show."""

from collections.abc import Mapping
from typing import Final

HEADINGS: Final[Mapping[str, tuple[str, str]]] = {
    "household_id": ("户编号", "Household id"),
    "version": ("版本", "Version"),
    "recorded_at": ("最近记录时间", "Last recorded at"),
    "division": ("区划", "Division"),
    "status": ("在册状态", "Status"),
    "status_on": ("状态起始日期", "Status since"),
    "overlay": ("监测状态", "Monitoring"),
    "size": ("家庭人口", "Size"),
    "head_id": ("户主人员编号", "Head's person id"),
    "spell_no": ("贫困期序号", "Spell number"),
    "entry_kind": ("纳入方式", "Entry kind"),
    "spell_started_on": ("贫困期起始日期", "Spell started on"),
    "exited_on": ("脱贫日期", "Exited on"),
    "retention_until": ("政策保持至", "Policies kept until"),
    "attribute": ("贫困户属性", "Attribute"),
    "main_cause": ("主要致贫原因", "Main cause"),
    "other_causes": ("其他致贫原因", "Other causes"),
    "helper_id": ("帮扶责任人编号", "Helper id"),
    "last_visit_on": ("最近走访日期", "Last visit on"),
    "checked_on": ("最近核查日期", "Last checked on"),
    "income_per_head": ("人均纯收入（元）", "Income per head (yuan)"),
    "unmet_guarantees": ("未达标保障", "Unmet guarantees"),
    "monitoring_category": ("监测类别", "Monitoring category"),
    "monitored_since": ("监测起始日期", "Monitored since"),
    "risks": ("风险类型", "Risks"),
    "review_due": ("应复核日期", "Review due"),
    "live_measures": ("实施中措施数", "Live measures"),
    "live_categories": ("实施中措施类别", "Their categories"),
    "entered_on": ("台账登记日期", "Entered on"),
    "entered_size": ("台账登记人口", "Size as entered"),
    "labour_count": ("台账登记劳动力", "Able to work"),
    "groups": ("所属群体", "Groups"),
    "hukou_kind": ("户籍类型", "Registration"),
}

PLACES: Final = (("县（市、区）", "County"), ("乡镇", "Township"), ("村", "Village"))
CODE_OF: Final = ("代码", " code")
"""Follows the heading of the column that has the code, where the next one has its words."""

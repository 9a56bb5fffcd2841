"""An empty sheet to fill in: headers in both languages, drop-downs of the code tables, and a page that explains every column.

The example stands on that page and not among the rows to fill in, where somebody would forget to take it out.
"""

from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from registry.importing.columns import Column, Form, Sheet
from registry.importing.labels import labels
from registry.importing.sheets import SHEETS
from schemas.code_tables import table

ROWS_TO_FILL: Final = 5000
"""Rows that have drop-downs and formats; further ones are imported too."""
WIDTH_MIN: Final = 14
HELP_WIDTH: Final = 60
_PAGES: Final = {"zh": ("填写说明", "代码表"), "en": ("Explanation", "Codes")}
_HEADS: Final = {
    "zh": ("列名", "英文列名", "机器列名", "必填", "内容", "说明", "示例"),
    "en": ("Chinese name", "Column", "Machine name", "Required", "Holds", "Explanation", "Example"),
}
_EVERY_ROW: Final = {"zh": "每行必填", "en": "in every row"}
_ONCE: Final = {"zh": "每户必填", "en": "for every household"}
_HOLDS: Final = {
    Form.TEXT: ("文本", "text"),
    Form.IDENTIFIER: ("文本格式的号码", "a number, as text"),
    Form.WHOLE: ("整数", "a whole number"),
    Form.AMOUNT: ("金额，最多两位小数", "an amount, at most two decimals"),
    Form.DATE: ("日期，如 2018-09-04", "a date such as 2018-09-04"),
    Form.INSTANT: ("北京时间，如 2018-09-04 10:11:45", "Beijing time such as 2018-09-04 10:11:45"),
    Form.CODE: ("单选：", "one of: "),
    Form.CODES: ("可多项：", "any of: "),
}


def write_template(kind: str, path: Path, lang: str) -> None:
    """Write the workbook. kind: of import_kind; lang: zh or en, of explanations and drop-downs. Raises OSError."""
    write_sheet(SHEETS[kind], path, lang)


def write_sheet(sheet: Sheet, path: Path, lang: str) -> None:
    """The same, of a sheet that the import of households does not know."""
    workbook = xlsxwriter.Workbook(str(path))
    try:
        _Template(workbook, sheet, lang).write()
        workbook.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


class _Template:
    def __init__(self, workbook: Any, sheet: Sheet, lang: str) -> None:
        self._sheet = sheet
        self._lang = lang
        self._labels = labels(sheet.kind)
        self._title = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDEBF7", "border": 1})
        self._due = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#FCE4D6", "border": 1})
        self._wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self._text = workbook.add_format({"num_format": "@"})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._money = workbook.add_format({"num_format": "0.00"})
        self._rows = workbook.add_worksheet(table("import_kind").label(sheet.kind, lang))
        explanation, codes = _PAGES[lang]
        self._explained = workbook.add_worksheet(explanation)
        self._codes = workbook.add_worksheet(codes)

    def write(self) -> None:
        lists = self._write_codes()
        self._rows.freeze_panes(1, 1)
        self._rows.set_row(0, 32)
        for place, column in enumerate(self._sheet.columns):
            self._write_column(place, column, lists)
        self._explain()

    def _write_codes(self) -> dict[str, str]:
        """Every code table that the sheet needs, a column each; table name -> the range of its labels."""
        names = dict.fromkeys(column.shape.table for column in self._sheet.columns if column.shape.table)
        lists: dict[str, str] = {}
        sheet_name = self._codes.get_name()
        for place, name in enumerate(names):
            of = table(name)
            self._codes.write_string(0, place, of.title(self._lang), self._title)
            self._codes.set_column(place, place, WIDTH_MIN * 2)
            for row, code in enumerate(of.codes, 1):
                self._codes.write_string(row, place, of.label(code, self._lang))
            letter = xl_col_to_name(place)
            lists[name] = f"='{sheet_name}'!${letter}$2:${letter}${len(of.codes) + 1}"
        return lists

    def _write_column(self, place: int, column: Column, lists: dict[str, str]) -> None:
        label = self._labels[column.name]
        formats = {
            Form.IDENTIFIER: self._text,
            Form.TEXT: self._text,
            Form.DATE: self._day,
            Form.INSTANT: self._instant,
            Form.AMOUNT: self._money,
        }
        width = max(WIDTH_MIN, 2 * len(label.zh) + 2, len(label.en) + 2)
        self._rows.set_column(place, place, width, formats.get(column.form))
        self._rows.write_string(0, place, label.title, self._due if column.required else self._title)
        name = column.shape.table
        if name is None:
            return
        options: dict[str, Any] = {"validate": "list", "source": lists[name], "input_title": label.name(self._lang)[:32]}
        options["input_message"] = label.help(self._lang)[:255]
        if column.form is Form.CODES:
            # One may be chosen from the list, several are typed.
            options["show_error"] = False
        self._rows.data_validation(1, place, ROWS_TO_FILL, place, options)

    def _explain(self) -> None:
        sheet = self._explained
        examples = max(len(label.example) for label in self._labels.values())
        *heads, example = _HEADS[self._lang]
        heads += [f"{example} {number + 1}" for number in range(examples)]
        sheet.freeze_panes(1, 0)
        for place, width in enumerate((18, 26, 22, 12, 40, HELP_WIDTH, *[24] * examples)):
            sheet.set_column(place, place, width)
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, self._title)
        for row, column in enumerate(self._sheet.columns, 1):
            label = self._labels[column.name]
            due = (_ONCE if column.once else _EVERY_ROW)[self._lang] if column.required else ""
            told = [label.zh, label.en, column.name, due, self._holds(column), label.help(self._lang)]
            told += example_of(self._sheet, column.name, self._lang)
            for place, text in enumerate(told):
                sheet.write_string(row, place, text, self._wrapped)

    def _holds(self, column: Column) -> str:
        zh, en = _HOLDS[column.form]
        said = en if self._lang == "en" else zh
        of = column.shape.table
        return said + (table(of).title(self._lang) if of is not None else "")


def example_of(sheet: Sheet, column: str, lang: str) -> list[str]:
    """The column's cells in the example rows, codes by their labels."""
    of = sheet.column(column).shape.table
    cells = labels(sheet.kind)[column].example
    return [cell if of is None else "、".join(table(of).label(code, lang) for code in cell.split("、")) for cell in cells]

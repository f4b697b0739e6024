"""The one table of a run: aligned for a terminal, as markdown for the README, and as JSON."""

import json
from dataclasses import asdict, dataclass, field
from unicodedata import east_asian_width

COLUMNS = ("case", "ours", "baseline", "ratio", "bar", "aim", "memory", "runs", "")


@dataclass
class Row:
    """What one case found. `reached` is None where there is no bar."""

    case: str
    ours: str
    baseline: str = ""
    ratio: float | None = None
    bar: str = ""
    aim: str = ""
    memory_mib: float | None = None
    runs: int = 1
    reached: str | None = None  # "aim", "bar" or "below"
    note: str = ""
    section: str = "bars"
    details: dict = field(default_factory=dict)

    def cells(self):
        return (self.case, self.ours, self.baseline, "" if self.ratio is None else f"{self.ratio:.2f}x", self.bar,
                self.aim, "" if self.memory_mib is None else f"{self.memory_mib:.0f} MiB", str(self.runs),
                self.reached or "")


def judged(value, bar, aim, larger_is_better):
    """Whether a value reaches the aim, the bar or neither."""
    reaches = (lambda limit: value >= limit) if larger_is_better else (lambda limit: value <= limit)
    return "aim" if reaches(aim) else "bar" if reaches(bar) else "below"


def per_second(count, unit):
    """65,300 events/s, in three digits."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g}{letter} {unit}/s"
    return f"{count:.3g} {unit}/s"


def _width(text):
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _lines(rows, columns):
    cells = [columns] + [row.cells() for row in rows]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(columns))]
    return [[cell + " " * (width - _width(cell)) for cell, width in zip(line, widths)] for line in cells]


SECTIONS = {"bars": "Bars", "scale": "Beyond the bars"}


def as_text(rows):
    """The sections share their column widths."""
    lines = _lines(rows, COLUMNS)
    text = []
    for section, title in SECTIONS.items():
        chosen = [line for line, row in zip(lines[1:], rows) if row.section == section]
        if not chosen:
            continue
        text += [title, "  ".join(lines[0]).rstrip(), "  ".join("-" * len(cell) for cell in lines[0]).rstrip()]
        text += ["  ".join(line).rstrip() for line in chosen] + [""]
    notes = [f"{row.case}: {row.note}" for row in rows if row.note]
    return "\n".join(text + (["Notes"] + notes if notes else []))


def as_markdown(rows):
    lines = [[cell.strip().replace("|", "\\|") for cell in line] for line in _lines(rows, COLUMNS)]
    head, body = lines[0], lines[1:]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *body])


def as_json(rows, facts):
    return json.dumps({**facts, "rows": [asdict(row) for row in rows]}, indent=1, ensure_ascii=False) + "\n"


def from_json(text):
    return [Row(**row) for row in json.loads(text)["rows"]]

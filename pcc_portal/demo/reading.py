"""Reads the demo files: YAML in, rows that know their file and line out."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from elections.timetable import is_working_day

RELATIVE = re.compile(r"(today|poll)([+-]\d+)?(wd|thu)?$")


class DemoError(Exception):
    """What a demo file says that cannot be read, with the file and the line."""

    def __init__(self, path: Path, line: int, sentence: str) -> None:
        super().__init__(f"{path}, line {line}: {sentence}")


class Calendar:
    """Turns what a file says of a day into that day: a date, or one relative to today or poll."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.poll: dt.date | None = None

    def day(self, said: Any) -> dt.date:
        """Raises ``ValueError`` when it is neither a date nor like ``today+5wd`` or ``poll-3``."""
        if isinstance(said, dt.date) and not isinstance(said, dt.datetime):
            return said
        relative = RELATIVE.match(str(said))
        if not relative:
            return dt.date.fromisoformat(str(said))
        start = self.today if relative[1] == "today" else self.poll
        if start is None:
            raise ValueError("there is no polling day to count from")
        offset = int(relative[2] or 0)
        if relative[3] == "wd":
            return self._working_day(start, offset)
        day = start + dt.timedelta(days=offset)
        if relative[3] == "thu":  # polls are held on Thursdays
            day += dt.timedelta(days=(3 - day.weekday()) % 7)
        return day

    def _working_day(self, day: dt.date, offset: int) -> dt.date:
        step = dt.timedelta(days=1 if offset > 0 else -1)
        for _ in range(abs(offset)):
            day += step
            while not is_working_day(day, ()):
                day += step
        return day

    def moment(self, said: Any) -> dt.datetime:
        """A day and a time, in UK time. Raises ``ValueError`` when it cannot be read."""
        day, _, time = str(said).partition(" ")
        if not time:
            raise ValueError("a time is missing, as in 2021-03-24 10:00")
        naive = dt.datetime.combine(self.day(day), dt.time.fromisoformat(time))
        return timezone.make_aware(naive)


class Row:
    """One mapping of a demo file. What is not taken from it by the end is a mistake in the file."""

    def __init__(self, path: Path, data: CommentedMap) -> None:
        self.path = path
        self.data = data
        self.line = data.lc.line + 1
        self._left = set(data)

    def error(self, sentence: str, key: str | None = None) -> DemoError:
        line = self.data.lc.key(key)[0] + 1 if key in self.data else self.line
        return DemoError(self.path, line, sentence)

    def take(self, key: str, default: Any = None) -> Any:
        self._left.discard(key)
        return self.data.get(key, default)

    def need(self, key: str) -> Any:
        value = self.take(key)
        if value is None:
            raise self.error(f"“{key}” is missing.")
        return value

    def rows(self, key: str) -> Iterator["Row"]:
        yield from _rows(self.path, self.take(key) or [], self.line)

    def rest(self) -> dict[str, Any]:
        """Everything not taken yet."""
        rest = {key: self.data[key] for key in self.data if key in self._left}
        self._left = set()
        return rest

    def finish(self) -> None:
        """Raises ``DemoError`` for a key nobody asked for."""
        if self._left:
            key = sorted(self._left)[0]
            raise self.error(f"“{key}” is not something that can be said here.", key)


def _rows(path: Path, items: Any, line: int) -> Iterator[Row]:
    if not isinstance(items, list):
        raise DemoError(path, line, "a list is expected here.")
    for number, item in enumerate(items):
        if not isinstance(item, CommentedMap):
            at = items.lc.item(number)[0] + 1 if isinstance(items, CommentedSeq) else line
            raise DemoError(path, at, "“key: value” lines are expected here.")
        yield Row(path, item)


def _parse(path: Path) -> Any:
    try:
        return YAML().load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DemoError(path, line, f"this is not YAML: {error.problem}.") from error
    except UnicodeDecodeError as error:
        raise DemoError(path, 1, "this is not UTF-8 text.") from error


def read_list(path: Path) -> list[Row]:
    """The rows of a file that holds a list; none when there is no such file or it is empty."""
    return list(_rows(path, _parse(path) or [], 1)) if path.exists() else []


def read_one(path: Path) -> Row:
    """The one mapping of a file. Raises ``DemoError`` when it is anything else."""
    data = _parse(path) if path.exists() else None
    if not isinstance(data, CommentedMap):
        raise DemoError(path, 1, "one mapping is expected in this file.")
    return Row(path, data)

"""Whether printed numbers agree with one another, said so that anyone understands it.

Numbers are compared as printed, in decimal arithmetic. Sums of rounded numbers may miss a little:
n numbers of d places and their rounded sum by 0.5 · 10^-d · (n + 1). Within that it is
rounding, beyond it a warning. Columns of a different basis are never compared with one another,
with one exception: what people answered may be held against who lives there (shares of one whole).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pcc_portal.findings import Finding, Severity
from pcc_portal.proofreading import is_to_be_found

from .numbers import converted, decimals_of, grouped, is_money, rounded, with_unit

if TYPE_CHECKING:
    from .models import Figure, Statement, StatementColumn, StatementLine

HUNDRED = Decimal(100)
HALF = Decimal("0.5")
# “Interviews, as the report has it”: what follows says who says so, not what it is.
SAID_BY = ", as "
PERIODS = ((52, "a week"), (12, "a month"))


@dataclass(frozen=True)
class _Column:
    """A column with its numbers beside it, line by line."""

    column: "StatementColumn"
    values: list[Decimal | None]

    def places(self) -> int:
        return max((decimals_of(value) for value in self.values if value is not None), default=0)

    def say(self, value: Decimal, places: int | None = None) -> str:
        places = self.places() if places is None else places
        return with_unit(value, self.column.unit, places)


@dataclass(frozen=True)
class _Block:
    """A printed sum, and the places of the items it is the sum of."""

    sum_at: int
    items: list[int]


def check_statement(statement: "Statement") -> list[Finding]:
    """What does not fit in a table. No query if the statement was made by ``with_table()``."""
    return check_table(statement.column_list, statement.line_list)


def check_table(
    columns: "Sequence[StatementColumn]", lines: "Sequence[StatementLine]"
) -> list[Finding]:
    """What does not fit: sums, shares, rates and assessments, column by column."""
    held = {
        column.position: _Column(
            column,
            [line.values[index] if index < len(line.values) else None for line in lines],
        )
        for index, column in enumerate(columns)
    }
    checks = {
        "amount": _check_amounts,
        "share-of": _check_shares_of_total,
        "shares": _check_shares_of_whole,
        "rate": _check_rates,
        "assessment": _check_assessments,
    }
    findings: list[Finding] = []
    for column in held.values():
        check = checks.get(column.column.role)
        if check:
            findings += check(column, held, lines)
    return findings


def check_figure(figure: "Figure") -> list[Finding]:
    """Whether a figure is what its percentage says. A query unless ``related_to`` is at hand."""
    other = figure.related_to
    if not other or figure.percentage is None:
        return []
    value = converted(figure.value, figure.unit, other.unit)
    if value is None:
        return []
    if figure.relation == figure.Relation.CHANGE_TO:
        return _check_change(figure, other, value)
    return _check_percentage(figure, other, value)


def _check_amounts(
    amounts: _Column, columns: dict[int, _Column], lines: "Sequence[StatementLine]"
) -> Iterator[Finding]:
    """Subtotals and totals are the sums of what stands above them."""
    for block in _blocks(lines):
        printed = amounts.values[block.sum_at]
        parts = _known(amounts.values, block.items)
        if printed is None or not parts:
            continue
        total = sum(parts, Decimal(0))
        where = f"{lines[block.sum_at].label}, {amounts.column.full_heading}"
        yield from _compare_sum(
            amounts,
            printed,
            total,
            len(parts),
            code="total",
            sentence=f"{where}: {amounts.say(printed)} is printed; "
            f"the lines above add up to {amounts.say(total)}.",
        )


def _check_shares_of_total(
    shares: _Column, columns: dict[int, _Column], lines: "Sequence[StatementLine]"
) -> Iterator[Finding]:
    """Each share is the line's amount as a percentage of the total, to the places printed."""
    amounts = _amounts_of(shares, columns)
    if not amounts:
        return
    if amounts.column.basis != shares.column.basis:
        yield _different_bases(shares, amounts)
        return
    for places_of_lines, whole in _wholes(amounts, lines):
        for at in places_of_lines:
            amount, printed = amounts.values[at], shares.values[at]
            if amount is None or printed is None:
                continue
            share, places = amount / whole * HUNDRED, decimals_of(printed)
            if abs(share - printed) > _half_unit(places):
                yield _warning(
                    "share",
                    f"{lines[at].label}: {amounts.say(amount)} is {_percent(share, places)} of "
                    f"{amounts.say(whole)}; {_percent(printed, places)} is printed.",
                )


def _check_shares_of_whole(
    shares: _Column, columns: dict[int, _Column], lines: "Sequence[StatementLine]"
) -> Iterator[Finding]:
    """Shares of one whole add up to 100%."""
    parts = _known(shares.values, [at for at, line in enumerate(lines) if line.is_item])
    if len(parts) < 2:
        return
    total = sum(parts, Decimal(0))
    yield from _compare_sum(
        shares,
        HUNDRED,
        total,
        len(parts),
        code="shares",
        sentence=f"{shares.column.heading}: the shares should add up to 100%. "
        f"As printed they add up to {_percent(total, shares.places())}.",
    )


def _check_rates(
    rates: _Column, columns: dict[int, _Column], lines: "Sequence[StatementLine]"
) -> Iterator[Finding]:
    """The rate of a whole lies where the rates of its parts, weighted by size, put it."""
    amounts = _amounts_of(rates, columns)
    if not amounts:
        return
    if amounts.column.basis != rates.column.basis:
        yield _different_bases(rates, amounts)
        return
    for block in _blocks(lines):
        sizes = [amounts.values[at] for at in block.items]
        rate = rates.values[block.sum_at]
        if rate is None or not sizes or None in sizes or not sum(sizes):  # type: ignore[arg-type]
            continue
        missing = [at for at in block.items if rates.values[at] is None]
        if not missing:
            yield from _check_mean(rates, amounts, block, lines)
        elif len(missing) == 1:
            yield from _check_missing_rate(rates, amounts, block, missing[0], lines)


def _check_mean(
    rates: _Column, amounts: _Column, block: _Block, lines: "Sequence[StatementLine]"
) -> Iterator[Finding]:
    rate = rates.values[block.sum_at] or Decimal(0)
    size = sum(_known(amounts.values, block.items), Decimal(0))
    mean = _weight(rates, amounts, block.items) / size
    # The parts' rates and the whole's are rounded, each by at most half a unit.
    if abs(mean - rate) > 2 * _half_unit(rates.places()):
        label = lines[block.sum_at].label
        yield _warning(
            "rate",
            f"{rates.column.heading}: {_percent(rate, rates.places())} is printed for “{label}”; "
            f"the lines above make {_percent(mean, rates.places())}.",
        )


def _check_missing_rate(
    rates: _Column,
    amounts: _Column,
    block: _Block,
    missing: int,
    lines: "Sequence[StatementLine]",
) -> Iterator[Finding]:
    """What the one rate that is not printed would have to be, if all the others were right."""
    rate = rates.values[block.sum_at] or Decimal(0)
    parts = _known(amounts.values, block.items)
    whole = amounts.values[block.sum_at] or sum(parts, Decimal(0))
    size = amounts.values[missing]
    if not size:
        return
    known = [at for at in block.items if at != missing]
    would_be = (rate * whole - _weight(rates, amounts, known)) / size
    slack = _half_unit(rates.places()) * (2 * whole - size) / size
    if -slack <= would_be <= HUNDRED + slack:
        return
    printed = " and ".join(_said_rate(rates, amounts, at, lines) for at in known)
    yield _warning(
        "rate-impossible",
        f"{rates.column.heading}: if {_percent(rate, rates.places())} for "
        f"“{lines[block.sum_at].label}” and {printed} were right, it would have to be "
        f"{_percent(would_be, 0)} for “{lines[missing].label}” ({amounts.say(size)}). "
        "That cannot be, so one of the printed numbers must mean something else.",
    )


def _said_rate(rates: _Column, amounts: _Column, at: int, lines: "Sequence[StatementLine]") -> str:
    rate, size = rates.values[at] or Decimal(0), amounts.values[at] or Decimal(0)
    return f"{_percent(rate, rates.places())} for “{lines[at].label}” ({amounts.say(size)})"


def _check_assessments(
    words: _Column, columns: dict[int, _Column], lines: "Sequence[StatementLine]"
) -> Iterator[Finding]:
    """“Under” is lower than what it is compared with, “Over” higher, by more than the margin.

    The words are about the column of shares ``of_column``; that column's own ``of_column`` holds
    the shares it is compared with.
    """
    shares = columns.get(words.column.of_column or 0)
    against = columns.get(shares.column.of_column or 0) if shares else None
    if not shares or not against or against.column.role != against.column.Role.SHARES:
        return
    margins = next(
        (
            column
            for column in columns.values()
            if column.column.role == column.column.Role.MARGIN
            and column.column.of_column == shares.column.position
        ),
        None,
    )
    cell = words.column.position - 1
    for at, line in enumerate(lines):
        word = line.cells[cell].strip() if cell < len(line.cells) else ""
        direction = {"under": -1, "over": 1}.get(word.lower().split("-")[0], 0)
        share, norm = shares.values[at], against.values[at]
        if not direction or share is None or norm is None:
            continue
        margin = (margins.values[at] if margins else None) or Decimal(0)
        if (share - norm) * direction > margin:
            continue
        numbers = (
            f"{line.label} is marked “{word}”, but its “{shares.column.heading}” "
            f"({shares.say(share)}) "
        )
        if (share - norm) * direction <= 0:
            how = "higher than" if share > norm else "lower than" if share < norm else "equal to"
            ending = f"is {how} its “{against.column.heading}” ({against.say(norm)})."
        else:
            ending = (
                f"differs from its “{against.column.heading}” ({against.say(norm)}) by no more "
                f"than the margin of error ({grouped(margin, decimals_of(margin))})."
            )
        yield _warning("assessment", numbers + ending)


def check_alike(figure: "Figure", others: "Sequence[Figure]") -> list[Finding]:
    """Whether other figures that a reader takes for the same thing say something else."""
    return [
        _warning(
            "contradiction",
            f"{figure.amount} ({figure.title}) does not agree with {other.amount} ({other.title}). "
            "Correct one of them, or say why they differ.",
        )
        for other in others
        if _is_same_thing(figure, other) and not _is_same_number(figure, other)
    ]


def _is_same_thing(figure: "Figure", other: "Figure") -> bool:
    """One title but for who says so, or both the money that one year's budget has to find."""
    if figure.pk == other.pk or figure.slug == other.slug:
        return False
    head, tail = figure.title.casefold().split(SAID_BY)[:2] if SAID_BY in figure.title else ("", "")
    if tail and other.title.casefold().split(SAID_BY)[0] == head:
        return True
    has_year = figure.financial_year and figure.financial_year == other.financial_year
    return bool(has_year) and all(
        is_money(one.unit) and is_to_be_found(one.title) for one in (figure, other)
    )


def _is_same_number(figure: "Figure", other: "Figure") -> bool:
    value = converted(figure.value, figure.unit, other.unit)
    return value is None or value == other.value


def _check_percentage(figure: "Figure", other: "Figure", value: Decimal) -> list[Finding]:
    right = converted(other.value * figure.printed_percentage / HUNDRED, other.unit, figure.unit)
    if right is None or not other.value:
        return []
    if _agrees(figure, right, value / other.value * HUNDRED):
        return []
    sentence = (
        f"{figure.share} of {other.amount} is {_say(right, figure, other)}; "
        f"{figure.amount} is printed."
    )
    for periods, words in PERIODS:
        part = right / periods
        if abs(part - figure.value) <= _half_unit(figure.decimal_places):
            sentence += f" {_plain(figure)} is about what it is {words}."
            break
    return [_warning("percent-of", sentence)]


def _check_change(figure: "Figure", other: "Figure", change: Decimal) -> list[Finding]:
    before = other.value - change
    if not before:
        return []
    share = change / before * HUNDRED
    places = max(0, decimals_of(figure.printed_percentage))
    right = converted(before * figure.printed_percentage / HUNDRED, other.unit, figure.unit)
    if right is not None and _agrees(figure, right, share):
        return []
    return [
        _warning(
            "change-to",
            f"{_plain(figure)} on top of "
            f"{with_unit(before, other.unit, max(other.decimal_places, figure.decimal_places))} "
            f"is {_percent(share, places)}; {figure.share} is printed.",
        )
    ]


def _agrees(figure: "Figure", right: Decimal, share: Decimal) -> bool:
    """Whether the number, or its percentage, comes out as printed."""
    if abs(right - figure.value) <= _half_unit(figure.decimal_places):
        return True
    percentage = figure.printed_percentage
    return abs(share - percentage) <= _half_unit(decimals_of(percentage))


def _say(right: Decimal, figure: "Figure", other: "Figure") -> str:
    """The right amount, in pounds once it is a pound or more."""
    unit, places = figure.unit, max(figure.decimal_places, 1)
    if unit == "pence" and right >= HUNDRED:
        right, unit, places = right / HUNDRED, "£", 2
    return f"{with_unit(right, unit, places)} {figure.per or other.per}".rstrip()


def _plain(figure: "Figure") -> str:
    return with_unit(figure.value, figure.unit, figure.decimal_places)


def _compare_sum(
    column: _Column, printed: Decimal, total: Decimal, parts: int, *, code: str, sentence: str
) -> Iterator[Finding]:
    if printed == total:
        return
    if abs(printed - total) <= _half_unit(column.places()) * (parts + 1):
        yield Finding(
            f"{code}-rounded",
            Severity.NOTE,
            f"{sentence} So small a difference comes from rounding.",
        )
    else:
        yield _warning(code, sentence)


def _blocks(lines: "Sequence[StatementLine]") -> Iterator[_Block]:
    """A subtotal sums the items since the sum before it, a total those since the total before."""
    since_sum: list[int] = []
    since_total: list[int] = []
    for at, line in enumerate(lines):
        if line.is_item:
            since_sum.append(at)
            since_total.append(at)
        elif line.role == line.Role.SUBTOTAL:
            yield _Block(at, since_sum)
            since_sum = []
        elif line.role == line.Role.TOTAL:
            yield _Block(at, since_total)
            since_sum, since_total = [], []


def _wholes(
    amounts: _Column, lines: "Sequence[StatementLine]"
) -> Iterator[tuple[list[int], Decimal]]:
    """Lines that belong to one total, and that total: as printed, else their sum."""
    start = 0
    for at, line in enumerate(lines):
        is_last = at == len(lines) - 1
        if line.role != line.Role.TOTAL and not is_last:
            continue
        places = list(range(start, at + 1))
        start = at + 1
        whole = amounts.values[at] if line.role == line.Role.TOTAL else None
        if whole is None:
            whole = sum(_known(amounts.values, [i for i in places if lines[i].is_item]), Decimal(0))
        if whole:
            yield places, whole


def _amounts_of(column: _Column, columns: dict[int, _Column]) -> _Column | None:
    other = columns.get(column.column.of_column or 0)
    return other if other and other.column.adds_up else None


def _different_bases(column: _Column, other: _Column) -> Finding:
    return _warning(
        "different-bases",
        f"“{column.column.full_heading}” and “{other.column.full_heading}” are different kinds of "
        "number, so they cannot be checked against each other.",
    )


def _weight(rates: _Column, amounts: _Column, places: Sequence[int]) -> Decimal:
    return sum(
        ((rates.values[at] or Decimal(0)) * (amounts.values[at] or Decimal(0)) for at in places),
        Decimal(0),
    )


def _known(values: Sequence[Decimal | None], places: Sequence[int]) -> list[Decimal]:
    return [value for at in places if (value := values[at]) is not None]


def _half_unit(places: int) -> Decimal:
    return HALF.scaleb(-places)


def _percent(number: Decimal, places: int) -> str:
    return with_unit(rounded(number, places), "%", places)


def _warning(code: str, sentence: str) -> Finding:
    return Finding(code, Severity.WARNING, sentence)

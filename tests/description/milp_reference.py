"""The scheduling problem as a mixed-integer program, over continuous time.

Written from the definition alone and solved by HiGHS: the reference that the dynamic program
is held against, in tests and in the benchmark. For each element e, wording k and gap g with
room for it, y[e,k,g] says that e is told so. Each element has a start d, a distance
u ≥ |d + l/2 − m| and a lateness v ≥ d − m. What an element's state does not concern is
switched off with constants as large as time itself (big M).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from scenewise.core.time import Span
from scenewise.description.schedule import Element, ScheduleOptions


class Unproven(Exception):
    """The solver ran out of time between the best schedule it found and its upper bound."""

    def __init__(self, best: float, bound: float) -> None:
        super().__init__(f"the optimum lies between {best} and {bound}")
        self.best, self.bound = best, bound


def solve_milp(
    elements: Sequence[Element],
    gaps: Sequence[Span],
    options: ScheduleOptions,
    *,
    time_limit: float = 60.0,
) -> tuple[float, dict[str, tuple[float, int]]]:
    """The greatest sum of worth, and (start, wording) of each line said, by id.

    Pinned and required lines are not modelled. Raises Unproven where the solver does not
    finish in `time_limit` seconds.
    """
    options_of = [
        [
            (k, g)
            for k, w in enumerate(e.wordings)
            for g, gap in enumerate(gaps)
            if gap.duration >= w.duration - 1e-9
        ]
        for e in elements
    ]
    n = len(elements)
    first = np.concatenate([[0], np.cumsum([len(o) for o in options_of])]).astype(int)
    binaries = int(first[-1])
    d, u, v = binaries, binaries + n, binaries + 2 * n  # offsets of the continuous variables
    size = binaries + 3 * n
    if binaries == 0:
        return 0.0, {}
    low = min(min(g.start for g in gaps), min(e.event for e in elements)) - 2 * options.reach
    high = max(max(g.end for g in gaps), max(e.event for e in elements)) + 2 * options.reach
    big = 2 * (high - low) + 100.0

    cost = np.zeros(size)
    cost[u : u + n] = options.closeness / options.reach
    cost[v : v + n] = options.lateness / options.reach
    rows: list[tuple[dict[int, float], float]] = []  # sum of coefficients · x ≤ bound

    def length_terms(e: int, factor: float) -> dict[int, float]:
        return {
            int(first[e]) + i: factor * elements[e].wordings[k].duration
            for i, (k, _) in enumerate(options_of[e])
        }

    def said(e: int, factor: float) -> dict[int, float]:
        return {int(first[e]) + i: factor for i in range(len(options_of[e]))}

    def add(bound: float, *parts: dict[int, float]) -> None:
        row: dict[int, float] = {}
        for part in parts:
            for column, value in part.items():
                row[column] = row.get(column, 0.0) + value
        rows.append((row, bound))

    for e, element in enumerate(elements):
        m = element.event
        add(1.0, said(e, 1.0))
        for i, (k, g) in enumerate(options_of[e]):
            y = int(first[e]) + i
            length = element.wordings[k].duration
            cost[y] = -element.salience * length**options.exponent
            add(-gaps[g].start + big, {d + e: -1.0, y: big})  # d ≥ start of the gap
            add(gaps[g].end - length + big, {d + e: 1.0, y: big})  # d + l ≤ its end
        half, minus = length_terms(e, 0.5), length_terms(e, -0.5)
        on = said(e, big)
        add(m + options.reach + big, {d + e: 1.0}, half, on)  # |d + l/2 − m| ≤ reach
        add(-m + options.reach + big, {d + e: -1.0}, minus, on)
        add(m + big, {d + e: 1.0, u + e: -1.0}, half, on)  # u ≥ |d + l/2 − m|
        add(-m + big, {d + e: -1.0, u + e: -1.0}, minus, on)
        add(m + big, {d + e: 1.0, v + e: -1.0}, on)  # v ≥ d − m
    for a, b in itertools.combinations(range(n), 2):
        # d_a + l_a + pause ≤ d_b when both are said
        add(
            -options.pause + 2 * big,
            {d + a: 1.0, d + b: -1.0},
            length_terms(a, 1.0),
            said(a, big),
            said(b, big),
        )

    row_of = [r for r, (row, _) in enumerate(rows) for _ in row]
    column_of = [c for row, _ in rows for c in row]
    values = [x for row, _ in rows for x in row.values()]
    matrix = coo_matrix((values, (row_of, column_of)), shape=(len(rows), size)).tocsr()
    lower, upper = np.zeros(size), np.ones(size)
    lower[d : d + n], upper[d : d + n] = low, high
    upper[u:] = big
    integrality = np.zeros(size)
    integrality[:binaries] = 1
    result = milp(
        cost,
        constraints=LinearConstraint(matrix, ub=np.array([bound for _, bound in rows])),
        bounds=Bounds(lower, upper),
        integrality=integrality,
        options={"mip_rel_gap": 0.0, "time_limit": time_limit},
    )
    if result.status == 1:
        best = 0.0 if result.x is None else -float(result.fun)
        raise Unproven(best, -float(result.mip_dual_bound))
    assert result.status == 0, result.message
    told = {}
    for e, element in enumerate(elements):
        for i, (k, _) in enumerate(options_of[e]):
            if result.x[int(first[e]) + i] > 0.5:
                told[element.id] = (float(result.x[d + e]), k)
    return -float(result.fun), told

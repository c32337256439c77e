"""Adds ``metric & metric``: an automation that fires when all of several conditions on metrics hold.

On the wire an event has one metric condition. Each further one is a clause ``{"run_metric_filter": {…}}`` of the run
filter's ``$and``, where an SDK that knows nothing of it keeps it as it stands: it lists and renames such an automation.
"""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any, NamedTuple

from bellhop._filters import spelled_out

METRIC_FILTERS = ("MetricThresholdFilter", "MetricChangeFilter", "MetricZScoreFilter")


class _Words(NamedTuple):
    """The SDK's classes: of one condition on a metric, of such a one beside a run filter, and of run filters."""

    metrics: tuple[type, ...]
    joint: Any
    runs: tuple[type, ...]


class _Clauses(NamedTuple):
    metrics: list[Any]
    runs: list[Any]


def join_metrics(automations: ModuleType) -> None:
    """Completes ``wandb.automations``; metrics and run filters may be joined in any order and number."""
    from wandb.automations import events

    kinds = tuple(kind for kind in (getattr(events, name, None) for name in METRIC_FILTERS) if kind is not None)
    if _joins_already(events):
        return
    words = _Words(kinds, events.RunMetricFilter, _run_filters(kinds[0]))
    for kind in (*kinds, words.joint):
        _let_join(kind, words)


def _joins_already(events: ModuleType) -> bool:
    try:
        return isinstance((events.RunEvent.metric("a") > 0) & (events.RunEvent.metric("b") > 0), events.RunMetricFilter)
    except TypeError:
        return False


def _run_filters(kind: type) -> tuple[type, ...]:
    """The classes of expressions over a run's fields: those that the SDK itself joins with a metric."""
    module = vars(sys.modules[kind.__module__])
    return module["BaseOp"], module["FilterExpr"]


def _let_join(kind: Any, words: _Words) -> None:
    def both(left: Any, right: Any) -> Any:
        sides = [_clauses(left, words), _clauses(right, words)]
        if None in sides:
            return NotImplemented
        metrics = [metric for side in sides if side for metric in side.metrics]
        runs = [clause for side in sides if side for clause in side.runs]
        further = [{"run_metric_filter": metric} for metric in metrics[1:]]
        return words.joint.model_validate({"run_filter": {"$and": [*runs, *further]}, "run_metric_filter": metrics[0]})

    kind.__and__ = both
    kind.__rand__ = lambda self, other: both(other, self)


def _clauses(side: Any, words: _Words) -> _Clauses | None:
    """What one side asks of the run, as JSON; None where it is no condition that can be joined."""
    if isinstance(side, words.metrics):
        side = words.joint(metric=side)
    if isinstance(side, words.joint):
        wire = _wire(side)
        run = wire["run_filter"]
        # An older SDK writes its other kinds of condition as null.
        metric = {kind: value for kind, value in wire["run_metric_filter"].items() if value is not None}
        return _Clauses([metric], (json.loads(run) if isinstance(run, str) else run)["$and"])
    if isinstance(side, dict):
        return _Clauses([], [spelled_out(side)])
    return _Clauses([], [_wire(side)]) if isinstance(side, words.runs) else None


def _wire(condition: Any) -> Any:
    return json.loads(condition.model_dump_json())

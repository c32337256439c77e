"""Conditions over several metrics, as they go over the wire."""

import json
import unittest

from wandb.automations import OnRunMetric, RunEvent
from wandb.automations.events import RunMetricFilter, SavedEvent
from wandb.automations.scopes import ProjectScope

PROJECT = ProjectScope(id="UHJvamVjdDox", name="p")
ACCURACY = RunEvent.metric("val_accuracy") > 0.95
LOSS = RunEvent.metric("val_loss") < 0.05
CHANGE = RunEvent.metric("grad").avg(5).increases_by(frac=0.5)
NAME = RunEvent.name.contains("x")

accuracy = {"threshold_filter": {"name": "val_accuracy", "agg_op": None, "window_size": 1, "cmp_op": "$gt", "threshold": 0.95}}
loss = {"threshold_filter": {"name": "val_loss", "agg_op": None, "window_size": 1, "cmp_op": "$lt", "threshold": 0.05}}
change = {"change_filter": {"name": "grad", "agg_op": "AVERAGE", "current_window_size": 5, "prior_window_size": 5, "change_type": "RELATIVE", "change_dir": "INCREASE", "change_amount": 0.5}}
name = {"display_name": {"$contains": "x"}}


def wire(condition):
    """(the metric condition, the clauses of the run filter) of an event with that condition."""
    event = OnRunMetric(scope=PROJECT, filter=condition)
    sent = json.loads(event.filter.model_dump_json())
    metric = {kind: value for kind, value in sent["run_metric_filter"].items() if value is not None}
    return metric, json.loads(sent["run_filter"])["$and"], event.event_type.value


def further(metric):
    return {"run_metric_filter": metric}


class MetricsTest(unittest.TestCase):
    def test_the_first_is_the_event_and_each_further_one_a_clause_of_the_run_filter(self):
        self.assertEqual(wire(ACCURACY & LOSS), (accuracy, [further(loss)], "RUN_METRIC"))
        self.assertEqual(wire(ACCURACY & LOSS & CHANGE), (accuracy, [further(loss), further(change)], "RUN_METRIC"))
        self.assertEqual(wire(CHANGE & LOSS), (change, [further(loss)], "RUN_METRIC_CHANGE"))

    def test_run_filters_stand_beside_them_in_any_order(self):
        self.assertEqual(wire(ACCURACY & LOSS & NAME), (accuracy, [further(loss), name], "RUN_METRIC"))
        for condition in (NAME & ACCURACY & LOSS, ACCURACY & NAME & LOSS, NAME & (ACCURACY & LOSS), ACCURACY & (NAME & LOSS), ACCURACY & (LOSS & NAME)):
            with self.subTest(condition=condition):
                self.assertEqual(wire(condition), (accuracy, [name, further(loss)], "RUN_METRIC"))

    def test_a_plain_dict_is_a_run_filter(self):
        self.assertEqual(wire(ACCURACY & {"user": "ada"})[1], [{"user": {"$eq": "ada"}}])

    def test_one_metric_alone_and_with_a_run_filter_is_what_it_was(self):
        self.assertEqual(wire(ACCURACY), (accuracy, [], "RUN_METRIC"))
        self.assertEqual(wire(NAME & ACCURACY), (accuracy, [name], "RUN_METRIC"))

    def test_what_cannot_be_joined_is_refused_as_before(self):
        for other in (5, "x", None):
            with self.subTest(other=other), self.assertRaises(TypeError):
                ACCURACY & other

    def test_it_reads_back_as_it_was_made(self):
        made = ACCURACY & LOSS & NAME
        saved = SavedEvent.model_validate({"__typename": "FilterEventTriggeringCondition", "eventType": "RUN_METRIC", "filter": made.model_dump_json()})
        self.assertIsInstance(saved.filter, RunMetricFilter)
        self.assertEqual(saved.filter.model_dump_json(), made.model_dump_json())

    def test_z_scores_where_the_sdk_has_them(self):
        if not hasattr(RunEvent.metric("m"), "zscore"):
            self.skipTest("this SDK has no z-scores")
        zscore = RunEvent.metric("loss").zscore(30).abs() > 3
        score = {"zscore_filter": {"name": "loss", "window_size": 30, "threshold": 3, "change_dir": "ANY"}}
        self.assertEqual(wire(ACCURACY & zscore), (accuracy, [further(score)], "RUN_METRIC"))
        self.assertEqual(wire(zscore & ACCURACY), (score, [further(accuracy)], "RUN_METRIC_ZSCORE"))


if __name__ == "__main__":
    unittest.main()

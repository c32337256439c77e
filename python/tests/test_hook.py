"""What ``wandb.hook`` describes, and that no value given to it ends a script."""

import contextlib
import io
import json
import unittest

import wandb

from bellhop import _hook


def said(call):
    """What the call warned of, and what it gave."""
    out = io.StringIO()
    with contextlib.redirect_stderr(out):
        given = call()
    return out.getvalue(), given


class HookTest(unittest.TestCase):
    def test_a_hook_goes_into_the_config_as_the_server_reads_it(self):
        made = wandb.hook(run_state="finished", url="https://example.com/a", body='{"run": "{{run.id}}"}')
        self.assertEqual(made.as_config(), {"run_state": "finished", "url": "https://example.com/a", "method": "POST", "body": '{"run": "{{run.id}}"}'})

    def test_a_body_that_is_no_text_becomes_json(self):
        made = wandb.hook(run_state="failed", url="https://example.com/a", body={"run": "{{run.id}}"})
        self.assertEqual(json.loads(made.body), {"run": "{{run.id}}"})

    def test_each_value_that_cannot_work_is_warned_of_and_passed_on(self):
        cases = [
            ({"run_state": "done", "url": "https://example.com/1"}, "run_state is 'done'"),
            ({"run_state": "failed", "url": "example.com/2"}, "url is 'example.com/2'"),
            ({"run_state": "failed", "url": "{{run.config.url}}"}, "url is '{{run.config.url}}'"),
            ({"run_state": "failed", "url": "https://{{run.config.host}}/a"}, "variables fill only what comes behind"),
            ({"run_state": "failed", "url": "https://example.com/3", "method": "PUT"}, "method is 'PUT'"),
            ({"run_state": "failed", "url": "https://example.com/4", "method": "get", "body": "x"}, "a GET has no body"),
            ({"run_state": None, "url": None}, "run_state is 'None'"),
            ({"run_state": "failed", "url": "https://example.com/5", "retries": 3}, "no argument 'retries'"),
            ({}, "url is ''"),
        ]
        for given, warning in cases:
            with self.subTest(given=given):
                text, made = said(lambda given=given: wandb.hook(**given))
                self.assertIn(warning, text)
                self.assertEqual(set(made.as_config()), {"run_state", "url", "method", "body"})

    def test_a_good_hook_is_not_warned_of(self):
        text, _ = said(lambda: wandb.hook(run_state="created", url=" HTTPS://example.com/{{run.id}}", method="get"))
        self.assertEqual(text, "")

    def test_what_is_no_hook_is_dropped_and_plain_dicts_are_taken(self):
        plain = {"run_state": "created", "url": "https://example.com/6"}
        text, found = said(lambda: _hook.entries([plain, 7]))
        self.assertEqual(found, [{**plain, "method": "POST", "body": None}])
        self.assertIn("int is none and is dropped", text)
        self.assertEqual(_hook.entries(wandb.hook(**plain)), found)


if __name__ == "__main__":
    unittest.main()

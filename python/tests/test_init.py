"""``wandb.init(hooks=…)``: the hooks are in the run's config, whatever else was given."""

import argparse
import contextlib
import inspect
import io
import pathlib
import tempfile
import unittest

import wandb

HOOK = {"run_state": "finished", "url": "https://example.com/h", "method": "POST", "body": None}


class InitTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def init(self, *args, **kwargs):
        run = wandb.init(*args, mode="disabled", **kwargs)
        self.addCleanup(run.finish)
        return run

    def config(self, *args, **kwargs):
        return self.init(*args, hooks=[wandb.hook(**HOOK)], **kwargs).config

    def test_a_dict_is_kept_and_not_changed(self):
        given = {"lr": 0.1}
        config = self.config(config=given)
        self.assertEqual((config.lr, config["_hooks"], given), (0.1, [HOOK], {"lr": 0.1}))
        self.assertEqual(list(config.keys()), ["lr"])

    def test_no_config_at_all(self):
        self.assertEqual(self.config()["_hooks"], [HOOK])

    def test_a_namespace(self):
        config = self.config(config=argparse.Namespace(lr=0.2))
        self.assertEqual((config.lr, config["_hooks"]), (0.2, [HOOK]))

    def test_the_path_of_a_yaml_file(self):
        path = self.folder / "config.yaml"
        path.write_text("wandb_version: 1\nlr:\n  desc: null\n  value: 0.3\n")
        config = self.config(config=str(path))
        self.assertEqual((config.lr, config["_hooks"]), (0.3, [HOOK]))

    def test_flags_of_a_module(self):
        flags = type("Flags", (), {})()
        flags.__dict__["__flags"] = {"lr": 0.4}
        config = self.config(config=flags)
        self.assertEqual((config.lr, config["_hooks"]), (0.4, [HOOK]))

    def test_a_config_given_by_position(self):
        names = list(inspect.signature(wandb.init).parameters)
        config = self.config(*[None] * names.index("config"), {"lr": 0.5})
        self.assertEqual((config.lr, config["_hooks"]), (0.5, [HOOK]))

    def test_chosen_keys_do_not_lose_the_hooks(self):
        config = self.config(config={"lr": 0.6, "b": 1}, config_include_keys=["lr"])
        self.assertEqual((config.lr, "b" in config, config["_hooks"]), (0.6, False, [HOOK]))

    def test_hooks_of_the_plain_config_stay(self):
        plain = {**HOOK, "url": "https://example.com/plain"}
        self.assertEqual(self.config(config={"_hooks": [plain]})["_hooks"], [plain, HOOK])

    def test_without_hooks_nothing_changes(self):
        self.assertNotIn("_hooks", self.init(config={"lr": 1}).config)

    def test_hooks_that_are_no_hooks_never_stop_the_run(self):
        out = io.StringIO()
        with contextlib.redirect_stderr(out):
            run = self.init(config={"lr": 2}, hooks=object())
        self.assertEqual(run.config.lr, 2)
        self.assertIn("is dropped", out.getvalue())

    def test_what_is_wrong_otherwise_is_said_by_init_itself(self):
        with self.assertRaises(TypeError), contextlib.redirect_stderr(io.StringIO()):
            self.init(hooks=[wandb.hook(**HOOK)], no_such_argument=1)

    def test_help_shows_the_argument(self):
        self.assertIn("hooks", inspect.signature(wandb.init).parameters)


if __name__ == "__main__":
    unittest.main()

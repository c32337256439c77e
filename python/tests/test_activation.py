"""How the SDK is completed: without a line in the script, in either order of imports, once, and never at Python's cost."""

import ast
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

import bellhop

SOURCES = pathlib.Path(bellhop.__file__).parent


def python(code, *options, **environment):
    """(standard output, standard error) of a Python of its own."""
    done = subprocess.run([sys.executable, *options, "-c", textwrap.dedent(code)], capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout.strip(), done.stderr.strip()


class ActivationTest(unittest.TestCase):
    def test_a_script_that_imports_only_wandb_is_served(self):
        self.assertEqual(python("import wandb; print(wandb.hook.__module__)")[0], "bellhop._hook")

    def test_python_starts_without_importing_the_sdk(self):
        loaded = python("import sys; print([name for name in sys.modules if name.split('.')[0] in ('wandb', 'typing', 'dataclasses')])")[0]
        self.assertEqual(loaded, "[]")

    def test_the_switch_leaves_everything_as_it_was(self):
        self.assertEqual(python("import wandb; print(hasattr(wandb, 'hook'))", BELLHOP_DISABLE="1")[0], "False")

    def test_the_order_of_imports_does_not_matter(self):
        code = """
            {0}
            from wandb.automations import Automation, RunEvent
            from wandb.apis.public import Project, Registry
            {1}
            both = (RunEvent.metric("a") > 1) & (RunEvent.metric("b") > 1)
            print(wandb.hook.__module__, Automation.save.__module__, Project.automations.__module__, Registry.collection.__module__)
        """
        sdk = python("import wandb; print(wandb.__path__[0])")[0]
        alone = {"PYTHONPATH": os.pathsep.join([str(SOURCES.parent), str(pathlib.Path(sdk).parent)])}
        for first, second in (("import bellhop, wandb", ""), ("import wandb, wandb.automations, wandb.apis.public.api", "import bellhop")):
            with self.subTest(first=first):
                # -S: without what pip installed, so that only the import itself is tried.
                told = python(code.format(first, second), "-S", **alone)[0]
                self.assertEqual(told, "bellhop._hook bellhop._automation bellhop._registry bellhop._registry")

    def test_activating_again_changes_nothing(self):
        code = """
            import bellhop, wandb, wandb.automations, wandb.apis.public.api as api
            before = (wandb.init, wandb.hook, api.Api.registry, wandb.automations.Automation.save)
            from bellhop._activate import activate
            activate()
            print(before == (wandb.init, wandb.hook, api.Api.registry, wandb.automations.Automation.save), hasattr(wandb.init.__wrapped__, "__wrapped__"))
        """
        self.assertEqual(python(code)[0], "True False")

    def test_a_reloaded_module_is_completed_again(self):
        self.assertEqual(python("import importlib, wandb; del wandb.hook; importlib.reload(wandb); print(wandb.hook.__module__)")[0], "bellhop._hook")

    def test_an_sdk_that_has_it_itself_is_left_alone(self):
        code = """
            import sys, types
            import bellhop._init
            wandb = types.ModuleType("wandb")
            def init(project=None, hooks=None): pass
            wandb.init, wandb.hook = init, "its own"
            bellhop._init.add_hooks(wandb)
            print(wandb.init is init, wandb.hook)
        """
        self.assertEqual(python(code)[0], "True its own")

    def test_an_sdk_that_does_not_fit_still_works_and_it_is_said_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder, "wandb")
            package.mkdir()
            (package / "__init__.py").write_text("works = True\n")
            out, error = python("import wandb; print(wandb.works)", PYTHONPATH=folder)
        self.assertEqual(out, "True")
        self.assertIn("this version of wandb does not get wandb.hook and wandb.init(hooks=)", error)

    def test_sources_and_resources_of_a_completed_module_stay_readable(self):
        code = "import inspect, wandb.automations; print('Automation' in inspect.getsource(wandb.automations), type(wandb.automations.__loader__).__name__)"
        self.assertEqual(python(code)[0], "True SourceFileLoader")

    def test_a_script_can_be_run_by_the_package(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "beside.py").write_text("value = 7\n")
            script = pathlib.Path(folder, "script.py")
            script.write_text("import sys, beside, wandb\nprint(__name__, beside.value, sys.argv[1:], wandb.hook.__module__)\n")
            done = subprocess.run([sys.executable, "-m", "bellhop", str(script), "a"], capture_output=True, text=True)
        self.assertEqual(done.stdout.strip(), "__main__ 7 ['a'] bellhop._hook", done.stderr)

    def test_the_sources_are_python_3_9(self):
        for path in SOURCES.glob("*.py"):
            with self.subTest(path=path.name):
                ast.parse(path.read_text(), feature_version=(3, 9))


if __name__ == "__main__":
    unittest.main()

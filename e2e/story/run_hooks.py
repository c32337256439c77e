"""Scripts that bring hooks along in plain config, run by the unmodified wandb SDK: `python run_hooks.py <chapter> …`."""

import json
import os
import pathlib
import subprocess
import sys

import wandb

ENTITY = os.environ["STORY_ENTITY"]
PROJECT = "webhook-demo"
RECEIVER = os.environ["STORY_RECEIVER"]
LATE_RECEIVER = os.environ["STORY_LATE_RECEIVER"]
SEED_BODY = '{"event": "wandb_run_finished", "run_id": "{{run.id}}", "project": "{{run.project.name}}", "run_url": "{{run.url}}"}'
ACCURACY_BODY = '{"run_id": "{{run.id}}", "final_accuracy": {{run.summary.accuracy}}}'


def hook(state, body=None, url=RECEIVER, method="POST"):
    return {"run_state": state, "url": url, "method": method, "body": body}


def every_state(run):
    return [hook(state, f"{run} {state}") for state in ("created", "running", "resumed", "finished", "failed")]


def start(run_id, hooks, **more):
    return wandb.init(entity=ENTITY, project=PROJECT, id=run_id, job_type="training", config={"learning_rate": 0.001, "_hooks": hooks}, **more)


def alone(code, **more):
    """Runs a script of its own, which may end badly."""
    environment = {**{name: value for name, value in os.environ.items() if name != "WANDB_SERVICE"}, **more}
    source = f"import os, sys\nsys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})\nfrom run_hooks import *\n{code}"
    return subprocess.Popen([sys.executable, "-u", "-c", source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True)


def chapter_good():
    run = start("good", every_state("good") + [hook("finished", SEED_BODY), hook("finished", ACCURACY_BODY), hook("finished", method="GET", url=RECEIVER + "?event=run_finished&run_id={{run.id}}&name={{run.name}}")], name="good & bright")
    for step in range(20):
        run.log({"accuracy": step / 20, "loss": 1 / (step + 1)})
    run.log({"accuracy": 0.9731})
    run.finish()


def chapter_resume():
    run = start("good", every_state("good"), resume="must")
    run.log({"accuracy": 0.98})
    run.finish()


def chapter_bad():
    script = alone("run = start('bad', every_state('bad'))\nrun.log({'accuracy': 0.1})\nraise RuntimeError('fails')")
    script.communicate()
    assert script.returncode != 0


def chapter_lost():
    script = alone("import time\nrun = start('lost', every_state('lost'))\nrun.log({'accuracy': 0.1})\ntime.sleep(2)\nprint('started')\ntime.sleep(600)")
    said = ""
    for line in script.stdout:
        said += line
        if "started" in line:
            break
    else:
        raise SystemExit(said)
    os.killpg(script.pid, 9)
    script.wait()


def chapter_offline():
    script = alone("run = start('offline', every_state('offline') + [hook('finished', ACCURACY_BODY)])\nrun.log({'accuracy': 0.5})\nrun.finish()", WANDB_MODE="offline")
    said, _ = script.communicate()
    assert script.returncode == 0, said
    [folder] = pathlib.Path(os.environ["WANDB_DIR"]).glob("wandb/offline-run-*")
    synced = subprocess.run([sys.executable, "-m", "wandb", "sync", str(folder)], capture_output=True, text=True)
    assert synced.returncode == 0, synced.stdout + synced.stderr


def chapter_late():
    start("late", [hook("finished", SEED_BODY, url=LATE_RECEIVER)]).finish()


def chapter_broken():
    for number, hooks in enumerate(["https://example.com", [hook("finishd")], [hook("finished", "{{ run.id")], [hook("finished", "{{ 1|nofilter }}")], [hook("finished", url="http://10.1.2.3/")], [7]]):
        run = start(f"broken-{number}", hooks)
        run.log({"accuracy": 1})
        run.finish()
        read = wandb.Api().run(f"{ENTITY}/{PROJECT}/broken-{number}")
        assert read.state == "finished" and read.summary["accuracy"] == 1 and read.config["learning_rate"] == 0.001
    print("FACT " + json.dumps({"config": json.dumps(read.config)}), flush=True)


if __name__ == "__main__":
    for chapter in sys.argv[1:]:
        globals()[f"chapter_{chapter}"]()

"""Automations over metrics, played by the unmodified wandb SDK: `python metrics.py <chapter> …`; see story.py."""

import math
import os
import pathlib
import subprocess
import sys
import tempfile

import wandb
from story import ENTITY, PROJECT, WEBHOOK, alone, api, check, say
from wandb.automations import OnRunMetric, RunEvent, SendWebhook

PAYLOAD = {
    "automation": "${automation_name}", "event": "${event_type}", "run": "${run_id}", "metric": "${metric_name}", "values": "${=metric_values}",
    "filter": "${metric_filter}", "short": "${metric_filter_short}", "status": "${metric_current_status}", "author": "${event_author}",
}


def chapter_watch_metrics():
    client = api()
    integration = next(each for each in client.webhook_integrations(entity=ENTITY) if each.name == WEBHOOK)
    action = SendWebhook.from_integration(integration, payload=PAYLOAD)
    wandb.init(entity=ENTITY, project=PROJECT, id="first").finish()  # makes the project
    project = client.project(PROJECT, entity=ENTITY)
    filters = {
        "single": RunEvent.metric("loss") < 0.5,
        "average": RunEvent.metric("loss").avg(3) <= 0.4,
        "nested": RunEvent.metric("eval.acc").max(2) > 0.9,
        "change": RunEvent.metric("eval.acc").mean(2).increases_by(frac=0.5),
        "filtered": RunEvent.name.contains("nightly") & (RunEvent.metric("loss") < 0.5),
        "system": RunEvent.metric("system.memory_percent") > 0,
    }
    if hasattr(RunEvent.metric("loss"), "zscore"):
        filters["zscore"] = RunEvent.metric("spike").zscore(4) > 3
    for name, filter in filters.items():
        created = client.create_automation(OnRunMetric(scope=project, filter=filter) >> action, name=name)
        check(client.automation(name, entity=ENTITY) == created, f"{name} comes back as it was made")
        check(created.event.filter.metric == getattr(OnRunMetric(scope=project, filter=filter).filter, "metric", None) or name, name)
    say(f"automations watch metrics: {', '.join(filters)}")


def log_all(run, rows):
    for row in rows:
        run.log(row)


def chapter_metric_runs():
    settings = wandb.Settings(x_stats_sampling_interval=1.0) if "x_stats_sampling_interval" in wandb.Settings.model_fields else None
    run = wandb.init(entity=ENTITY, project=PROJECT, id="main", name="daily", settings=settings)
    log_all(run, [{"loss": 0.9}, {"loss": math.nan}, {"loss": 0.45, "eval": {"acc": 0.4}}, {"loss": -math.inf}, {"loss": 0.4, "eval": {"acc": 0.4}}])
    log_all(run, [{"loss": 0.3}, {"eval": {"acc": 0.6}}, {"eval": {"acc": 0.95}}])
    log_all(run, [{"spike": value} for value in (1.0, 1.1, 0.9, 1.0, 1.1, 9.0)])
    if settings is not None:
        import time
        time.sleep(3)
    run.finish()

    # A window goes on where the run was left.
    first = wandb.init(entity=ENTITY, project=PROJECT, id="resumed", name="nightly resumed")
    log_all(first, [{"loss": 0.8}, {"loss": 0.35}])
    first.finish()
    again = wandb.init(entity=ENTITY, project=PROJECT, id="resumed", resume="must")
    log_all(again, [{"loss": 0.05}, {"loss": 0.3}])
    again.finish()

    # What was logged offline is judged when it arrives, by its own clock.
    folder = tempfile.mkdtemp()
    script = f"import wandb\nrun = wandb.init(entity={ENTITY!r}, project={PROJECT!r}, id='offline', mode='offline')\nrun.log({{'loss': 0.9}})\nrun.log({{'loss': 0.1}})\nrun.finish()\n"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, env=alone(WANDB_DIR=folder))
    [offline] = pathlib.Path(folder, "wandb").glob("offline-run-*")
    subprocess.run([os.path.join(os.path.dirname(sys.executable), "wandb"), "sync", str(offline)], check=True, capture_output=True, env=alone(WANDB_DIR=folder))
    say("runs have logged: nested, not finite, resumed, offline")


def chapter_branches():
    run = wandb.init(entity=ENTITY, project=PROJECT, id="parent")
    log_all(run, [{"deep": value} for value in (5.0, 4.0, 3.0, 2.0, 1.0)])
    run.finish()
    # Taken back to step 1, its window is 5 and 4 and what comes then.
    back = wandb.init(entity=ENTITY, project=PROJECT, resume_from="parent?_step=1")
    log_all(back, [{"deep": value} for value in (8.0, 2.5, 2.5, 2.5)])
    back.finish()
    # Forked at step 3, it has 5, 4, 8, 2.5 behind it.
    fork = wandb.init(entity=ENTITY, project=PROJECT, id="fork", fork_from="parent?_step=3")
    log_all(fork, [{"deep": value} for value in (2.0, 1.0)])
    fork.finish()
    child = api().run(f"{ENTITY}/{PROJECT}/fork")
    check([row["deep"] for row in child.scan_history(keys=["deep"])] == [5.0, 4.0, 8.0, 2.5, 2.0, 1.0], f"a fork shows what it was forked from: {[row for row in child.scan_history()]}")
    say("a run was rewound and one forked")


def chapter_rename_two():
    client = api()
    found = client.automation("over two", entity=ENTITY)
    check(found.event.filter.metric is not None, "an automation over two metrics is readable")
    renamed = client.update_automation(found, name="over both", description="renamed by the SDK")
    check(client.automation("over both", entity=ENTITY) == renamed, "and can be changed")
    run = wandb.init(entity=ENTITY, project=PROJECT, id="two")
    log_all(run, [{"val_accuracy": 0.96}, {"val_loss": 0.04}])
    run.finish()


if __name__ == "__main__":
    for chapter in sys.argv[1:]:
        globals()[f"chapter_{chapter}"]()

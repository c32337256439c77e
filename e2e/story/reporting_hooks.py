"""A run whose hook tells its receiver where to report, by the unmodified wandb SDK: `python reporting_hooks.py <run> …`."""

import os
import sys

import wandb

RECEIVER = os.environ["STORY_RECEIVER"]
BODY = '{"run": "{{ run.id }}", "report_to": "{{ callback_url }}"}'

for run_id in sys.argv[1:]:
    hooks = [{"run_state": "created", "url": RECEIVER, "body": BODY}]
    if not run_id.startswith("turn"):
        hooks.append({"run_state": "finished", "method": "GET", "url": RECEIVER + "?run={{ run.id }}&report_to={{ callback_url }}"})
    with wandb.init(entity=os.environ["STORY_ENTITY"], project="reports", id=run_id, config={"_hooks": hooks}) as run:
        run.log({"accuracy": 0.9})

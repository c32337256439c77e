import wandb
from wandb.automations import OnRunMetric, RunEvent, SendWebhook
# Initialize the W&B API
api = wandb.Api()
# Get the project
project = api.project("research-experiments", entity="my-team")
# Get a specific webhook by name or URL
webhook_integration = next(
    w for w in api.webhook_integrations(entity="my-team")
    if w.name == "experiment-tracker"
)
# Define the event: Trigger when a run completes with good metrics
event = OnRunMetric(
    scope=project,
    filter=RunEvent.metric("final_loss") < 0.1
)
# Define custom payload with run summary
payload = {
    "experiment": {
        "event_type": "${event_type}",
        "project": "${project_name}",
        "entity": "${entity_name}",
        "author": "${event_author}",
        "artifact_version": "${artifact_version_string}"
    },
    "notification": {
        "type": "experiment_complete",
        "priority": "normal",
        "recipient": "${event_author}"
    }
}
# Define the action
action = SendWebhook.from_integration(
    webhook_integration,
    payload=payload
)
# Create the automation
automation = api.create_automation(
    event >> action,
    name="experiment-completion-tracker",
    description="Send notification when experiments achieve low loss"
)

import wandb
from wandb.automations import OnRunMetric, RunEvent, SendWebhook
# Initialize the W&B API
api = wandb.Api()
# Get the project
project = api.project("model-training", entity="my-team")
# Get the webhook integration (GitHub repository dispatch)
github_webhook = next(
    (w for w in api.webhook_integrations(entity="my-team")
        if "api.github.com" in w.url_endpoint)
)
# Define the event: Trigger when model performance is good
event = OnRunMetric(
    scope=project,
    filter=(RunEvent.metric("val_accuracy") > 0.95) &
    (RunEvent.metric("val_loss") < 0.05)
)
# Define GitHub repository dispatch payload
payload = {
    "event_type": "MODEL_READY_FOR_REVIEW",
    "client_payload": {
        "artifact_version": "${artifact_version_string}",
        "collection": "${artifact_collection_name}",
        "project": "${project_name}",
        "metrics": {
            "event_type": "${event_type}",
            "author": "${event_author}"
        },
        "author": "${event_author}",
        "entity": "${entity_name}"
    }
}
# Define the action
action = SendWebhook.from_integration(
    github_webhook,
    payload=payload
)
# Create the automation
automation = api.create_automation(
    event >> action,
    name="high-performance-model-review",
    description="Trigger review workflow for high-performing models"
)
print(f"Created automation: {automation.name}")

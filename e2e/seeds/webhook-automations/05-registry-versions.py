import wandb
from wandb.automations import OnCreateArtifact, SendWebhook
# Initialize the W&B API
api = wandb.Api()
# Get the registry
registry = api.registry("model-registry", entity="my-team")
# Get the webhook integration
webhook_integration = next(
    (w for w in api.webhook_integrations(entity="my-team")
        if "tracking-system" in w.url_endpoint)
)
# Define event at registry scope
event = OnCreateArtifact(
    scope=registry,
    filter={"artifact_type": "model"}
)
# Define payload with artifact metadata
payload = {
    "action": "register_model",
    "artifact": {
        "id": "${artifact_version}",
        "name": "${artifact_collection_name}",
        "metadata": "${artifact_metadata.model_type}", # Access specific metadata key
        "created_by": "${event_author}"
    },
    "source": "wandb_registry"
}
# Define the action
action = SendWebhook.from_integration(
    webhook_integration,
    payload=payload
)
# Create the automation
automation = api.create_automation(
    event >> action,
    name="external-tracking-sync",
    description="Sync new models to external tracking system"
)

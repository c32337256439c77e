import wandb
from wandb.automations import OnAddArtifactAlias, SendWebhook
# Initialize the W&B API
api = wandb.Api()
# Get the registry and collection
registry = api.registry("model-registry", entity="my-team")
collection = registry.collection("llm-models")
# Get the webhook integration
webhook_integration = next(api.webhook_integrations(entity="my-team"))
# Define the event: Trigger when "production" alias is added
event = OnAddArtifactAlias(
    scope=collection,
    filter={"alias": "production"}
)
# Define the webhook payload with template variables
payload = {
    "event_type": "DEPLOY_MODEL",
    "model_info": {
        "artifact_version": "${artifact_version_string}",
        "collection": "${artifact_collection_name}",
        "entity": "${entity_name}",
        "project": "${project_name}",
        "author": "${event_author}",
        "event_type": "${event_type}"
    },
    "deployment_config": {
        "environment": "production",
        "auto_scale": True,
        "min_replicas": 2
    }
}
# Define the action: Send webhook with payload
action = SendWebhook.from_integration(
    webhook_integration,
    payload=payload
)
# Create the automation
automation = api.create_automation(
    event >> action,
    name="production-deployment-trigger",
    description="Trigger deployment pipeline when model is promoted to production"
)
print(f"Created automation: {automation.name}")

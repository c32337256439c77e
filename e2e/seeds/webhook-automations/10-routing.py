# Get multiple webhook integrations
staging_webhook = next(
    w for w in api.webhook_integrations(entity="my-team")
    if "staging" in w.name
)
production_webhook = next(
    w for w in api.webhook_integrations(entity="my-team")
    if "production" in w.name
)
# Create different automations for different conditions
# Staging automation for experiments
staging_event = OnRunMetric(
    scope=project,
    filter=RunEvent.metric("val_accuracy") > 0.90
)
staging_automation = api.create_automation(
    staging_event >> SendWebhook.from_integration(staging_webhook),
    name="staging-deployment"
)
# Production automation for higher threshold
prod_event = OnRunMetric(
    scope=project,
    filter=RunEvent.metric("val_accuracy") > 0.95
)
prod_automation = api.create_automation(
    prod_event >> SendWebhook.from_integration(production_webhook),
    name="production-deployment"
)

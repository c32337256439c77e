try:
    # Verify webhook integration exists
    webhook_integrations = list(api.webhook_integrations(entity="my-team"))
    if not webhook_integrations:
        raise ValueError("No webhook integrations found. Please configure webhooks first.")
    # Create automation with error handling
    automation = api.create_automation(
        event >> action,
        name="validated-webhook-automation",
        description="Webhook automation with validation"
    )
    print(f"Successfully created: {automation.name}")
except Exception as e:
    print(f"Failed to create automation: {e}")

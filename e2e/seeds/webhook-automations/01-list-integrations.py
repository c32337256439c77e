import wandb
# Initialize the API
api = wandb.Api()
# List all webhook integrations for your team
webhook_integrations = list(api.webhook_integrations(entity="your-team"))
if not webhook_integrations:
    print("❌ No webhook integrations found!")
    print("Please configure a webhook in your team settings:")
    print(f"https://wandb.ai/{your-team}/settings/webhooks")
else:
    print(f"✅ Found {len(webhook_integrations)} webhook integration(s):")
    for webhook in webhook_integrations:
        print(f" - Name: {webhook.name}")
        print(f" URL: {webhook.url_endpoint}")
        print(f" ID: {webhook.id}")
        if hasattr(webhook, 'has_access_token') and webhook.has_access_token:
            print(f" Auth: Has access token")

def get_webhook_integration(entity, name_pattern=None, url_pattern=None):
    """Get a webhook integration by name or URL pattern"""
    webhooks = list(api.webhook_integrations(entity=entity))
    if not webhooks:
        raise ValueError(f"No webhook integrations found for {entity}. "
            "Please configure one in team settings.")
    # Filter by name pattern
    if name_pattern:
        matching = [w for w in webhooks if name_pattern in w.name]
        if matching:
            return matching[0]
    # Filter by URL pattern
    if url_pattern:
        matching = [w for w in webhooks if url_pattern in w.url_endpoint]
        if matching:
            return matching[0]
    # Return first webhook if no pattern or no matches
    return webhooks[0]
def list_webhook_requirements(webhook):
    """Display information about webhook configuration"""
    print(f"Webhook: {webhook.name}")
    print(f" Endpoint: {webhook.url_endpoint}")
    if hasattr(webhook, 'has_access_token') and webhook.has_access_token:
        print(" ✓ Has access token configured")
        print(" Use ${ACCESS_TOKEN} in payload to access it")
    if hasattr(webhook, 'secrets') and webhook.secrets:
        print(f" ✓ Has {len(webhook.secrets)} secret(s) configured")
        for secret in webhook.secrets:
            print(f" Use ${{{secret}}} in payload to access secret '{secret}'")
# Example usage
try:
    # Get webhook for GitHub integration
    github_webhook = get_webhook_integration("my-team", url_pattern="github.com")
    list_webhook_requirements(github_webhook)
except ValueError as e:
    print(e)

# Check if webhook supports authentication
webhook = get_webhook_integration("my-team", "deployment-webhook")
# Build payload based on webhook configuration
payload = {
    "event": "model_ready",
    "model": "${artifact_version_string}",
}
# Add authentication if configured
if hasattr(webhook, 'has_access_token') and webhook.has_access_token:
    payload["auth"] = "${ACCESS_TOKEN}" # W&B will substitute the actual token
# Create automation with appropriate payload
action = SendWebhook.from_integration(webhook, payload=payload)

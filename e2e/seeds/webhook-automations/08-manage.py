# List all automations for a project or registry
automations = project.automations() # or registry.automations()
# Filter automations by type
webhook_automations = [
    a for a in automations
    if a.action.action_type == "GENERIC_WEBHOOK"
]
# Update webhook payload
for automation in webhook_automations:
    if automation.name == "my-webhook-automation":
        # Modify the automation configuration
        automation.action.request_payload = updated_payload
        automation.save()
# Delete an automation
automation.delete()

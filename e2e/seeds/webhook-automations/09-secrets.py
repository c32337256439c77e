# Assuming you have a secret named "DEPLOY_TOKEN" configured
payload = {
    "auth_token": "${DEPLOY_TOKEN}", # Secret accessed with $ prefix
    "deployment": {
        "model": "${artifact_version_string}",
        "environment": "production"
    }
}

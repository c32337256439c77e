"""Adds ``webhook.has_access_token`` and ``webhook.secrets``, asked for when they are first used."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from bellhop._graphql import execute
from bellhop._owner import Owner, owner_of

PAGE = """query WebhookSecrets($entity: String!, $cursor: String) {
  entity(name: $entity) {
    integrations(after: $cursor, first: 100) {
      pageInfo { endCursor hasNextPage }
      edges { node { ... on GenericWebhookIntegration { id hasAccessToken secrets } } }
    }
  }
}
"""


def add_properties(automations: ModuleType) -> None:
    """Completes the class of webhook integrations. On another server the attributes are missing, as they always were."""
    fields = automations.WebhookIntegration.model_fields
    # Some versions list objects of the class that was generated from the schema, from which the public one inherits.
    webhook: Any = next(each for each in reversed(automations.WebhookIntegration.__mro__) if each.__name__.startswith("WebhookIntegration"))
    if "has_access_token" not in fields and not hasattr(webhook, "has_access_token"):
        webhook.has_access_token = property(has_access_token)
    if "secrets" not in fields and not hasattr(webhook, "secrets"):
        webhook.secrets = property(secrets)


def has_access_token(self: Any) -> bool:
    """Whether requests of this webhook carry an access token, which payloads may use as ``${ACCESS_TOKEN}``."""
    return bool(_details(self, "has_access_token")["hasAccessToken"])


def secrets(self: Any) -> list[str]:
    """Names of the secrets that payloads of this webhook may use."""
    return list(_details(self, "secrets")["secrets"])


def _details(webhook: Any, attribute: str) -> dict[str, Any]:
    owner = owner_of(webhook)
    if "details" not in owner.shared:
        try:
            owner.shared["details"] = _ask(owner)
        except Exception as error:
            # Another server refuses fields that are ours; each version of the SDK raises its own error then.
            owner.shared["details"] = error
    details: dict[str, dict[str, Any]] | Exception = owner.shared["details"]
    missing = f"the server does not say {attribute} of the webhook {webhook.name!r}"
    if isinstance(details, Exception):
        raise AttributeError(f"{missing}: {details}") from details
    if webhook.id not in details:
        raise AttributeError(missing)
    return details[webhook.id]


def _ask(owner: Owner) -> dict[str, dict[str, Any]]:
    """What the server says of all webhooks of the entity, by their ids; raises where it knows no such fields."""
    entity = owner.shared.get("entity") or owner.api.default_entity
    found: dict[str, dict[str, Any]] = {}
    cursor = None
    while True:
        page = execute(owner.api, PAGE, {"entity": entity, "cursor": cursor})["entity"]["integrations"]
        found.update({each["node"]["id"]: each["node"] for each in page["edges"] if each.get("node")})
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found

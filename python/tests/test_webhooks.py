"""What a webhook says of its secrets, on our server and on another."""

import unittest
from types import SimpleNamespace

from wandb.automations import WebhookIntegration

from bellhop import _owner


def page(nodes, cursor=None):
    return {"entity": {"integrations": {"edges": [{"node": node} for node in nodes], "pageInfo": {"endCursor": cursor, "hasNextPage": cursor is not None}}}}


class WebhookTest(unittest.TestCase):
    def setUp(self):
        self.asked = []

    def webhooks(self, *ids, answers):
        def execute_graphql(_document, variables):
            self.asked.append(variables)
            answer = answers[len(self.asked) - 1]
            if isinstance(answer, Exception):
                raise answer
            return answer

        owner = _owner.Owner(SimpleNamespace(_service_api=SimpleNamespace(execute_graphql=execute_graphql)), {"entity": "my-team"})
        # The class that a listing gives is not the public one in every version.
        kind = next(each for each in WebhookIntegration.__mro__ if "has_access_token" in vars(each))
        return [_owner.remember(kind(id=each, name=each, url_endpoint="https://example.com"), owner) for each in ids]

    def test_all_webhooks_of_a_listing_are_asked_for_at_once(self):
        first, second = self.webhooks("1", "2", answers=[
            page([{"id": "1", "hasAccessToken": True, "secrets": ["A"]}, {}], "next"),
            page([{"id": "2", "hasAccessToken": False, "secrets": []}]),
        ])
        self.assertEqual([(each.has_access_token, each.secrets) for each in (first, second)], [(True, ["A"]), (False, [])])
        self.assertEqual(self.asked, [{"entity": "my-team", "cursor": None}, {"entity": "my-team", "cursor": "next"}])

    def test_on_another_server_the_attributes_are_missing(self):
        [webhook] = self.webhooks("1", answers=[ValueError('Cannot query field "hasAccessToken"')])
        self.assertFalse(hasattr(webhook, "has_access_token"))
        self.assertFalse(hasattr(webhook, "secrets"))
        self.assertEqual(webhook.name, "1")
        with self.assertRaisesRegex(AttributeError, "Cannot query field"):
            webhook.secrets
        self.assertEqual(len(self.asked), 1)

    def test_what_the_server_leaves_out_is_missing_too(self):
        [webhook] = self.webhooks("gone", answers=[page([])])
        self.assertFalse(hasattr(webhook, "secrets"))


if __name__ == "__main__":
    unittest.main()

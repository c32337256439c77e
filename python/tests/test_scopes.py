"""What events may watch."""

import unittest
from types import SimpleNamespace

from pydantic import ValidationError
from wandb.apis.public import Registry
from wandb.automations import DoNothing, OnAddArtifactAlias, OnCreateArtifact
from wandb.automations.scopes import ProjectScope, _ArtifactPortfolioScope

PROJECT = ProjectScope(id="UHJvamVjdDox", name="p")
COLLECTION = _ArtifactPortfolioScope(id="QXJ0aWZhY3RDb2xsZWN0aW9uOjE=", name="c")


def prepared(new):
    try:
        from wandb.automations._inputs import prepare_to_create
    except ImportError:
        from wandb.automations._utils import prepare_to_create
    return prepare_to_create(new, name="n").model_dump()


class ScopesTest(unittest.TestCase):
    def test_a_new_version_can_be_watched_in_a_project(self):
        sent = prepared(OnCreateArtifact(scope=PROJECT, filter={"artifact_type": "model"}) >> DoNothing())
        self.assertEqual((sent["scopeType"], sent["scopeID"], sent["triggeringEventType"]), ("PROJECT", PROJECT.id, "CREATE_ARTIFACT"))
        self.assertIn('"artifact_type"', sent["eventFilter"])

    def test_and_in_a_collection_as_before(self):
        sent = prepared(OnCreateArtifact(scope=COLLECTION) >> DoNothing())
        self.assertEqual((sent["scopeType"], sent["scopeID"]), ("ARTIFACT_COLLECTION", COLLECTION.id))

    def test_what_is_no_scope_is_refused(self):
        for event in (OnCreateArtifact, OnAddArtifactAlias):
            with self.subTest(event=event), self.assertRaises(ValidationError):
                event(scope="p")

    def test_a_registry_is_taken_by_every_event(self):
        registry = Registry.__new__(Registry)
        registry._current = SimpleNamespace(id="UHJvamVjdDoy", full_name="wandb-registry-model", name="model")
        for event in (OnCreateArtifact, OnAddArtifactAlias):
            with self.subTest(event=event):
                scope = event(scope=registry).scope
                self.assertEqual((scope.scope_type.value, scope.id, scope.name), ("PROJECT", "UHJvamVjdDoy", "wandb-registry-model"))


if __name__ == "__main__":
    unittest.main()

"""Filters as plain dicts, which every version of the SDK then takes."""

import json
import unittest

from wandb.automations import OnAddArtifactAlias
from wandb.automations.scopes import ProjectScope

from bellhop._filters import spelled_out

PROJECT = ProjectScope(id="UHJvamVjdDox", name="p")


class FiltersTest(unittest.TestCase):
    def test_an_event_takes_a_plain_dict(self):
        sent = json.loads(OnAddArtifactAlias(scope=PROJECT, filter={"alias": "production"}).filter.model_dump_json())
        [clause] = sent["$or"][0]["$and"]
        self.assertEqual(spelled_out(clause), {"alias": {"$eq": "production"}})

    def test_spelling_out_changes_no_meaning(self):
        for given, meant in [
            ({"alias": "a"}, {"alias": {"$eq": "a"}}),
            ({"alias": {"$regex": "^a"}}, {"alias": {"$regex": "^a"}}),
            ({"alias": "a", "tag": "b"}, {"$and": [{"alias": {"$eq": "a"}}, {"tag": {"$eq": "b"}}]}),
            ({"$or": [{"alias": "a"}, {"$not": {"tag": "b"}}]}, {"$or": [{"alias": {"$eq": "a"}}, {"$not": {"tag": {"$eq": "b"}}}]}),
            ({}, {"$and": []}),
        ]:
            with self.subTest(given=given):
                self.assertEqual(spelled_out(given), meant)
                self.assertEqual(spelled_out(meant), meant)


if __name__ == "__main__":
    unittest.main()

"""Which Api an object came from, and the documents that are sent for it."""

import gc
import unittest

from bellhop import _graphql, _owner


class Thing:
    pass


class Page:
    def convert_objects(self):
        return [Thing(), Thing()]


class OwnerTest(unittest.TestCase):
    def test_objects_know_their_api_one_by_one_and_page_by_page(self):
        owner = _owner.Owner("api", {})
        thing = _owner.remember(Thing(), owner)
        page = list(_owner.remember_each(Page(), owner).convert_objects())
        made = list(_owner.remember_each((each for each in [Thing()]), owner))
        for each in (thing, *page, *made):
            self.assertIs(_owner.owner_of(each), owner)

    def test_it_forgets_objects_that_are_gone(self):
        before = len(_owner._owners)
        for _ in range(100):
            _owner.remember(Thing(), _owner.Owner("api", {}))
        gc.collect()
        self.assertEqual(len(_owner._owners), before)

    def test_an_object_seen_again_belongs_to_the_last_api(self):
        thing = Thing()
        for name in ("first", "second"):
            _owner.remember(thing, _owner.Owner(name, {}))
        self.assertEqual(_owner.owner_of(thing).api, "second")


DOCUMENT = """
query Other { a { ...A } }

fragment A on X {
  id
  ...B
  ...C
}

fragment B on Y {
  name
}

fragment C on Z {
  text { inner }
}

fragment D on W {
  id
}
"""


class GraphqlTest(unittest.TestCase):
    def test_only_the_fragments_that_are_needed_are_sent(self):
        document = _graphql.with_fragments("query Mine {\n  x {\n    ...A\n  }\n}", DOCUMENT, set())
        self.assertEqual([name for name in "ABCD" if f"fragment {name} on" in document], ["A", "B", "C"])
        self.assertIn("text { inner }", document)

    def test_what_the_server_lacks_is_left_out_everywhere(self):
        document = _graphql.with_fragments("query Mine {\n  x {\n    ...A\n  }\n}", DOCUMENT, {"B"})
        self.assertNotIn("fragment B", document)
        self.assertNotIn("...B", document)


if __name__ == "__main__":
    unittest.main()

"""Whole feeds through the real crm-host: each event counts once, every number equals the reference.

Where the real data is absent (CRM_SHARED_DATA), the generated feed stands in for it.
"""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
import reference

GENERATE = ("generate", "--members", 2000, "--messages", 40, "--deliveries", 12000)
FAILURES_COMPARED = 4
FAILURE_ROWS_MAX = 200  # of a page
EXPECTED_KEYS = ("recipients", "success", "failed", "pending", "excluded", "orders")


class FeedCase:
    """What holds for every feed; a subclass names the feed."""

    name = None
    stand_in_scale = 1

    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        cls.path = cls.make_feed()
        header, events = reference.read_feed(cls.path)
        cls.tenant, cls.source = header["tenant"], header["source"]
        cls.event_count, cls.last_seq = len(events), events[-1]["seq"]
        cls.reference = reference.evaluate(events)
        cls.first = cls.host.replay(cls.path)
        cls.digest = cls.host.digest(cls.tenant)

    @classmethod
    def make_feed(cls):
        path = crm.real_feed(cls.name) if cls.name else None
        if path is not None:
            return path
        stand_in = generated_feed.generate(3, cls.stand_in_scale)
        return crm.write_feed(cls.host.scratch("feed.ndjson.gz"), *stand_in)

    def assert_summary(self, summary, **expected):
        expected.update(events=self.event_count, rejected=0)
        self.assertEqual({key: summary[key] for key in expected}, expected)

    def test_first_replay_accepts_every_event(self):
        self.assert_summary(self.first, accepted=self.event_count, duplicates=0)

    def test_second_replay_finds_only_duplicates_and_changes_nothing(self):
        again = self.host.replay(self.path)
        self.assert_summary(again, accepted=0, duplicates=self.event_count)
        self.assertEqual(self.host.digest(self.tenant), self.digest)
        self.test_health_view_shows_the_position_of_the_source()

    def test_health_view_shows_the_position_of_the_source(self):
        position = self.host.position(self.tenant, self.source)
        self.assertEqual(position, (self.last_seq, self.event_count))

    def test_message_lists_equal_the_reference(self):
        self.assertEqual(crm.list_differences(self.host, self.tenant, self.reference), [])

    def test_failures_of_messages_equal_the_reference(self):
        by_failures = sorted(self.reference["messages"].items(), key=lambda item: -len(item[1]["failures"]))
        for message_id, expected in by_failures[:FAILURES_COMPARED]:
            with self.subTest(message=message_id):
                document = self.host.view(self.tenant, "message", message_id=message_id)
                shown = {(crm.plain(row["channel"]), row["code"]): row["failed_attempts"]
                         for part in crm.tables(document) for row in part["rows"] if "failed_attempts" in row}
                wanted = {(channel, f"{provider}:{code}" if code else provider): count
                          for (channel, provider, code), count in expected["failures"].items()}
                self.assertEqual(shown, {key: count for key, count in wanted.items() if key in shown})
                self.assertEqual(len(shown), min(len(wanted), FAILURE_ROWS_MAX))

    def test_message_lists_are_the_same_in_both_languages(self):
        for view in crm.LISTS:
            korean, english = (
                [[row[key] for key in ("message_id", *crm.COUNTS)]
                 for row in self.host.rows(self.tenant, view, *crm.COUNTS, locale=locale)]
                for locale in ("ko", "en"))
            self.assertEqual(korean, english)

    def test_attributed_gross_is_bounded_by_the_gross_of_the_shop(self):
        shown = {}
        for view in crm.LISTS:
            for row in self.host.messages(self.tenant, view).values():
                for currency, minor in crm.money(row["gross"]).items():
                    shown[currency] = shown.get(currency, 0) + minor
        for currency, minor in shown.items():
            self.assertLessEqual(minor, self.reference["shop_gross"][currency])


class OnlineRetail(FeedCase, unittest.TestCase):
    name = "online-retail"
    stand_in_scale = 4


class CompleteJourney(FeedCase, unittest.TestCase):
    name = "completejourney"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = reference.printable(cls.reference)
        published = crm.SHARED_DATA / "completejourney.expected.json"
        if crm.real_feed(cls.name) and published.is_file():
            cls.expected = json.loads(published.read_text(encoding="utf-8"))

    def test_reference_equals_the_published_numbers(self):
        self.assertEqual(reference.printable(self.reference), self.expected)

    def test_message_lists_equal_the_published_numbers(self):
        shown = {}
        for view in crm.LISTS:
            shown.update(self.host.messages(self.tenant, view))
        for message_id, expected in self.expected["messages"].items():
            with self.subTest(message=message_id):
                row = shown[message_id]
                counts = {key: expected[key] for key in EXPECTED_KEYS}
                self.assertEqual({key: row[key] for key in EXPECTED_KEYS}, counts)
                for key in ("gross", "net"):
                    if isinstance(expected[key], int):
                        self.assertEqual(sum(crm.money(row[key]).values()), expected[key])


class GeneratedFeed(FeedCase, unittest.TestCase):
    """The feed with every corner, also where the real data is present."""


class GeneratedShop(FeedCase, unittest.TestCase):
    """What `crm-host generate` prints, every status of a delivery on its way."""

    @classmethod
    def make_feed(cls):
        path = cls.host.scratch("shop.ndjson")
        path.write_text(crm.run(*GENERATE, "--statuses", "all", "--orders", 400).stdout,
                        encoding="utf-8")
        return path

    def test_same_seed_prints_the_same_bytes_and_another_seed_others(self):
        again, other = (crm.run(*GENERATE, "--seed", seed).stdout for seed in (1, 2))
        self.assertEqual(crm.run(*GENERATE).stdout, again)
        self.assertNotEqual(again, other)

    def test_final_statuses_give_the_same_recipients_as_all_statuses(self):
        with crm.Host() as host:
            feed = host.scratch("final.ndjson")
            feed.write_text(crm.run(*GENERATE, "--orders", 400).stdout, encoding="utf-8")
            host.replay(feed)
            for view in crm.LISTS:
                final, all_on_the_way = (
                    {message_id: [row[key] for key in crm.COUNTS[:5]]
                     for message_id, row in one.messages(self.tenant, view).items()}
                    for one in (host, self.host))
                self.assertEqual(final, all_on_the_way)

    def test_option_out_of_range_is_named_with_a_remedy(self):
        for option, value, remedy in (("--members", 0, "choose 1 to"),
                                      ("--messages", -1, "choose 1 to"),
                                      ("--days", 0, "choose 1 to"),
                                      ("--deliveries", 10**9, "raise --members or --messages"),
                                      ("--from", "2026-02-30", "give one like"),
                                      ("--from", "tomorrow", "give one like"),
                                      ("--tenant", "a/b", "choose 1 to 64 bytes"),
                                      ("--locale", "fr", "ko"),
                                      ("--id-style", "short", "uuid"),
                                      ("--statuses", "none", "final")):
            with self.subTest(option=option, value=value):
                done = crm.run("generate", f"{option}={value}", check=False)
                self.assertGreater(done.returncode, 0)
                self.assertEqual(done.stdout, "")
                self.assertIn(option, done.stderr)
                self.assertIn(remedy, done.stderr)


if __name__ == "__main__":
    unittest.main()

"""The state is a function of the set of events: any order, each 1-5 times, gives one digest."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
import reference

PERMUTATIONS = 20
SEED = 2025


def replayed(header, events):
    """A host on a fresh data folder that has taken the events in; the caller closes it."""
    host = crm.Host()
    summary = host.replay(crm.write_feed(host.scratch("feed.ndjson"), header, events))
    if summary["rejected"] or summary["accepted"] + summary["duplicates"] != len(events):
        raise crm.HostFailed(f"not all of {len(events)} events were taken: {summary}")
    return host


def digest_of(header, events):
    with replayed(header, events) as host:
        return host.digest(header["tenant"])


class ReferenceTest(unittest.TestCase):
    """The yardstick itself must not depend on the order; this needs no binary."""

    def test_reference_does_not_depend_on_order_or_repetition(self):
        for make in (generated_feed.generate, generated_feed.conflicts):
            _, events = make(SEED)
            expected = reference.evaluate(events)
            for seed in range(PERMUTATIONS):
                with self.subTest(feed=make.__name__, seed=seed):
                    permuted = generated_feed.permuted(events, seed)
                    self.assertEqual(reference.evaluate(permuted), expected)

    def test_generated_feed_is_the_same_for_the_same_seed_and_another_for_another(self):
        self.assertEqual(generated_feed.generate(SEED), generated_feed.generate(SEED))
        self.assertNotEqual(generated_feed.generate(SEED), generated_feed.generate(SEED + 1))


class PermutationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.header, cls.events = generated_feed.generate(SEED)
        cls.digest = digest_of(cls.header, cls.events)

    def test_every_permutation_gives_one_digest(self):
        for seed in range(PERMUTATIONS):
            with self.subTest(seed=seed):
                permuted = generated_feed.permuted(self.events, seed)
                self.assertEqual(digest_of(self.header, permuted), self.digest)

    def test_events_backwards_give_the_same_digest(self):
        backwards = generated_feed.renumbered(reversed(self.events))
        self.assertEqual(digest_of(self.header, backwards), self.digest)

    def test_events_in_pieces_give_the_same_digest(self):
        with crm.Host() as host:
            for first in range(0, len(self.events), 37):
                piece = self.events[first:first + 37]
                host.replay(crm.write_feed(host.scratch("piece.ndjson"), self.header, piece))
            self.assertEqual(host.digest(self.header["tenant"]), self.digest)

    def test_contradicting_reports_give_one_digest(self):
        header, events = generated_feed.conflicts(SEED)
        digests = {digest_of(header, generated_feed.permuted(events, seed))
                   for seed in range(PERMUTATIONS)}
        self.assertEqual(len(digests), 1)

    def test_one_event_less_gives_another_digest(self):
        order = next(event for event in self.events if event["type"] == "order")
        rest = [event for event in self.events if event is not order]
        self.assertNotEqual(digest_of(self.header, rest), self.digest)

    def test_views_after_a_permutation_equal_the_reference(self):
        expected = reference.evaluate(self.events)
        for seed in (1, 2):
            permuted = generated_feed.permuted(self.events, seed)
            with self.subTest(seed=seed), replayed(self.header, permuted) as host:
                self.assertEqual(crm.list_differences(host, self.header["tenant"], expected), [])


if __name__ == "__main__":
    unittest.main()

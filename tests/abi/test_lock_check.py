"""What the annotated mutex is for: Clang refuses code that touches what a mutex guards without holding it."""

import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

COUNTER = """
#include <crm/cpp/mutex.hpp>

class Counter {
 public:
  void add() { %s }
  void wait() { %s }

 private:
  crm::Mutex mutex_;
  crm::Condition changed_;
  int count_ CRM_GUARDED_BY(mutex_) = 0;
};

int main() {
  Counter counter;
  counter.add();
  counter.wait();
}
"""
LOCKED_ADD = "const crm::Lock lock(mutex_); ++count_;"
LOCKED_WAIT = "const crm::Lock lock(mutex_); while (count_ == 0) changed_.wait(mutex_);"


def complaints(add, wait):
    """What Clang says against a counter whose functions have these bodies."""
    command = ["clang++", "-std=c++20", "-fsyntax-only", "-Wthread-safety", "-Wthread-safety-beta", "-Werror",
               "-I", str(ROOT / "plugin_api/include"), "-x", "c++", "-"]
    return subprocess.run(command, input=COUNTER % (add, wait), text=True, capture_output=True, check=False).stderr


class LockCheck(unittest.TestCase):
    def test_what_holds_the_mutex_is_accepted(self):
        self.assertEqual(complaints(LOCKED_ADD, LOCKED_WAIT), "")

    def test_what_does_not_is_refused(self):
        for add in ("++count_;", "crm::Lock lock(mutex_); lock.unlock(); ++count_;"):
            with self.subTest(add):
                self.assertIn("requires holding mutex 'mutex_'", complaints(add, LOCKED_WAIT))
        self.assertIn("requires holding mutex 'mutex_'", complaints(LOCKED_ADD, "changed_.wait(mutex_);"))
        self.assertIn("still held", complaints("mutex_.lock(); ++count_;", LOCKED_WAIT))


if __name__ == "__main__":
    unittest.main()

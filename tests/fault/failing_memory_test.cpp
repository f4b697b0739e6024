// Memory that runs out at the n-th allocation, for every n: an error in words, no crash, no leak,
// and once there is memory again the same process goes on to the same end.
//
// CRM_EVERY_ALLOCATION  set: every n instead of a sample

#include "failing_memory.h"

#include <crm/ext/admin_views.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "abi/event_batch.h"
#include "abi/export_token.h"
#include "abi/loaded_plugin.h"
#include "abi/plugin_under_test.h"
#include "abi/test_host.h"
#include "abi/view_request.h"

namespace crm_tests {
namespace {

namespace fs = std::filesystem;

constexpr const char* tenant = "mall-1";
constexpr const char* source = "orders";
constexpr std::string_view audience = "org.crm.message_history";
// Long enough for the plugin's thread to apply a small batch, as a rule.
constexpr std::chrono::milliseconds thread_time{40};

// Takes documents into memory of its own.
class OwnWriter {
 public:
  OwnWriter() {
    raw = {sizeof(raw), 0, this,
           [](const crm_writer* writer, const void* data, uint64_t size) {
             const OwnMemory own;
             static_cast<OwnWriter*>(writer->context)
                 ->text.append(static_cast<const char*>(data), size);
             return static_cast<int64_t>(size);
           },
           nullptr};
  }
  OwnWriter(const OwnWriter&) = delete;
  OwnWriter& operator=(const OwnWriter&) = delete;

  crm_writer raw{};
  std::string text;
};

// A plugin at work in a folder of its own, and what it should have come to.
class Shop {
 public:
  Shop() {
    host_.raw.explain = [](const crm_host*, int32_t, crm_str) {};
    host_.raw.log = [](const crm_host*, int32_t, crm_str) {};
  }
  ~Shop() { end(); }
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  int32_t begin() {
    instance_.emplace(library(), &host_.raw);
    return instance_->created != CRM_OK ? instance_->created : instance_->started;
  }
  void end() { instance_.reset(); }
  bool runs() const { return instance_ && instance_->runs(); }

  std::string database() const {
    for (const auto& entry : fs::recursive_directory_iterator(host_.data_dir())) {
      if (entry.path().filename() == "history.db") return entry.path();
    }
    return {};
  }
  // As a process that was killed would leave it.
  void copy_to(Shop& other) const {
    fs::copy(host_.data_dir(), other.host_.data_dir(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }

  int32_t record(const EventBatch& batch) {
    const crm_event_batch raw = batch.raw();
    Ack ack;
    const int32_t status = instance_->events()->on_batch(instance_->raw(), &raw, &ack.raw);
    if (status == CRM_OK) {
      EXPECT_GE(ack.raw.durable_seq, batch.last_seq());
    }
    return status;
  }
  int32_t render(const char* view, const char* message = nullptr) {
    std::unique_ptr<ViewRequest> request;
    {
      const OwnMemory own;
      std::vector<std::pair<std::string, std::string>> params;
      if (message != nullptr) params.emplace_back("message_id", message);
      request = std::make_unique<ViewRequest>(tenant, view, std::move(params));
      text.clear();
    }
    OwnWriter writer;
    const int32_t status = instance_->views()->render(instance_->raw(), &request->raw, &writer.raw);
    const OwnMemory own;
    text = writer.text;
    request.reset();
    return status;
  }
  int32_t run_export(const std::string& token) {
    const crm_export_request request{sizeof(request), 0, crm::str(tenant), crm::str(token),
                                     crm::str("127.0.0.1")};
    crm_export_result result{};
    result.size = sizeof(result);
    result.manifest = manifest_.data();
    result.manifest_capacity = manifest_.size();
    OwnWriter writer;
    return instance_->exports()->run(instance_->raw(), &request, &writer.raw, &result);
  }
  uint64_t position() {
    EXPECT_EQ(ask_position(), CRM_OK);
    return told_position_;
  }
  // Opens the tenant, which takes up what a process before left in its journal.
  int32_t ask_position() {
    return instance_->events()->position(instance_->raw(), crm::str(tenant), crm::str(source),
                                         &told_position_);
  }
  // Everything that should be the same whatever happened on the way.
  std::string state() {
    std::string sha256(32, '\0');
    EXPECT_EQ(instance_->events()->digest(instance_->raw(), crm::str(tenant),
                                          reinterpret_cast<uint8_t*>(sha256.data())),
              CRM_OK);
    std::string state = sha256;
    for (const char* view : {"messages.manual", "messages.automatic"}) {
      EXPECT_EQ(render(view), CRM_OK);
      state += text;
    }
    EXPECT_EQ(render("message", "m-1"), CRM_OK);
    return state + text;
  }

  std::string text;  // of the last view

 private:
  static const Library& library() {
    static const Library loaded(plugin_path());
    return loaded;
  }

  TestHost host_;
  uint64_t told_position_ = 0;
  std::vector<char> manifest_ = std::vector<char>(CRM_EXPORT_MANIFEST_BYTES_MAX);
  std::optional<Instance> instance_;
};

class LockedDatabase {
 public:
  explicit LockedDatabase(const std::string& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &database_), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  ~LockedDatabase() { sqlite3_close(database_); }
  LockedDatabase(const LockedDatabase&) = delete;
  LockedDatabase& operator=(const LockedDatabase&) = delete;

 private:
  sqlite3* database_ = nullptr;
};

void fill(EventBatch& batch) {
  batch.message("m-1");
  for (int i = 0; i < 20; ++i) {
    const std::string member = "member-" + std::to_string(batch.last_seq() % 9);
    batch.delivery("m-1", member);
    if (i % 3 == 0) batch.click("m-1", member);
    if (i % 4 == 0) batch.refund(crm::view(batch.order(member).order_id));
    if (i % 7 == 0) batch.order(member).amount_minor = -1;  // refused
  }
}

class FailingMemory : public testing::Test {
 protected:
  FailingMemory() : first_(tenant, source), second_(tenant, source, 1'000) {
    fill(first_);
    fill(second_);
  }

  void record(Shop& shop, const EventBatch& batch) { ASSERT_EQ(shop.record(batch), CRM_OK); }

  // What one round does: `prepare` with memory, `act` without, and again until it succeeds;
  // `finish` then records what is missing of both batches.
  struct Work {
    std::function<void(Shop&)> prepare = [](Shop&) {};
    std::function<int32_t(Shop&)> act;
    bool lets_thread_work = false;
    // nlohmann-json does not give an object back whose making runs out of memory half-way.
    bool makes_documents = false;
  };

  void check_everywhere(const Work& work) {
    std::string expected;
    const std::int64_t total = round(work, 0, Shortage::one, expected);  // also warms up
    round(work, 0, Shortage::one, expected);
    ASSERT_GT(total, 3);
    const bool every = std::getenv("CRM_EVERY_ALLOCATION") != nullptr;
    for (const Shortage shortage : {Shortage::one, Shortage::lasting}) {
      // The first ones one by one, the others further and further apart.
      std::int64_t step = 1;
      for (std::int64_t number = 1; number <= total && !HasFailure(); number += step) {
        SCOPED_TRACE("allocation " + std::to_string(number) + " of " + std::to_string(total) +
                     (shortage == Shortage::one ? "" : " and all after it"));
        round(work, number, shortage, expected);
        if (!every && number > 4) step = number / 4 + 1;
      }
    }
  }

  // Returns how many allocations `act` made. With number 0 nothing fails.
  std::int64_t round(const Work& work, std::int64_t number, Shortage shortage,
                     std::string& expected) {
    const std::int64_t blocks_before = blocks_in_use();
    std::int64_t total = 0;
    {
      Shop shop;
      work.prepare(shop);
      let_memory_fail(number == 0 ? std::numeric_limits<std::int64_t>::max() - 1 : number,
                      shortage);
      const int32_t status = work.act(shop);
      if (work.lets_thread_work) std::this_thread::sleep_for(thread_time);
      total = allocations_since_failure_was_set();
      const bool failed = end_memory_failure();
      if (!failed) {
        EXPECT_EQ(status, CRM_OK);
      }
      if (status != CRM_OK) {
        EXPECT_EQ(status, CRM_ERR_NO_MEMORY);
        EXPECT_EQ(work.act(shop), CRM_OK) << "once there is memory again";
      }
      expect_end(shop, expected);
    }
    if (!work.makes_documents && number != 0) {
      EXPECT_EQ(blocks_in_use(), blocks_before) << "memory was lost";
    }
    return total;
  }

  // Records what may be missing, looks at everything, and looks again in a new process's eyes.
  void expect_end(Shop& shop, std::string& expected) {
    if (!shop.runs()) {
      ASSERT_EQ(shop.begin(), CRM_OK);
    }
    record(shop, first_);
    record(shop, second_);
    EXPECT_EQ(shop.position(), second_.last_seq());
    const std::string state = shop.state();
    const OwnMemory own;
    if (expected.empty()) expected = state;
    EXPECT_TRUE(state == expected) << "another state than without a failure";
    Shop next;
    shop.end();
    shop.copy_to(next);
    ASSERT_EQ(next.begin(), CRM_OK);
    EXPECT_EQ(next.position(), second_.last_seq());
    EXPECT_TRUE(next.state() == expected) << "another state after a new start";
  }

  EventBatch first_;
  EventBatch second_;
};

TEST_F(FailingMemory, atTheStart) {
  check_everywhere({[](Shop&) {}, [](Shop& shop) { return shop.begin(); }});
}

TEST_F(FailingMemory, inTheFirstBatch) {
  check_everywhere({[](Shop& shop) { ASSERT_EQ(shop.begin(), CRM_OK); },
                    [this](Shop& shop) { return shop.record(first_); }});
}

TEST_F(FailingMemory, inALaterBatch) {
  check_everywhere({[this](Shop& shop) {
                      ASSERT_EQ(shop.begin(), CRM_OK);
                      record(shop, first_);
                      shop.state();
                    },
                    [this](Shop& shop) { return shop.record(second_); }});
}

TEST_F(FailingMemory, whileTheThreadApplies) {
  check_everywhere({[this](Shop& shop) {
                      ASSERT_EQ(shop.begin(), CRM_OK);
                      record(shop, first_);
                      shop.state();
                    },
                    [this](Shop& shop) { return shop.record(second_); }, true});
}

TEST_F(FailingMemory, inABatchThatErases) {
  first_.erasure("member-3");
  second_.erasure("member-4");
  check_everywhere({[this](Shop& shop) {
                      ASSERT_EQ(shop.begin(), CRM_OK);
                      record(shop, first_);
                    },
                    [this](Shop& shop) { return shop.record(second_); }});
}

TEST_F(FailingMemory, inPages) {
  const auto prepare = [this](Shop& shop) {
    ASSERT_EQ(shop.begin(), CRM_OK);
    record(shop, first_);
    shop.state();
  };
  const auto list = [](Shop& shop) { return shop.render("messages.manual"); };
  const auto message = [](Shop& shop) { return shop.render("message", "m-1"); };
  check_everywhere({prepare, list, false, true});
  check_everywhere({prepare, message, false, true});
}

// A page that cannot apply what was recorded before it is an error, never a page of before.
TEST_F(FailingMemory, inAPageThatApplies) {
  std::string complete;
  const auto whole_page = [&complete](Shop& shop) {
    const int32_t status = shop.render("messages.manual");
    const OwnMemory own;
    if (complete.empty()) complete = shop.text;
    if (status == CRM_OK) {
      EXPECT_TRUE(shop.text == complete) << "a page without the newest batch";
    }
    return status;
  };
  check_everywhere({[this](Shop& shop) {
                      ASSERT_EQ(shop.begin(), CRM_OK);
                      record(shop, first_);
                      shop.state();
                      const LockedDatabase locked(shop.database());  // nothing is applied meanwhile
                      record(shop, second_);
                    },
                    whole_page, false, true});
}

TEST_F(FailingMemory, inAnExport) {
  check_everywhere({[this](Shop& shop) {
                      ASSERT_EQ(shop.begin(), CRM_OK);
                      record(shop, first_);
                      record(shop, second_);
                      shop.state();
                    },
                    [](Shop& shop) {
                      std::string token;
                      {
                        const OwnMemory own;
                        token = export_token(audience, tenant, "m-1");
                      }
                      const int32_t status = shop.run_export(token);
                      const OwnMemory own;
                      std::string().swap(token);
                      return status;
                    }});
}

// The journal of a process that was killed, taken up.
TEST_F(FailingMemory, inRecovery) {
  Shop killed;
  ASSERT_EQ(killed.begin(), CRM_OK);
  record(killed, first_);
  killed.state();
  Shop left;
  {
    const LockedDatabase locked(killed.database());  // what is recorded stays in the journal
    record(killed, second_);
    killed.copy_to(left);
  }
  killed.end();
  check_everywhere({[&left](Shop& shop) { left.copy_to(shop); },
                    [](Shop& shop) {
                      if (!shop.runs()) {
                        const int32_t status = shop.begin();
                        if (status != CRM_OK) return status;
                      }
                      return shop.ask_position();
                    }});
}

}  // namespace
}  // namespace crm_tests

int main(int argc, char** argv) {
  crm_tests::count_memory_of_sqlite();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

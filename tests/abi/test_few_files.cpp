// A process that may not open another file: every tenant's page answers, or says what is missing;
// nothing is acknowledged that is not kept; and all is well once there are files again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "event_batch.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"
#include "view_request.h"

namespace crm_tests {
namespace {

constexpr int tenant_count = 24;

// Takes all that the process may open, but for a few.
class FilesTaken {
 public:
  explicit FilesTaken(size_t left) {
    for (int fd; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
    for (; left > 0 && !taken_.empty(); --left) release();
  }
  ~FilesTaken() {
    while (!taken_.empty()) release();
  }
  FilesTaken(const FilesTaken&) = delete;
  FilesTaken& operator=(const FilesTaken&) = delete;

 private:
  void release() {
    ::close(taken_.back());
    taken_.pop_back();
  }
  std::vector<int> taken_;
};

class FewFiles : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(instance_.runs()) << TestHost::take_explanation();
    for (int i = 0; i < tenant_count; ++i) ASSERT_EQ(record(i), CRM_OK);
  }

  static std::string tenant(int number) { return "mall-" + std::to_string(number); }

  int32_t record(int number) {
    EventBatch batch(tenant(number), "orders", 1 + recorded_[static_cast<size_t>(number)]);
    batch.one_of_each("m-1", "member-1");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    TestHost::take_explanation();
    const int32_t status = instance_.events()->on_batch(instance_.raw(), &sent, &ack.raw);
    if (status == CRM_OK) recorded_[static_cast<size_t>(number)] = ack.raw.durable_seq;
    return status;
  }
  int32_t show(int number) {
    const std::string name = tenant(number);
    const ViewRequest request(name, "messages.manual");
    RecordingWriter writer;
    TestHost::take_explanation();
    return instance_.views()->render(instance_.raw(), &request.raw, &writer.raw);
  }
  // Done, or a status whose words have the remedy.
  void expect_named(int32_t status, const std::string& what) {
    const std::string words = TestHost::take_explanation();
    if (status == CRM_OK) return;
    EXPECT_EQ(status, CRM_ERR_BUSY) << what << ": " << words;
    EXPECT_NE(words.find("ulimit -n"), std::string::npos) << what << ": " << words;
  }

  TestHost host_;
  Library library_{plugin_path()};
  Instance instance_{library_, &host_.raw};
  std::vector<uint64_t> recorded_ = std::vector<uint64_t>(tenant_count);
};

TEST_F(FewFiles, PagesAnswerOrSayWhatIsMissingAndAllIsWellAgain) {
  for (const size_t left : {size_t{0}, size_t{1}, size_t{3}, size_t{6}, size_t{12}}) {
    const FilesTaken taken(left);
    for (int i = 0; i < tenant_count; ++i) {
      expect_named(show(i), "page of " + tenant(i));
      expect_named(record(i), "batch of " + tenant(i));
    }
  }
  for (int i = 0; i < tenant_count; ++i) {
    EXPECT_EQ(show(i), CRM_OK) << TestHost::take_explanation();
    EXPECT_EQ(record(i), CRM_OK) << TestHost::take_explanation();
    uint64_t seq = 0;
    const std::string name = tenant(i);
    ASSERT_EQ(
        instance_.events()->position(instance_.raw(), crm::str(name), crm::str("orders"), &seq),
        CRM_OK);
    EXPECT_EQ(seq, recorded_[static_cast<size_t>(i)]) << "what was acknowledged";
  }
}

// A tenant that nobody uses makes room for the page of another.
TEST_F(FewFiles, IdleTenantsAreClosedForOthers) {
  const FilesTaken taken(0);
  for (int i = 0; i < tenant_count; ++i) {
    EXPECT_EQ(show(i), CRM_OK) << i << ": " << TestHost::take_explanation();
  }
}

}  // namespace
}  // namespace crm_tests

// Writers that fail, dribble, lie or go away: the plugin stops, says so, and does not write again.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "event_batch.h"
#include "export_request.h"
#include "export_token.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"
#include "view_request.h"

namespace crm_tests {
namespace {

constexpr int deliveries = 200;

// A running plugin with one message, and the two things it can write.
class Recorded {
 public:
  Recorded() {
    EventBatch batch("mall-1", "orders");
    batch.message("m-1");
    for (int i = 0; i < deliveries; ++i) batch.delivery("m-1", "member-" + std::to_string(i));
    batch.order("member-7");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    if (instance_.events()->on_batch(instance_.raw(), &sent, &ack.raw) != CRM_OK) {
      throw std::runtime_error(TestHost::take_explanation());
    }
  }

  int32_t render(const crm_writer* writer) {
    const ViewRequest request("mall-1", "messages.manual");
    return instance_.views()->render(instance_.raw(), &request.raw, writer);
  }

  int32_t run(const crm_writer* writer) {
    const std::string token = export_token(crm::view(library_.descriptor()->id), "mall-1", "m-1");
    ExportRequest request("mall-1", token);
    const crm_export_result before = request.result;
    const int32_t status =
        instance_.exports()->run(instance_.raw(), &request.raw, writer, &request.result);
    result = request.result;
    if (status != CRM_OK) {
      EXPECT_EQ(std::memcmp(&result, &before, sizeof(before)), 0) << "the result was touched";
    }
    return status;
  }

  crm_export_result result{};

 private:
  TestHost host_;
  Library library_{plugin_path()};
  Instance instance_{library_, &host_.raw};
};

struct Product {
  const char* name;
  int32_t (Recorded::*write)(const crm_writer*);
};

void PrintTo(const Product& product, std::ostream* out) {
  *out << product.name;
}

class HostileWriter : public testing::TestWithParam<Product> {
 protected:
  int32_t write(const crm_writer* writer) {
    TestHost::take_explanation();
    return (recorded_.*GetParam().write)(writer);
  }

  std::string whole() {
    RecordingWriter writer;
    EXPECT_EQ(write(&writer.raw), CRM_OK) << TestHost::take_explanation();
    return writer.text;
  }

  void expect_ends(RecordingWriter& writer, int32_t status, int64_t answer) {
    EXPECT_EQ(write(&writer.raw), status) << "after the writer answered " << answer;
    EXPECT_EQ(writer.writes_after_failure, 0u) << "after the writer answered " << answer;
    EXPECT_FALSE(TestHost::take_explanation().empty()) << answer;
  }

  Recorded recorded_;
};

TEST_P(HostileWriter, ThatFailsEndsItWithAFittingStatus) {
  std::vector<int64_t> answers = {-13, INT32_MIN, INT64_MIN, -4294967296};
  for (int64_t status = CRM_ERR_INTERNAL; status < 0; ++status) answers.push_back(status);
  for (const int64_t answer : answers) {
    const int32_t status = answer == CRM_ERR_CANCELLED ? CRM_ERR_CANCELLED
                           : answer == CRM_ERR_FULL    ? CRM_ERR_FULL
                                                       : CRM_ERR_IO;
    RecordingWriter at_once([&](uint64_t, uint64_t) { return answer; });
    expect_ends(at_once, status, answer);
    RecordingWriter later([&](uint64_t at, uint64_t) { return at < 100 ? 1 : answer; });
    expect_ends(later, status, answer);
    EXPECT_EQ(later.text.size(), 100u);
  }
  EXPECT_FALSE(whole().empty()) << "the plugin did not survive";
}

TEST_P(HostileWriter, ThatTakesNothingOrTooMuchIsAnIoError) {
  RecordingWriter nothing([](uint64_t, uint64_t) { return 0; });
  expect_ends(nothing, CRM_ERR_IO, 0);
  RecordingWriter one_more([](uint64_t, uint64_t size) { return static_cast<int64_t>(size) + 1; });
  expect_ends(one_more, CRM_ERR_IO, 1);
  RecordingWriter far_more([](uint64_t, uint64_t) { return INT64_MAX; });
  expect_ends(far_more, CRM_ERR_IO, INT64_MAX);
}

TEST_P(HostileWriter, ThatDribblesGetsTheSameBytes) {
  const std::string expected = whole();
  auto single = RecordingWriter::of_one_byte();
  ASSERT_EQ(write(&single.raw), CRM_OK) << TestHost::take_explanation();
  EXPECT_EQ(single.text, expected);
  EXPECT_EQ(single.writes, expected.size());
  RecordingWriter uneven([](uint64_t at, uint64_t size) {
    return static_cast<int64_t>(std::min<uint64_t>(size, at % 13 + 1));
  });
  ASSERT_EQ(write(&uneven.raw), CRM_OK) << TestHost::take_explanation();
  EXPECT_EQ(uneven.text, expected);
}

TEST_P(HostileWriter, ThatIsCancelledEndsItSoon) {
  const uint64_t bytes = whole().size();
  for (const uint64_t at : {uint64_t{0}, uint64_t{1}, bytes / 2}) {
    auto writer = RecordingWriter::of_one_byte();
    writer.cancelled_at = at;
    EXPECT_EQ(write(&writer.raw), CRM_ERR_CANCELLED) << at;
    EXPECT_LT(writer.text.size(), bytes) << at;
    EXPECT_LE(writer.text.size(), at + 4096) << at;
  }
}

TEST_P(HostileWriter, WithoutCancelledWorks) {
  const std::string expected = whole();
  RecordingWriter null_function;
  null_function.raw.cancelled = nullptr;
  EXPECT_EQ(write(&null_function.raw), CRM_OK);
  EXPECT_EQ(null_function.text, expected);
  RecordingWriter short_structure;
  short_structure.raw.size = offsetof(crm_writer, cancelled);
  EXPECT_EQ(write(&short_structure.raw), CRM_OK);
  EXPECT_EQ(short_structure.text, expected);
}

TEST_P(HostileWriter, ThatIsMissingOrShortIsInvalid) {
  EXPECT_EQ(write(nullptr), CRM_ERR_INVALID);
  for (const uint32_t size : {0u, 8u, 16u, 23u}) {
    RecordingWriter writer;
    writer.raw.size = size;
    EXPECT_EQ(write(&writer.raw), CRM_ERR_INVALID) << size;
    EXPECT_EQ(writer.writes, 0u);
  }
  RecordingWriter writer;
  writer.raw.write = nullptr;
  EXPECT_EQ(write(&writer.raw), CRM_ERR_INVALID);
}

INSTANTIATE_TEST_SUITE_P(Of, HostileWriter,
                         testing::Values(Product{"views", &Recorded::render},
                                         Product{"exports", &Recorded::run}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Export, StatesWhatWasWritten) {
  Recorded recorded;
  auto writer = RecordingWriter::of_one_byte();
  ASSERT_EQ(recorded.run(&writer.raw), CRM_OK) << TestHost::take_explanation();
  EXPECT_EQ(recorded.result.bytes, writer.text.size());
  EXPECT_EQ(recorded.result.rows, static_cast<uint64_t>(deliveries));
  EXPECT_GT(recorded.result.manifest_size, 100u);
}

}  // namespace
}  // namespace crm_tests

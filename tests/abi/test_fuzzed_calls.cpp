// Calls of every function of the interface with arguments that a hostile host might pass. Whatever
// comes, the plugin answers with a status and words, keeps its promises about what it fills in, and
// goes on recording.
//
//   CRM_FUZZ_RUNS  how many calls (default 20000)
//   CRM_FUZZ_SEED  of the random numbers (default 1); a failure names the call
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "export_request.h"
#include "export_token.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "spoiled_calls.h"
#include "test_host.h"

namespace crm_tests {
namespace {

uint64_t setting(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// A crash ends the process: the call it was in is all that helps then.
volatile uint64_t call_under_way = 0;

void tell_of_crash(int signal) {
  char line[80];
  const int size = std::snprintf(line, sizeof(line), "signal %d in call %llu\n", signal,
                                 static_cast<unsigned long long>(call_under_way));
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line, static_cast<size_t>(size));
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

// A sanitizer's own handler says more, and stays.
void watch_for_crashes() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT}) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      ::signal(signal, tell_of_crash);
    }
  }
}

class FuzzedCalls : public testing::Test {
 protected:
  void SetUp() override {
    watch_for_crashes();
    ASSERT_TRUE(instance_.runs()) << TestHost::take_explanation();
    record_good_batch();  // before so many sources are made that there is room for no other
  }

  void call_anything() {
    calls_.begin();
    TestHost::take_explanation();
    // What reads everything that is stored is rare: it would take most of the time.
    const uint64_t number = calls_.dice.below(1'000);
    if (number < 40) return call_position();
    if (number < 80) return call_refused();
    if (number < 130) return call_render();
    if (number < 140) return call_export();
    if (number < 144) return call_digest();
    if (number < 147) return call_audit();
    if (number < 155) return call_maintenance();
    call_on_batch();
  }

  // Every status has a sentence, and a sentence is text.
  void expect_status(int32_t status, const char* what) {
    const std::string words = TestHost::take_explanation();
    EXPECT_TRUE(status <= CRM_OK && status >= CRM_ERR_INTERNAL) << what << ": " << status;
    EXPECT_NE(status, CRM_ERR_INTERNAL) << what << ": " << words;
    EXPECT_NE(status, CRM_ERR_CORRUPT) << what << ": " << words;
    EXPECT_NE(status, CRM_ERR_IO) << what << ": " << words;
    EXPECT_TRUE(status == CRM_OK || !words.empty()) << what << ": no words for " << status;
    EXPECT_TRUE(crm::is_utf8(words)) << what;
  }

  void call_on_batch() {
    Dice& dice = calls_.dice;
    const std::string source = dice.one_in(50) ? "wild" : "s-" + std::to_string(dice.below(3));
    const std::string tenant = dice.one_in(4) ? "mall-2" : "mall-1";
    uint64_t& position = positions_[tenant + "/" + source];
    crm_event_batch batch{};
    batch.tenant = dice.one_in(40) ? calls_.text(CRM_TENANT_BYTES_MAX) : calls_.kept(tenant);
    batch.source = dice.one_in(40) ? calls_.text(CRM_SOURCE_BYTES_MAX) : calls_.kept(source);
    batch.count = dice.below(8);
    const crm_event** const events = calls_.pointers<crm_event>(batch.count);
    uint64_t seq = position;
    for (uint64_t i = 0; i < batch.count; ++i) {
      seq += dice.below(3);
      events[i] = calls_.any_event(source == "wild" ? dice.bits() : seq);
    }
    batch.events = events;
    const bool is_wild = dice.one_in(60);
    if (is_wild) batch.count = CRM_BATCH_EVENTS_MAX + 1 + dice.bits() % (UINT64_MAX / 2);
    if (dice.one_in(60)) batch.events = nullptr;
    const bool is_named = crm::checked_view(batch.tenant, CRM_TENANT_BYTES_MAX) == tenant &&
                          crm::checked_view(batch.source, CRM_SOURCE_BYTES_MAX) == source;
    expect_recorded(calls_.structure(batch), is_named ? &position : nullptr);
  }

  void expect_recorded(const crm_event_batch* batch, uint64_t* position) {
    Dice& dice = calls_.dice;
    crm_event_ack whole{};
    whole.rejections_capacity = dice.below(4);
    whole.rejections = static_cast<crm_event_rejection*>(
        calls_.room(whole.rejections_capacity * sizeof(crm_event_rejection)));
    if (dice.one_in(30)) {  // a capacity without an array is none
      whole.rejections = nullptr;
      whole.rejections_capacity = dice.bits();
    }
    crm_event_ack* const ack = calls_.structure(whole);
    const crm_event_ack before = CRM_HAS(ack, rejections_count) ? *ack : whole;
    const int32_t status = events_->on_batch(instance_.raw(), dice.one_in(200) ? nullptr : batch,
                                             dice.one_in(200) ? nullptr : ack);
    expect_status(status, "on_batch");
    if (status == CRM_OK) return expect_whole_ack(*batch, *ack, position);
    if (!CRM_HAS(ack, rejections_count)) return;
    EXPECT_EQ(std::memcmp(ack, &before, sizeof(before)), 0) << "a failed call filled the ack";
  }

  void expect_whole_ack(const crm_event_batch& batch, const crm_event_ack& ack,
                        uint64_t* position) {
    EXPECT_EQ(ack.accepted + ack.duplicates + ack.rejected + ack.skipped, batch.count);
    EXPECT_LE(ack.rejections_count, ack.rejections == nullptr ? 0 : ack.rejections_capacity);
    for (uint64_t i = 0; i < ack.rejections_count; ++i) {
      const crm_event_rejection& rejection = ack.rejections[i];
      const size_t length = ::strnlen(rejection.reason, sizeof(rejection.reason));
      ASSERT_LT(length, sizeof(rejection.reason)) << "a reason is not terminated";
      EXPECT_GT(length, 10u) << rejection.reason;
      EXPECT_TRUE(crm::is_utf8({rejection.reason, length}));
      EXPECT_LT(rejection.index, batch.count);
    }
    accepted_ += ack.accepted;
    if (position == nullptr) return;
    EXPECT_GE(ack.durable_seq, *position) << "a position went back";
    *position = ack.durable_seq;
  }

  void call_position() {
    uint64_t seq = 0;
    expect_status(events_->position(instance_.raw(), tenant(), calls_.text(CRM_SOURCE_BYTES_MAX),
                                    calls_.dice.one_in(20) ? nullptr : &seq),
                  "position");
  }

  void call_refused() {
    Dice& dice = calls_.dice;
    const uint64_t capacity = dice.below(4);
    auto* const seqs = static_cast<uint64_t*>(calls_.room(capacity * sizeof(uint64_t)));
    uint64_t count = 0;
    const int32_t status = events_->refused(
        instance_.raw(), tenant(), calls_.text(CRM_SOURCE_BYTES_MAX),
        dice.one_in(2) ? dice.below(100) : dice.bits(), dice.one_in(20) ? nullptr : seqs, capacity,
        dice.one_in(20) ? nullptr : &count);
    expect_status(status, "refused");
    EXPECT_LE(count, capacity);
  }

  void call_digest() {
    auto* const sha256 = static_cast<uint8_t*>(calls_.room(32));
    expect_status(
        events_->digest(instance_.raw(), tenant(), calls_.dice.one_in(20) ? nullptr : sha256),
        "digest");
  }

  void call_render() {
    Dice& dice = calls_.dice;
    static constexpr std::array<std::string_view, 11> views = {"messages.automatic",
                                                               "messages.manual",
                                                               "message",
                                                               "message.buyers",
                                                               "message.recipients",
                                                               "order",
                                                               "member",
                                                               "exports",
                                                               "health",
                                                               "settings.attribution",
                                                               "no.such"};
    static constexpr std::array<std::string_view, 8> keys = {
        "message_id", "order_id", "member_id", "q", "period", "from", "cursor", "sort"};
    constexpr uint64_t actor_bytes_max = 256;
    constexpr uint64_t value_bytes_max = 4'000;  // 96 less than are taken, so that a place holds it
    crm_view_request request{};
    request.tenant = tenant();
    request.actor = calls_.text(actor_bytes_max);
    request.locale = calls_.kept(dice.one_in(2) ? "ko" : "en");
    request.time_zone = calls_.kept("Asia/Seoul");
    if (dice.one_in(20)) request.time_zone = calls_.text(CRM_TENANT_BYTES_MAX);
    request.view_id = dice.one_in(20) ? calls_.text(64) : calls_.kept(dice.of(views));
    static const crm_str permissions[] = {
        crm::str(CRM_PERMISSION_VIEW), crm::str(CRM_PERMISSION_MEMBER_READ),
        crm::str(CRM_PERMISSION_EXPORT), crm::str(CRM_PERMISSION_OPERATE)};
    request.permissions = permissions;
    request.permission_count = dice.below(5);
    if (dice.one_in(30)) request.permission_count = 257 + dice.bits() % (UINT64_MAX / 2);
    request.param_count = dice.below(3);
    auto* const params =
        static_cast<crm_param*>(calls_.room(request.param_count * sizeof(crm_param)));
    for (uint64_t i = 0; i < request.param_count; ++i) {
      params[i].key = dice.one_in(10) ? calls_.text(64) : calls_.kept(dice.of(keys));
      params[i].value = dice.one_in(10) ? calls_.kept(std::string(dice.below(value_bytes_max), '%'))
                                        : calls_.kept("m-1");
    }
    request.params = params;
    if (dice.one_in(30)) request.param_count = 33 + dice.bits() % (UINT64_MAX / 2);
    RecordingWriter writer;
    const int32_t status = instance_.views()->render(
        instance_.raw(), dice.one_in(100) ? nullptr : calls_.structure(request), &writer.raw);
    expect_status(status, "render");
    EXPECT_EQ(writer.text.empty(), status != CRM_OK) << status;
  }

  void call_export() {
    Dice& dice = calls_.dice;
    static const std::string signed_once =
        export_token(crm::view(library_.descriptor()->id), "mall-1", "m-1");
    std::string token = signed_once;
    if (dice.one_in(3)) token[dice.below(token.size())] ^= static_cast<char>(1 + dice.below(255));
    crm_export_request request{};
    request.tenant = tenant();
    if (dice.one_in(8)) token.assign(dice.below(2'000), static_cast<char>(dice.bits()));
    request.token = calls_.kept(token);
    if (dice.one_in(10)) {
      request.token = {request.token.data, CRM_EXPORT_TOKEN_BYTES_MAX + 1 + dice.bits() / 2};
    }
    request.origin = calls_.text(CRM_EXPORT_ORIGIN_BYTES_MAX);
    std::array<char, CRM_EXPORT_MANIFEST_BYTES_MAX> manifest;
    crm_export_result result{};
    result.manifest = dice.one_in(20) ? nullptr : manifest.data();
    result.manifest_capacity = dice.one_in(4) ? dice.below(2'000) : manifest.size();
    RecordingWriter writer;
    expect_status(instance_.exports()->run(instance_.raw(), calls_.structure(request), &writer.raw,
                                           calls_.structure(result)),
                  "run");
  }

  void call_audit() {
    crm_audit_result result{};
    expect_status(
        instance_.exports()->verify_audit(
            instance_.raw(), tenant(), calls_.dice.one_in(20) ? nullptr : calls_.structure(result)),
        "verify_audit");
  }

  void call_maintenance() {
    RecordingWriter writer;
    if (calls_.dice.one_in(2)) {
      return expect_status(instance_.maintenance()->tenants(instance_.raw(), &writer.raw),
                           "tenants");
    }
    if (calls_.dice.one_in(2)) return call_set_position();
    crm_check_request request{};
    request.flags = static_cast<uint32_t>(calls_.dice.below(4));
    request.tenant = calls_.dice.one_in(8) ? tenant() : calls_.text(CRM_TENANT_BYTES_MAX);
    request.lines_max = calls_.dice.bits();
    crm_check_result result{};
    expect_status(instance_.maintenance()->check(instance_.raw(), calls_.structure(request),
                                                 &writer.raw, calls_.structure(result)),
                  "check");
  }

  void call_set_position() {
    Dice& dice = calls_.dice;
    crm_position_request request{};
    request.tenant = tenant();
    request.source = calls_.text(CRM_SOURCE_BYTES_MAX);
    request.actor = calls_.text(CRM_ID_BYTES_MAX);
    request.origin = calls_.text(CRM_EXPORT_ORIGIN_BYTES_MAX);
    request.reason = calls_.text(CRM_DETAIL_BYTES_MAX);
    request.seq = dice.one_in(2) ? dice.below(100) : dice.bits();
    uint64_t before = 0;
    expect_status(instance_.maintenance()->set_position(instance_.raw(), calls_.structure(request),
                                                        dice.one_in(20) ? nullptr : &before),
                  "set_position");
  }

  crm_str tenant() {
    return calls_.dice.one_in(8) ? calls_.text(CRM_TENANT_BYTES_MAX) : calls_.kept("mall-1");
  }

  void record_good_batch() {
    EventBatch batch("mall-1", "good", good_seq_ + 1);
    batch.one_of_each("m-good", "member-good");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    ASSERT_EQ(events_->on_batch(instance_.raw(), &sent, &ack.raw), CRM_OK)
        << TestHost::take_explanation();
    EXPECT_EQ(ack.raw.accepted, batch.count());
    good_seq_ = batch.last_seq();
  }

  // What came through is stored whole, and a good batch is still taken.
  void expect_sound() {
    record_good_batch();
    const crm_check_request request{sizeof(request), 0, crm::str("mall-1"), 0};
    crm_check_result result{};
    result.size = sizeof(result);
    RecordingWriter findings;
    ASSERT_EQ(instance_.maintenance()->check(instance_.raw(), &request, &findings.raw, &result),
              CRM_OK)
        << TestHost::take_explanation();
    EXPECT_EQ(result.damaged + result.differing, 0u) << findings.text;
    EXPECT_GT(accepted_, 0u) << "nothing right was among the calls";
  }

  TestHost host_;
  Library library_{plugin_path()};
  Instance instance_{library_, &host_.raw};
  const crm_ext_events* const events_ = instance_.events();
  SpoiledCalls calls_{setting("CRM_FUZZ_SEED", 1)};
  std::map<std::string, uint64_t> positions_;
  uint64_t good_seq_ = 0;
  uint64_t accepted_ = 0;
};

TEST_F(FuzzedCalls, AreAnsweredAndHarmNothing) {
  const uint64_t runs = setting("CRM_FUZZ_RUNS", 20'000);
  for (uint64_t i = 0; i < runs && !HasFailure(); ++i) {
    call_under_way = i;
    SCOPED_TRACE("call " + std::to_string(i));
    call_anything();
  }
  expect_sound();
}

}  // namespace
}  // namespace crm_tests

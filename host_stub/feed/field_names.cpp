#include "feed/field_names.h"

#include <crm/ext/events.h>

#include <algorithm>
#include <array>

namespace host_stub {

namespace {

constexpr std::array<std::string_view, field_count> field_texts = {
    "seq",         "type",         "at",         "message_id",   "kind",
    "channel",     "name",         "state",      "scheduled_at", "audience",
    "delivery_id", "member_id",    "provider",   "status",       "code",
    "detail",      "fallback_of",  "cost_minor", "currency",     "touch",
    "order_id",    "amount_minor", "revision",   "lines",        "refund_id"};

constexpr std::array<std::string_view, line_field_count> line_field_texts = {
    "product_no", "name", "unit_price_minor", "option", "option_price_minor", "quantity"};

constexpr Choice event_type_choices[] = {
    {"message", CRM_EVENT_MESSAGE}, {"delivery", CRM_EVENT_DELIVERY},
    {"touch", CRM_EVENT_TOUCH},     {"order", CRM_EVENT_ORDER},
    {"refund", CRM_EVENT_REFUND},   {"member_erased", CRM_EVENT_MEMBER_ERASED}};

constexpr Choice message_kind_choices[] = {{"automatic", CRM_MESSAGE_AUTOMATIC},
                                           {"manual", CRM_MESSAGE_MANUAL}};

constexpr Choice message_state_choices[] = {{"scheduled", CRM_STATE_SCHEDULED},
                                            {"sending", CRM_STATE_SENDING},
                                            {"completed", CRM_STATE_COMPLETED},
                                            {"cancelled", CRM_STATE_CANCELLED}};

constexpr Choice channel_choices[] = {{"alimtalk", CRM_CHANNEL_ALIMTALK},
                                      {"friendtalk", CRM_CHANNEL_FRIENDTALK},
                                      {"brand_message", CRM_CHANNEL_BRAND_MESSAGE},
                                      {"sms", CRM_CHANNEL_SMS},
                                      {"lms", CRM_CHANNEL_LMS},
                                      {"mms", CRM_CHANNEL_MMS},
                                      {"rcs", CRM_CHANNEL_RCS},
                                      {"push", CRM_CHANNEL_PUSH},
                                      {"email", CRM_CHANNEL_EMAIL},
                                      {"other", CRM_CHANNEL_OTHER}};

constexpr Choice delivery_status_choices[] = {
    {"accepted", CRM_DELIVERY_ACCEPTED},   {"sent", CRM_DELIVERY_SENT},
    {"delivered", CRM_DELIVERY_DELIVERED}, {"failed", CRM_DELIVERY_FAILED},
    {"uncertain", CRM_DELIVERY_UNCERTAIN}, {"skipped", CRM_DELIVERY_SKIPPED},
    {"held_out", CRM_DELIVERY_HELD_OUT}};

constexpr Choice touch_choices[] = {
    {"open", CRM_TOUCH_OPEN}, {"click", CRM_TOUCH_CLICK}, {"coupon", CRM_TOUCH_COUPON}};

template <class Name, size_t count>
std::optional<Name> find_name(const std::array<std::string_view, count>& names,
                              std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return {};
  return static_cast<Name>(found - names.begin());
}

}  // namespace

const std::span<const std::string_view> field_names = field_texts;
const std::span<const std::string_view> line_field_names = line_field_texts;
const std::span<const Choice> event_types = event_type_choices;
const std::span<const Choice> message_kinds = message_kind_choices;
const std::span<const Choice> message_states = message_state_choices;
const std::span<const Choice> channels = channel_choices;
const std::span<const Choice> delivery_statuses = delivery_status_choices;
const std::span<const Choice> touches = touch_choices;

std::optional<Field> field_named(std::string_view name) {
  return find_name<Field>(field_texts, name);
}

std::optional<LineField> line_field_named(std::string_view name) {
  return find_name<LineField>(line_field_texts, name);
}

std::optional<uint32_t> choice_named(std::span<const Choice> choices, std::string_view text) {
  const auto found = std::find_if(choices.begin(), choices.end(),
                                  [&](const Choice& choice) { return choice.text == text; });
  if (found == choices.end()) return {};
  return found->value;
}

}  // namespace host_stub

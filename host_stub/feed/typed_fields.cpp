#include "feed/typed_fields.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include "base/printable.h"
#include "feed/rfc3339.h"

namespace host_stub {

namespace {

std::string shown(crm_str text) {
  return fmt::format("\"{}\"", printable(crm::view(text), shown_bytes_max));
}

std::string allowed_texts(std::span<const Choice> choices) {
  std::string list;
  for (const Choice& choice : choices) {
    if (!list.empty()) list += ", ";
    list += choice.text;
  }
  return list;
}

}  // namespace

TypedFields::TypedFields(std::span<const RawValue> values, std::span<const std::string_view> names,
                         std::string place)
    : values_(values), names_(names), place_(std::move(place)) {}

crm_str TypedFields::text_at(size_t field) {
  const RawValue& value = values_[field];
  if (value.kind == ValueKind::text) return value.text;
  blame_at(field, value.found, "send it as text");
  return {nullptr, 0};
}

int64_t TypedFields::integer_at(size_t field) {
  const RawValue& value = values_[field];
  if (value.kind == ValueKind::integer) return value.integer;
  blame_at(field, value.found, "send it as a whole number");
  return 0;
}

int64_t TypedFields::time_us_at(size_t field) {
  const crm_str given = text_at(field);
  const auto time = parse_rfc3339(crm::view(given));
  if (time) return *time;
  blame_at(field, shown(given) + ", which is no RFC 3339 time",
           "send one like 2026-01-31T09:00:00+09:00");
  return 0;
}

uint32_t TypedFields::choice_at(size_t field, std::span<const Choice> choices) {
  const crm_str given = text_at(field);
  const auto value = choice_named(choices, crm::view(given));
  if (value) return *value;
  blame_at(field, shown(given), "send one of " + allowed_texts(choices));
  return 0;
}

uint32_t TypedFields::growing_choice_at(size_t field, std::span<const Choice> choices) {
  const crm_str given = text_at(field);
  const auto value = choice_named(choices, crm::view(given));
  if (value) return *value;
  if (unknown_.empty()) {
    unknown_ = fmt::format("{} {}", names_[field], printable(crm::view(given), shown_bytes_max));
  }
  return 0;
}

void TypedFields::blame_at(size_t field, std::string_view found, std::string_view remedy) {
  if (!fault_.empty()) return;
  fault_ = fmt::format("{}\"{}\" is {}; {}", place_, names_[field], found, remedy);
}

void TypedFields::fail(std::string fault) {
  if (fault_.empty()) fault_ = std::move(fault);
}

}  // namespace host_stub

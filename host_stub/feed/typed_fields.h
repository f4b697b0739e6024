// Reads typed values out of raw ones and keeps the first fault, as "<what>; <remedy>".
//
// After a fault every answer is a default, so a whole structure can be read before the fault is
// looked at.
#pragma once

#include <crm/base.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "feed/field_names.h"
#include "feed/raw_values.h"

namespace host_stub {

class TypedFields {
 public:
  // `place` precedes the field's name in a fault: "lines[3] ". `names` are those of `values`.
  TypedFields(std::span<const RawValue> values, std::span<const std::string_view> names,
              std::string place = "");

  template <class Name>
  crm_str text(Name name) {
    return text_at(static_cast<size_t>(name));
  }
  template <class Name>
  crm_str optional_text(Name name) {
    return is_given(name) ? text(name) : crm_str{nullptr, 0};
  }
  // For a field that must be there but may be null.
  template <class Name>
  crm_str nullable_text(Name name) {
    return raw(name).kind == ValueKind::null ? crm_str{nullptr, 0} : text(name);
  }

  template <class Name>
  int64_t integer(Name name) {
    return integer_at(static_cast<size_t>(name));
  }
  template <class Name>
  std::optional<int64_t> optional_integer(Name name) {
    return is_given(name) ? std::optional(integer(name)) : std::nullopt;
  }

  template <class Name>
  int64_t time_us(Name name) {
    return time_us_at(static_cast<size_t>(name));
  }
  template <class Name>
  std::optional<int64_t> optional_time_us(Name name) {
    return is_given(name) ? std::optional(time_us(name)) : std::nullopt;
  }

  template <class Name>
  uint32_t choice(Name name, std::span<const Choice> choices) {
    return choice_at(static_cast<size_t>(name), choices);
  }

  // For a choice that may grow: a text that is not known makes the event skipped, not refused.
  template <class Name>
  uint32_t growing_choice(Name name, std::span<const Choice> choices) {
    return growing_choice_at(static_cast<size_t>(name), choices);
  }

  template <class Name>
  const RawValue& raw(Name name) const {
    return values_[static_cast<size_t>(name)];
  }

  template <class Name>
  void blame(Name name, std::string_view found, std::string_view remedy) {
    blame_at(static_cast<size_t>(name), found, remedy);
  }
  void fail(std::string fault);

  const std::string& fault() const { return fault_; }
  // The first choice that is not known, "channel pigeon"; empty when all are.
  const std::string& unknown() const { return unknown_; }

 private:
  template <class Name>
  bool is_given(Name name) const {
    const ValueKind kind = raw(name).kind;
    return kind != ValueKind::absent && kind != ValueKind::null;
  }

  crm_str text_at(size_t field);
  int64_t integer_at(size_t field);
  int64_t time_us_at(size_t field);
  uint32_t choice_at(size_t field, std::span<const Choice> choices);
  uint32_t growing_choice_at(size_t field, std::span<const Choice> choices);
  void blame_at(size_t field, std::string_view found, std::string_view remedy);

  const std::span<const RawValue> values_;
  const std::span<const std::string_view> names_;
  const std::string place_;
  std::string fault_;
  std::string unknown_;
};

}  // namespace host_stub

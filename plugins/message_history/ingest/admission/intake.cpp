#include "ingest/admission/intake.h"

#include <algorithm>
#include <crm/cpp/failure.hpp>
#include <cstring>
#include <limits>
#include <utility>

#include "ingest/admission/refusal.h"
#include "ingest/admission/validation.h"
#include "store/rows.h"

namespace message_history {

namespace {

constexpr auto seq_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// The refused events of a batch are kept up to this; of further ones the reason alone is kept.
constexpr std::size_t refused_event_bytes_max = std::size_t{8} << 20;

static_assert(CRM_SEQ_GAP_MAX == 1'099'511'627'776);
constexpr std::string_view position_stays =
    "; its seq is more than 1099511627776 above the position, which stays where it is";

void copy_reason(std::string_view reason, char (&target)[CRM_REJECTION_REASON_BYTES]) {
  std::size_t size = std::min(reason.size(), sizeof(target) - 1);
  while (size < reason.size() && size > 0 &&
         (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) {
    --size;
  }
  std::memcpy(target, reason.data(), size);
  target[size] = '\0';
}

}  // namespace

void Intake::take(std::span<const crm_event* const> events) {
  for (std::uint64_t i = 0; i < events.size(); ++i) take(i, events[i]);
}

void Intake::take(std::uint64_t index, const crm_event* raw) {
  auto read = crm::event_of(raw);
  if (!read) return refuse(index, 0, crm::UnknownEvent{0}, "unreadable", read.error().detail);
  if (raw->kind == CRM_EVENT_REFUSED) return take_report(index, raw);
  const crm::Event& event = read.value();
  const char* const kind = kind_name(event);
  if (raw->seq == 0 || raw->seq > seq_max) {
    return refuse(index, raw->seq, event, kind, "seq must be 1 to 9223372036854775807");
  }
  // One that is taken again leaves the position where it is.
  const bool is_again = (raw->flags & CRM_EVENT_AGAIN) != 0;
  if (raw->seq <= begin_ && !is_again) {
    ++ack_.duplicates;
    return;
  }
  if (raw->seq <= last_ && !is_again) {
    return refuse(index, raw->seq, event, kind,
                  "seq does not rise: " + std::to_string(raw->seq) + " after " +
                      std::to_string(last_) + "; number the events of a source in order");
  }
  if (std::holds_alternative<crm::UnknownEvent>(event)) {
    if (!is_again) move_past(raw->seq);
    skip("kind " + std::to_string(raw->kind));
  } else if (auto why = why_rejected(event)) {
    if (!is_again && !move_past(raw->seq)) *why += position_stays;
    refuse(index, raw->seq, event, kind, *std::move(why));
    refused_.back().again = is_again;
  } else {
    count_bytes(bytes_of(event));
    good_.add(event);
    if (!is_again) last_ = raw->seq;
    erases_ |= std::holds_alternative<const crm_event_member_erased*>(event);
    ++ack_.accepted;
  }
}

void Intake::take_report(std::uint64_t index, const crm_event* raw) {
  const auto report = crm::refused_of(raw);
  if (!report || raw->seq > seq_max) {
    return refuse(index, 0, crm::UnknownEvent{raw->kind}, "unreadable",
                  report ? "seq must be 0 to 9223372036854775807" : report.error().detail);
  }
  const bool is_again = (raw->flags & CRM_EVENT_AGAIN) != 0;
  if (raw->seq != 0 && raw->seq <= begin_ && !is_again) {
    ++ack_.duplicates;
    return;
  }
  const bool stays = !is_again && !move_past(raw->seq);
  const std::string_view name = crm::view(report.value()->name);
  count_bytes(sizeof(crm_event_refused) + name.size() + report.value()->reason.size);
  if ((raw->flags & CRM_REFUSED_IS_SKIPPED) != 0) return skip(name);
  ++ack_.rejected;
  RefusedEvent& refused = refused_.emplace_back();
  refused.seq = raw->seq;
  refused.kind = name.empty() ? "unreadable" : name;
  if (report.value()->line > 0)
    refused.reason = "line " + std::to_string(report.value()->line) + ": ";
  refused.reason += crm::view(report.value()->reason);
  if (stays) refused.reason += position_stays;
  refused.again = is_again;
}

void Intake::count_bytes(std::uint64_t bytes) {
  bytes_ += bytes;
  if (bytes_ <= CRM_BATCH_BYTES_MAX) return;
  throw crm::Failure(CRM_ERR_INVALID, "the batch's events take more than " +
                                          std::to_string(CRM_BATCH_BYTES_MAX) +
                                          " bytes; send fewer of them in one batch");
}

bool Intake::move_past(std::uint64_t seq) {
  if (seq <= last_) return true;  // a report without a number
  if (seq - last_ > CRM_SEQ_GAP_MAX) return false;
  last_ = seq;
  return true;
}

void Intake::skip(std::string_view name) {
  ++ack_.skipped;
  if (skipped_.size() >= skipped_names_max && !skipped_.contains(name)) name = {};
  const auto known = skipped_.find(name);
  if (known != skipped_.end()) {
    ++known->second;
  } else {
    skipped_.emplace(name, 1);
  }
}

void Intake::refuse(std::uint64_t index, std::uint64_t seq, const crm::Event& event,
                    const char* kind, std::string why) {
  ++ack_.rejected;
  if (ack_.rejections != nullptr && ack_.rejections_count < ack_.rejections_capacity) {
    crm_event_rejection& rejection = ack_.rejections[ack_.rejections_count++];
    rejection.index = index;
    rejection.seq = seq;
    copy_reason(why, rejection.reason);
  }
  RefusedEvent& refused =
      refused_.emplace_back(refused_event(event, std::min(seq, seq_max), std::move(why)));
  refused.kind = kind;  // also of one that could not be read
  refused_event_bytes_ += refused.event.size();
  if (refused_event_bytes_ > refused_event_bytes_max) std::string().swap(refused.event);
}

std::string Intake::record(std::string_view source, std::int64_t now_us,
                           std::uint64_t duplicates_before) && {
  std::vector<SkippedEvents> skipped;
  for (const auto& [name, count] : skipped_) skipped.push_back({name, count});
  return good_.finish({std::string(source), now_us, last_, duplicates_before + ack_.duplicates,
                       ack_.skipped, std::move(refused_), std::move(skipped)});
}

}  // namespace message_history

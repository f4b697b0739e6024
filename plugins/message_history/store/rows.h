// What the store keeps beside the model's own types: one struct a table. Times are microseconds
// UTC.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "attribution/rule.h"
#include "model/delivery.h"
#include "model/ids.h"
#include "model/message.h"

namespace message_history {

using Sha256 = std::array<std::uint8_t, 32>;

// One source of events of this tenant, and how far it is recorded.
struct SourceRow {
  SourceNo number;
  std::string name;
  std::int64_t position = 0;  // the durable sequence
  std::int64_t accepted = 0;
  std::int64_t duplicates = 0;
  std::int64_t rejected = 0;
  std::int64_t skipped = 0;
  std::int64_t batches = 0;
  std::int64_t recorded_at_us = 0;  // the host's clock at the last batch
};

inline constexpr std::uint64_t repeated_told_min = 100;

// Events of a source at or below its position, since the last that was not; of a few nothing is
// told.
struct Repeated {
  std::int64_t events = 0;    // 0: none
  std::int64_t since_us = 0;  // the host's clock
};

// Counters of one message; every batch adds its net change.
struct MessageCounts {
  RecipientCounts recipients;
  std::int64_t clickers = 0;  // distinct members with a click
  std::int64_t openers = 0;
  std::int64_t redeemers = 0;  // distinct members with a coupon
  std::int64_t buyers = 0;     // distinct members with a credited order
  std::int64_t orders = 0;     // credited, of any currency
  friend bool operator==(const MessageCounts&, const MessageCounts&) = default;
};

struct MessageRow {
  MessageNo number;
  std::string message_id;
  MessageReport report;
  std::optional<std::int64_t> sent_at_us;  // the first attempt
  std::int64_t activity_at_us = 0;         // the newest event about it
  // The day it is listed under in the tenant's time zone: of being sent, else of being due, else of
  // being last reported.
  std::int32_t listed_day = 0;
  MessageCounts counts;
  friend bool operator==(const MessageRow&, const MessageRow&) = default;
};

// Money of one message in one currency.
struct MessageMoney {
  std::int64_t orders = 0;
  std::int64_t gross_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t cost_minor = 0;
  std::int64_t net_minor() const { return gross_minor - refunded_minor; }
  friend bool operator==(const MessageMoney&, const MessageMoney&) = default;
};
using MoneyByCurrency = std::map<std::string, MessageMoney>;

// Counters of one message and one day of the tenant's time zone.
struct DayCounts {
  std::int64_t success = 0;  // recipients by the day of their first attempt
  std::int64_t failed = 0;
  std::int64_t pending = 0;
  std::int64_t excluded = 0;
  std::int64_t clicks = 0;  // members by the day of a click, once a day
  friend bool operator==(const DayCounts&, const DayCounts&) = default;
};

// A day on which a member clicked again, with the last day before it on which the same member
// clicked the same message. A period that holds both days counts the member once less than its days
// do.
struct ClickedAgain {
  std::int32_t day = 0;
  std::int32_t previous_day = 0;
  friend auto operator<=>(const ClickedAgain&, const ClickedAgain&) = default;
};

// Failed attempts of one message by what the provider said.
struct FailureCounts {
  std::int64_t attempts = 0;
  std::int64_t unreached = 0;  // recipients that failed, this being their last failure
  friend bool operator==(const FailureCounts&, const FailureCounts&) = default;
};

// All orders of the shop in one currency, attributed or not.
struct ShopMoney {
  std::int64_t orders = 0;
  std::int64_t gross_minor = 0;
  std::int64_t refunded_minor = 0;
  friend bool operator==(const ShopMoney&, const ShopMoney&) = default;
};

struct DeliveryName {
  MessageNo message;
  std::string_view delivery_id;
  friend auto operator<=>(const DeliveryName&, const DeliveryName&) = default;
};

struct TouchRow {
  MemberNo member;
  std::int64_t at_us = 0;
  TouchKind kind = TouchKind::click;
  MessageNo message;
  std::string delivery_id;  // empty when not known
  friend auto operator<=>(const TouchRow&, const TouchRow&) = default;
};

// Where an order stands among those of its member.
struct OrderPlace {
  std::int64_t placed_at_us = 0;
  OrderNo number;
};

struct PlacedOrder {
  OrderPlace place;
  bool names_message = false;  // so that no touch can win it
};

// An order credited to a message.
struct CreditRow {
  OrderNo order;
  MessageNo message;
  std::int64_t ordered_at_us = 0;
  MemberNo member;  // none for an order without a member
  std::string currency;
  std::int64_t gross_minor = 0;
  std::int64_t refunded_minor = 0;
  TouchKind touch = TouchKind::delivered;
  std::int64_t touch_at_us = 0;
  std::string delivery_id;  // of the touch; empty when not known
  std::int64_t rule_version = 0;
  friend bool operator==(const CreditRow&, const CreditRow&) = default;
};

// What one member did with one message, for counting members once.
struct MemberCounts {
  std::int64_t clicks = 0;
  std::int64_t opens = 0;
  std::int64_t coupons = 0;
  std::int64_t orders = 0;
  friend bool operator==(const MemberCounts&, const MemberCounts&) = default;
  bool none() const { return *this == MemberCounts{}; }
};

// A member id as one person: what was erased lives on under a tombstone, apart from what came
// later.
struct MemberIdentity {
  MemberNo live;    // none: not seen (after the erasure)
  MemberNo erased;  // none: never erased
  std::int64_t erased_until_us = -1;

  bool includes(MemberNo member) const { return member && (member == live || member == erased); }
  bool is_erased_at(std::int64_t at_us) const { return at_us <= erased_until_us; }
};

// Erasures that are not complete: some file may still hold the ids.
struct PendingScrub {
  std::int64_t erasures = 0;      // 0: everything is complete
  std::int64_t since_record = 0;  // of the journal, which named the first of them
  std::int64_t since_us = 0;      // the host's clock when that was recorded
  std::int64_t until_record = 0;  // which named the last of them
  friend bool operator==(const PendingScrub&, const PendingScrub&) = default;
};

// A time that expiry may go by, and what a clock that only goes forward said then.
struct TrustedTime {
  std::int64_t us = 0;  // 0: none is known
  std::int64_t steady_us = 0;
  std::string boot;  // of the machine, which `steady_us` counts from; empty: unknown
};

// Where details end.
struct Cutoffs {
  std::int64_t kept_from_us = 0;       // what happened before has expired; 0: nothing has
  std::int64_t dropped_before_us = 0;  // of what happened before, something may be gone
  bool is_sweeping = false;            // towards `kept_from_us`: what is before is hidden
  friend bool operator==(const Cutoffs&, const Cutoffs&) = default;
};

// Stands for a member id where the id itself must not be kept: a keyed hash of it.
using MemberKey = Sha256;

// The newest are kept: so many events, and so many bytes of what is told of them.
inline constexpr std::int64_t quarantine_events_max = 100'000;
inline constexpr std::int64_t quarantine_bytes_max = std::int64_t{64} << 20;
inline constexpr std::int64_t quarantine_event_bytes_max = 8'192;

struct QuarantineRow {
  SourceNo source;
  std::int64_t seq = 0;
  std::int64_t at_us = 0;  // the host's clock when it was refused
  std::string kind;        // "delivery", or "unreadable"
  std::string reason;
  std::string event;                // the event as JSON, cut to a maximum
  std::optional<MemberKey> member;  // whom it names, so that erasing finds it
};

// The most names of one source; further ones are counted under the empty name.
inline constexpr std::size_t skipped_names_max = 100;

// Events of a source that are not known and were skipped, by name: "type survey".
struct SkippedRow {
  SourceNo source;
  std::string name;
  std::int64_t events = 0;
  std::int64_t at_us = 0;  // the host's clock when the last of them came
};

struct Route {
  RouteNo number;
  Channel channel = Channel::other;
  std::string provider;
};

// One row of the audit chain; append-only. sha256 covers the row and previous_sha256.
struct AuditRow {
  std::int64_t number = 0;  // 1, 2, 3 ... without gaps
  std::int64_t at_us = 0;
  // "granted", "completed", "refused", "cancelled", "failed", "aborted", "read", "position"
  std::string event;
  std::string export_id;
  std::string actor;
  std::string origin;
  std::string reason;
  std::string message_id;
  std::string dialect;
  std::string columns;  // comma-separated keys; of a reading, the view
  bool masked = true;
  std::int64_t rows = 0;
  std::string csv_sha256;  // hex; empty while there is none
  std::string detail;      // why it was refused or ended; of a reading, whose ids, as digests
  std::string iss;         // with jti: which token; unique among granted rows
  std::string jti;
  Sha256 previous_sha256{};
  Sha256 sha256{};
};

// Where the audit chain ended when a row was added last; zeros before the first.
struct AuditHead {
  std::int64_t number = 0;
  Sha256 sha256{};
  friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

}  // namespace message_history

// Every table of the database with its columns. SCHEMA.md says what they mean; blocks carry their
// checksum themselves, and the rows of `fence` tie them to their runs. A table that is not marked
// as derived is a fact; what `run` and `fence` are goes by their trees.
#pragma once

#include <array>

#include "store/sqlite/base/table.h"

namespace message_history::sqlite::tables {

inline constexpr Table meta{"meta", "key, value"};
inline constexpr Table source{
    "source",
    "source_no, name, position, accepted, duplicates, rejected, skipped, batches, recorded_at"};
inline constexpr Table quarantine{
    "quarantine", "quarantine_no, source_no, seq, at, kind, reason, event, member_key"};
inline constexpr Table skipped{"skipped", "source_no, name, events, at", 2};
inline constexpr Table route{"route", "route_no, channel, provider"};
inline constexpr Table member{"member", "member_no, member, erased"};
inline constexpr Table erasure{"erasure", "member_key, member_no, until_at, id_hash"};

inline constexpr Table message{
    "message",
    "message_no, message_id, facts_at, state, kind, channel, name, scheduled_set_at, scheduled_at, "
    "audience_set_at, audience, sent_at, activity_at, listed_day, success, failed, pending, "
    "excluded, delivered, held_out, converted_reached, converted_held_out, clickers, openers, "
    "redeemers, buyers, orders",
    1, 1, Derivation::mixed};
inline constexpr Table message_money{"message_money",
                                     "message_no, currency, orders, gross, refunded, cost", 2, 0,
                                     Derivation::counters};
inline constexpr Table message_day{"message_day",
                                   "message_no, day, success, failed, pending, excluded, clicks", 2,
                                   0, Derivation::counters};
inline constexpr Table revenue_day{"revenue_day",
                                   "message_no, day, currency, orders, gross, refunded", 3, 0,
                                   Derivation::counters};
inline constexpr Table failure{"failure", "message_no, route_no, code, attempts, unreached", 3, 0,
                               Derivation::counters};
inline constexpr Table message_member{"message_member",
                                      "message_no, member_no, clicks, opens, coupons, orders", 2, 0,
                                      Derivation::kept};
inline constexpr Table shop{"shop", "currency, orders, gross, refunded", 1, 0,
                            Derivation::counters};
inline constexpr Table shop_day{"shop_day", "day, currency, orders, gross, refunded", 2, 0,
                                Derivation::counters};
inline constexpr Table bought_by{"bought_by", "message_no, touch, orders", 2, 0,
                                 Derivation::counters};
inline constexpr Table other_refund{"other_refund", "order_no", 1, 0, Derivation::kept};

inline constexpr Table message_place{
    "message_place", "sort, shelf, value, message_id, message_no, day", 4, 0, Derivation::lists};
inline constexpr Table shelf{
    "shelf", "shelf, messages, success, failed, pending, excluded, clickers, orders", 1, 0,
    Derivation::sums};
inline constexpr Table shelf_money{"shelf_money", "shelf, currency, orders, gross, refunded", 2, 0,
                                   Derivation::sums};
inline constexpr Table shelf_day{
    "shelf_day", "day, shelf, messages, success, failed, pending, excluded, clickers, orders", 2, 0,
    Derivation::sums};
inline constexpr Table shelf_day_money{
    "shelf_day_money", "day, shelf, currency, orders, gross, refunded", 3, 0, Derivation::sums};
inline constexpr Table message_words{"message_words", "block, words", 1, 0, Derivation::lists};
inline constexpr Table period_day{
    "period_day", "days, first_day, message_no, success, failed, pending, excluded, clicks", 3, 0,
    Derivation::sums};
inline constexpr Table period_money{
    "period_money", "days, first_day, message_no, currency, orders, gross, refunded", 4, 0,
    Derivation::sums};

inline constexpr Table clicked_again{"clicked_again", "message_no, day, previous_day, members", 3,
                                     0, Derivation::counters};
inline constexpr Table period_clicked_again{
    "period_clicked_again",
    "days, previous_days, first_day, first_previous_day, message_no, members", 5, 0,
    Derivation::sums};

inline constexpr Table run{
    "run",
    "run_no, tree, level, entries, merged_into, growing, first_key, last_key, first_at, last_at, "
    "first_place, blocks"};
inline constexpr Table fence{"fence", "run_no, first_key, block_no, place, entries, block_crc", 2};

inline constexpr Table touch{"touch", "member_no, at, kind, message_no, delivery_id", 5};
inline constexpr Table orders{
    "orders",
    "order_no, order_id, member_no, placed_at, revision, at, currency, amount, message_no, "
    "message_id, refunded, lines",
    1, 1, Derivation::mixed};
inline constexpr Table refund{"refund", "refund_id, order_id, at, currency, amount"};
inline constexpr Table refund_sum{"refund_sum", "order_id, currency, refunds, amount", 2, 0,
                                  Derivation::kept};
inline constexpr Table held_refund{"held_refund", "order_id, refund_id", 2, 0, Derivation::kept};
inline constexpr Table past_order{"past_order", "order_key"};
inline constexpr Table credit{
    "credit",
    "order_no, message_no, ordered_at, member_no, currency, gross, refunded, touch, touch_at, "
    "delivery_id, rule_version",
    1, 0, Derivation::kept};

inline constexpr Table audit{
    "audit",
    "audit_no, at, event, export_id, actor, origin, reason, message_id, dialect, columns, masked, "
    "rows, csv_sha256, detail, iss, jti, previous_sha256, sha256"};
inline constexpr Table audit_head{"audit_head", "only, audit_no, sha256"};
inline constexpr Table running_export{"running_export", "export_id, audit_no", 1, 0,
                                      Derivation::kept};

// How many rows each of the others has; see row_count.h.
inline constexpr Table row_count{"row_count", "name, rows, checksums"};

// Those that row_count counts.
inline constexpr std::array counted = {&meta,          &source,
                                       &quarantine,    &route,
                                       &member,        &erasure,
                                       &message,       &message_money,
                                       &message_day,   &revenue_day,
                                       &failure,       &message_member,
                                       &shop,          &message_place,
                                       &shelf,         &shelf_money,
                                       &shelf_day,     &shelf_day_money,
                                       &message_words, &period_day,
                                       &period_money,  &run,
                                       &fence,         &touch,
                                       &orders,        &refund,
                                       &held_refund,   &past_order,
                                       &credit,        &audit,
                                       &audit_head,    &running_export,
                                       &clicked_again, &period_clicked_again,
                                       &shop_day,      &bought_by,
                                       &other_refund,  &skipped,
                                       &refund_sum};

}  // namespace message_history::sqlite::tables

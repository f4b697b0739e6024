// The table `meta`: what there is one of in a store, by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "calendar/time_zone.h"
#include "store/rows.h"
#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

std::optional<std::string> find_meta(Connection& db, std::string_view key);
// CORRUPT when it is missing.
std::string meta(Connection& db, std::string_view key);
// CORRUPT when it is missing, no number or below 0.
std::int64_t required_meta_number(Connection& db, std::string_view key);
// 0 when it is missing; CORRUPT when it is no number or below 0.
std::int64_t meta_number(Connection& db, std::string_view key);
void put_meta(Connection& db, std::string_view key, std::string_view value);

// The tenant's; INVALID when this system does not know it.
TimeZone known_time_zone(Connection& db);

// Up to which record the journal is settled.
inline constexpr std::string_view settled_record_key = "journal.settled";

// Reads and writes what a source repeats, under names with its number.
Repeated read_repeated(Connection& db, SourceNo source);
void put_repeated(Connection& db, SourceNo source, const Repeated& repeated);

}  // namespace message_history::sqlite

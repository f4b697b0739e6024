#include "ingest/recorder.h"

#include <crm/cpp/events.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <new>
#include <utility>

#include "export/proof/sha256.h"
#include "ingest/admission/intake.h"
#include "tenant/expiry.h"
#include "tenant/scrubbing.h"
#include "tenant/settling.h"

namespace message_history {

namespace {

// Manifests list every source; this many always fit.
constexpr std::size_t sources_max = 256;

// What one batch waits at most while more waits than should; then it is taken in all the same, up
// to what may wait at all. Recording goes as fast as settling by it, and no batch takes as long as
// a transaction.
constexpr std::chrono::milliseconds room_wait_max{25};

// The counters of `ack` that on_batch fills; the caller's array stays.
crm_event_ack blank(const crm_event_ack& ack) {
  crm_event_ack fresh{};
  fresh.size = ack.size;
  fresh.rejections = ack.rejections;
  fresh.rejections_capacity = ack.rejections == nullptr ? 0 : ack.rejections_capacity;
  return fresh;
}

void check_name(crm_str name, std::uint64_t bytes_max, const char* what) {
  if (name.size > 0 && crm::checked_view(name, bytes_max)) return;
  throw crm::Failure(CRM_ERR_INVALID, std::string("the ") + what + " must be 1 to " +
                                          std::to_string(bytes_max) + " bytes of UTF-8");
}

void check_ack(const crm_event_ack* ack) {
  if (ack == nullptr || !CRM_HAS(ack, rejections_count)) {
    throw crm::Failure(CRM_ERR_INVALID, "the ack structure is missing or too short");
  }
}

// A hundred, and then as many more as were told before: a source that sends all of it again does
// not write for each batch.
bool is_worth_telling(const Tenant::Repeats& repeats, std::uint64_t duplicates) {
  const std::uint64_t waiting = repeats.waiting + duplicates;
  return waiting >= repeated_told_min && waiting >= repeats.told;
}

}  // namespace

void Recorder::record(const crm_event_batch* batch, crm_event_ack* ack) {
  const auto good = crm::check_batch(batch);
  if (!good) throw crm::Failure(good.error());
  check_ack(ack);
  const auto began = std::chrono::steady_clock::now();

  const std::shared_ptr<Tenant> tenant = tenants_.open_or_create(crm::view(batch->tenant));
  crm_event_ack result = blank(*ack);
  tenant->backlog.wait_for_room(began + room_wait_max);
  take_in(*tenant, *batch, result);
  *ack = result;

  host_.add_metric("message_history.events.accepted", static_cast<std::int64_t>(result.accepted));
  host_.add_metric("message_history.events.rejected", static_cast<std::int64_t>(result.rejected));
  host_.observe_us("message_history.batch", std::chrono::duration_cast<std::chrono::microseconds>(
                                                std::chrono::steady_clock::now() - began)
                                                .count());
}

void Recorder::take_in(Tenant& tenant, const crm_event_batch& batch, crm_event_ack& result) {
  const crm::Lock intake_lock(tenant.intake);
  make_ready(tenant);
  const std::string source(crm::view(batch.source));
  auto& positions = *tenant.positions;
  const auto known = positions.find(source);
  if (known == positions.end() && positions.size() >= sources_max) {
    throw crm::Failure(CRM_ERR_FULL, "tenant \"" + std::string(crm::view(batch.tenant)) +
                                         "\" has " + std::to_string(sources_max) +
                                         " sources; report under one of their names");
  }
  Intake intake(known == positions.end() ? 0 : known->second, result);
  intake.take({batch.events, batch.count});
  result.durable_seq = intake.position();
  // A batch of nothing but duplicates changes nothing, so there is nothing to make durable. That
  // there were many, one after the other, is to be told.
  Tenant::Repeats& repeats = tenant.repeats[source];
  const bool is_new = intake.changes_anything();
  if (!is_new && !is_worth_telling(repeats, result.duplicates)) {
    repeats.waiting += result.duplicates;
    return;
  }
  const bool erases = intake.erases();
  // All memory that is needed is taken before the batch is durable: from then on nothing may fail.
  PlacedBatch placed(result.accepted,
                     std::move(intake).record(source, host_.now_us(), repeats.waiting));
  const auto [position, is_first] = positions.try_emplace(source, 0);
  try {
    tenant.journal->settled(tenant.backlog.settled_number());
    const std::uint64_t number = tenant.journal->append(placed.payload());
    position->second = result.durable_seq;
    tenant.backlog.add(std::move(placed), number);
  } catch (...) {
    if (is_first) positions.erase(position);
    throw;
  }
  repeats.told = is_new ? 0 : repeats.told + repeats.waiting + result.duplicates;
  repeats.waiting = 0;
  see_to_settling(tenant, erases);
}

// The batch is durable: should this fail, the next one that is recorded, or read, tries again.
void Recorder::see_to_settling(Tenant& tenant, bool erases) noexcept {
  try {
    if (erases) settle_now(tenant);
    settler_.add(tenant);
  } catch (...) {
    tenant.is_stuck = true;
  }
}

// Ready to append: the journal is open, the positions are known, and no more waits than may.
void Recorder::make_ready(Tenant& tenant) {
  if (!tenant.journal) take_up(tenant, open_journal(tenant.reader()));
  if (!tenant.positions || tenant.is_stuck) {
    settle_all(tenant);
    tenant.is_stuck = false;
  }
  if (!tenant.positions) {
    // All or nothing: a source without its position would be recorded anew.
    std::unordered_map<std::string, std::uint64_t> positions;
    const crm::Lock writer(tenant.writer);
    for (const SourceRow& row : tenant.store->sources()) {
      positions.emplace(row.name, static_cast<std::uint64_t>(row.position));
    }
    tenant.positions.emplace(std::move(positions));
  }
  while (tenant.backlog.is_full()) {
    settle_some(tenant, {.events_max = settled_chunk_events});
  }
}

// Settles, and takes erased ids out of the files at once. The settler goes on where a reader of an
// earlier state still needs them. Should settling fail, the next batch tries again: this one is
// durable.
void Recorder::settle_now(Tenant& tenant) {
  tenants_.attempt(tenant, [&tenant]() CRM_REQUIRES(tenant.intake) {
    settle_all(tenant);
    scrub_some_with_intake(tenant);
  });
}

// Whether there is more to drop. What fails here is no batch's failure.
bool Recorder::sweep(Tenant& tenant) {
  const crm::Lock writer(tenant.writer);
  try {
    return expire_some(tenant);
  } catch (const crm::Failure& failure) {
    host_.log(CRM_LOG_WARNING, std::string("old details could not be dropped: ") + failure.what());
    return false;
  }
}

std::uint64_t Recorder::position(crm_str tenant, crm_str source) {
  check_name(tenant, CRM_TENANT_BYTES_MAX, "tenant");
  check_name(source, CRM_SOURCE_BYTES_MAX, "source");
  const auto open = tenants_.open(crm::view(tenant));
  if (!open) return 0;
  {
    const crm::Lock lock(open->intake);
    if (open->positions) {
      const auto known = open->positions->find(std::string(crm::view(source)));
      return known == open->positions->end() ? 0 : known->second;
    }
  }
  for (const SourceRow& row : open->reader().snapshot()->sources()) {
    if (row.name == crm::view(source)) return static_cast<std::uint64_t>(row.position);
  }
  return 0;
}

std::uint64_t Recorder::refused(crm_str tenant, crm_str source, std::uint64_t after,
                                std::span<std::uint64_t> seqs) {
  check_name(tenant, CRM_TENANT_BYTES_MAX, "tenant");
  check_name(source, CRM_SOURCE_BYTES_MAX, "source");
  constexpr auto seq_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (seqs.empty() || after >= seq_max) return 0;
  const auto open = tenants_.open(crm::view(tenant));
  if (!open) return 0;
  settle_all(*open);
  const auto found = open->reader().snapshot()->refused_seqs(
      crm::view(source), static_cast<std::int64_t>(after),
      static_cast<std::int64_t>(std::min<std::size_t>(seqs.size(), quarantine_events_max)));
  std::transform(found.begin(), found.end(), seqs.begin(),
                 [](std::int64_t seq) { return static_cast<std::uint64_t>(seq); });
  return found.size();
}

std::uint64_t Recorder::set_position(
    Tenant& tenant, const NewPosition& position,
    const std::function<void(std::uint64_t before)>& put_on_record) {
  constexpr auto seq_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (position.seq > seq_max) {
    throw crm::Failure(CRM_ERR_INVALID, "a position must be 0 to " + std::to_string(seq_max));
  }
  const crm::Lock intake_lock(tenant.intake);
  make_ready(tenant);
  const auto known = tenant.positions->find(position.source);
  if (known == tenant.positions->end()) {
    throw crm::Failure(CRM_ERR_NOT_FOUND, "nothing was recorded of the source \"" +
                                              position.source + "\"; name one of the health view");
  }
  const std::uint64_t before = known->second;
  put_on_record(before);
  // A batch without events: what is recorded of it is its position.
  crm_event_ack ack{};
  PlacedBatch placed(0, Intake(position.seq, ack).record(position.source, host_.now_us()));
  tenant.journal->settled(tenant.backlog.settled_number());
  const std::uint64_t number = tenant.journal->append(placed.payload());
  known->second = position.seq;
  tenant.backlog.add(std::move(placed), number);
  see_to_settling(tenant, false);
  return before;
}

Sha256 Recorder::digest(crm_str tenant) {
  check_name(tenant, CRM_TENANT_BYTES_MAX, "tenant");
  const auto open = applied_tenant(crm::view(tenant));
  Sha256Hasher hasher;
  open->reader().snapshot()->each_fact([&](std::string_view fact) { hasher.update(fact); });
  return hasher.finish();
}

bool Recorder::try_apply_all(Tenant& tenant) {
  const std::uint64_t last = tenant.backlog.last_number();
  const std::int32_t status = tenants_.attempt(tenant, [&tenant] {
    settle_all(tenant);
    empty_journal(tenant);
  });
  // Memory may be there the next moment.
  if (status == CRM_ERR_NO_MEMORY) throw std::bad_alloc();
  if (tenant.is_scrub_pending) settler_.add(tenant);
  return !tenant.backlog.holds_up_to(last);
}

// A page of before, which says so, is better than none on a full disk.
std::shared_ptr<Tenant> Recorder::settled_tenant(std::string_view name) {
  auto tenant = tenants_.open_existing(name);
  try_apply_all(*tenant);
  return tenant;
}

std::shared_ptr<Tenant> Recorder::applied_tenant(std::string_view name) {
  auto tenant = tenants_.open_existing(name);
  if (try_apply_all(*tenant)) return tenant;
  const UnappliedEvents waiting = unapplied_events(*tenant).value_or(
      UnappliedEvents{tenant->backlog.events(), {CRM_ERR_BUSY, "another thread applies them", 0}});
  throw crm::Failure(
      waiting.why.status,
      "tenant \"" + std::string(name) + "\": " + std::to_string(waiting.events) +
          " recorded events are not applied and would be missing: " + waiting.why.text +
          "; they are safe in the journal: put that right and ask again");
}

void Recorder::stop(std::chrono::milliseconds settling_max) {
  const auto settles_until = Tenants::Clock::now() + settling_max;
  settler_.stop();
  tenants_.close_all(settles_until);
}

}  // namespace message_history

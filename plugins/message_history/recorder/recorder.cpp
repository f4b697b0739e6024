#include "recorder/recorder.h"

#include <crm/cpp/events.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "export/sha256.h"
#include "recorder/batch_work.h"
#include "recorder/validation.h"

namespace message_history {

namespace {

// Manifests list every source; this many always fit.
constexpr std::int64_t sources_max = 256;
constexpr auto seq_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

void copy_reason(std::string_view reason, char (&target)[CRM_REJECTION_REASON_BYTES]) {
  std::size_t size = std::min(reason.size(), sizeof(target) - 1);
  while (size < reason.size() && size > 0 &&
         (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) {
    --size;
  }
  std::memcpy(target, reason.data(), size);
  target[size] = '\0';
}

// Takes the events of one batch in turn and keeps the count of what became of them.
class Intake {
 public:
  Intake(BatchWork& work, SourceRow& source, crm_event_ack& ack, std::int64_t now_us)
      : work_(work),
        source_(source),
        ack_(ack),
        now_us_(now_us),
        begin_(static_cast<std::uint64_t>(source.position)),
        last_(begin_) {}

  void take_all(std::span<const crm_event* const> events) {
    judged_.reserve(events.size());
    for (const crm_event* raw : events) judge(raw);
    // Looking deliveries up together is much cheaper than one by one.
    std::vector<const crm_event_delivery*> deliveries;
    for (const Judged& judged : judged_) {
      const auto* delivery = std::get_if<const crm_event_delivery*>(&judged.event);
      if (delivery != nullptr && judged.fate == Fate::apply) deliveries.push_back(*delivery);
    }
    work_.prefetch(deliveries);
    for (std::size_t i = 0; i < judged_.size(); ++i) settle(i, judged_[i]);
  }

  std::uint64_t last() const { return last_; }

 private:
  enum class Fate : std::uint8_t { apply, duplicate, skip, reject };
  struct Judged {
    Fate fate = Fate::apply;
    std::uint64_t seq = 0;
    crm::Event event = crm::UnknownEvent{0};
    const char* kind = "unreadable";
    std::string why;
  };

  void judge(const crm_event* raw) {
    Judged& judged = judged_.emplace_back();
    const auto reject = [&](std::string why) {
      judged.fate = Fate::reject;
      judged.why = std::move(why);
    };
    auto event = crm::event_of(raw);
    if (!event) return reject(event.error().detail);
    judged.event = event.value();
    judged.kind = kind_name(judged.event);
    judged.seq = raw->seq;
    if (raw->seq == 0 || raw->seq > seq_max) {
      return reject("seq must be 1 to 9223372036854775807");
    }
    if (raw->seq <= begin_) {
      judged.fate = Fate::duplicate;
      return;
    }
    if (raw->seq <= last_) {
      return reject("seq does not rise: " + std::to_string(raw->seq) + " after " +
                    std::to_string(last_) + "; number the events of a source in order");
    }
    last_ = raw->seq;
    if (std::holds_alternative<crm::UnknownEvent>(judged.event)) {
      judged.fate = Fate::skip;
    } else if (auto why = why_rejected(judged.event)) {
      reject(*std::move(why));
    } else if (work_.is_past(judged.event)) {
      judged.fate = Fate::skip;
    }
  }

  void settle(std::uint64_t index, const Judged& judged) {
    switch (judged.fate) {
      case Fate::duplicate:
        ++ack_.duplicates;
        return;
      case Fate::skip:
        ++ack_.skipped;
        return;
      case Fate::reject:
        return reject(index, judged.seq, judged.event, judged.kind, judged.why);
      case Fate::apply:
        break;
    }
    if (const auto why = work_.apply(judged.event)) {
      return reject(index, judged.seq, judged.event, judged.kind, *why);
    }
    ++ack_.accepted;
  }

  void reject(std::uint64_t index, std::uint64_t seq, const crm::Event& event, const char* kind,
              const std::string& why) {
    QuarantineRow row;
    row.source = source_.number;
    row.seq = static_cast<std::int64_t>(std::min(seq, seq_max));
    row.at_us = now_us_;
    row.kind = kind;
    row.reason = why;
    row.event = event_text(event, quarantine_event_bytes_max);
    work_.quarantine(std::move(row), event);
    ++ack_.rejected;
    if (ack_.rejections == nullptr || ack_.rejections_count == ack_.rejections_capacity) return;
    crm_event_rejection& rejection = ack_.rejections[ack_.rejections_count++];
    rejection.index = index;
    rejection.seq = seq;
    copy_reason(why, rejection.reason);
  }

  BatchWork& work_;
  SourceRow& source_;
  crm_event_ack& ack_;
  std::int64_t now_us_;
  std::uint64_t begin_;
  std::uint64_t last_;
  std::vector<Judged> judged_;
};

// The counters of `ack` that on_batch fills; the caller's array stays.
crm_event_ack blank(const crm_event_ack& ack) {
  crm_event_ack fresh{};
  fresh.size = ack.size;
  fresh.rejections = ack.rejections;
  fresh.rejections_capacity = ack.rejections == nullptr ? 0 : ack.rejections_capacity;
  return fresh;
}

void check_name(crm_str name, std::uint64_t bytes_max, const char* what) {
  if (crm::is_readable(name) && name.size > 0 && name.size <= bytes_max &&
      crm::is_utf8(crm::view(name))) {
    return;
  }
  throw crm::Failure(CRM_ERR_INVALID, std::string("the ") + what + " must be 1 to " +
                                          std::to_string(bytes_max) + " bytes of UTF-8");
}

void check_ack(const crm_event_ack* ack) {
  if (ack == nullptr || !CRM_HAS(ack, rejections_count)) {
    throw crm::Failure(CRM_ERR_INVALID, "the ack structure is missing or too short");
  }
}

void add_to(SourceRow& source, const crm_event_ack& result) {
  source.position = static_cast<std::int64_t>(result.durable_seq);
  source.accepted += static_cast<std::int64_t>(result.accepted);
  source.duplicates += static_cast<std::int64_t>(result.duplicates);
  source.rejected += static_cast<std::int64_t>(result.rejected);
  source.skipped += static_cast<std::int64_t>(result.skipped);
  source.batches += 1;
}

// The batch is durable: whatever happens here is not its failure.
void sweep_after_batch(const crm::Host& host, Tenant& tenant, std::int64_t now_us) {
  try {
    const auto days = tenant.kept_days.at(host, tenant.store->facts().tenant, now_us);
    sweep_some(*tenant.store, tenant.zone, now_us, days);
  } catch (const crm::Failure& failure) {
    host.log(CRM_LOG_WARNING, std::string("old details could not be dropped: ") + failure.what());
  }
}

}  // namespace

void Recorder::record(const crm_event_batch* batch, crm_event_ack* ack) {
  const auto good = crm::check_batch(batch);
  if (!good) throw crm::Failure(good.error());
  check_ack(ack);
  const auto began = std::chrono::steady_clock::now();

  const std::shared_ptr<Tenant> tenant = tenants_.open_or_create(crm::view(batch->tenant));
  const std::lock_guard writer(tenant->writer);
  crm_event_ack result = blank(*ack);
  auto transaction = tenant->store->begin();
  SourceRow source = transaction->source(crm::view(batch->source));
  if (source.number.value > sources_max) {
    throw crm::Failure(CRM_ERR_FULL, "tenant \"" + std::string(crm::view(batch->tenant)) +
                                         "\" has " + std::to_string(sources_max) +
                                         " sources; report under one of their names");
  }
  source.recorded_at_us = host_.now_us();
  BatchWork work(*transaction, tenant->store->facts(), tenant->zone);
  Intake intake(work, source, result, source.recorded_at_us);
  intake.take_all({batch->events, batch->count});
  result.durable_seq = intake.last();
  // A batch of nothing but duplicates changes nothing, so there is nothing to make durable.
  if (result.accepted + result.rejected + result.skipped > 0) {
    work.finish();
    add_to(source, result);
    transaction->put_source(source);
    transaction->commit(work.erased());
  }
  *ack = result;
  sweep_after_batch(host_, *tenant, source.recorded_at_us);

  host_.add_metric("message_history.events.accepted", static_cast<std::int64_t>(result.accepted));
  host_.add_metric("message_history.events.rejected", static_cast<std::int64_t>(result.rejected));
  host_.observe_us("message_history.batch", std::chrono::duration_cast<std::chrono::microseconds>(
                                                std::chrono::steady_clock::now() - began)
                                                .count());
}

std::uint64_t Recorder::position(crm_str tenant, crm_str source) {
  check_name(tenant, CRM_TENANT_BYTES_MAX, "tenant");
  check_name(source, CRM_SOURCE_BYTES_MAX, "source");
  const auto open = tenants_.open(crm::view(tenant));
  if (!open) return 0;
  for (const SourceRow& row : open->store->snapshot()->sources()) {
    if (row.name == crm::view(source)) return static_cast<std::uint64_t>(row.position);
  }
  return 0;
}

Sha256 Recorder::digest(crm_str tenant) {
  check_name(tenant, CRM_TENANT_BYTES_MAX, "tenant");
  const auto open = tenants_.open_existing(crm::view(tenant));
  Sha256Hasher hasher;
  open->store->snapshot()->each_fact([&](std::string_view fact) { hasher.update(fact); });
  return hasher.finish();
}

}  // namespace message_history

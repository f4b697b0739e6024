#include "recorder/tenants.h"

#include <crm/ext/events.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <charconv>

#include "export/sha256.h"
#include "recorder/settling.h"

namespace message_history {

namespace {

constexpr const char* default_time_zone = "Asia/Seoul";
constexpr const char* default_currency = "KRW";

struct WindowSetting {
  const char* key;
  std::int64_t Rule::*window_us;
};

// Hours, as the host's settings name them. Read once, when the tenant is made.
constexpr WindowSetting window_settings[] = {
    {"attribution.click_window_hours", &Rule::click_window_us},
    {"attribution.coupon_window_hours", &Rule::coupon_window_us},
    {"attribution.delivered_window_hours", &Rule::delivered_window_us},
    {"attribution.open_window_hours", &Rule::open_window_us},
};

std::int64_t parse_hours(const char* key, const std::string& text) {
  std::int64_t hours = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hours);
  if (error != std::errc{} || end != text.data() + text.size() || hours < 0 ||
      hours > window_hours_max) {
    throw crm::Failure(CRM_ERR_INVALID, std::string("the host's setting ") + key + " is \"" + text +
                                            "\"; it must be 0 to 8760 hours");
  }
  return hours;
}

}  // namespace

TenantFacts Tenants::facts_for(std::string_view tenant) const {
  TenantFacts facts;
  facts.tenant = tenant;
  facts.time_zone = host_.config(tenant, CRM_CONFIG_TIME_ZONE).value_or(default_time_zone);
  facts.currency = host_.config(tenant, CRM_CONFIG_CURRENCY).value_or(default_currency);
  if (!TimeZone::find(facts.time_zone)) {
    throw crm::Failure(CRM_ERR_INVALID, "the time zone \"" + facts.time_zone + "\" of tenant \"" +
                                            facts.tenant +
                                            "\" is unknown; use an IANA name like Asia/Seoul");
  }
  for (const WindowSetting& setting : window_settings) {
    if (const auto text = host_.config(tenant, setting.key)) {
      facts.rule.*setting.window_us = parse_hours(setting.key, *text) * hour_us;
    }
  }
  const std::string salt = random_bytes(facts.member_salt.size());
  std::copy(salt.begin(), salt.end(), reinterpret_cast<char*>(facts.member_salt.data()));
  return facts;
}

Tenant::~Tenant() {
  if (!journal || !backlog.empty()) return;
  try {
    journal->clear();
  } catch (...) {
    // All of it is settled: what stays is passed over the next time.
  }
}

std::shared_ptr<Tenant> Tenants::adopt(std::unique_ptr<Store> store) {
  auto tenant = std::make_shared<Tenant>();
  tenant->store = std::move(store);
  const auto zone = TimeZone::find(tenant->store->facts().time_zone);
  if (!zone) {
    throw crm::Failure(CRM_ERR_INVALID, "the time zone \"" + tenant->store->facts().time_zone +
                                            "\" is not installed; install tzdata");
  }
  tenant->zone = *zone;
  recover(*tenant);
  return tenant;
}

// What a crash left in the journal is settled before anybody looks.
void Tenants::recover(Tenant& tenant) const {
  auto journal = open_journal_left_behind(*tenant.store);
  if (!journal) return;
  take_up(tenant, std::move(journal));
  const auto settling = [&tenant] {
    settle_all(tenant);
    tenant.journal->clear();
  };
  if (attempt(tenant, settling)) tenant.journal.reset();
}

bool Tenants::attempt(Tenant& tenant, const std::function<void()>& settling) const {
  try {
    settling();
    return true;
  } catch (const crm::Failure& failure) {
    tenant.is_stuck = true;
    host_.log(CRM_LOG_ERROR, failure.what());
    return false;
  }
}

void Tenants::close_idle() {
  while (entries_.size() >= open_tenants_max) {
    auto oldest = entries_.end();
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
      if (it->second.tenant.use_count() > 1 || it->second.tenant->is_stuck) continue;
      if (oldest == entries_.end() || it->second.used < oldest->second.used) oldest = it;
    }
    if (oldest == entries_.end()) return;  // all in use: more than the maximum for a while
    Tenant& tenant = *oldest->second.tenant;
    if (attempt(tenant, [&tenant] { settle_all(tenant); })) entries_.erase(oldest);
  }
}

std::shared_ptr<Tenant> Tenants::find(std::string_view tenant, bool create) {
  if (tenant.empty() || tenant.size() > CRM_TENANT_BYTES_MAX || !crm::is_utf8(tenant)) {
    throw crm::Failure(CRM_ERR_INVALID, "a tenant must be 1 to 64 bytes of UTF-8");
  }
  // Opening under the lock: two callers must not open, let alone create, one store twice.
  const std::lock_guard lock(mutex_);
  const auto known = entries_.find(std::string(tenant));
  if (known != entries_.end()) {
    known->second.used = ++clock_;
    return known->second.tenant;
  }
  auto store = engine_->open(tenant);
  if (!store && !create) return nullptr;
  if (!store) store = engine_->create(facts_for(tenant));
  auto opened = adopt(std::move(store));
  close_idle();
  entries_[std::string(tenant)] = {opened, ++clock_};
  return opened;
}

std::shared_ptr<Tenant> Tenants::open(std::string_view tenant) {
  return find(tenant, false);
}

std::shared_ptr<Tenant> Tenants::open_existing(std::string_view tenant) {
  auto opened = find(tenant, false);
  if (!opened) {
    throw crm::Failure(CRM_ERR_NOT_FOUND, "nothing is recorded for tenant \"" +
                                              std::string(tenant) +
                                              "\"; replay a feed of it first");
  }
  return opened;
}

std::shared_ptr<Tenant> Tenants::open_or_create(std::string_view tenant) {
  return find(tenant, true);
}

void Tenants::close_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, entry] : entries_) {
    Tenant& tenant = *entry.tenant;
    attempt(tenant, [&tenant] { settle_all(tenant); });
  }
  entries_.clear();
}

}  // namespace message_history

#include "view_probes.h"

#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace crm_bench {

namespace {

// So many recipients fill a page and leave more for the next.
constexpr uint64_t well_filled_deliveries = 200;
constexpr uint64_t tries_max = 100'000;

const char* const manual_list = "messages.manual";

std::string campaign_id(const Shop& shop, uint64_t campaign) {
  std::string id;
  shop.message_id(campaign, id);
  return id;
}

std::string largest_campaign(const Shop& shop) {
  uint64_t largest = 0;
  for (uint64_t i = 1; i < shop.size().campaigns; ++i) {
    if (shop.campaign_deliveries(i) > shop.campaign_deliveries(largest)) largest = i;
  }
  return campaign_id(shop, largest);
}

// A campaign that is not small; the largest where all are.
std::string some_campaign(const Shop& shop, uint64_t n) {
  for (uint64_t i = 0; i < tries_max; ++i) {
    const uint64_t campaign = mixed(n * tries_max + i) % shop.size().campaigns;
    if (shop.campaign_deliveries(campaign) >= well_filled_deliveries) {
      return campaign_id(shop, campaign);
    }
  }
  return largest_campaign(shop);
}

ViewCall after_first_page(ViewReader& reader, ViewCall call) {
  const std::string cursor = next_cursor(reader.read(call).document());
  if (!cursor.empty()) call.params["cursor"] = cursor;
  return call;
}

// Pages deeper and deeper into the list, from the start again at its end.
class ListWalk {
 public:
  ViewCall next(const Shop& shop, ViewReader& reader) {
    std::string& cursor = cursors_[&shop];
    ViewCall call{manual_list, {}};
    if (!cursor.empty()) call.params["cursor"] = cursor;
    cursor = next_cursor(reader.read(call).document());
    if (cursor.empty()) return {manual_list, {}};
    return {manual_list, {{"cursor", cursor}}};
  }

 private:
  std::map<const Shop*, std::string> cursors_;
};

// As who may not read ids opens a member: from a list.
ViewCall some_member(const Shop& shop, ViewReader& reader, uint64_t n) {
  const Json page =
      reader.read({"message.recipients", {{"message_id", some_campaign(shop, n)}}}).document();
  for (const Json& component : page["components"]) {
    if (!component.contains("rows") || component["rows"].empty()) continue;
    const Json& rows = component["rows"];
    const Json& params = rows[mixed(n) % rows.size()]["open"]["params"];
    return {"member", {{"member_ref", params["member_ref"].get<std::string>()}}};
  }
  throw crm::Failure(CRM_ERR_NOT_FOUND, "a message of the shop has no recipients");
}

ViewCall some_member_by_id(const Shop& shop, uint64_t n) {
  ViewCall call{"member", {}, true};
  Shop::member_id(shop.delivery(mixed(n) % shop.size().deliveries).member,
                  call.params["member_id"]);
  return call;
}

ViewCall some_order(const Shop& shop, uint64_t n) {
  for (uint64_t i = 0; i < tries_max; ++i) {
    const uint64_t delivery = mixed(n * tries_max + i) % shop.size().deliveries;
    if (!shop.sells(delivery)) continue;
    ViewCall call{"order", {}};
    Shop::order_id(delivery, call.params["order_id"]);
    return call;
  }
  throw crm::Failure(CRM_ERR_NOT_FOUND, "the shop is too small to sell anything; make it larger");
}

void collect_sort_keys(const Json& value, std::set<std::string>& keys) {
  for (const auto& [name, child] : value.items()) {
    if (name == "columns" && child.is_array()) {
      for (const Json& column : child) {
        if (column.contains("sort")) keys.insert(column["sort"].get<std::string>());
      }
    }
    if (child.is_structured()) collect_sort_keys(child, keys);
  }
}

void add_lists(ViewReader& reader, std::vector<ViewProbe>& probes) {
  const auto fixed = [&probes](std::string name, ViewCall call, Shows shows = Shows::as_much) {
    probes.push_back(
        {std::move(name), shows, [call](const Shop&, ViewReader&, uint64_t) { return call; }});
  };
  fixed("messages.manual", {manual_list, {}});
  fixed("messages.automatic", {"messages.automatic", {}});
  std::set<std::string> keys;
  collect_sort_keys(reader.read({manual_list, {}}).document(), keys);
  for (const std::string& key : keys) {
    for (const char* direction : {"", "-"}) {
      const std::string sort = direction + key;
      fixed("messages.manual sort=" + sort, {manual_list, {{"sort", sort}}});
    }
  }
  auto walk = std::make_shared<ListWalk>();
  probes.push_back({"messages.manual next page", Shows::as_much,
                    [walk](const Shop& shop, ViewReader& of_shop, uint64_t) {
                      return walk->next(shop, of_shop);
                    }});
  fixed("messages.manual channel", {manual_list, {{"channel", "sms"}}}, Shows::filtered);
  fixed("messages.manual text", {manual_list, {{"q", "안내 77"}}}, Shows::filtered);
  fixed("messages.manual period", {manual_list, {{"from", "2026-01-10"}, {"to", "2026-01-16"}}},
        Shows::filtered);
}

void add_message_views(std::vector<ViewProbe>& probes) {
  const auto about_campaign = [&probes](const std::string& name, ViewCall call, Shows shows) {
    probes.push_back({name, shows, [call](const Shop& shop, ViewReader&, uint64_t n) {
                        ViewCall asked = call;
                        asked.params["message_id"] = some_campaign(shop, n);
                        return asked;
                      }});
  };
  about_campaign("message", {"message", {}}, Shows::as_much);
  about_campaign("message.recipients", {"message.recipients", {}}, Shows::as_much);
  about_campaign("message.buyers", {"message.buyers", {}}, Shows::as_much);
  about_campaign("message.recipients failed", {"message.recipients", {{"outcome", "failed"}}},
                 Shows::filtered);
  probes.push_back({"message.recipients next page", Shows::as_much,
                    [](const Shop& shop, ViewReader& reader, uint64_t n) {
                      return after_first_page(
                          reader, {"message.recipients", {{"message_id", some_campaign(shop, n)}}});
                    }});
  for (const char* view : {"message", "message.recipients", "message.buyers"}) {
    probes.push_back({std::string(view) + " (largest)", Shows::less,
                      [view](const Shop& shop, ViewReader&, uint64_t) {
                        return ViewCall{view, {{"message_id", largest_campaign(shop)}}};
                      }});
  }
}

}  // namespace

std::vector<ViewProbe> view_probes(ViewReader& reader) {
  std::vector<ViewProbe> probes;
  add_lists(reader, probes);
  add_message_views(probes);
  probes.push_back(
      {"member", Shows::as_much, [](const Shop& shop, ViewReader& of_shop, uint64_t n) {
         return some_member(shop, of_shop, n);
       }});
  probes.push_back(
      {"member with its id", Shows::filtered,
       [](const Shop& shop, ViewReader&, uint64_t n) { return some_member_by_id(shop, n); }});
  probes.push_back({"order", Shows::as_much,
                    [](const Shop& shop, ViewReader&, uint64_t n) { return some_order(shop, n); }});
  return probes;
}

}  // namespace crm_bench

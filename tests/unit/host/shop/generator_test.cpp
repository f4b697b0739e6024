// The shop generator: exact counts, order, repeatability, bounds, and what the plugin says to it.
#include "shop/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <crm/cpp/events.hpp>
#include <map>
#include <set>

#include "catalog/reason.h"
#include "files/random_bytes.h"
#include "ingest/admission/validation.h"
#include "keys/sha256.h"
#include "support/generated_shop.h"

namespace {

using host_stub::GeneratorSettings;
using host_stub::IdStyle;
using host_stub::ReportedStatuses;
using host_stub::ShopLocale;
using test::as_delivery;
using test::as_order;
using test::for_each_event;
using test::text;

GeneratorSettings sized(int64_t members, int64_t messages, int64_t deliveries) {
  GeneratorSettings settings;
  settings.members = members;
  settings.messages = messages;
  settings.deliveries = deliveries;
  return settings;
}

GeneratorSettings with_all_statuses(GeneratorSettings settings) {
  settings.statuses = ReportedStatuses::all;
  return settings;
}

// Shops of every kind, from nothing to a message to each member.
std::vector<GeneratorSettings> various_shops() {
  std::vector<GeneratorSettings> shops = {
      sized(1, 1, 0),         sized(1, 1, 1),        sized(7, 2, 9),
      sized(100, 5, 150),     sized(100, 12, 1'000), sized(1'000, 40, 20'000),
      sized(1'000, 3, 3'000), sized(50, 300, 2'000), sized(3, 200, 20),
      sized(30, 20, 18 * 30),
  };
  const size_t count = shops.size();
  for (size_t i = 0; i < count; ++i) {
    GeneratorSettings other = with_all_statuses(shops[i]);
    other.seed = i + 10;
    other.id_style = IdStyle::uuid;
    other.locale = ShopLocale::en;
    other.orders = static_cast<int64_t>(i * 13);
    other.days = 1;
    shops.push_back(other);
  }
  return shops;
}

TEST(Generator, SameSettingsGiveTheSameBytesWhateverTheBatches) {
  for (const GeneratorSettings& settings : various_shops()) {
    EXPECT_EQ(test::feed_text(settings, 1000), test::feed_text(settings, 7));
  }
}

TEST(Generator, AnotherSeedGivesAnotherFeed) {
  GeneratorSettings other = sized(100, 12, 1'000);
  ++other.seed;
  EXPECT_NE(test::feed_text(sized(100, 12, 1'000)), test::feed_text(other));
}

// Known bytes: the feed must not depend on the compiler, the library or the machine. Whoever
// changes the shop on purpose changes the digest.
TEST(Generator, FeedIsTheSameOnEveryMachine) {
  const std::string feed = test::feed_text(with_all_statuses(sized(1'000, 40, 20'000)));
  EXPECT_EQ(host_stub::to_hex(host_stub::sha256(feed)),
            "2d1d709cf3a38d83e58194348cee356bf26822db53aab8c32601020778e020a8");
}

TEST(Generator, TimesDoNotFallAndSeqCountsFromOne) {
  for (const GeneratorSettings& settings : various_shops()) {
    uint64_t seq = 0;
    int64_t at_us = 0;
    for_each_event(settings, [&](const crm_event& event) {
      ASSERT_EQ(event.seq, ++seq);
      ASSERT_GE(event.at_us, at_us);
      at_us = event.at_us;
    });
  }
}

TEST(Generator, DeliveriesAndOrdersAreExactlyAsManyAsAskedFor) {
  for (const GeneratorSettings& settings : various_shops()) {
    std::set<std::pair<std::string, std::string>> deliveries;
    std::set<std::string> orders;
    for_each_event(settings, [&](const crm_event& event) {
      if (const auto* delivery = as_delivery(event)) {
        deliveries.emplace(text(delivery->message_id), text(delivery->delivery_id));
      }
      if (const auto* order = as_order(event)) orders.insert(text(order->order_id));
    });
    EXPECT_EQ(static_cast<int64_t>(deliveries.size()), settings.deliveries);
    EXPECT_EQ(static_cast<int64_t>(orders.size()),
              settings.orders.value_or(host_stub::default_orders(settings.deliveries)));
  }
}

TEST(Generator, FillGivesNoMoreThanAskedForAndEndsForGood) {
  const auto generator = test::shop(sized(100, 5, 150));
  host_stub::EventBatch batch;
  while (generator->fill(batch, 10)) EXPECT_EQ(batch.events().size(), 10u);
  EXPECT_LT(batch.events().size(), 10u);
  EXPECT_FALSE(generator->fill(batch, 10));
  EXPECT_TRUE(batch.events().empty());
  EXPECT_EQ(generator->pending_count(), 0u);
}

TEST(Generator, LinesCountTheHeader) {
  const auto generator = test::shop(sized(100, 5, 150));
  host_stub::EventBatch batch;
  generator->fill(batch, 10);
  EXPECT_EQ(batch.line_of(0), 2u);
  EXPECT_EQ(batch.line_of(9), 11u);
}

TEST(Generator, MemberGetsEachMessageOnceApartFromFallbacks) {
  for (const GeneratorSettings& settings : various_shops()) {
    std::map<std::pair<std::string, std::string>, std::string> first;  // by message and member
    std::map<std::pair<std::string, std::string>, std::string> member_of;
    for_each_event(settings, [&](const crm_event& event) {
      const auto* delivery = as_delivery(event);
      if (delivery == nullptr) return;
      const std::string message = text(delivery->message_id);
      const std::string id = text(delivery->delivery_id);
      const std::string member = text(delivery->member_id);
      const std::string replaced = text(delivery->fallback_of);
      ASSERT_EQ(member_of.try_emplace({message, id}, member).first->second, member);
      if (!replaced.empty()) {
        ASSERT_EQ((member_of[{message, replaced}]), member);
      } else {
        ASSERT_EQ((first.try_emplace({message, member}, id).first->second), id);
      }
    });
  }
}

TEST(Generator, PluginFindsNothingWrongWithAnyEvent) {
  std::set<uint32_t> kinds;
  for (GeneratorSettings settings : various_shops()) {
    if (settings.deliveries > 10'000) settings.orders = 1'000;
    for_each_event(settings, [&](const crm_event& event) {
      const auto known = crm::event_of(&event);
      ASSERT_TRUE(known) << known.error().detail;
      const auto why = message_history::why_rejected(known.value());
      ASSERT_FALSE(why) << *why;
      kinds.insert(event.kind);
    });
  }
  EXPECT_THAT(kinds,
              testing::UnorderedElementsAre(CRM_EVENT_MESSAGE, CRM_EVENT_DELIVERY, CRM_EVENT_TOUCH,
                                            CRM_EVENT_ORDER, CRM_EVENT_REFUND));
}

TEST(Generator, PluginKnowsTheReasonOfEveryFailure) {
  using message_history::Reason;
  std::set<std::string> providers;
  GeneratorSettings settings = sized(10'000, 200, 150'000);
  settings.days = 10;
  for_each_event(settings, [&](const crm_event& event) {
    const auto* delivery = as_delivery(event);
    if (delivery == nullptr) return;
    const auto reason = message_history::classify(
        crm::view(delivery->provider), static_cast<message_history::Channel>(delivery->channel),
        crm::view(delivery->code));
    const std::string what = text(delivery->provider) + " " + text(delivery->code);
    if (delivery->status == CRM_DELIVERY_FAILED) {
      ASSERT_NE(reason, Reason::unclassified) << what;
      ASSERT_NE(reason, Reason::uncertain) << what;
      providers.insert(text(delivery->provider));
    } else if (delivery->status == CRM_DELIVERY_UNCERTAIN) {
      ASSERT_EQ(reason, Reason::uncertain) << what;
    } else {
      ASSERT_EQ(delivery->code.size, 0u) << what;
    }
  });
  EXPECT_THAT(providers,
              testing::UnorderedElementsAre("mts-kakao", "mts-sms", "nhn-kakao", "nhn-sms", "bizm",
                                            "solapi", "nuri", "smtp", "fcm", "apns"));
}

TEST(Generator, StatusesOfADeliveryRiseInTime) {
  std::map<std::string, std::vector<uint32_t>> statuses;
  for_each_event(with_all_statuses(sized(1'000, 40, 20'000)), [&](const crm_event& event) {
    const auto* delivery = as_delivery(event);
    if (delivery != nullptr) statuses[text(delivery->delivery_id)].push_back(delivery->status);
  });
  size_t with_three = 0;
  for (const auto& [id, reported] : statuses) {
    const bool is_tried =
        reported[0] != CRM_DELIVERY_SKIPPED && reported[0] != CRM_DELIVERY_HELD_OUT;
    ASSERT_TRUE(is_tried ? reported[0] == CRM_DELIVERY_ACCEPTED : reported.size() == 1) << id;
    for (size_t i = 1; i < reported.size(); ++i) ASSERT_GT(reported[i], reported[i - 1]) << id;
    with_three += reported.size() == 3 ? 1 : 0;
  }
  EXPECT_GT(with_three, statuses.size() / 2);
}

TEST(Generator, BothWaysOfReportingEndInTheSameStatuses) {
  const auto last_statuses = [](const GeneratorSettings& settings) {
    std::map<std::string, uint32_t> last;
    for_each_event(settings, [&](const crm_event& event) {
      if (const auto* delivery = as_delivery(event)) {
        last[text(delivery->delivery_id)] = delivery->status;
      }
    });
    return last;
  };
  EXPECT_EQ(last_statuses(sized(1'000, 40, 20'000)),
            last_statuses(with_all_statuses(sized(1'000, 40, 20'000))));
}

// Ten times as long at the same density: what is pending must not grow with it.
TEST(Generator, WhatIsPendingDependsOnTheDensityInTimeOnly) {
  const auto pending_max = [](int64_t times) {
    GeneratorSettings settings = with_all_statuses(sized(20'000, 40 * times, 100'000 * times));
    settings.days = 14 * times;
    const auto generator = test::shop(settings);
    host_stub::EventBatch batch;
    size_t most = 0;
    while (generator->fill(batch, 1000)) most = std::max(most, generator->pending_count());
    return most;
  };
  const size_t most = pending_max(1);
  EXPECT_GT(most, 100u);
  EXPECT_LT(pending_max(10), 2 * most);
}

TEST(Generator, OrderedIdsRiseWithinAMessage) {
  std::map<std::string, std::string> last;
  for_each_event(sized(1'000, 40, 20'000), [&](const crm_event& event) {
    const auto* delivery = as_delivery(event);
    if (delivery == nullptr || delivery->fallback_of.size != 0) return;
    const std::string id = text(delivery->delivery_id);
    ASSERT_THAT(id, testing::MatchesRegex("d-[0-9]{10}"));
    ASSERT_LT(last[text(delivery->message_id)], id);
    last[text(delivery->message_id)] = id;
  });
}

TEST(Generator, UuidsAreOfVersionFour) {
  GeneratorSettings settings = sized(1'000, 40, 20'000);
  settings.id_style = IdStyle::uuid;
  for_each_event(settings, [&](const crm_event& event) {
    const auto* delivery = as_delivery(event);
    if (delivery == nullptr) return;
    ASSERT_THAT(text(delivery->delivery_id),
                testing::MatchesRegex(
                    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  });
}

TEST(Generator, WrongSettingIsNamedWithARemedy) {
  const auto refused = [](const std::function<void(GeneratorSettings&)>& change) {
    GeneratorSettings settings;
    change(settings);
    const auto generator = host_stub::Generator::create(settings);
    return generator ? std::string("accepted") : generator.error().detail;
  };
  const auto names = [](const char* option) {
    return testing::AllOf(testing::HasSubstr(option), testing::ContainsRegex("choose|raise"));
  };
  EXPECT_THAT(refused([](auto& s) { s.members = 0; }), names("--members is 0"));
  EXPECT_THAT(refused([](auto& s) { s.members = host_stub::generated_members_max + 1; }),
              names("--members"));
  EXPECT_THAT(refused([](auto& s) { s.messages = 0; }), names("--messages"));
  EXPECT_THAT(refused([](auto& s) { s.messages = host_stub::generated_messages_max + 1; }),
              names("--messages"));
  EXPECT_THAT(refused([](auto& s) { s.deliveries = -1; }), names("--deliveries"));
  EXPECT_THAT(refused([](auto& s) { s.orders = -1; }), names("--orders"));
  EXPECT_THAT(refused([](auto& s) { s.orders = host_stub::generated_orders_max + 1; }),
              names("--orders"));
  EXPECT_THAT(refused([](auto& s) { s.days = 0; }), names("--days"));
  EXPECT_THAT(refused([](auto& s) { s.days = host_stub::generated_days_max + 1; }),
              names("--days"));
  EXPECT_THAT(refused([](auto& s) { s.from = std::chrono::year(1970) / 1 / 1; }), names("--from"));
  EXPECT_THAT(refused([](auto& s) { s.from = std::chrono::year(2026) / 2 / 30; }), names("--from"));
  EXPECT_THAT(refused([](auto& s) { s.tenant = "../x"; }), names("--tenant"));
  EXPECT_THAT(refused([](auto& s) { s.tenant = std::string(65, 't'); }), names("--tenant"));
  EXPECT_THAT(refused([](auto& s) { s.source = ""; }), names("--source"));
  EXPECT_THAT(refused([](auto& s) { s.source = "\xFF"; }), names("--source"));
}

TEST(Generator, MoreDeliveriesThanMembersAndMessagesAllowAreRefused) {
  const auto most = host_stub::Generator::create(sized(10, 3, 30));
  EXPECT_TRUE(most);
  const auto one_more = host_stub::Generator::create(sized(10, 3, 31));
  ASSERT_FALSE(one_more);
  EXPECT_THAT(one_more.error().detail, testing::HasSubstr("--deliveries is 31"));
  EXPECT_THAT(one_more.error().detail, testing::HasSubstr("raise --members or --messages"));
}

}  // namespace

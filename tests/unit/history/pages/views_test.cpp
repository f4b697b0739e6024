// Every view: valid, in both languages, masked where it must be, and with the right numbers.
#include <algorithm>
#include <functional>

#include "support/rendered_view.h"

namespace crm_test {
namespace {

struct Case {
  std::string view;
  std::map<std::string, std::string> params;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.view;
  for (const auto& [key, value] : one.params) *out << ' ' << key << '=' << value;
}

const Case every_view[] = {
    {"messages.automatic", {}},
    {"messages.automatic", {{"from", "2026-11-01"}, {"to", "2026-11-30"}}},
    {"messages.automatic", {{"q", "nothing is called so"}}},
    {"messages.manual", {}},
    {"messages.manual", {{"from", "2026-11-01"}, {"state", "partial"}, {"channel", "alimtalk"}}},
    {"messages.manual", {{"q", "nothing is called so"}}},
    {"message", {{"message_id", "M-sale"}}},
    {"message", {{"message_id", "M-soon"}}},
    {"message", {{"message_id", "M-welcome"}}},
    {"message", {{"message_id", "M-cart"}}},
    {"message", {{"message_id", "M-held"}}},
    {"message.buyers", {{"message_id", "M-sale"}}},
    {"message.buyers", {{"message_id", "M-cart"}}},
    {"message.recipients", {{"message_id", "M-sale"}}},
    {"message.recipients",
     {{"message_id", "M-sale"}, {"outcome", "failed"}, {"reason", "phone_off"}}},
    {"message.recipients", {{"message_id", "M-cart"}}},
    {"order", {{"order_id", "O-1"}}},
    {"order", {{"order_id", "O-2"}}},
    {"order", {{"order_id", "O-3"}}},
    {"order", {{"order_id", "O-4"}}},
    {"member", {{"member_ref", ref(1)}}},
    {"member", {{"member_ref", ref(3)}}},
    {"member", {{"member_ref", ref(4)}}},
    {"exports", {}},
    {"settings.attribution", {}},
    {"settings.attribution", {{"click_window_hours", "168"}}},
    {"settings.attribution", {{"click_window_hours", "0"}, {"open_window_hours", "8760"}}},
    {"health", {}},
};

class HistoryView : public testing::TestWithParam<Case> {
 protected:
  mh::ViewRequest request(mh::Locale locale) const {
    return make_request(GetParam().view, GetParam().params, locale);
  }
  World world_ = make_world();
};

INSTANTIATE_TEST_SUITE_P(Every, HistoryView, testing::ValuesIn(every_view));

bool has_hangul(const std::string& text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead >= 0xEA && lead <= 0xED) return true;  // U+A000 to U+DFFF
  }
  return false;
}

// Visits what the plugin itself says: labels, sentences, titles.
void each_own_text(const Json& json, const std::function<void(const std::string&)>& visit) {
  static const std::set<std::string> keys = {"label", "title",      "help",  "next_step",
                                             "text",  "advice",     "tone_", "placeholder",
                                             "why",   "window_left"};
  for (const auto& [key, value] : json.items()) {
    if (value.is_structured()) {
      each_own_text(value, visit);
    } else if (value.is_string() && keys.contains(key)) {
      visit(value.get<std::string>());
    }
  }
}

// Texts that come from the shop, or are the same in every language.
bool is_foreign(const std::string& text) {
  static const std::set<std::string> same = {"SMS",        "LMS",     "MMS",
                                             "RCS",        "Welcome", "Cart reminder",
                                             hostile_name, "M-held",  "Winter news"};
  return same.contains(text) || text.ends_with("***") ||
         std::ranges::find(secret_ids, text) != std::end(secret_ids);
}

TEST_P(HistoryView, SpeaksKorean) {
  const Json document = rendered(world_, request(mh::Locale::ko));
  EXPECT_EQ(document["locale"], "ko");
  each_own_text(document, [](const std::string& text) {
    EXPECT_TRUE(has_hangul(text) || is_foreign(text)) << text;
  });
}

TEST_P(HistoryView, SpeaksEnglish) {
  const Json document = rendered(world_, request(mh::Locale::en));
  EXPECT_EQ(document["locale"], "en");
  EXPECT_FALSE(has_hangul(document.dump())) << document.dump(1);
}

TEST_P(HistoryView, ShowsNoMemberIdWithoutMemberRead) {
  for (const mh::Locale locale : {mh::Locale::ko, mh::Locale::en}) {
    mh::ViewRequest masked = request(locale);
    masked.permissions.erase(CRM_PERMISSION_MEMBER_READ);
    const std::string text = rendered(world_, masked).dump();
    for (const std::string& id : secret_ids) {
      EXPECT_EQ(text.find(id), std::string::npos);
      EXPECT_EQ(text.find(id.substr(0, 3)), std::string::npos) << text;
    }
  }
}

TEST_P(HistoryView, NeverShowsATombstone) {
  EXPECT_EQ(rendered(world_, request(mh::Locale::en)).dump().find("w7"), std::string::npos);
}

TEST_P(HistoryView, NeedsItsPermission) {
  const bool is_operators =
      GetParam().view == "health" || GetParam().view == "settings.attribution";
  const std::string needed = GetParam().view == "exports" ? CRM_PERMISSION_EXPORT
                             : is_operators               ? CRM_PERMISSION_OPERATE
                                                          : CRM_PERMISSION_VIEW;
  mh::ViewRequest lesser = request(mh::Locale::en);
  lesser.permissions.erase(needed);
  const crm::Error error = refused(world_, lesser);
  EXPECT_EQ(error.status, CRM_ERR_DENIED);
  EXPECT_NE(error.detail.find(needed), std::string::npos) << error.detail;
}

TEST_P(HistoryView, LeavesOutAParameterItDoesNotTakeAndSaysSo) {
  mh::ViewRequest wrong = request(mh::Locale::en);
  Json usual = rendered(world_, wrong);
  wrong.params["colour"] = "red";
  Json document = rendered(world_, wrong);
  EXPECT_EQ(part(document, "left_out")["text"],
            "This page has no filter “colour”; it was left out.");
  document["components"].erase(document["components"].begin());
  EXPECT_EQ(document.dump(), usual.dump()) << "the rest is as without it";
  wrong.locale = mh::Locale::ko;
  EXPECT_NE(part(rendered(world_, wrong), "left_out")["text"].get<std::string>().find("빼고"),
            std::string::npos);
}

// The days are the tenant's; times of another zone beside them would be mixed.
TEST_P(HistoryView, IsInTheTenantsTimeZoneWhateverIsAskedFor) {
  const Json usual = rendered(world_, request(mh::Locale::en));
  EXPECT_EQ(usual["time_zone"], "Asia/Seoul");
  mh::ViewRequest elsewhere = request(mh::Locale::en);
  elsewhere.time_zone = *mh::TimeZone::find("Europe/Paris");
  EXPECT_EQ(rendered(world_, elsewhere).dump(), usual.dump());
}

TEST(HistoryViews, AnUnknownViewIsNotFoundAndTheMessageNamesThoseThereAre) {
  World world = make_world();
  const crm::Error error = refused(world, make_request("messages"));
  EXPECT_EQ(error.status, CRM_ERR_NOT_FOUND);
  EXPECT_NE(error.detail.find("messages.automatic"), std::string::npos);
}

TEST(HistoryViews, WhatIsNotThereIsNotFound) {
  World world = make_world();
  for (const Case& one :
       {Case{"message", {{"message_id", "no"}}}, Case{"message.buyers", {{"message_id", "no"}}},
        Case{"message.recipients", {{"message_id", "no"}}}, Case{"order", {{"order_id", "no"}}},
        Case{"member", {{"member_id", "no"}}}, Case{"member", {{"member_ref", ref(99)}}}}) {
    EXPECT_EQ(refused(world, make_request(one.view, one.params)).status, CRM_ERR_NOT_FOUND);
  }
}

struct WrongValue {
  std::string view;
  std::map<std::string, std::string> params;
  std::string said;
};

// The page of a wrong or old address is shown, with the filters that are right.
TEST(HistoryViews, WrongFiltersAreLeftOutWithAWord) {
  World world = make_world();
  for (const WrongValue& one : {
           WrongValue{"messages.manual", {{"channel", "pigeon"}}, "Channel cannot be “pigeon”"},
           WrongValue{"messages.manual", {{"state", "running"}}, "Result cannot be “running”"},
           WrongValue{"messages.manual", {{"sort", "colour"}}, "sorted by “colour”"},
           WrongValue{"messages.manual", {{"sort", "-"}}, "sorted by “-”"},
           WrongValue{"messages.manual", {{"from", "2026-02-30"}}, "From cannot be “2026-02-30”"},
           WrongValue{"messages.manual", {{"to", "yesterday"}}, "To cannot be “yesterday”"},
           WrongValue{"messages.manual", {{"from", "1969-12-31"}}, "From cannot be “1969-12-31”"},
           WrongValue{"messages.manual", {{"to", "2200-01-02"}}, "To cannot be “2200-01-02”"},
           WrongValue{"messages.manual",
                      {{"from", "2026-11-02"}, {"to", "2026-11-01"}},
                      "The period from 2026-11-02 to 2026-11-01 ends before it begins"},
           WrongValue{"message.recipients",
                      {{"message_id", "M-sale"}, {"outcome", "x"}},
                      "Outcome cannot be “x”"},
           WrongValue{"message.recipients",
                      {{"message_id", "M-sale"}, {"reason", "x"}},
                      "Reason cannot be “x”"},
           WrongValue{"settings.attribution", {{"click_window_hours", "8761"}}, "“8761”"},
           WrongValue{"settings.attribution", {{"coupon_window_hours", "-1"}}, "“-1”"},
           WrongValue{"settings.attribution", {{"open_window_hours", "1.5"}}, "0 to 8760"},
           WrongValue{"settings.attribution",
                      {{"delivered_window_hours", "99999999999999999999"}},
                      "“99999999999999999999”"},
       }) {
    const Json document = rendered(world, make_request(one.view, one.params));
    const Json notice = part(document, "left_out");
    ASSERT_FALSE(notice.is_null()) << one.said;
    EXPECT_EQ(notice["tone"], "warning");
    EXPECT_NE(notice["text"].get<std::string>().find(one.said), std::string::npos)
        << notice["text"];
    const Json korean = rendered(world, make_request(one.view, one.params, mh::Locale::ko));
    EXPECT_TRUE(has_hangul(part(korean, "left_out")["text"])) << one.said;
    const Json filters = part(document, "filters");
    for (const Json& field : filters["fields"]) {
      EXPECT_EQ(field.value("value", ""), "") << field["key"] << " is not in force";
    }
  }
}

TEST(HistoryViews, RightFiltersStayBesideWrongOnes) {
  World world = make_world();
  const Json document = rendered(world, make_request("messages.manual", {{"q", "SCRIPT"},
                                                                         {"channel", "pigeon"},
                                                                         {"state", "partial"},
                                                                         {"from", "soon"},
                                                                         {"old", "1"}}));
  std::map<std::string, std::string> values;
  const Json filters = part(document, "filters");
  for (const Json& field : filters["fields"]) values[field["key"]] = field["value"];
  EXPECT_EQ(values["q"], "SCRIPT");
  EXPECT_EQ(values["state"], "partial");
  EXPECT_EQ(values["channel"], "");
  EXPECT_EQ(values["from"], "");
  EXPECT_EQ(part(document, "messages")["rows"].size(), 1U);
  const std::string said = part(document, "left_out")["text"];
  for (const char* what : {"old", "pigeon", "soon"}) {
    EXPECT_NE(said.find(what), std::string::npos) << said;
  }
}

// The pages that follow belong to the same list, with the same left out.
TEST(HistoryViews, ACursorGoesOnBesideAFilterThatIsLeftOut) {
  World world = make_world();
  for (int i = 0; i < 60; ++i) {
    add_message(world, "M-" + std::to_string(i), "more", mh::MessageKind::manual,
                mh::MessageState::completed);
  }
  const Json rows =
      all_rows(world, make_request("messages.manual", {{"channel", "pigeon"}}), "messages");
  EXPECT_EQ(rows.size(), 63U);
}

TEST(HistoryViews, WhatSaysWhatToShowIsNeeded) {
  World world = make_world();
  for (const WrongValue& one : {
           WrongValue{"messages.automatic", {{"cursor", "nonsense"}}, "cursor"},
           WrongValue{"message", {}, "message_id"},
           WrongValue{"order", {{"order_id", ""}}, "order_id"},
           WrongValue{"member", {}, "member_id"},
           WrongValue{"member", {{"member_id", "a"}, {"member_ref", ref(1)}}, "member_ref"},
           WrongValue{"member", {{"member_ref", ref(0)}}, "member_ref"},
           WrongValue{"member", {{"member_ref", "m1"}}, "member_ref"},
           WrongValue{"member", {{"member_ref", ref(1) + "A"}}, "member_ref"},
           WrongValue{"exports", {{"cursor", "AA"}}, "cursor"},
       }) {
    for (const mh::Locale locale : {mh::Locale::ko, mh::Locale::en}) {
      const crm::Error error = refused(world, make_request(one.view, one.params, locale));
      EXPECT_EQ(error.status, CRM_ERR_INVALID) << one.said;
      EXPECT_NE(error.detail.find(one.said), std::string::npos) << error.detail;
      EXPECT_EQ(has_hangul(error.detail), locale == mh::Locale::ko) << error.detail;
    }
  }
}

TEST(HistoryViews, ErrorsAreInTheLanguageOfTheRequest) {
  World world = make_world();
  for (const Case& one :
       {Case{"messages", {}}, Case{"message", {{"message_id", "no"}}},
        Case{"order", {{"order_id", "no"}}}, Case{"member", {{"member_id", "no"}}}}) {
    world.snapshot.details_from_us = noon_us;
    EXPECT_TRUE(
        has_hangul(refused(world, make_request(one.view, one.params, mh::Locale::ko)).detail));
    EXPECT_FALSE(has_hangul(refused(world, make_request(one.view, one.params)).detail));
  }
  auto request = make_request("health", {}, mh::Locale::ko);
  request.permissions.clear();
  EXPECT_TRUE(has_hangul(refused(world, request).detail));
}

TEST(HistoryViews, TextFromOutsideIsCutInANoticeBetweenCharacters) {
  World world = make_world();
  std::string long_value(63, 'x');
  for (int i = 0; i < 100; ++i) long_value += "\xEA\xB0\x80";
  const Json document = rendered(world, make_request("messages.manual", {{"sort", long_value}}));
  const std::string text = part(document, "left_out")["text"];
  EXPECT_TRUE(crm::is_utf8(text));
  EXPECT_LT(text.size(), 300U);
}

TEST(HistoryViews, MessageListsHaveTheColumnsOfTheContract) {
  const std::set<std::string> keys = {"message_id",   "name",    "channel",    "result",
                                      "scheduled_at", "sent_at", "recipients", "success",
                                      "failed",       "pending", "excluded",   "clicks",
                                      "orders",       "gross",   "refunded",   "net"};
  World world = make_world();
  for (const char* view : {"messages.manual", "messages.automatic"}) {
    const Json table = part(rendered(world, make_request(view)), "messages");
    std::set<std::string> shown;
    for (const Json& column : table["columns"]) shown.insert(column["key"]);
    EXPECT_EQ(shown, keys);
  }
}

TEST(HistoryViews, AManualRowCarriesItsNumbersAndOpensTheMessage) {
  World world = make_world();
  const Json table = part(rendered(world, make_request("messages.manual")), "messages");
  EXPECT_EQ(table["total"], 3);
  EXPECT_EQ(table["sort"], "-sent");
  EXPECT_EQ(table["rows"][0]["message_id"], "M-soon");
  EXPECT_EQ(table["rows"][0]["result"]["value"], "scheduled");
  EXPECT_EQ(table["rows"][0]["scheduled_at"], "2026-11-25T12:00:00+09:00");
  EXPECT_EQ(table["rows"][0]["net"],
            Json({{"amount_minor", 0}, {"currency", "KRW"}, {"minor_digits", 0}}));
  const Json& row = table["rows"][1];
  EXPECT_EQ(row["name"], hostile_name);
  EXPECT_EQ(row["result"]["value"], "partial");
  EXPECT_EQ(row["result"]["tone"], "warning");
  EXPECT_EQ(row["recipients"], 5);
  EXPECT_EQ(row["clicks"], 2);
  EXPECT_EQ(row["gross"].dump(), R"([{"amount_minor":50000,"currency":"KRW","minor_digits":0},)"
                                 R"({"amount_minor":1250,"currency":"USD","minor_digits":2}])");
  EXPECT_EQ(row["net"][0]["amount_minor"], 40'000);
  EXPECT_EQ(row["open"].dump(),
            R"({"view":"message","params":{"message_id":"M-sale"},"as":"page"})");
}

TEST(HistoryViews, AMessageThatNobodyAnnouncedIsListedByItsId) {
  World world = make_world();
  const auto request = make_request("messages.manual", {{"state", "unannounced"}});
  const Json table = part(rendered(world, request), "messages");
  ASSERT_EQ(table["rows"].size(), 1U);
  EXPECT_EQ(table["total"], 1);
  EXPECT_EQ(table["rows"][0]["name"], "M-held");
  EXPECT_EQ(table["rows"][0]["message_id"], "M-held");
  EXPECT_EQ(table["rows"][0]["result"]["value"], "unannounced");
  EXPECT_EQ(table["rows"][0]["result"]["tone"], "warning");
}

TEST(HistoryViews, TheFiltersOfAListShowTheValuesInForce) {
  World world = make_world();
  const auto request =
      make_request("messages.manual",
                   {{"q", "SCRIPT"}, {"state", "partial"}, {"to", "2026-11-20"}, {"from", ""}});
  const Json document = rendered(world, request);
  std::map<std::string, std::string> values;
  const Json filters = part(document, "filters");
  for (const Json& field : filters["fields"]) {
    values[field["key"]] = field["value"];
  }
  EXPECT_EQ(values, (std::map<std::string, std::string>{{"q", "SCRIPT"},
                                                        {"channel", ""},
                                                        {"state", "partial"},
                                                        {"from", ""},
                                                        {"to", "2026-11-20"}}));
  EXPECT_EQ(part(document, "messages")["rows"].size(), 1U);
  EXPECT_EQ(tile(part(document, "totals"), "messages"), 1);
}

TEST(HistoryViews, AManualPeriodIsDaysOfTheTenantBothInclusive) {
  World world = make_world();
  // M-sale was sent at 09:00 on the 20th in Seoul: exactly midnight UTC.
  const auto rows = [&](const char* from, const char* to) {
    auto request = make_request("messages.manual", {{"from", from}, {"to", to}});
    request.time_zone = *mh::TimeZone::find("America/New_York");
    return part(rendered(world, request), "messages")["rows"].size();
  };
  // A message that nobody announced was named on that day, too.
  EXPECT_EQ(rows("2026-11-20", "2026-11-20"), 2U);
  EXPECT_EQ(rows("2026-11-19", "2026-11-19"), 0U);
  EXPECT_EQ(rows("2026-11-21", ""), 1U);  // the scheduled one, by when it is due
  EXPECT_EQ(rows("", "2026-11-20"), 2U);
}

TEST(HistoryViews, AnAutomaticPeriodShowsTheNumbersOfThoseDays) {
  World world = make_world();
  const Json document = rendered(
      world, make_request("messages.automatic",
                          {{"from", "2026-11-20"}, {"to", "2026-11-21"}, {"sort", "-net"}}));
  EXPECT_EQ(world.snapshot.period_asked, (mh::DaySpan{noon_day, noon_day + 1}));
  const Json table = part(document, "messages");
  EXPECT_EQ(table["rows"][0]["message_id"], "M-welcome");
  EXPECT_EQ(table["rows"][0]["recipients"], 11);
  EXPECT_EQ(table["rows"][0]["orders"], 2);
  EXPECT_EQ(table["rows"][0]["net"]["amount_minor"], 100'000);
  EXPECT_EQ(table["rows"][1]["recipients"], 20);
  EXPECT_EQ(tile(part(document, "totals"), "recipients"), 31);
  EXPECT_NE(part(document, "basis")["text"].get<std::string>().find("chosen days"),
            std::string::npos);
}

// On every list alike: what a message did outside of the days is not in its row.
TEST(HistoryViews, AManualPeriodShowsTheNumbersOfThoseDays) {
  World world = make_world();
  world.snapshot.period_rows.push_back({{1}, {1, 1, 0, 0, 3}, {{"KRW", {1, 700, 200, 0}}}});
  const Json document = rendered(
      world, make_request("messages.manual", {{"from", "2026-11-20"}, {"to", "2026-11-25"}}));
  EXPECT_EQ(world.snapshot.period_asked, (mh::DaySpan{noon_day, noon_day + 5}));
  const Json table = part(document, "messages");
  ASSERT_EQ(table["rows"].size(), 3U) << "one that is due in those days, and one that was named";
  EXPECT_EQ(table["rows"][0]["message_id"], "M-soon");
  EXPECT_EQ(table["rows"][0]["recipients"], 0);
  EXPECT_EQ(table["rows"][1]["message_id"], "M-sale");
  EXPECT_EQ(table["rows"][1]["recipients"], 2);
  EXPECT_EQ(table["rows"][1]["clicks"], 3);
  EXPECT_EQ(table["rows"][1]["net"]["amount_minor"], 500);
  EXPECT_EQ(table["rows"][2]["message_id"], "M-held");
  EXPECT_EQ(tile(part(document, "totals"), "messages"), 3);
  EXPECT_EQ(tile(part(document, "totals"), "net")["amount_minor"], 500);
  EXPECT_NE(part(document, "basis")["text"].get<std::string>().find("figures of those days"),
            std::string::npos);
  const auto filtered = [&](const char* state) {
    const auto request =
        make_request("messages.manual", {{"from", "2026-11-20"}, {"state", state}});
    return part(rendered(world, request), "messages")["rows"].size();
  };
  EXPECT_EQ(filtered("scheduled"), 1U);
  EXPECT_EQ(filtered("partial"), 1U);
  EXPECT_EQ(filtered("failed"), 0U);
}

TEST(HistoryViews, AListThatIsTooLongKeepsItsFilters) {
  World world = make_world();
  for (int i = 0; i <= 20'000; ++i) {
    world.snapshot.period_rows.push_back({{3}, {1, 0, 0, 0, 0}, {}});
  }
  const Json document =
      rendered(world, make_request("messages.automatic", {{"from", "2026-01-01"}}));
  EXPECT_NE(part(document, "period_too_long")["text"].get<std::string>().find("20,000"),
            std::string::npos);
  EXPECT_FALSE(part(document, "filters").is_null());
  EXPECT_TRUE(part(document, "messages")["rows"].empty());
}

TEST(HistoryViews, SortingBySeveralCurrenciesSaysWhichOneCounts) {
  World world = make_world();
  const auto notice = [&](const char* view, const char* sort) {
    return part(rendered(world, make_request(view, {{"sort", sort}})), "sort_currency");
  };
  EXPECT_NE(notice("messages.manual", "-net")["text"].get<std::string>().find("KRW"),
            std::string::npos);
  EXPECT_TRUE(notice("messages.manual", "-orders").is_null());
  EXPECT_TRUE(notice("messages.automatic", "-net").is_null()) << "all of it is in KRW";
}

TEST(HistoryViews, AnAutomaticPeriodIsFilteredByNameAndChannel) {
  World world = make_world();
  const auto rows = [&](std::map<std::string, std::string> params) {
    params["from"] = "2026-11-20";
    return part(rendered(world, make_request("messages.automatic", std::move(params))),
                "messages")["rows"]
        .size();
  };
  EXPECT_EQ(rows({}), 2U);
  EXPECT_EQ(rows({{"q", "CART"}}), 1U);
  EXPECT_EQ(rows({{"q", "m-welc"}}), 1U);
  EXPECT_EQ(rows({{"channel", "sms"}}), 0U);
}

TEST(HistoryViews, ATenantWhoseTimeZoneIsMissingIsToldSo) {
  World world = make_world();
  world.tenant.time_zone = "Mars/Olympus";
  EXPECT_EQ(refused(world, make_request("messages.manual")).status, CRM_ERR_UNSUPPORTED);
}

}  // namespace
}  // namespace crm_test

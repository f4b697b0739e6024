// Columns, amounts, words and CSV bytes: golden texts written out by hand.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "encoding/unicode_text.h"
#include "export/csv/columns.h"
#include "export/csv/csv.h"
#include "export/csv/dialect.h"
#include "export/csv/wording.h"
#include "model/amount.h"
#include "unit/export/csv/csv_of.h"

namespace message_history {
namespace {

std::string field(std::string_view text) {
  std::string out;
  append_raw_field(text, out);
  return out;
}

std::string sheet_field(std::string_view text, CsvType type = CsvType::text) {
  std::string out;
  append_spreadsheet_field(type, text, out);
  return out;
}

std::string decimal(std::int64_t minor, std::string_view currency) {
  std::string out = "before ";
  append_decimal({minor, currency}, out);
  return out.substr(7);
}

std::string masked(std::string_view id) {
  std::string out;
  append_masked(id, out);
  return out;
}

CsvColumns only(std::initializer_list<CsvColumn> columns) {
  CsvColumns set;
  for (const CsvColumn column : columns) set.add(column);
  return set;
}

TEST(Columns, KeysAndHeadersAreThoseOfTheDesign) {
  std::string keys, korean;
  std::set<std::string_view> english;
  for (const CsvColumn column : CsvColumns::all().list()) {
    keys += std::string(info_of(column).key) + ' ';
    korean += std::string(info_of(column).header.ko) + '|';
    english.insert(info_of(column).header.en);
    EXPECT_EQ(column_from_key(info_of(column).key), column);
  }
  EXPECT_EQ(keys,
            "message_type sent failure_reason failure_code member_id sent_at order_id order_amount "
            "currency ordered_at product_no product_name unit_price option_price option quantity "
            "attribution attributed_amount refunded_amount ");
  EXPECT_EQ(korean,
            "메시지 종류|발송 여부|실패 사유|실패 코드|회원 아이디|발송 "
            "시각|주문번호|주문금액|통화|주문날짜|"
            "주문상품번호|상품명|상품금액|상품옵션금액|상품옵션|주문수량|매출 발생 경로|기여 "
            "매출|환불금액|");
  EXPECT_EQ(english.size(), column_count);
  EXPECT_FALSE(column_from_key("").has_value());
  EXPECT_FALSE(column_from_key("Sent").has_value());
}

TEST(Columns, SetKeepsTheOrderOfTheFile) {
  CsvColumns set;
  EXPECT_TRUE(set.empty());
  EXPECT_TRUE(set.add(CsvColumn::quantity));
  EXPECT_TRUE(set.add(CsvColumn::sent));
  EXPECT_FALSE(set.add(CsvColumn::quantity));
  EXPECT_EQ(set.keys(), (std::vector<std::string>{"sent", "quantity"}));
  EXPECT_TRUE(set.has(CsvColumn::sent));
  EXPECT_FALSE(set.has(CsvColumn::option));
}

TEST(Dialects, AreKnownByName) {
  EXPECT_EQ(dialect_from_name("raw-v1"), Dialect::raw_v1);
  EXPECT_EQ(dialect_from_name("spreadsheet-v1"), Dialect::spreadsheet_v1);
  EXPECT_FALSE(dialect_from_name("RAW-V1").has_value());
  EXPECT_FALSE(dialect_from_name("").has_value());
  for (const Dialect dialect : {Dialect::raw_v1, Dialect::spreadsheet_v1}) {
    EXPECT_EQ(dialect_from_name(name_of(dialect)), dialect);
  }
}

TEST(Csv, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(field(""), "");
  EXPECT_EQ(field("plain"), "plain");
  EXPECT_EQ(field("in side"), "in side");
  EXPECT_EQ(field("a,b"), "\"a,b\"");
  EXPECT_EQ(field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(field("\""), "\"\"\"\"");
  EXPECT_EQ(field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(field("a\rb"), "\"a\rb\"");
  EXPECT_EQ(field(" lead"), "\" lead\"");
  EXPECT_EQ(field("trail "), "\"trail \"");
  EXPECT_EQ(field(" "), "\" \"");
  EXPECT_EQ(field("=1+1"), "=1+1");
  EXPECT_EQ(field("탭\t'; -"), "탭\t'; -");
  EXPECT_EQ(field(std::string_view("nul\0nul", 7)), std::string_view("nul\0nul", 7));
}

TEST(SpreadsheetCsv, QuotesEveryField) {
  EXPECT_EQ(sheet_field(""), R"("")");
  EXPECT_EQ(sheet_field("plain"), R"("plain")");
  EXPECT_EQ(sheet_field(" a,b "), R"(" a,b ")");
  EXPECT_EQ(sheet_field(R"(say "hi")"), R"("say ""hi""")");
  EXPECT_EQ(sheet_field(R"(")"), R"("""")");
  EXPECT_EQ(sheet_field(R"("")"), R"("""""")");
  EXPECT_EQ(sheet_field("머그컵\r\n두 개"), "\"머그컵\r\n두 개\"");
}

TEST(SpreadsheetCsv, TextIsNoFormula) {
  for (const std::string begin :
       {"=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'"}) {
    for (const CsvType type : {CsvType::text, CsvType::id}) {
      EXPECT_EQ(sheet_field(begin, type), "\"'" + begin + '"');
      EXPECT_EQ(sheet_field(begin + "1+1", type), "\"'" + begin + "1+1\"");
      EXPECT_EQ(sheet_field(begin + begin, type), "\"'" + begin + begin + '"');
      EXPECT_EQ(sheet_field("1" + begin, type), "\"1" + begin + '"') << "only what begins with it";
    }
    const bool is_apostrophe = begin == "'";
    EXPECT_EQ(sheet_field("  " + begin + "1"), (is_apostrophe ? "\"  " : "\"'  ") + begin + "1\"");
  }
  EXPECT_EQ(sheet_field("+821012345678"), R"("'+821012345678")");
  EXPECT_EQ(sheet_field("-1000"), R"("'-1000")");
  EXPECT_EQ(sheet_field("=A(\"x\")"), R"x("'=A(""x"")")x");
  EXPECT_EQ(sheet_field("'=1"), R"("''=1")");
}

TEST(SpreadsheetCsv, WhatCannotBeSeenHidesNoFormula) {
  for (const std::string hidden : {"\u3000", "\u00A0", "\u200B", "\uFEFF", "\u2060", "\u202E",
                                   "\u2800", "\u3164", "\x0B", "\x01", "\x7F", " \u200B \uFEFF"}) {
    for (const std::string begin : {"=", "+", "-", "@", "＝", "\t"}) {
      EXPECT_EQ(sheet_field(hidden + begin + "1"), "\"'" + hidden + begin + "1\"") << hidden;
    }
    EXPECT_EQ(sheet_field(hidden), '"' + hidden + '"') << "nothing follows";
    EXPECT_EQ(sheet_field(hidden + "상품"), '"' + hidden + "상품\"") << hidden;
  }
}

TEST(SpreadsheetCsv, NulThatSpreadsheetsDropHidesNothing) {
  using namespace std::string_view_literals;
  for (const CsvType type : {CsvType::text, CsvType::id}) {
    EXPECT_EQ(sheet_field("\0=1+1"sv, type), "\"'\0=1+1\""sv);
    EXPECT_EQ(sheet_field(" \0 =1"sv, type), "\"' \0 =1\""sv);
    EXPECT_EQ(sheet_field("\0'1"sv, type), "\"'\0'1\""sv);
    EXPECT_EQ(sheet_field("0\0"
                          "123"sv,
                          type),
              "\"'0\0"
              "123\""sv);
    EXPECT_EQ(sheet_field("a\0"sv, type), "\"'a\0\""sv);
  }
}

TEST(SpreadsheetCsv, OtherTextStaysAsItIs) {
  for (const char* text :
       {" ", "   ", "1=1", "a-b", "100%", "﹣1", "\xEF", "\xEF\xBC", "！", "（", "\"=1", "0.5",
        "가", "\xF0\x9F\x9A\xAA", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "`1", "‘1"}) {
    std::string quoted;
    for (const char c : std::string_view(text)) quoted += c == '"' ? "\"\"" : std::string(1, c);
    EXPECT_EQ(sheet_field(text), '"' + quoted + '"');
    EXPECT_EQ(sheet_field(text, CsvType::id), '"' + quoted + '"');
  }
}

TEST(SpreadsheetCsv, IdsOfDigitsKeepEachDigit) {
  const auto as_id = [](std::string_view text) { return sheet_field(text, CsvType::id); };
  EXPECT_EQ(as_id("00123"), R"("'00123")");
  EXPECT_EQ(as_id("01012345678"), R"("'01012345678")");
  EXPECT_EQ(as_id("0"), R"("'0")");
  EXPECT_EQ(as_id("123456789012"), R"("'123456789012")");
  EXPECT_EQ(as_id("12345678901234567890"), R"("'12345678901234567890")");
  EXPECT_EQ(as_id("12345678901"), R"("12345678901")");
  EXPECT_EQ(as_id("9"), R"("9")");
  EXPECT_EQ(as_id("00123-1"), R"("00123-1")");
  EXPECT_EQ(as_id(" 00123"), R"(" 00123")");
  EXPECT_EQ(as_id("2026-1234567890"), R"("2026-1234567890")");
  EXPECT_EQ(sheet_field("00123"), R"("00123")") << "only ids are known to be no numbers";
  EXPECT_EQ(sheet_field("123456789012"), R"("123456789012")");
}

TEST(SpreadsheetCsv, NumbersAndTimesAreNeverEscaped) {
  std::string out;
  SpreadsheetCells::begin_plain(out);
  append_decimal({-100'000, "KRW"}, out);
  SpreadsheetCells::end_plain(out);
  EXPECT_EQ(out, "\"-100000\",");
  for (const CsvColumn column : CsvColumns::all().list()) {
    const std::string key(info_of(column).key);
    const bool is_number = key.ends_with("_amount") || key.ends_with("_price") || key == "quantity";
    EXPECT_EQ(info_of(column).type == CsvType::number, is_number) << key;
    const bool is_id = key == "member_id" || key == "order_id" || key == "product_no";
    EXPECT_EQ(info_of(column).type == CsvType::id, is_id) << key;
    EXPECT_EQ(info_of(column).type == CsvType::time, key.ends_with("_at")) << key;
  }
}

RC_GTEST_PROP(SpreadsheetCsv, oneApostropheLessIsTheText, ()) {
  // Mostly of what matters, so that it meets in every order.
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "'", "=", "＋", "\"", ",", " ", "\t", "\r", "\n", "0", "12", "가", "a", "\xEF\xBC"));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  for (const CsvType type : {CsvType::text, CsvType::id}) {
    const auto fields = csv_records(sheet_field(text, type) + "\r\n");
    RC_ASSERT(fields.size() == 1U);
    RC_ASSERT(fields.front().size() == 1U);
    std::string_view restored = fields.front().front();
    if (restored.starts_with('\'')) restored.remove_prefix(1);
    RC_ASSERT(restored == text);
  }
}

TEST(Csv, LinesEndWithCrlf) {
  std::string out;
  for (const char* text : {"성공", "", "머그컵, 350ml \"화이트\""}) {
    RawCells::append(CsvType::text, text, out);
  }
  end_line(0, out);
  const std::size_t second = out.size();
  for (const char* text : {"", "", ""}) RawCells::append(CsvType::text, text, out);
  end_line(second, out);
  EXPECT_EQ(out, "성공,,\"머그컵, 350ml \"\"화이트\"\"\"\r\n,,\r\n");
}

TEST(Csv, HeaderOfSomeColumns) {
  std::string out = "before\r\n";
  const CsvColumns columns = only({CsvColumn::product_name, CsvColumn::sent});
  append_file_begin({columns, Locale::ko, Dialect::raw_v1}, out);
  EXPECT_EQ(out, "before\r\n발송 여부,상품명\r\n");
  out.clear();
  append_file_begin({columns, Locale::en, Dialect::spreadsheet_v1}, out);
  EXPECT_EQ(out, "\xEF\xBB\xBF\"Send result\",\"Product name\"\r\n");
}

TEST(Csv, WholeHeaderInBothLanguages) {
  std::string ko, en;
  append_file_begin({CsvColumns::all(), Locale::ko, Dialect::raw_v1}, ko);
  append_file_begin({CsvColumns::all(), Locale::en, Dialect::raw_v1}, en);
  EXPECT_EQ(ko,
            "메시지 종류,발송 여부,실패 사유,실패 코드,회원 아이디,발송 "
            "시각,주문번호,주문금액,통화,주문날짜,"
            "주문상품번호,상품명,상품금액,상품옵션금액,상품옵션,주문수량,매출 발생 경로,기여 "
            "매출,환불금액\r\n");
  EXPECT_EQ(
      en,
      "Message type,Send result,Failure reason,Failure code,Member ID,Sent at,Order no.,Order "
      "amount,Currency,Ordered at,Product no.,Product name,Unit price,Option price,Option,"
      "Quantity,Attribution,Attributed amount,Refunded amount\r\n");
}

TEST(Csv, LoneEmptyFieldIsNoEmptyLine) {
  std::string out = "a\r\n";
  RawCells::append(CsvType::text, "", out);
  end_line(3, out);
  EXPECT_EQ(out, "a\r\n\"\"\r\n");
  out = "a\r\n";
  SpreadsheetCells::append(CsvType::text, "", out);
  end_line(3, out);
  EXPECT_EQ(out, "a\r\n\"\"\r\n");
}

TEST(Amounts, HaveTheDecimalsOfTheirCurrency) {
  EXPECT_EQ(decimal(13900, "KRW"), "13900");
  EXPECT_EQ(decimal(13900, "JPY"), "13900");
  EXPECT_EQ(decimal(13912, "GBP"), "139.12");
  EXPECT_EQ(decimal(13912, "USD"), "139.12");
  EXPECT_EQ(decimal(13912, "KWD"), "13.912");
  EXPECT_EQ(decimal(13912, "BHD"), "13.912");
  EXPECT_EQ(decimal(13912, "CLF"), "1.3912");
  EXPECT_EQ(decimal(13912, "ZZZ"), "139.12");
  EXPECT_EQ(decimal(13912, ""), "139.12");
}

TEST(Amounts, AreExactAtEveryEnd) {
  EXPECT_EQ(decimal(0, "KRW"), "0");
  EXPECT_EQ(decimal(0, "USD"), "0.00");
  EXPECT_EQ(decimal(5, "USD"), "0.05");
  EXPECT_EQ(decimal(-5, "USD"), "-0.05");
  EXPECT_EQ(decimal(-5, "KWD"), "-0.005");
  EXPECT_EQ(decimal(100, "USD"), "1.00");
  EXPECT_EQ(decimal(-1234, "KRW"), "-1234");
  EXPECT_EQ(decimal(std::numeric_limits<std::int64_t>::max(), "USD"), "92233720368547758.07");
  EXPECT_EQ(decimal(std::numeric_limits<std::int64_t>::min(), "USD"), "-92233720368547758.08");
  EXPECT_EQ(decimal(std::numeric_limits<std::int64_t>::min(), "KRW"), "-9223372036854775808");
}

TEST(Amounts, MinorDigitsAreThoseOfIso4217) {
  for (const char* code : {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF",
                           "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}) {
    EXPECT_EQ(minor_digits(code), 0) << code;
  }
  for (const char* code : {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}) {
    EXPECT_EQ(minor_digits(code), 3) << code;
  }
  for (const char* code : {"CLF", "UYW"}) EXPECT_EQ(minor_digits(code), 4) << code;
  for (const char* code : {"USD", "EUR", "CNY", "MGA", "MRU", "HUF", "IDR", "TWD", "krw", "", "AAA",
                           "ZZZ", "XAU", "XXX"}) {
    EXPECT_EQ(minor_digits(code), 2) << code;
  }
}

TEST(Masking, ShowsTwoCharactersAtMost) {
  EXPECT_EQ(masked("member-0001"), "me***");
  EXPECT_EQ(masked("kim.민수@example.com"), "ki***");
  EXPECT_EQ(masked("홍길동의아이디"), "홍길***");
  EXPECT_EQ(masked("123456"), "12***");
}

TEST(Masking, NeverShowsMostOfAShortId) {
  EXPECT_EQ(masked("12345"), "1***");
  EXPECT_EQ(masked("abc"), "a***");
  EXPECT_EQ(masked("ab"), "***");
  EXPECT_EQ(masked("가"), "***");
  EXPECT_EQ(masked(""), "***");
}

TEST(Wording, NamesKindAndChannel) {
  EXPECT_EQ(message_type_text({MessageKind::manual, Channel::alimtalk}, Locale::ko), "수동 알림톡");
  EXPECT_EQ(message_type_text({MessageKind::manual, Channel::alimtalk}, Locale::en),
            "Manual AlimTalk");
  EXPECT_EQ(message_type_text({MessageKind::automatic, Channel::sms}, Locale::ko), "자동 SMS");
  EXPECT_EQ(message_type_text({MessageKind::automatic, Channel::email}, Locale::en),
            "Automatic Email");
  EXPECT_EQ(message_type_text({MessageKind::unknown, Channel::push}, Locale::ko), "앱 푸시");
  EXPECT_EQ(message_type_text({MessageKind::manual, static_cast<Channel>(200)}, Locale::ko),
            "수동 기타");
}

TEST(Wording, SaysWhatBecameOfADelivery) {
  const auto both = [](DeliveryStatus status) {
    return std::string(sent_text(status, Locale::ko)) + '/' +
           std::string(sent_text(status, Locale::en));
  };
  EXPECT_EQ(both(DeliveryStatus::sent), "성공/Success");
  EXPECT_EQ(both(DeliveryStatus::delivered), "성공/Success");
  EXPECT_EQ(both(DeliveryStatus::failed), "실패/Failed");
  EXPECT_EQ(both(DeliveryStatus::accepted), "대기/Pending");
  EXPECT_EQ(both(DeliveryStatus::uncertain), "대기/Pending");
  EXPECT_EQ(both(DeliveryStatus::skipped), "제외/Excluded");
  EXPECT_EQ(both(DeliveryStatus::held_out), "제외/Excluded");
  EXPECT_EQ(both(DeliveryStatus::unreported), "/");
}

TEST(Wording, TellsHowAnOrderCameAbout) {
  const auto text = [](TouchKind touch, std::int64_t before_us, Locale locale) {
    std::string out;
    append_attribution({touch, "2026-11-23T09:00:00+09:00", before_us, 3}, locale, out);
    return out;
  };
  const std::int64_t minute_us = 60 * second_us;
  EXPECT_EQ(text(TouchKind::click, 2 * hour_us + 13 * minute_us + 59 * second_us, Locale::ko),
            "클릭 2026-11-23T09:00:00+09:00 · 주문 2시간 13분 전 · 규칙 3");
  EXPECT_EQ(text(TouchKind::click, 2 * hour_us + 13 * minute_us, Locale::en),
            "Click 2026-11-23T09:00:00+09:00 · 2 h 13 min before the order · rule 3");
  EXPECT_EQ(text(TouchKind::delivered, 0, Locale::ko),
            "메시지 도착 2026-11-23T09:00:00+09:00 · 주문 직전 · 규칙 3");
  EXPECT_EQ(text(TouchKind::coupon, 7 * day_us, Locale::ko),
            "쿠폰 사용 2026-11-23T09:00:00+09:00 · 주문 7일 전 · 규칙 3");
  EXPECT_EQ(text(TouchKind::coupon, 26 * hour_us + minute_us, Locale::en),
            "Coupon 2026-11-23T09:00:00+09:00 · 1 d 2 h before the order · rule 3");
  EXPECT_EQ(text(TouchKind::open, day_us + minute_us, Locale::en),
            "Open 2026-11-23T09:00:00+09:00 · 1 d before the order · rule 3");
  EXPECT_EQ(text(TouchKind::explicit_message, 0, Locale::ko), "주문에 적힌 메시지 · 규칙 3");
  EXPECT_EQ(text(TouchKind::explicit_message, 0, Locale::en), "Named on the order · rule 3");
}

TEST(UnicodeText, BlankIsWhateverCannotBeSeen) {
  for (const char* text : {"", " ", "\t\r\n", "\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x8B",
                           "\xEF\xBB\xBF", "\xE3\x85\xA4", "\xE2\xA0\x80", "\xEF\xBE\xA0",
                           "\xE1\x85\x9F \xE3\x80\x80", "\xF3\xA0\x80\xA0"}) {
    EXPECT_TRUE(is_blank(text)) << text;
  }
  for (const char* text : {"a", " 가 ", "\xE3\x80\x80.", "0", "\xF0\x9F\x9A\xAA"}) {
    EXPECT_FALSE(is_blank(text)) << text;
  }
}

TEST(UnicodeText, NeverCutsACharacter) {
  EXPECT_EQ(count_characters("가나a\xF0\x9F\x9A\xAA"), 4U);
  EXPECT_EQ(first_characters("가나다", 2), "가나");
  EXPECT_EQ(first_characters("가나다", 3), "가나다");
  EXPECT_EQ(first_characters("가", 0), "");
  EXPECT_EQ(first_bytes("가나", 6), "가나");
  EXPECT_EQ(first_bytes("가나", 5), "가");
  EXPECT_EQ(first_bytes("가나", 3), "가");
  EXPECT_EQ(first_bytes("가나", 2), "");
}

}  // namespace
}  // namespace message_history

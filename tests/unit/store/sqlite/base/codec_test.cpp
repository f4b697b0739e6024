// The packed columns and checksums of the SQLite engine against bytes written out by hand
// (SCHEMA.md).
#include "store/sqlite/base/codec.h"
#include "store/sqlite/base/row_checksum.h"

#include <gtest/gtest.h>

#include <crm/cpp/failure.hpp>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/lists/message_words.h"

#include "support/hex.h"

namespace message_history::sqlite {
namespace {

constexpr std::int64_t first_report_us = 1'700'000'000'000'000;

DeliveryState state_of(const std::vector<StatusMark>& marks, const std::optional<Cost>& cost = {}) {
  DeliveryState state;
  for (const StatusMark& mark : marks) state.merge(mark, std::less<>());
  if (cost) state.merge(*cost);
  return state;
}

std::string encode_marks(const DeliveryState& state) {
  std::string bytes;
  append_marks(bytes, state, {state.first_at_us(), state.route()});
  return bytes;
}

DeliveryState decoded(std::string_view bytes, std::int64_t first_at_us, RouteNo route = {}) {
  DeliveryState state;
  decode_marks(bytes, {first_at_us, route}, state);
  return state;
}

std::vector<DeliveryState> sample_states() {
  return {
      state_of({}),
      state_of({{DeliveryStatus::sent, first_report_us, "", ""}}),
      state_of({{DeliveryStatus::held_out, 0, "", ""}}, Cost{0, "", 0}),
      state_of({{DeliveryStatus::accepted, first_report_us, "", ""},
                {DeliveryStatus::failed, first_report_us + 1'500'000, "3018", "blocked"}},
               Cost{first_report_us + 1'500'000, "KRW", 9}),
      state_of({{DeliveryStatus::sent, first_report_us + 60'000'000, "0", ""},
                {DeliveryStatus::delivered, first_report_us, "", "\xEC\x88\x98\xEC\x8B\xA0"}}),
      state_of(
          {{DeliveryStatus::skipped, first_report_us, std::string(64, 'c'), std::string(2048, 'd')},
           {DeliveryStatus::uncertain, 7'258'118'399'999'999, std::string("\0", 1), "\n"}},
          Cost{7'258'118'399'999'999, "USD", -1'000'000'000'000}),
      state_of({{DeliveryStatus::accepted, first_report_us, "", "", {300}},
                {DeliveryStatus::failed, first_report_us, "S34", "", {2}}}),
  };
}

std::vector<std::vector<OrderLine>> sample_lines() {
  return {
      {},
      {{"p-1", "Shirt", "red", 5000, -500, 2}},
      {{"", "", "", 0, 0, 0}, {"p", "\xEC\x85\x94\xEC\xB8\xA0", "", 1'000'000'000'000, 1, -1}},
  };
}

TEST(Codec, MarksAreTheseBytes) {
  const auto states = sample_states();
  EXPECT_EQ(test::hex_of(encode_marks(states[0])), "");
  EXPECT_EQ(test::hex_of(encode_marks(states[1])), "2500");
  // held_out, 0 s; cost 0 us later in "" of 0
  EXPECT_EQ(test::hex_of(encode_marks(states[2])),
            "2200"
            "00"
            "00"
            "00"
            "00");
  // accepted, 0 s; failed, 1,500,000 us, code and detail; cost 1,500,000 us later in KRW of 9
  EXPECT_EQ(test::hex_of(encode_marks(states[3])),
            "2300"
            "1e"
            "e0c65b"
            "0433303138"
            "07626c6f636b6564"
            "00"
            "c08db701"
            "034b5257"
            "12");
  // times count from the earliest mark, which is not the first: sent, 60 s, code; delivered, 0 s,
  // detail
  EXPECT_EQ(test::hex_of(encode_marks(states[4])),
            "2d"
            "3c"
            "0130"
            "37"
            "00"
            "06ec8898ec8ba0");
  // accepted, 0 s, by route 300; failed, 0 s, code, by the head's route
  EXPECT_EQ(test::hex_of(encode_marks(states[6])),
            "6300"
            "ac02"
            "2e00"
            "03533334");
}

TEST(Codec, LinesAreTheseBytes) {
  const auto lines = sample_lines();
  EXPECT_EQ(test::hex_of(encode_lines(lines[0])), "");
  EXPECT_EQ(test::hex_of(encode_lines(lines[1])),
            "03702d31"
            "055368697274"
            "03726564"
            "904e"
            "e707"
            "04");
  EXPECT_EQ(test::hex_of(encode_lines(lines[2])),
            "000000000000"
            "0170"
            "06ec8594ecb8a0"
            "00"
            "80c0a8ca9a3a"
            "02"
            "01");
}

TEST(Codec, WhatIsEncodedIsDecodedUnchanged) {
  for (const DeliveryState& state : sample_states()) {
    EXPECT_EQ(decoded(encode_marks(state), state.first_at_us(), state.route()), state);
  }
  for (const auto& lines : sample_lines()) EXPECT_EQ(decode_lines(encode_lines(lines)), lines);
}

TEST(Codec, RandomStatesAreDecodedUnchanged) {
  std::mt19937_64 random(1);
  const auto text = [&random] {
    std::string bytes(random() % 5, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
  };
  for (int round = 0; round < 2'000; ++round) {
    DeliveryState state;
    for (std::uint64_t count = random() % 5; count > 0; --count) {
      auto at_us = static_cast<std::int64_t>(random() % 7'258'118'400'000'000);
      if (random() % 2 == 0) at_us -= at_us % 1'000'000;
      const RouteNo route{static_cast<std::int64_t>(1 + random() % 3)};
      state.merge({static_cast<DeliveryStatus>(1 + random() % 7), at_us, text(), text(), route},
                  std::less<>());
    }
    if (random() % 2 == 0) {
      state.merge(Cost{static_cast<std::int64_t>(random() % 7'258'118'400'000'000), text(),
                       static_cast<std::int64_t>(random())});
    }
    ASSERT_EQ(decoded(encode_marks(state), state.first_at_us(), state.route()), state);
  }
}

// Runs `decode`; whatever it throws must be CORRUPT. Returns whether it threw.
bool is_refused(const std::function<void()>& decode) {
  try {
    decode();
  } catch (const crm::Failure& failure) {
    EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT);
    return true;
  }
  return false;
}

// Every prefix is refused or stands for less than the whole: a cut is never taken for the whole.
TEST(Codec, APrefixIsNeverTakenForTheWhole) {
  for (const DeliveryState& state : sample_states()) {
    const std::string bytes = encode_marks(state);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      DeliveryState have;
      const bool refused = is_refused([&] {
        have = decoded(std::string_view(bytes).substr(0, size), state.first_at_us(), state.route());
      });
      EXPECT_TRUE(refused || have.marks != state.marks || have.cost != state.cost);
    }
  }
  for (const auto& lines : sample_lines()) {
    const std::string bytes = encode_lines(lines);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      std::vector<OrderLine> have;
      const bool refused =
          is_refused([&] { have = decode_lines(std::string_view(bytes).substr(0, size)); });
      EXPECT_TRUE(refused || have != lines);
    }
  }
}

TEST(Codec, TextsThatReachBeyondTheEndAreRefused) {
  EXPECT_TRUE(is_refused([] { decoded("\x25", 0); }));                           // no time
  EXPECT_TRUE(is_refused([] { decoded(std::string_view("\x2D\x00", 2), 0); }));  // no code
  EXPECT_TRUE(is_refused([] { decoded(std::string_view("\x2D\x00\x02x", 4), 0); }));
  EXPECT_TRUE(is_refused([] { decoded(std::string_view("\x25\x00\x23\x00", 4), 0); }));  // falling
  EXPECT_TRUE(is_refused([] { decoded(std::string_view("\x25\x00\x25\x00", 4), 0); }));  // twice
  EXPECT_TRUE(is_refused([] { decoded(std::string_view("\x20\x00", 2), 0); }));  // no status
  EXPECT_TRUE(is_refused([] { decoded("\x25" + std::string(10, '\xFF'), 0); }));
  EXPECT_TRUE(is_refused([] { decode_lines("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"); }));
}

TEST(Codec, EveryFlippedBitIsRefusedOrHarmless) {
  const auto each_flip = [](const std::string& bytes, auto&& decode) {
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      is_refused([&] { decode(flipped); });
      EXPECT_NE(RowChecksum().add(flipped).value(), RowChecksum().add(bytes).value());
    }
  };
  for (const DeliveryState& state : sample_states()) {
    each_flip(encode_marks(state),
              [&](const std::string& bytes) { decoded(bytes, state.first_at_us()); });
  }
  for (const auto& lines : sample_lines()) {
    each_flip(encode_lines(lines), [](const std::string& bytes) { decode_lines(bytes); });
  }
}

TEST(Codec, GarbageIsRefusedOrHarmless) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    is_refused([&] { decoded(bytes, first_report_us); });
    is_refused([&] { decode_lines(bytes); });
  }
}

TEST(Codec, ALongTimeAfterTheFirstIsRefusedAndNotOverflown) {
  const std::string nine_bytes = std::string(8, '\xFF') + "\x7F";
  EXPECT_TRUE(is_refused([&] { decoded("\x25" + nine_bytes, first_report_us); }));  // in seconds
  EXPECT_TRUE(
      is_refused([&] { decoded("\x05" + nine_bytes, first_report_us); }));  // in microseconds
}

TEST(RowChecksum, IsCrc32OverLittleEndianNumbersAndSizedTexts) {
  EXPECT_EQ(RowChecksum().value(), 0);
  EXPECT_EQ(RowChecksum().add(1).value(), 0xA988DFF7);
  EXPECT_EQ(RowChecksum().add(-1).value(), 0x2144DF1C);
  EXPECT_EQ(RowChecksum().add("ab").value(), 0x3825E2D9);
  EXPECT_EQ(RowChecksum().add(7).add("ab").add("").value(), 0x3E4B68FB);
}

TEST(RowChecksum, OfATouchIsTheExampleOfTheDocument) {
  EXPECT_EQ(RowChecksum().add(1).add(2).add(3).add(3).add("d").value(), 3500961080);
}

TEST(RowChecksum, IsTheSameHoweverLongTheRowIs) {
  RowChecksum checksum;
  std::string bytes;
  for (std::int64_t i = 0; i < 300; ++i) {
    const std::string text(static_cast<std::size_t>(i * 7 % 1'100),
                           static_cast<char>('a' + i % 26));
    checksum.add(i).add(text);
    for (const std::int64_t number : {i, static_cast<std::int64_t>(text.size())}) {
      for (int byte = 0; byte < 8; ++byte) bytes.push_back(static_cast<char>(number >> (8 * byte)));
    }
    bytes += text;
    ASSERT_EQ(checksum.value(), crc32_of(bytes)) << i;
  }
}

TEST(RowChecksum, TellsNothingFromAnyNumber) {
  const std::set<std::int64_t> seen{RowChecksum().add_null().value(), RowChecksum().add(0).value(),
                                    RowChecksum().add(-1).value(), RowChecksum().add("").value(),
                                    RowChecksum().value()};
  EXPECT_EQ(seen.size(), 4U);  // an empty text is its size, 0
}

TEST(MessageWords, BytesAreThoseOfTheSchema) {
  std::string block = with_words({}, {{{1}, "Spring SALE", "M-1"}, {{2}, "", "M-2"}});
  EXPECT_EQ(test::hex_of(block), "737072696e672073616c65ff6d2d31ffff6d2d32ff");
  block = with_words(block, {{{2}, "\xEB\xB4\x84", "M-2"}, {{4}, "x", "M-4"}});
  EXPECT_EQ(test::hex_of(block),
            "737072696e672073616c65ff6d2d31ffebb484ff6d2d32ffffff78ff6d2d34ff");
  EXPECT_THROW(with_words("cut\xFF short", {{{1}, "a", "b"}}), crm::Failure);
}

std::vector<std::int64_t> found_in(std::string_view block, std::string_view text) {
  std::vector<std::int64_t> found;
  WordSearch(text).search(2, block,
                          [&found](MessageNo message) { found.push_back(message.value); });
  return found;
}

TEST(MessageWords, AreFoundByAnyPartOfNameOrIdButNeverAcross) {
  const std::string block = with_words({}, {{{129}, "Spring Sale sale", "A-1"},
                                            {{131}, "\xEB\xB4\x84 special", "SALE-2"},
                                            {{192}, "last", "Z"}});
  EXPECT_EQ(found_in(block, "sALE"), (std::vector<std::int64_t>{129, 131}));
  EXPECT_EQ(found_in(block, "a-1"), std::vector<std::int64_t>{129});
  EXPECT_EQ(found_in(block, "\xEB\xB4\x84"), std::vector<std::int64_t>{131});
  EXPECT_EQ(found_in(block, "z"), std::vector<std::int64_t>{192});
  EXPECT_TRUE(found_in(block, "salea").empty());
  EXPECT_TRUE(found_in(block, "specialsale").empty());
}

}  // namespace
}  // namespace message_history::sqlite

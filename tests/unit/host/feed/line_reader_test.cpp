// Lines of feed files: plain and gzip, short and endless, whole and cut off.
#include "feed/line_reader.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <string>
#include <vector>

#include "support/temporary_folder.h"

namespace host_stub {
namespace {

std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

class FeedLines : public testing::Test {
 protected:
  std::filesystem::path write(std::string_view bytes, const char* name = "feed.ndjson") {
    const auto path = std::filesystem::path(folder_.path()) / name;
    std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
    return path;
  }

  struct ReadLines {
    std::vector<std::string> texts;  // "<too long>" for those
    std::string error;
  };

  ReadLines lines_of(std::string_view bytes) {
    ReadLines read;
    auto reader = LineReader::open(write(bytes));
    if (!reader) return {{}, reader.error().detail};
    for (FeedLine line;;) {
      const auto more = reader.value()->next(line);
      if (!more) read.error = more.error().detail;
      if (!more || !more.value()) return read;
      EXPECT_EQ(line.number, read.texts.size() + 1);
      read.texts.push_back(line.is_too_long ? "<too long>" : std::string(line.text));
    }
  }

  TemporaryFolder folder_;
};

using Texts = std::vector<std::string>;

TEST_F(FeedLines, LinesNeedNoLastLineEnd) {
  EXPECT_EQ(lines_of("a\nb\nc").texts, (Texts{"a", "b", "c"}));
  EXPECT_EQ(lines_of("a\nb\n").texts, (Texts{"a", "b"}));
  EXPECT_EQ(lines_of("a\n\n\n").texts, (Texts{"a", "", ""}));
  EXPECT_EQ(lines_of("").texts, Texts{});
  EXPECT_EQ(lines_of("x").texts, Texts{"x"});
}

TEST_F(FeedLines, LineAtTheMaximumIsReadOneAboveIsReported) {
  const std::string longest(feed_line_bytes_max, 'x');
  EXPECT_EQ(lines_of("a\n" + longest + "\nb").texts, (Texts{"a", longest, "b"}));
  EXPECT_EQ(lines_of("a\n" + longest + "x\nb").texts, (Texts{"a", "<too long>", "b"}));
  EXPECT_EQ(lines_of("a\n" + longest + "x").texts, (Texts{"a", "<too long>"}));
  EXPECT_EQ(lines_of(longest).texts, Texts{longest});
}

TEST_F(FeedLines, LineOfManyBuffersIsOneLine) {
  const std::string huge(20 * feed_line_bytes_max, 'x');
  EXPECT_EQ(lines_of(huge + "\nb\n" + huge).texts, (Texts{"<too long>", "b", "<too long>"}));
  EXPECT_EQ(lines_of(gzipped(huge + "\nb\n" + huge)).texts,
            (Texts{"<too long>", "b", "<too long>"}));
}

TEST_F(FeedLines, GzipIsKnownByItsBytesNotItsName) {
  EXPECT_EQ(lines_of(gzipped("a\nb\n")).texts, (Texts{"a", "b"}));
  EXPECT_EQ(lines_of("\x1f").texts, Texts{"\x1f"});
}

TEST_F(FeedLines, GzipMembersJoin) {
  EXPECT_EQ(lines_of(gzipped("a\nb") + gzipped("c\nd") + gzipped("") + gzipped("e")).texts,
            (Texts{"a", "bc", "de"}));
  EXPECT_EQ(lines_of(gzipped("a\n") + std::string(1000, '\0')).texts, Texts{"a"});
}

TEST_F(FeedLines, CutOffGzipIsAnErrorThatNamesTheFile) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + "\n";
  const std::string packed = gzipped(text);
  EXPECT_EQ(lines_of(packed).error, "");
  for (const size_t cut : {size_t{1}, size_t{8}, size_t{9}, packed.size() / 2, packed.size() - 3}) {
    const auto read = lines_of(packed.substr(0, packed.size() - cut));
    EXPECT_NE(read.error.find("feed.ndjson"), std::string::npos) << cut;
    EXPECT_NE(read.error.find("ends early"), std::string::npos) << read.error;
    for (size_t i = 0; i < read.texts.size(); ++i) {
      ASSERT_EQ(read.texts[i], std::to_string(i * 7919)) << "an unfinished line was delivered";
    }
  }
}

TEST_F(FeedLines, DamagedGzipIsAnErrorThatNamesTheFile) {
  std::string packed = gzipped("a\nb\n") + "garbage";
  EXPECT_NE(lines_of(packed).error.find("feed.ndjson: the gzip data is damaged"),
            std::string::npos);
  packed = gzipped(std::string(100000, 'x') + "\n");
  packed[packed.size() - 5] = char(packed[packed.size() - 5] ^ 1);  // the checksum
  EXPECT_NE(lines_of(packed).error.find("is damaged"), std::string::npos);
}

TEST_F(FeedLines, AreBoundedByWhatTheyUnpackTo) {
  constexpr uint64_t bytes_max = 4u << 20;
  const auto count_lines = [&](std::string_view bytes) -> crm::Result<uint64_t> {
    auto reader =
        LineReader::of(std::move(open_for_reading(write(bytes)).value()), "the body", bytes_max);
    if (!reader) return reader.error();
    for (FeedLine line;;) {
      const auto more = reader.value()->next(line);
      if (!more) return more.error();
      if (!more.value()) return line.number;
    }
  };
  const std::string most(bytes_max, '\n');
  for (const std::string& bytes : {most, gzipped(most)}) EXPECT_TRUE(count_lines(bytes));
  for (const std::string& bytes :
       {most + "\n", gzipped(most + "\n"), gzipped(std::string(64u << 20, 'x'))}) {
    const auto counted = count_lines(bytes);
    ASSERT_FALSE(counted);
    EXPECT_EQ(counted.error().status, CRM_ERR_FULL);
    EXPECT_NE(counted.error().detail.find("the body unpacks to more than 4194304 bytes"),
              std::string::npos)
        << counted.error().detail;
  }
}

TEST_F(FeedLines, MissingFileIsAnErrorThatNamesIt) {
  const auto reader = LineReader::open(folder_.path() + "/missing.ndjson");
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().detail.find("missing.ndjson"), std::string::npos);
  EXPECT_FALSE(LineReader::open(folder_.path())) << "a folder is no feed";
}

}  // namespace
}  // namespace host_stub

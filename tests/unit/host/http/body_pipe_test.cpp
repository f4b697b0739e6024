// A body on its way from the thread that makes it to the one that sends it.
#include "http/body_pipe.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace host_stub::http {
namespace {

using std::chrono::milliseconds;
using State = BodyPipe::State;

constexpr auto a_while = milliseconds(100);

TEST(BodyPipe, TakesAsMuchAsItsBoundAndThenWaits) {
  const auto pipe = std::make_shared<BodyPipe>(4);
  EXPECT_EQ(pipe->write("abcdef"), 4u);
  auto more = std::async(std::launch::async, [&] { return pipe->write("ef"); });
  EXPECT_EQ(more.wait_for(a_while), std::future_status::timeout);
  std::string taken;
  EXPECT_EQ(pipe->take(taken), State::bytes);
  EXPECT_EQ(taken, "abcd");
  EXPECT_EQ(more.get(), 2u);
  EXPECT_EQ(pipe->bytes(), 6u);
}

TEST(BodyPipe, GivesEverythingBeforeItsEnd) {
  for (const bool is_whole : {true, false}) {
    BodyPipe pipe(8);
    std::string taken;
    EXPECT_EQ(pipe.take(taken), State::open);
    pipe.write("a");
    is_whole ? pipe.finish() : pipe.fail();
    EXPECT_EQ(pipe.take(taken), State::bytes);
    EXPECT_EQ(pipe.take(taken), is_whole ? State::finished : State::failed);
    EXPECT_EQ(taken, "");
  }
}

TEST(BodyPipe, TellsItsReaderOnlyAfterThereWasNothing) {
  BodyPipe pipe(8);
  int told = 0;
  pipe.set_listener([&] { ++told; });
  pipe.write("a");
  EXPECT_EQ(told, 0);
  std::string taken;
  pipe.take(taken);
  EXPECT_EQ(pipe.take(taken), State::open);
  pipe.write("b");
  pipe.write("c");
  EXPECT_EQ(told, 1);
  pipe.take(taken);
  EXPECT_EQ(pipe.take(taken), State::open);
  pipe.finish();
  EXPECT_EQ(told, 2);
}

TEST(BodyPipe, LetsItsWriterGoWhenTheReaderGoes) {
  const auto pipe = std::make_shared<BodyPipe>(1);
  std::future<size_t> stuck;
  {
    const BodyReader reader(pipe);
    EXPECT_EQ(pipe->write("a"), 1u);
    stuck = std::async(std::launch::async, [&] { return pipe->write("b"); });
    EXPECT_EQ(stuck.wait_for(a_while), std::future_status::timeout);
    EXPECT_FALSE(pipe->is_abandoned());
  }
  EXPECT_EQ(stuck.get(), 0u);
  EXPECT_TRUE(pipe->is_abandoned());
  EXPECT_EQ(pipe->write("c"), 0u);
}

TEST(BodyPipe, WaitsForTheFirstBytesOrTheEnd) {
  BodyPipe pipe(1);
  auto waiting = std::async(std::launch::async, [&] { pipe.wait_for_bytes(); });
  EXPECT_EQ(waiting.wait_for(a_while), std::future_status::timeout);
  pipe.fail();
  waiting.get();
}

TEST(BodyPipe, TriesAgainToTellAReaderThatCouldNotBeTold) {
  BodyPipe pipe(8);
  int tries = 0;
  pipe.set_listener([&] {
    if (++tries == 1) throw std::bad_alloc();
  });
  std::string taken;
  pipe.take(taken);
  EXPECT_EQ(pipe.write("a"), 1u);
  pipe.finish();
  EXPECT_EQ(tries, 2);
}

}  // namespace
}  // namespace host_stub::http

// The server as a peer sees it: whole answers to whole requests, and an end to everything slow.
#include "http/server.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace host_stub::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Clock = std::chrono::steady_clock;

constexpr size_t body_bytes_max = 1u << 20;

// One connection, with a time after which its tests give up.
class Peer {
 public:
  explicit Peer(int port, int receive_buffer_bytes = 0) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer_bytes > 0) {
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof(receive_buffer_bytes));
    }
    const timeval patience{30, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~Peer() { close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  Peer& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return *this;
  }

  // At most so many bytes, fewer at the end of the connection.
  std::string receive(size_t bytes_max = SIZE_MAX) {
    std::string received;
    char buffer[16384];
    while (received.size() < bytes_max) {
      const size_t wanted = std::min(sizeof(buffer), bytes_max - received.size());
      const auto got = recv(socket_, buffer, wanted, 0);
      if (got <= 0) break;
      received.append(buffer, static_cast<size_t>(got));
    }
    return received;
  }

 private:
  const int socket_;
};

class HttpServer : public testing::Test {
 protected:
  ~HttpServer() override { stop(); }

  void start() {
    server_ = std::make_unique<Server>(limits_, hooks());
    add_routes(server_->router());
    port_ = server_->bind("127.0.0.1", 0).value();
    running_ = std::async(std::launch::async, [this] { return server_->run(interrupted_); });
  }

  void stop() {
    interrupted_ = true;
    if (!running_.valid()) return;
    EXPECT_TRUE(running_.get());
  }

  std::string ask(std::string_view request) { return Peer(port_).send(request).receive(); }

  Limits limits_;
  std::unique_ptr<Server> server_;
  int port_ = 0;
  std::atomic<bool> interrupted_ = false;
  std::atomic<int> bodies_handled_ = 0;
  std::promise<void> entered_;
  std::promise<void> leave_;
  std::shared_ptr<BodyPipe> pipe_ = std::make_shared<BodyPipe>(64u << 10);
  std::future<bool> running_;

 private:
  static Hooks hooks() {
    return {[](const Request&, Response& response) { response.headers.set("X-Ours", "1"); },
            [](const Request& request, Response& response) {
              if (request.headers.get("Host") == "here") return true;
              response.status = 421;
              return false;
            },
            [](const Request&, Response& response, const Fault& fault, Hooks::Caller) {
              response.set_content("refused: " + fault.detail, "text/plain");
            }};
  }

  void add_routes(Router& router) {
    router.get("/hello/{}", [](const Request& request, Response& response) {
      response.set_content("hello " + request.matches[0], "text/plain");
    });
    router.get("/throws", [](const Request&, Response&) { throw std::runtime_error("no luck"); });
    router.get("/waits", [this](const Request&, Response& response) {
      entered_.set_value();
      leave_.get_future().wait();
      response.set_content("done", "text/plain");
    });
    router.get("/stream",
               [this](const Request&, Response& response) { response.stream = BodyReader(pipe_); });
    const BodyRule with_key{BodyKind::text, body_bytes_max,
                            [](const Request& request, Response& response) {
                              if (request.headers.get("Key") == "right") return true;
                              response.status = 401;
                              return false;
                            }};
    const auto count_body = [this](const Request& request, Response& response) {
      ++bodies_handled_;
      response.set_content(std::to_string(request.body.size()), "text/plain");
    };
    router.post("/count", with_key, count_body);
    BodyRule file = with_key;
    file.kind = BodyKind::file;
    router.post("/file", file, [](const Request& request, Response& response) {
      std::string text(100, '\0');
      const auto size = read(request.body_file.get(), text.data(), text.size());
      response.set_content(text.substr(0, static_cast<size_t>(size)), "text/plain");
    });
  }
};

TEST_F(HttpServer, AnswersWholeAndEndsTheConnection) {
  start();
  const std::string answer = ask("GET /hello/you HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Ours: 1\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nhello you"));
}

TEST_F(HttpServer, AnswersAHeadThatComesByteByByte) {
  start();
  Peer peer(port_);
  for (const char c : std::string("GET /hello/a HTTP/1.1\r\nHost: here\r\n\r\n")) {
    peer.send({&c, 1});
  }
  EXPECT_THAT(peer.receive(), EndsWith("hello a"));
}

TEST_F(HttpServer, AnswersHeadWithoutABody) {
  start();
  const std::string answer = ask("HEAD /hello/you HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 9\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(HttpServer, RefusesByName) {
  start();
  const std::pair<const char*, const char*> refusals[] = {
      {"GET /none HTTP/1.1\r\nHost: here\r\n\r\n", "404 Not Found"},
      {"PUT /hello/a HTTP/1.1\r\nHost: here\r\n\r\n", "405 Method Not Allowed"},
      {"GET /hello/a HTTP/1.1\r\nHost: there\r\n\r\n", "421 Misdirected Request"},
      {"nonsense\r\n\r\n", "400 Bad Request"},
      {"POST /count HTTP/1.1\r\nHost: here\r\nKey: right\r\n\r\n", "411 Length Required"},
      {"GET /throws HTTP/1.1\r\nHost: here\r\n\r\n", "500 Internal Server Error"}};
  for (const auto& [request, status] : refusals) {
    EXPECT_THAT(ask(request), AllOf(StartsWith(std::string("HTTP/1.1 ") + status),
                                    HasSubstr("X-Ours: 1"), HasSubstr("Content-Length: ")));
  }
  EXPECT_THAT(ask("PUT /hello/a HTTP/1.1\r\nHost: here\r\n\r\n"),
              HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST_F(HttpServer, HandsOverABodyOfTheMaximumAndNoneAbove) {
  start();
  const auto post = [&](const char* path, size_t bytes) {
    return ask("POST " + std::string(path) + " HTTP/1.1\r\nHost: here\r\nKey: right\r\n" +
               "Content-Length: " + std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'x'));
  };
  EXPECT_THAT(post("/count", 0), EndsWith("\r\n\r\n0"));
  EXPECT_THAT(post("/count", body_bytes_max), EndsWith("\r\n\r\n1048576"));
  EXPECT_THAT(post("/file", 10), EndsWith("\r\n\r\nxxxxxxxxxx"));
  EXPECT_EQ(bodies_handled_, 2);
  EXPECT_THAT(post("/count", body_bytes_max + 1), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(bodies_handled_, 2);
}

TEST_F(HttpServer, ReadsNoBodyBeforeItsKey) {
  start();
  Peer peer(port_);
  peer.send("POST /count HTTP/1.1\r\nHost: here\r\nKey: wrong\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_THAT(peer.receive(), StartsWith("HTTP/1.1 401 "));
  EXPECT_EQ(bodies_handled_, 0);
}

TEST_F(HttpServer, InvitesABodyThatWaitsToBeInvited) {
  start();
  Peer peer(port_);
  peer.send(
      "POST /count HTTP/1.1\r\nHost: here\r\nKey: right\r\nExpect: 100-continue\r\n"
      "Content-Length: 3\r\n\r\n");
  constexpr std::string_view invitation = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(peer.receive(invitation.size()), invitation);
  EXPECT_THAT(peer.send("abc").receive(), EndsWith("\r\n\r\n3"));
}

TEST_F(HttpServer, TakesNothingBehindABodyForARequest) {
  start();
  const std::string inner = "GET /hello/inner HTTP/1.1\r\nHost: here\r\n\r\n";
  const std::string answer = ask(
      "POST /count HTTP/1.1\r\nHost: here\r\nKey: right\r\nContent-Length: 2\r\n\r\nab" + inner);
  EXPECT_THAT(answer, AllOf(EndsWith("\r\n\r\n2"), Not(HasSubstr("inner"))));
}

TEST_F(HttpServer, EndsAHeadThatIsSlowOrEndless) {
  limits_.head_time_max = milliseconds(200);
  start();
  Peer slow(port_);
  slow.send("GET / HT");
  EXPECT_THAT(slow.receive(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(Peer(port_).receive(), "") << "a connection that was never used gets no answer";
  Peer endless(port_);
  endless.send("GET / HTTP/1.1\r\n");
  endless.send(std::string(limits_.head_bytes_max, 'a'));
  EXPECT_THAT(endless.receive(), StartsWith("HTTP/1.1 431 "));
  Peer long_address(port_);
  long_address.send("GET /" + std::string(limits_.head_bytes_max, 'a'));
  EXPECT_THAT(long_address.receive(), StartsWith("HTTP/1.1 414 "));
}

TEST_F(HttpServer, EndsABodyThatPausesOrIsSlow) {
  limits_.body_pause_max = milliseconds(300);
  limits_.body_time_max = milliseconds(600);
  start();
  const std::string head =
      "POST /count HTTP/1.1\r\nHost: here\r\nKey: right\r\nContent-Length: 1000\r\n\r\n";
  Peer paused(port_);
  EXPECT_THAT(paused.send(head + "a").receive(), StartsWith("HTTP/1.1 408 "));
  Peer slow(port_);
  slow.send(head);
  for (int i = 0; i < 12; ++i) {
    slow.send("a");
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_THAT(slow.receive(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(bodies_handled_, 0);
}

TEST_F(HttpServer, RefusesABodyForWhichThereIsNoRoomBesideTheOthers) {
  limits_.bodies_bytes_max = 1500;
  start();
  const std::string head =
      "POST /count HTTP/1.1\r\nHost: here\r\nKey: right\r\nContent-Length: 1000\r\n\r\n";
  Peer first(port_);
  first.send(head + std::string(999, 'a'));
  // The second may come before the first one's head was looked at.
  std::string refused;
  for (int i = 0; i < 100 && !refused.starts_with("HTTP/1.1 503 "); ++i) {
    std::this_thread::sleep_for(milliseconds(20));
    refused = ask(head + std::string(1000, 'b'));
  }
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(first.send("a").receive(), EndsWith("\r\n\r\n1000"));
  EXPECT_THAT(ask(head + std::string(1000, 'b')), EndsWith("\r\n\r\n1000"));
}

TEST_F(HttpServer, SendsWhatIsMadeMeanwhileInChunks) {
  start();
  auto making = std::async(std::launch::async, [this] {
    for (int i = 0; i < 3; ++i) {
      pipe_->write("abc");
      std::this_thread::sleep_for(milliseconds(50));
    }
    pipe_->finish();
  });
  const std::string answer = ask("GET /stream HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_THAT(answer, AllOf(HasSubstr("Transfer-Encoding: chunked\r\n"), HasSubstr("abc"),
                            EndsWith("\r\n0\r\n\r\n")));
}

TEST_F(HttpServer, BreaksOffWhatCannotBeMadeToItsEnd) {
  start();
  pipe_->write("abc");
  pipe_->fail();
  const std::string answer = ask("GET /stream HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_THAT(answer, AllOf(HasSubstr("3\r\nabc"), Not(EndsWith("0\r\n\r\n"))));
}

// How long a writer had to wait until it was let go, though it had more.
milliseconds time_of_writing(BodyPipe& pipe) {
  const auto begin = Clock::now();
  const std::string bytes(64u << 10, 'x');
  while (pipe.write(bytes) > 0 && Clock::now() - begin < seconds(30)) {
  }
  return std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
}

TEST_F(HttpServer, DropsAReaderThatTakesNothingAndWhatItReads) {
  limits_.answer_pause_max = milliseconds(300);
  start();
  Peer stuck(port_, 4096);
  stuck.send("GET /stream HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_THAT(stuck.receive(12), HasSubstr("200"));
  EXPECT_LT(time_of_writing(*pipe_), seconds(20));
}

TEST_F(HttpServer, DropsAReaderThatTakesTooLongInAll) {
  limits_.answer_time_max = milliseconds(500);
  start();
  Peer slow(port_, 4096);
  slow.send("GET /stream HTTP/1.1\r\nHost: here\r\n\r\n");
  std::jthread reading([&](const std::stop_token& ended) {
    while (!ended.stop_requested() && !slow.receive(512).empty()) {
      std::this_thread::sleep_for(milliseconds(10));
    }
  });
  EXPECT_LT(time_of_writing(*pipe_), seconds(20));
}

TEST_F(HttpServer, MakesRoomForAReaderAmongConnectionsThatSayNothing) {
  limits_.connections_max = 4;
  start();
  std::vector<std::unique_ptr<Peer>> silent;
  for (int i = 0; i < 12; ++i) silent.push_back(std::make_unique<Peer>(port_));
  EXPECT_THAT(ask("GET /hello/you HTTP/1.1\r\nHost: here\r\n\r\n"), EndsWith("hello you"));
  EXPECT_EQ(silent.front()->receive(), "") << "who has waited longest makes room";
}

TEST_F(HttpServer, TurnsAwayWhomThereIsNoRoomFor) {
  limits_.connections_max = 1;
  start();
  Peer at_work(port_);
  at_work.send("GET /waits HTTP/1.1\r\nHost: here\r\n\r\n");
  entered_.get_future().wait();
  EXPECT_THAT(ask("GET /hello/you HTTP/1.1\r\nHost: here\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
  leave_.set_value();
  EXPECT_THAT(at_work.receive(), EndsWith("done"));
}

TEST_F(HttpServer, RefusesARequestWhenTooManyWait) {
  limits_.workers = 1;
  limits_.waiting_max = 1;
  start();
  Peer at_work(port_);
  at_work.send("GET /waits HTTP/1.1\r\nHost: here\r\n\r\n");
  entered_.get_future().wait();
  const std::string request = "GET /hello/you HTTP/1.1\r\nHost: here\r\n\r\n";
  Peer waits(port_);
  Peer refused(port_);
  waits.send(request);
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_THAT(refused.send(request).receive(), StartsWith("HTTP/1.1 503 "));
  leave_.set_value();
  EXPECT_THAT(waits.receive(), EndsWith("hello you"));
}

TEST_F(HttpServer, EndsWhenItWasInterruptedBeforeItRan) {
  interrupted_ = true;
  start();
  EXPECT_EQ(running_.wait_for(seconds(30)), std::future_status::ready);
}

TEST_F(HttpServer, AnswersWhatIsUnderWayBeforeItEnds) {
  start();
  Peer at_work(port_);
  Peer silent(port_);
  Peer sending(port_);
  sending.send("POST /count HTTP/1.1\r\nHost: here\r\nKey: right\r\nContent-Length: 9\r\n\r\na");
  at_work.send("GET /waits HTTP/1.1\r\nHost: here\r\n\r\n");
  entered_.get_future().wait();
  std::this_thread::sleep_for(milliseconds(100));
  interrupted_ = true;
  EXPECT_EQ(silent.receive(), "");
  EXPECT_THAT(sending.receive(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(running_.wait_for(milliseconds(300)), std::future_status::timeout);
  leave_.set_value();
  EXPECT_THAT(at_work.receive(), EndsWith("done"));
  EXPECT_EQ(running_.wait_for(seconds(30)), std::future_status::ready);
}

}  // namespace
}  // namespace host_stub::http

// One connection: receives a request, has it handled, sends the answer, ends. For server.cpp alone.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.h"
#include "http/received_body.h"
#include "http/router.h"
#include "http/server.h"
#include "http/work_queue.h"

namespace host_stub::http {

class Connection;

// Shared by all connections. Of the network's thread alone, but for what never changes while the
// server runs: limits, hooks and router.
struct ServerState {
  ServerState(const Limits& bounds, Hooks questions)
      : limits(bounds), hooks(std::move(questions)), discarded(discarded_bytes) {}

  static constexpr size_t discarded_bytes = 64u << 10;

  const Limits limits;
  const Hooks hooks;
  Router router;
  boost::asio::io_context io{1};
  std::map<uint64_t, std::shared_ptr<Connection>> connections;  // the oldest first
  uint64_t bodies_bytes = 0;                                    // of all that are kept
  bool is_stopping = false;
  std::function<void()> on_closed;
  std::vector<char> discarded;  // where bytes go that nobody reads
  std::optional<WorkQueue> work;
};

// Used on the network's thread alone.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(boost::asio::ip::tcp::socket socket, ServerState& state, uint64_t id);

  void start();
  // Answers without having read anything.
  void turn_away(const Fault& fault);
  // Ends what is not under way yet: the server stops.
  void stop();
  void close();
  bool awaits_head() const { return phase_ == Phase::head; }

 private:
  enum class Phase : uint8_t { head, working, body, answering, lingering, closed };
  enum class Step : uint8_t { admission, handling };

  void read_head();
  void take_head(size_t head_bytes);
  void work(Step step, Lane lane);
  void worked(bool wants_body);
  void receive_body();
  void invite_body();
  void read_body();
  bool take_body(std::string_view bytes);
  void refuse(const Fault& fault);
  void answer();
  void send();
  void send_next_piece();
  void linger();
  void discard();
  void release_body();

  void arm(Clock::time_point deadline);
  void wait_for_deadline();
  void on_deadline();

  boost::asio::ip::tcp::socket socket_;
  ServerState& state_;
  const uint64_t id_;
  Phase phase_ = Phase::head;
  boost::asio::steady_timer timer_;
  bool timer_waits_ = false;
  Clock::time_point deadline_ = Clock::time_point::max();  // of the phase
  Clock::time_point phase_end_{};                          // of the whole body or answer
  std::string buffer_;                                     // what was received and not used yet
  bool has_received_ = false;                              // anything at all
  std::shared_ptr<Exchange> exchange_;
  ReceivedBody body_;
  uint64_t reserved_bytes_ = 0;  // of bodies_bytes
  std::string out_;              // the head of the answer, or of a chunk
  std::string piece_;            // of a body that is made while it is sent
  size_t out_sent_bytes_ = 0;
  std::string_view to_send_;  // after out_
  bool is_chunk_open_ = false;
  bool is_last_piece_ = false;
  uint64_t discarded_bytes_ = 0;
};

}  // namespace host_stub::http

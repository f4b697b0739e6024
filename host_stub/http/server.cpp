#include "http/server.h"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <exception>
#include <new>
#include <utility>

#include "base/outcome.h"
#include "http/connection.h"

namespace host_stub::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr auto interrupt_poll = std::chrono::milliseconds(50);
constexpr auto accept_pause = std::chrono::milliseconds(100);
// Those that are told that there are too many, beyond connections_max; more are just closed.
constexpr size_t turned_away_max = 64;

// Another connection may be had later.
bool may_pass(const Error& error) {
  using namespace boost::system::errc;
  for (const auto condition :
       {too_many_files_open, too_many_files_open_in_system, no_buffer_space, not_enough_memory,
        connection_aborted, interrupted, protocol_error, resource_unavailable_try_again}) {
    if (error == condition) return true;
  }
  return false;
}

}  // namespace

struct Server::Parts {
  Parts(const Limits& limits, Hooks hooks)
      : state(limits, std::move(hooks)),
        acceptor(state.io),
        pause(state.io),
        interrupt_timer(state.io) {
    state.work.emplace(
        WorkQueue::Settings{limits.workers, limits.slow_workers_max, limits.waiting_max});
    state.on_closed = [this] { finish_if_done(); };
  }

  void accept();
  void take(tcp::socket socket);
  bool make_room();
  void watch(const std::atomic<bool>& interrupted);
  void stop();
  void finish_if_done();

  ServerState state;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  asio::steady_timer interrupt_timer;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
  uint64_t connections_taken = 0;
  bool has_failed = false;
};

void Server::Parts::accept() {
  acceptor.async_accept([this](const Error& error, tcp::socket socket) {
    if (state.is_stopping) return;
    if (!error) {
      try {
        take(std::move(socket));
      } catch (const std::bad_alloc&) {
        make_room();
      }
      return accept();
    }
    if (!may_pass(error)) {
      has_failed = true;
      return stop();
    }
    make_room();  // a connection without a request frees what may be missing
    pause.expires_after(accept_pause);
    pause.async_wait([this](const Error&) {
      if (!state.is_stopping) accept();
    });
  });
}

// Closes the connection that has waited longest for its head: who is slow on purpose has many of
// those, and a reader has none for long.
bool Server::Parts::make_room() {
  for (const auto& [id, connection] : state.connections) {
    if (!connection->awaits_head()) continue;
    const auto kept = connection;
    kept->close();
    return true;
  }
  return false;
}

void Server::Parts::take(tcp::socket socket) {
  const size_t connections_max = state.limits.connections_max;
  const bool has_room = state.connections.size() < connections_max || make_room();
  if (!has_room && state.connections.size() >= connections_max + turned_away_max) return;
  const uint64_t id = ++connections_taken;
  const auto connection = std::make_shared<Connection>(std::move(socket), state, id);
  state.connections.emplace(id, connection);
  if (has_room) return connection->start();
  connection->turn_away({503, "too many connections; try again in a second"});
}

void Server::Parts::watch(const std::atomic<bool>& interrupted) {
  if (interrupted) return stop();
  interrupt_timer.expires_after(interrupt_poll);
  interrupt_timer.async_wait([this, &interrupted](const Error&) {
    if (!state.is_stopping) watch(interrupted);
  });
}

void Server::Parts::stop() {
  state.is_stopping = true;
  Error ignored;
  acceptor.close(ignored);
  pause.cancel();
  interrupt_timer.cancel();
  const auto connections = state.connections;  // closed ones leave the other
  for (const auto& [id, connection] : connections) connection->stop();
  finish_if_done();
}

void Server::Parts::finish_if_done() {
  if (state.is_stopping && state.connections.empty()) guard.reset();
}

Server::Server(const Limits& limits, Hooks hooks)
    : parts_(std::make_unique<Parts>(limits, std::move(hooks))) {}

Server::~Server() = default;

Router& Server::router() {
  return parts_->state.router;
}

crm::Result<int> Server::bind(const std::string& address, uint16_t port) {
  Error error;
  const tcp::endpoint endpoint(asio::ip::make_address(address, error), port);
  tcp::acceptor& acceptor = parts_->acceptor;
  if (!error) acceptor.open(endpoint.protocol(), error);
  // Without SO_REUSEPORT, which would let two servers have the same port.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(parts_->state.limits.connections_waiting_max, error);
  if (!error) return static_cast<int>(acceptor.local_endpoint().port());
  return failure(CRM_ERR_IO,
                 fmt::format("cannot listen at {}:{}: {}", address, port, error.message()));
}

bool Server::run(const std::atomic<bool>& interrupted) {
  asio::io_context& io = parts_->state.io;
  parts_->guard.emplace(io.get_executor());
  asio::post(io, [this, &interrupted] {
    parts_->accept();
    parts_->watch(interrupted);
  });
  for (;;) {
    try {
      io.run();
      return !parts_->has_failed;
    } catch (const std::exception&) {
      // One connection's step had no memory; its deadline ends it.
    }
  }
}

}  // namespace host_stub::http

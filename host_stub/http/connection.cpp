#include "http/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <new>
#include <thread>
#include <utility>

namespace host_stub::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr size_t head_step_bytes = 4u << 10;
constexpr size_t body_step_bytes = 16u << 10;
constexpr int not_modified = 304;
constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::string_view invitation = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr auto memory_pause = std::chrono::milliseconds(10);
constexpr auto linger_at_stop_max = std::chrono::milliseconds(500);

// Has the network's thread do it. Without the memory for that, an answer would never be sent.
template <class Work>
void post_surely(asio::io_context& io, Work work) {
  for (;;) {
    try {
      // A copy, since what cannot be posted is gone.
      return asio::post(io, Work(work));
    } catch (const std::bad_alloc&) {
      std::this_thread::sleep_for(memory_pause);
    }
  }
}

}  // namespace

Connection::Connection(tcp::socket socket, ServerState& state, uint64_t id)
    : socket_(std::move(socket)), state_(state), id_(id), timer_(state.io) {
  Error ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  exchange_ = std::make_shared<Exchange>();
  const auto peer = socket_.remote_endpoint(ignored);
  exchange_->head.request.peer_address = peer.address().to_string();
}

void Connection::start() {
  arm(Clock::now() + state_.limits.head_time_max);
  read_head();
}

void Connection::turn_away(const Fault& fault) {
  refuse(fault);
}

void Connection::stop() {
  if (phase_ == Phase::head) return close();
  if (phase_ == Phase::body) return refuse({503, "the host stops; send it again when it is back"});
  if (phase_ == Phase::lingering) arm(std::min(deadline_, Clock::now() + linger_at_stop_max));
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  timer_.cancel();
  Error ignored;
  socket_.close(ignored);
  release_body();
  exchange_.reset();
  const auto self = shared_from_this();
  state_.connections.erase(id_);
  state_.on_closed();
}

void Connection::read_head() {
  const size_t old_bytes = buffer_.size();
  const size_t step = std::min(head_step_bytes, state_.limits.head_bytes_max - old_bytes);
  buffer_.resize(old_bytes + step);
  socket_.async_read_some(asio::buffer(buffer_.data() + old_bytes, step),
                          [self = shared_from_this(), old_bytes](const Error& error, size_t bytes) {
                            if (self->phase_ != Phase::head) return;
                            if (error) return self->close();
                            std::string& head = self->buffer_;
                            head.resize(old_bytes + bytes);
                            self->has_received_ = true;
                            const size_t searched =
                                old_bytes - std::min(old_bytes, end_of_head.size() - 1);
                            const size_t end = head.find(end_of_head, searched);
                            if (end != std::string::npos)
                              return self->take_head(end + end_of_head.size());
                            const Limits& limits = self->state_.limits;
                            if (head.size() < limits.head_bytes_max) return self->read_head();
                            self->refuse(fault_of_endless_head(head, limits));
                          });
}

void Connection::take_head(size_t head_bytes) {
  RequestHead& head = exchange_->head;
  const auto fault =
      parse_head(std::string_view(buffer_).substr(0, head_bytes), state_.limits, head);
  buffer_.erase(0, head_bytes);
  if (fault) return refuse(*fault);
  exchange_->match = state_.router.find(head.request.method, head.request.path);
  head.request.matches = std::move(exchange_->match.matches);
  const Route* const route = exchange_->match.route;
  const bool is_one_step = route != nullptr && route->body.kind == BodyKind::none;
  work(Step::admission, is_one_step ? route->lane : Lane::quick);
}

void Connection::work(Step step, Lane lane) {
  phase_ = Phase::working;
  deadline_ = Clock::time_point::max();
  const bool is_taken = state_.work->add(
      lane, [self = shared_from_this(), &state = state_, exchange = exchange_, step]() mutable {
        bool wants_body = false;
        if (step == Step::admission) {
          wants_body = admit(state.hooks, *exchange);
        } else {
          handle(state.hooks, *exchange);
        }
        exchange.reset();
        post_surely(state.io, [self = std::move(self), wants_body] { self->worked(wants_body); });
      });
  if (!is_taken) refuse({503, "many requests wait; try again in a second"});
}

void Connection::worked(bool wants_body) {
  if (wants_body) return receive_body();
  exchange_->head.request.body = {};
  exchange_->head.request.body_file = {};
  release_body();
  answer();
}

void Connection::receive_body() {
  const uint64_t bytes = *exchange_->head.body_bytes;
  const Limits& limits = state_.limits;
  if (state_.is_stopping) {
    return refuse({503, "the host stops; send it again when it is back"});
  }
  if (bytes > limits.bodies_bytes_max - std::min(state_.bodies_bytes, limits.bodies_bytes_max)) {
    return refuse({503, "much is being sent at the same time; try again in a second"});
  }
  state_.bodies_bytes += bytes;
  reserved_bytes_ = bytes;
  phase_ = Phase::body;
  phase_end_ = Clock::now() + limits.body_time_max;
  if (!body_.begin(exchange_->match.route->body.kind, bytes)) {
    return refuse({503, "there is no room for the body; try again in a second"});
  }
  const std::string early = std::exchange(buffer_, {});
  if (take_body(early)) return;
  const bool is_invited = exchange_->head.expects_continue && early.empty();
  return is_invited ? invite_body() : read_body();
}

void Connection::invite_body() {
  arm(Clock::now() + state_.limits.body_pause_max);
  // So few bytes always fit into the buffer of a socket that nothing was sent on.
  socket_.async_write_some(asio::buffer(invitation),
                           [self = shared_from_this()](const Error& error, size_t) {
                             if (self->phase_ != Phase::body) return;
                             if (error) return self->close();
                             self->read_body();
                           });
}

void Connection::read_body() {
  arm(std::min(Clock::now() + state_.limits.body_pause_max, phase_end_));
  buffer_.resize(body_step_bytes);
  socket_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](const Error& error, size_t bytes) {
                            if (self->phase_ != Phase::body) return;
                            if (error) return self->close();
                            const std::string_view got(self->buffer_.data(), bytes);
                            if (!self->take_body(got)) self->read_body();
                          });
}

// True when there is nothing more to be read: the body is whole, or the request was refused.
bool Connection::take_body(std::string_view bytes) {
  // One request a connection: what follows the body is not read.
  bytes =
      bytes.substr(0, static_cast<size_t>(std::min<uint64_t>(bytes.size(), body_.missing_bytes())));
  if (!body_.append(bytes)) {
    refuse({503, "there is no room for the body; try again in a second"});
    return true;
  }
  if (body_.missing_bytes() > 0) return false;
  buffer_ = {};
  if (body_.give(exchange_->head.request)) {
    work(Step::handling, exchange_->match.route->lane);
  } else {
    refuse({500, "the body cannot be read; send it again"});
  }
  return true;
}

void Connection::refuse(const Fault& fault) {
  Error ignored;
  socket_.cancel(ignored);  // what is being read or written: its phase is over
  try {
    http::refuse(state_.hooks, *exchange_, fault, Hooks::Caller::network);
    answer();
  } catch (const std::bad_alloc&) {
    close();
  }
}

void Connection::answer() {
  phase_ = Phase::answering;
  buffer_ = {};
  Response& response = exchange_->response;
  out_ = head_of(response);
  const bool has_body = exchange_->head.request.method != "HEAD" && response.status != not_modified;
  if (!has_body) response.stream = {};
  to_send_ =
      response.lasting_body.empty() ? std::string_view(response.body) : response.lasting_body;
  if (!has_body) to_send_ = {};
  phase_end_ = Clock::now() + state_.limits.answer_time_max;
  if (response.stream) {
    response.stream->set_listener([weak = weak_from_this(), &io = state_.io] {
      asio::post(io, [weak] {
        if (const auto self = weak.lock()) self->send_next_piece();
      });
    });
  }
  is_last_piece_ = !response.stream;
  send();
}

void Connection::send() {
  const std::string_view head = std::string_view(out_).substr(out_sent_bytes_);
  if (head.empty() && to_send_.empty()) return is_last_piece_ ? linger() : send_next_piece();
  arm(std::min(Clock::now() + state_.limits.answer_pause_max, phase_end_));
  const std::array<asio::const_buffer, 2> buffers{
      asio::const_buffer(head.data(), head.size()),
      asio::const_buffer(to_send_.data(), to_send_.size())};
  socket_.async_write_some(buffers, [self = shared_from_this()](const Error& error, size_t bytes) {
    if (self->phase_ != Phase::answering) return;
    if (error) return self->close();
    const size_t of_head = std::min(bytes, self->out_.size() - self->out_sent_bytes_);
    self->out_sent_bytes_ += of_head;
    self->to_send_.remove_prefix(bytes - of_head);
    self->send();
  });
}

void Connection::send_next_piece() {
  if (phase_ != Phase::answering || is_last_piece_) return;
  const BodyPipe::State state = exchange_->response.stream->take(piece_);
  // Without the last chunk the peer knows that the body is not whole.
  if (state == BodyPipe::State::failed) return close();
  if (state == BodyPipe::State::open) return arm(phase_end_);
  out_ = is_chunk_open_ ? "\r\n" : "";
  out_sent_bytes_ = 0;
  is_chunk_open_ = true;
  if (state == BodyPipe::State::bytes) {
    out_ += fmt::format("{:x}\r\n", piece_.size());
    to_send_ = piece_;
  } else {
    out_ += "0\r\n\r\n";
    is_last_piece_ = true;
  }
  send();
}

void Connection::linger() {
  phase_ = Phase::lingering;
  exchange_.reset();
  piece_ = {};
  Error ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  const std::chrono::milliseconds linger_max = state_.limits.linger_time_max;
  arm(Clock::now() + (state_.is_stopping ? std::min(linger_max, linger_at_stop_max) : linger_max));
  discard();
}

void Connection::discard() {
  socket_.async_read_some(asio::buffer(state_.discarded),
                          [self = shared_from_this()](const Error& error, size_t bytes) {
                            if (self->phase_ != Phase::lingering) return;
                            self->discarded_bytes_ += bytes;
                            const uint64_t bytes_max = self->state_.limits.linger_bytes_max;
                            if (error || self->discarded_bytes_ > bytes_max) return self->close();
                            self->discard();
                          });
}

void Connection::release_body() {
  state_.bodies_bytes -= std::exchange(reserved_bytes_, uint64_t{0});
  body_ = {};
}

void Connection::arm(Clock::time_point deadline) {
  deadline_ = deadline;
  if (!timer_waits_) return wait_for_deadline();
  if (deadline_ < timer_.expiry()) timer_.cancel();  // it then waits for the earlier one
}

void Connection::wait_for_deadline() {
  timer_waits_ = true;
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](const Error&) {
    self->timer_waits_ = false;
    if (self->phase_ == Phase::closed || self->deadline_ == Clock::time_point::max()) return;
    if (Clock::now() >= self->deadline_) return self->on_deadline();
    self->wait_for_deadline();
  });
}

void Connection::on_deadline() {
  switch (phase_) {
    case Phase::head:
      // A browser opens connections in advance and may never use them.
      return !has_received_ ? close() : refuse({408, "the request did not arrive in time"});
    case Phase::body:
      return refuse({408, "the body did not arrive in time"});
    case Phase::answering:
    case Phase::lingering:
      return close();
    case Phase::working:
    case Phase::closed:
      return;
  }
}

}  // namespace host_stub::http

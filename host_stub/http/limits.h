// The bounds of the HTTP server. Beyond each of them a request gets a whole answer that names it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace host_stub::http {

struct Limits {
  // The head of a request: 414 for a longer address, 431 for more of the rest.
  size_t head_bytes_max = 16u << 10;
  size_t target_bytes_max = 8u << 10;
  size_t header_count_max = 100;

  // 408 after these: from the connection's beginning to the end of the head, without a byte of the
  // body, and for the whole body.
  std::chrono::milliseconds head_time_max{10'000};
  std::chrono::milliseconds body_pause_max{10'000};
  std::chrono::milliseconds body_time_max{120'000};

  // A peer that takes nothing of its answer for the first, or not all of it within the second, is
  // dropped, and so is what made the answer.
  std::chrono::milliseconds answer_pause_max{10'000};
  std::chrono::milliseconds answer_time_max{900'000};

  // Bytes that a peer still sends after its answer are read and thrown away, so that the peer gets
  // to read the answer instead of a reset.
  std::chrono::milliseconds linger_time_max{5'000};
  uint64_t linger_bytes_max = 64u << 20;

  // One more takes the place of the one that has waited longest for its head, and gets 503 where
  // there is none.
  size_t connections_max = 512;
  int connections_waiting_max = 128;  // not accepted yet

  // All bodies together that are received or at work: 503 beyond.
  uint64_t bodies_bytes_max = 64u << 20;

  // Threads that handlers run on, how many of them may be at slow routes at the same time, and how
  // many requests may wait for one of either kind: 503 beyond.
  size_t workers = 16;
  size_t slow_workers_max = 8;
  size_t waiting_max = 256;
};

}  // namespace host_stub::http

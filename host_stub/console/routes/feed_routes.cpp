#include "console/routes/feed_routes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "base/printable.h"
#include "feed/feed_reader.h"
#include "feed/replay/event_sender.h"
#include "feed/replay_report.h"
#include "files/durable_file.h"

namespace host_stub {

namespace {

constexpr std::string_view bearer = "Bearer ";
constexpr const char* body_name = "the body";
constexpr size_t batch_events = 1000;

Refusal host_stops() {
  return {503, "stopping", "the host stops; send the body again when it is back"};
}

// The body from its beginning as a feed, plain or gzip. One reader of a body at a time.
crm::Result<std::unique_ptr<FeedReader>> reader_of(const FileHandle& body) {
  FileHandle own(fcntl(body.get(), F_DUPFD_CLOEXEC, 0));
  if (!own.is_open() || lseek(own.get(), 0, SEEK_SET) != 0) {
    return system_failure("read", body_name, errno, "send it again");
  }
  auto lines = LineReader::of(std::move(own), body_name, feed_unpacked_bytes_max);
  if (!lines) return lines.error();
  return FeedReader::of(std::move(lines.value()), body_name);
}

Json as_json(const std::vector<RejectedLine>& lines) {
  Json list = Json::array();
  for (const RejectedLine& line : lines) {
    list.push_back({{"line", line.line}, {"reason", line.reason}});
  }
  return list;
}

Json as_json(const std::vector<PassedLine>& lines) {
  Json list = Json::array();
  for (const PassedLine& line : lines) list.push_back({{"line", line.line}, {"seq", line.seq}});
  return list;
}

// A body that cannot be read is the sender's fault, unlike a damaged file of the host.
Refusal refusal_of_body(const crm::Error& error) {
  if (error.status == CRM_ERR_CORRUPT) return {400, "invalid", error.detail};
  if (error.status == CRM_ERR_FULL) return {413, "too_large", error.detail};
  return refusal_of(error);
}

}  // namespace

// The outcome of the body's lines.
struct FeedRoutes::FeedAnswer {
  FeedCounts counts;
  std::vector<RejectedLine> rejections;
  std::vector<PassedLine> passed;
};

void FeedRoutes::add_to(http::Router& router) {
  // Without a key no body is read.
  http::BodyRule body{http::BodyKind::file, feed_body_bytes_max,
                      [this](const http::Request& request, http::Response& response) {
                        return stream_of(request, response).has_value();
                      }};
  router.post(
      "/feed", std::move(body),
      [this](const http::Request& request, http::Response& response) { record(request, response); },
      http::Lane::slow);
  router.get("/feed", [this](const http::Request& request, http::Response& response) {
    position(request, response);
  });
}

std::optional<FeedStream> FeedRoutes::stream_of(const http::Request& request,
                                                http::Response& response) const {
  const std::string authorization = request.headers.get("Authorization");
  std::string_view key = authorization;
  if (!key.starts_with(bearer)) {
    response.headers.set("WWW-Authenticate", "Bearer");
    gate_.refuse(
        request, response,
        {401, "no_key", "send \"Authorization: Bearer KEY\"; crm-host feed-key makes one"});
    return {};
  }
  key.remove_prefix(bearer.size());
  auto stream = keys_.find(key);
  if (!stream) {
    gate_.fail(request, response, stream.error());
    return {};
  }
  if (!stream.value()) {
    response.headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    gate_.refuse(request, response,
                 {401, "wrong_key",
                  "the key opens nothing: it is mistyped, replaced or revoked; crm-host feed-key "
                  "makes a new one"});
  }
  return stream.value();
}

std::shared_ptr<crm::Mutex> FeedRoutes::turn_of(const FeedStream& stream) {
  const crm::Lock lock(mutex_);
  auto& turn = turns_[{stream.tenant, stream.source}];
  if (!turn) turn = std::make_shared<crm::Mutex>();
  return turn;
}

void FeedRoutes::position(const http::Request& request, http::Response& response) const {
  const auto stream = stream_of(request, response);
  if (!stream) return;
  const auto position = lowest_position(plugins_, {stream->tenant, stream->source});
  if (!position) return gate_.refuse(request, response, refusal_of(position.error()));
  answer(response,
         {{"tenant", stream->tenant}, {"source", stream->source}, {"position", position.value()}});
}

void FeedRoutes::record(const http::Request& request, http::Response& response) {
  const auto stream = stream_of(request, response);
  if (!stream) return;
  const auto turn = turn_of(*stream);
  const std::lock_guard lock(*turn);
  const auto recorded = record(request, *stream);
  if (const auto* refusal = std::get_if<Refusal>(&recorded)) {
    return gate_.refuse(request, response, *refusal);
  }
  answer(response, std::get<Json>(recorded));
}

// Before anything of the body is recorded: whether it can be read to its end, and whether all its
// streams are the key's.
std::optional<Refusal> FeedRoutes::why_refused(const FileHandle& body,
                                               const FeedStream& stream) const {
  auto opened = reader_of(body);
  if (!opened) return refusal_of_body(opened.error());
  FeedReader& reader = *opened.value();
  EventBatch unread;
  for (;;) {
    const FeedHeader& header = reader.header();
    if (header.tenant != stream.tenant || header.source != stream.source) {
      return Refusal{
          403, "wrong_key",
          fmt::format("the key is of ({}, {}), the feed of ({}, {}); nothing of the body "
                      "was recorded, send each stream with the key of its own",
                      printable(stream.tenant), printable(stream.source), printable(header.tenant),
                      printable(header.source))};
    }
    // Every event lies below it, so that hardly more than its number is read.
    reader.resume({std::numeric_limits<uint64_t>::max(), {}});
    for (bool more = true; more;) {
      if (interrupted_) return host_stops();
      const auto filled = reader.fill(unread, batch_events);
      if (!filled) return refusal_of_body(filled.error());
      more = filled.value();
    }
    const auto next = reader.next_stream();
    if (!next) return refusal_of_body(next.error());
    if (!next.value()) return {};
  }
}

std::variant<Json, Refusal> FeedRoutes::record(const http::Request& request,
                                               const FeedStream& stream) {
  if (auto refusal = why_refused(request.body_file, stream)) return *std::move(refusal);
  auto opened = reader_of(request.body_file);
  if (!opened) return refusal_of_body(opened.error());
  FeedReader& reader = *opened.value();
  if (request.param("again") == "1") reader.take_every_line_again();
  const StreamName name{stream.tenant, stream.source};
  FeedAnswer total;
  for (;;) {
    const auto declared = declare_tenant(settings_, reader.header());
    if (!declared) return refusal_of(declared.error());
    auto from = resume_point(plugins_, name);
    if (!from) return refusal_of(from.error());
    reader.resume(std::move(from.value()));
    if (auto refusal = record_stream(reader, name, total)) return *std::move(refusal);
    const auto next = reader.next_stream();
    if (!next) return refusal_of_body(next.error());
    if (!next.value()) break;
  }
  const auto after = lowest_position(plugins_, name);
  if (!after) return refusal_of(after.error());
  return Json{{"events", total.counts.events},           {"accepted", total.counts.accepted},
              {"duplicates", total.counts.duplicates},   {"rejected", total.counts.rejected},
              {"skipped", total.counts.skipped},         {"position", after.value()},
              {"rejections", as_json(total.rejections)}, {"refused_before", as_json(total.passed)}};
}

std::optional<Refusal> FeedRoutes::record_stream(FeedReader& reader, StreamName name,
                                                 FeedAnswer& total) {
  const auto keep_few = [](auto& kept, const auto& lines) {
    for (const auto& line : lines) {
      if (kept.size() < rejected_lines_shown_max) kept.push_back(line);
    }
  };
  EventBatch batch;
  for (bool more = true; more;) {
    if (interrupted_) return host_stops();
    const auto filled = reader.fill(batch, batch_events);
    const auto recorded = record_batch(plugins_, batch, name, &interrupted_);
    if (!recorded) return refusal_of(recorded.error());
    total.counts.add(batch, recorded.value().first);
    keep_few(total.rejections, recorded.value().rejected);
    keep_few(total.passed, batch.passed_lines());
    if (!filled) return refusal_of_body(filled.error());
    more = filled.value();
  }
  return {};
}

}  // namespace host_stub

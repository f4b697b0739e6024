#include "console/feed_routes.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "feed/event_sender.h"
#include "feed/feed_reader.h"
#include "feed/replay_report.h"
#include "files/durable_file.h"
#include "printable.h"

namespace host_stub {

namespace {

constexpr std::string_view bearer = "Bearer ";
constexpr const char* body_name = "the body";
constexpr size_t batch_events = 1000;

// The body as a feed, plain or gzip.
crm::Result<std::unique_ptr<FeedReader>> reader_of(const std::string& body) {
  FileHandle memory(memfd_create("feed", MFD_CLOEXEC));
  if (!memory.is_open()) {
    return system_failure("keep", body_name, errno, "send less at a time");
  }
  if (auto written = write_all(memory, body_name, body); !written) return written.error();
  if (lseek(memory.get(), 0, SEEK_SET) != 0) {
    return system_failure("read", body_name, errno, "send it again");
  }
  auto lines = LineReader::of(std::move(memory), body_name);
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

}  // namespace

void FeedRoutes::add_to(httplib::Server& server) {
  server.Post("/feed", [this](const httplib::Request& request, httplib::Response& response) {
    record(request, response);
  });
  server.Get("/feed", [this](const httplib::Request& request, httplib::Response& response) {
    position(request, response);
  });
}

std::optional<FeedStream> FeedRoutes::stream_of(const httplib::Request& request,
                                                httplib::Response& response) const {
  const std::string authorization = request.get_header_value("Authorization");
  std::string_view key = authorization;
  if (!key.starts_with(bearer)) {
    response.set_header("WWW-Authenticate", "Bearer");
    gate_.refuse(
        request, response,
        {401, "no_key", "send \"Authorization: Bearer KEY\"; crm-host feed-key makes one"});
    return {};
  }
  key.remove_prefix(bearer.size());
  auto stream = keys_.find(key);
  if (!stream) {
    gate_.refuse(request, response, refusal_of(stream.error()));
    return {};
  }
  if (!stream.value()) {
    response.set_header("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    gate_.refuse(request, response, {401, "wrong_key", "the key is of no source; make a new one"});
  }
  return stream.value();
}

std::shared_ptr<crm::Mutex> FeedRoutes::turn_of(const FeedStream& stream) {
  const crm::Lock lock(mutex_);
  auto& turn = turns_[{stream.tenant, stream.source}];
  if (!turn) turn = std::make_shared<crm::Mutex>();
  return turn;
}

void FeedRoutes::position(const httplib::Request& request, httplib::Response& response) const {
  const auto stream = stream_of(request, response);
  if (!stream) return;
  const auto position = lowest_position(plugins_, {stream->tenant, stream->source});
  if (!position) return gate_.refuse(request, response, refusal_of(position.error()));
  answer(response,
         {{"tenant", stream->tenant}, {"source", stream->source}, {"position", position.value()}});
}

void FeedRoutes::record(const httplib::Request& request, httplib::Response& response) {
  const auto stream = stream_of(request, response);
  if (!stream) return;
  const auto refuse = [&](const Refusal& refusal) { gate_.refuse(request, response, refusal); };
  auto reader = reader_of(request.body);
  if (!reader) return refuse(refusal_of(reader.error()));
  const FeedHeader& header = reader.value()->header();
  if (header.tenant != stream->tenant || header.source != stream->source) {
    return refuse({403, "wrong_key",
                   fmt::format("the key is of ({}, {}), the feed of ({}, {})",
                               printable(stream->tenant), printable(stream->source),
                               printable(header.tenant), printable(header.source))});
  }
  const auto turn = turn_of(*stream);
  const std::lock_guard lock(*turn);
  const auto declared = declare_tenant(settings_, header);
  if (!declared) return refuse(refusal_of(declared.error()));
  const StreamName name{stream->tenant, stream->source};
  const auto before = lowest_position(plugins_, name);
  if (!before) return refuse(refusal_of(before.error()));
  reader.value()->resume_after(before.value());
  FeedCounts counts;
  std::vector<RejectedLine> rejections;
  EventBatch batch;
  for (bool more = true; more;) {
    if (interrupted_) {
      return refuse({503, "stopping", "the host stops; send the body again when it is back"});
    }
    const auto filled = reader.value()->fill(batch, batch_events);
    auto recorded = record_batch(plugins_, batch, name, &interrupted_);
    if (!recorded) return refuse(refusal_of(recorded.error()));
    counts.add(batch, recorded.value().first);
    for (RejectedLine& line : recorded.value().rejected) {
      if (rejections.size() < rejected_lines_shown_max) rejections.push_back(std::move(line));
    }
    if (!filled) return refuse(refusal_of(filled.error()));
    more = filled.value();
  }
  const auto after = lowest_position(plugins_, name);
  if (!after) return refuse(refusal_of(after.error()));
  answer(response, {{"events", counts.events},
                    {"accepted", counts.accepted},
                    {"duplicates", counts.duplicates},
                    {"rejected", counts.rejected},
                    {"skipped", counts.skipped},
                    {"position", after.value()},
                    {"rejections", as_json(rejections)}});
}

}  // namespace host_stub

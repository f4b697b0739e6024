#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "commands/command.h"
#include "commands/output.h"
#include "feed/event_writer.h"
#include "feed/replay_report.h"
#include "shop/generator.h"

namespace host_stub {

namespace {

constexpr size_t events_a_piece = 4096;

constexpr const char* korean = "ko";
constexpr const char* english = "en";
constexpr const char* ordered_ids = "ordered";
constexpr const char* uuids = "uuid";
constexpr const char* final_statuses = "final";
constexpr const char* all_statuses = "all";

struct GenerateOptions {
  GeneratorSettings settings;
  std::string from;
  std::string locale = korean;
  std::string id_style = ordered_ids;
  std::string statuses = final_statuses;
};

// INVALID unless the text is a day like 2026-11-01.
crm::Result<std::chrono::year_month_day> day_of(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const auto number = [&](size_t begin, size_t size, auto& value) {
    const char* const end = text.data() + begin + size;
    return std::from_chars(text.data() + begin, end, value).ptr == end;
  };
  constexpr size_t day_bytes = 10;
  const bool is_day = text.size() == day_bytes && text[4] == '-' && text[7] == '-' &&
                      number(0, 4, year) && number(5, 2, month) && number(8, 2, day);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (is_day && date.ok()) return date;
  return failure(CRM_ERR_INVALID,
                 fmt::format("--from is \"{}\", which is no day; give one like 2026-11-01", text));
}

crm::Result<GeneratorSettings> settings_of(const GenerateOptions& options) {
  GeneratorSettings settings = options.settings;
  settings.locale = options.locale == english ? ShopLocale::en : ShopLocale::ko;
  settings.id_style = options.id_style == uuids ? IdStyle::uuid : IdStyle::ordered;
  settings.statuses =
      options.statuses == all_statuses ? ReportedStatuses::all : ReportedStatuses::final_only;
  if (options.from.empty()) return settings;
  const auto from = day_of(options.from);
  if (!from) return from.error();
  settings.from = from.value();
  return settings;
}

Outcome print_feed(const GenerateOptions& options) {
  const auto settings = settings_of(options);
  if (!settings) return settings.error();
  const auto generator = Generator::create(settings.value());
  if (!generator) return generator.error();
  const bool shows_progress = isatty(STDOUT_FILENO) == 0;
  ReplayReport report("generated");
  EventWriter writer;
  EventBatch batch;
  std::string lines;
  EventWriter::append_header(generator.value()->header(), lines);
  uint64_t events = 0;
  for (bool goes_on = true; goes_on;) {
    goes_on = generator.value()->fill(batch, events_a_piece);
    for (const crm_event* event : batch.events()) writer.append(*event, lines);
    if (auto printed = print_text(lines); !printed) return printed;
    lines.clear();
    events += batch.events().size();
    if (shows_progress) report.progress(events);
  }
  return done();
}

void add_size_options(CLI::App& command, GeneratorSettings& settings) {
  command.add_option("--seed", settings.seed, "The same seed gives the same feed")
      ->capture_default_str();
  command.add_option("--members", settings.members, "Members of the shop")->capture_default_str();
  command.add_option("--messages", settings.messages, "Messages, some of them automatic")
      ->capture_default_str();
  command
      .add_option("--deliveries", settings.deliveries,
                  "Deliveries, the texts that replace failed ones included")
      ->capture_default_str();
  command.add_option("--orders", settings.orders,
                     "Orders; when not given, three for a thousand deliveries");
}

void add_form_options(CLI::App& command, GenerateOptions& options) {
  GeneratorSettings& settings = options.settings;
  command.add_option("--from", options.from, "First day of sending, in Asia/Seoul")
      ->default_str("2026-11-01");
  command.add_option("--days", settings.days,
                     "Days of sending; when not given, one for four messages, 14 to 730");
  command.add_option("--locale", options.locale, "Language of names")
      ->check(CLI::IsMember({korean, english}))
      ->capture_default_str();
  command.add_option("--id-style", options.id_style, "How delivery ids look")
      ->check(CLI::IsMember({ordered_ids, uuids}))
      ->capture_default_str();
  command
      .add_option("--statuses", options.statuses,
                  "One event a delivery with its last status, or one for each status")
      ->check(CLI::IsMember({final_statuses, all_statuses}))
      ->capture_default_str();
  command.add_option("--tenant", settings.tenant, "The tenant's id")->capture_default_str();
  command.add_option("--source", settings.source, "The source's name")->capture_default_str();
}

}  // namespace

void add_generate_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command = app.add_subcommand(
      "generate", "Print a feed of a shop that never existed: the same seed, the same feed");
  add_size_options(*command, options->settings);
  add_form_options(*command, *options);
  command->callback([&chosen, options] { chosen = [options] { return print_feed(*options); }; });
}

}  // namespace host_stub

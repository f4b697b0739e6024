// The cases of crm-bench: each is a subcommand that prints one JSON object on stdout.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "shop.h"

namespace CLI {
class App;
}

namespace crm_bench {

using Json = nlohmann::ordered_json;
using Case = std::function<Json()>;

inline constexpr uint64_t batch_events = 1'000;

// Options that all cases share.
struct CaseOptions {
  std::filesystem::path data;  // of the plugin; baselines keep theirs beside it, "<data>.<name>"
  std::filesystem::path plugin_folder;
  ShopSize size;
};

void add_place_options(CLI::App& command, CaseOptions& options);
void add_size_options(CLI::App& command, CaseOptions& options);

// Each adds a subcommand that sets `chosen`.
void add_busy_views_case(CLI::App& app, Case& chosen);
void add_erasure_case(CLI::App& app, Case& chosen);
void add_export_case(CLI::App& app, Case& chosen);
void add_fill_case(CLI::App& app, Case& chosen);
void add_growth_case(CLI::App& app, Case& chosen);
void add_ingest_case(CLI::App& app, Case& chosen);
void add_one_member_case(CLI::App& app, Case& chosen);
void add_orders_case(CLI::App& app, Case& chosen);
void add_reattribution_case(CLI::App& app, Case& chosen);
void add_retention_case(CLI::App& app, Case& chosen);
void add_start_case(CLI::App& app, Case& chosen);
void add_tables_case(CLI::App& app, Case& chosen);
void add_tenants_case(CLI::App& app, Case& chosen);
void add_views_case(CLI::App& app, Case& chosen);

}  // namespace crm_bench

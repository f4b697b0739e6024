// crm-bench: the measured half of tests/bench/run.sh, one case a process.

#include <crm/cpp/failure.hpp>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "case.h"

namespace crm_bench {

void add_place_options(CLI::App& command, CaseOptions& options) {
  command.add_option("--data", options.data, "Folder of what the plugin stores")->required();
  command.add_option("--plugin-dir", options.plugin_folder, "Folder of the plugin")->required();
}

void add_size_options(CLI::App& command, CaseOptions& options) {
  command.add_option("--deliveries", options.size.deliveries)->required();
  command.add_option("--members", options.size.members)->required()->check(CLI::PositiveNumber);
  command.add_option("--campaigns", options.size.campaigns)->check(CLI::PositiveNumber);
  command.add_option("--automatic", options.size.automatic_messages, "Automatic messages");
  command.add_option("--deliveries-a-sale", options.size.deliveries_a_sale)
      ->check(CLI::PositiveNumber);
  command.add_flag_callback(
      "--uuids", [&options] { options.size.ids = DeliveryIds::random_uuid; },
      "Random delivery ids");
}

}  // namespace crm_bench

int main(int argc, char** argv) {
  CLI::App app("Measures one case and prints it as JSON.", "crm-bench");
  app.require_subcommand(1);
  crm_bench::Case chosen;
  crm_bench::add_busy_views_case(app, chosen);
  crm_bench::add_erasure_case(app, chosen);
  crm_bench::add_export_case(app, chosen);
  crm_bench::add_fill_case(app, chosen);
  crm_bench::add_growth_case(app, chosen);
  crm_bench::add_ingest_case(app, chosen);
  crm_bench::add_one_member_case(app, chosen);
  crm_bench::add_orders_case(app, chosen);
  crm_bench::add_reattribution_case(app, chosen);
  crm_bench::add_retention_case(app, chosen);
  crm_bench::add_start_case(app, chosen);
  crm_bench::add_tables_case(app, chosen);
  crm_bench::add_tenants_case(app, chosen);
  crm_bench::add_views_case(app, chosen);
  CLI11_PARSE(app, argc, argv);
  try {
    std::printf("%s\n", chosen().dump().c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "crm-bench: error: %s\n", error.what());
    return 1;
  }
}

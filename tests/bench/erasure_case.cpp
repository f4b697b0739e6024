// Erasing members of a large shop in one batch, and the rate of recording afterwards against the
// same shop without any erasure, which takes turns.

#include <CLI/CLI.hpp>
#include <memory>

#include "case.h"
#include "shop_feed.h"

namespace crm_bench {

namespace {

constexpr const char* plain_tenant = "plain-shop";

struct ErasureOptions : CaseOptions {
  uint64_t erasures = 0;
  uint64_t slices = 0;
  uint64_t slice_deliveries = 0;
};

Json measure(const ErasureOptions& options) {
  ShopSize size = options.size;
  size.later_deliveries = options.slices * options.slice_deliveries;
  const Shop shop(size);
  PluginUnderTest plugin({options.data, options.plugin_folder});
  plugin.declare(bench_tenant);
  plugin.declare(plain_tenant);
  ShopFeed erased(shop, plugin, std::string(bench_tenant));
  ShopFeed plain(shop, plugin, plain_tenant);
  const auto recorded = [](ShopFeed& feed, uint64_t begin, uint64_t end) {
    return feed.record_deliveries(begin, end) + feed.settle();
  };
  for (ShopFeed* feed : {&erased, &plain}) {
    feed->record_messages();
    recorded(*feed, 0, size.deliveries);
  }
  const double erase_s = erased.record_erasures(options.erasures);
  Json slices = Json::array();
  for (uint64_t i = 0; i < options.slices; ++i) {
    const uint64_t begin = size.deliveries + i * options.slice_deliveries;
    const uint64_t end = begin + options.slice_deliveries;
    // Whoever comes first may find the other's data in the caches, or not.
    const bool erased_first = i % 2 == 0;
    const double first_s = recorded(erased_first ? erased : plain, begin, end);
    const double second_s = recorded(erased_first ? plain : erased, begin, end);
    slices.push_back({{"erased_s", erased_first ? first_s : second_s},
                      {"plain_s", erased_first ? second_s : first_s}});
  }
  plugin.close();
  return {{"erasures", options.erasures},
          {"erase_s", erase_s},
          {"slice_deliveries", options.slice_deliveries},
          {"slices", slices},
          {"bytes", stored_bytes(options.data)}};
}

}  // namespace

void add_erasure_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<ErasureOptions>();
  CLI::App* command =
      app.add_subcommand("erasure", "Erase members in one batch, then record beside a plain shop");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--erasures", options->erasures)->required();
  command->add_option("--slices", options->slices)->required();
  command->add_option("--slice-deliveries", options->slice_deliveries)->required();
  command->callback([&chosen, options] { chosen = [options] { return measure(*options); }; });
}

}  // namespace crm_bench

// Recording deliveries through the ABI, against a bare table fed with the same events in turns.

#include <CLI/CLI.hpp>
#include <deque>
#include <memory>

#include "bare_table.h"
#include "case.h"
#include "latencies.h"
#include "plugin_under_test.h"
#include "shop_events.h"
#include "view_reader.h"

namespace crm_bench {

namespace {

// Long turns: the plugin settles in groups, and all of a turn is settled within it.
constexpr uint64_t slice_batches = 500;

struct IngestOptions : CaseOptions {
  bool three_statuses = false;
  bool without_baseline = false;
};

// A delivery is sent some 2,000 deliveries after it was accepted, and its result comes some 20,000
// later: at 100 a second that is what the times of the Shop say.
class ReportOrder {
 public:
  ReportOrder(const Shop& shop, bool three_statuses)
      : events_(shop),
        three_(three_statuses),
        deliveries_(shop.size().deliveries),
        steps_(three_ ? deliveries_ + final_lag : deliveries_) {}

  void add_messages(host_stub::EventBatch& batch, uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) events_.add_message(i, batch);
  }

  bool has_more() const { return step_ < steps_; }

  // The next batch_events, or what is left.
  void fill(host_stub::EventBatch& batch) {
    while (has_more() && batch.events().size() < batch_events) {
      if (!three_) {
        events_.add_final_delivery(step_++, batch);
        continue;
      }
      add_next_report(batch);
    }
  }

 private:
  static constexpr uint64_t sent_lag = 2'000;
  static constexpr uint64_t final_lag = 20'000;

  void add_next_report(host_stub::EventBatch& batch) {
    const int turn = turn_;
    turn_ = (turn_ + 1) % 3;
    if (turn == 0 && step_ < deliveries_) {
      events_.add_delivery(step_, CRM_DELIVERY_ACCEPTED, batch);
    } else if (turn == 1 && step_ >= sent_lag && step_ - sent_lag < deliveries_) {
      events_.add_delivery(step_ - sent_lag, CRM_DELIVERY_SENT, batch);
    } else if (turn == 2) {
      if (step_ >= final_lag) events_.add_final_delivery(step_ - final_lag, batch);
      ++step_;
    }
  }

  ShopEvents events_;
  const bool three_;
  const uint64_t deliveries_;
  const uint64_t steps_;
  uint64_t step_ = 0;
  int turn_ = 0;
};

class Ingest {
 public:
  explicit Ingest(const IngestOptions& options)
      : options_(options),
        shop_(options.size),
        order_(shop_, options.three_statuses),
        plugin_({options.data, options.plugin_folder}) {
    plugin_.declare(bench_tenant);
    if (!options.without_baseline) {
      bare_ = std::make_unique<BareTable>(options.data.string() + ".bare");
    }
  }

  Json run() {
    record_messages();
    bool ours_first = true;
    while (order_.has_more()) {
      build_slice();
      if (ours_first) record_slice();
      if (bare_) insert_slice();
      if (!ours_first) record_slice();
      ours_first = !ours_first;
    }
    return report();
  }

 private:
  // Not timed: a shop makes its messages long before it sends them.
  void record_messages() {
    for (uint64_t begin = 0; begin < shop_.messages(); begin += batch_events) {
      host_stub::EventBatch batch;
      order_.add_messages(batch, begin, std::min(begin + batch_events, shop_.messages()));
      plugin_.record(bench_tenant, send_engine, batch);
    }
  }

  void build_slice() {
    slice_size_ = 0;
    while (slice_size_ < slice_batches && order_.has_more()) {
      if (slice_.size() == slice_size_) slice_.emplace_back();
      host_stub::EventBatch& batch = slice_[slice_size_++];
      batch.clear();
      order_.fill(batch);
      events_ += batch.events().size();
      if (batch.events().empty()) --slice_size_;
    }
  }

  void record_slice() {
    for (size_t i = 0; i < slice_size_; ++i) {
      ours_.add(plugin_.record(bench_tenant, send_engine, slice_[i]));
    }
    settle_s_ += settle(plugin_, bench_tenant);
  }

  void insert_slice() {
    for (size_t i = 0; i < slice_size_; ++i) theirs_.add(bare_->insert(slice_[i]));
  }

  Json report() {
    const uint64_t rows = bare_ ? bare_->rows() : 0;
    const double close_s = plugin_.close();
    Json json;
    json["events"] = events_;
    json["deliveries"] = options_.size.deliveries;
    json["ours_s"] = ours_.sum_s() + settle_s_ + plugin_.background_s() + close_s;
    json["ours_settle_s"] = settle_s_;
    json["ours_background_s"] = plugin_.background_s();
    json["ours_close_s"] = close_s;
    json["ours_commits"] = ours_.json();
    json["ours_bytes"] = stored_bytes(options_.data);
    if (bare_) {
      const double bare_close_s = bare_->close();
      json["baseline_rows"] = rows;
      json["baseline_s"] = theirs_.sum_s() + bare_close_s;
      json["baseline_close_s"] = bare_close_s;
      json["baseline_commits"] = theirs_.json();
      json["baseline_bytes"] = std::filesystem::file_size(options_.data.string() + ".bare");
    }
    return json;
  }

  const IngestOptions options_;
  const Shop shop_;
  ReportOrder order_;
  PluginUnderTest plugin_;
  std::unique_ptr<BareTable> bare_;
  std::deque<host_stub::EventBatch> slice_;  // never moved: its events point into it
  size_t slice_size_ = 0;
  uint64_t events_ = 0;
  Latencies ours_;
  double settle_s_ = 0;
  Latencies theirs_;
};

}  // namespace

void add_ingest_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<IngestOptions>();
  CLI::App* command = app.add_subcommand("ingest", "Record deliveries; a bare table takes turns");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_flag("--three-statuses", options->three_statuses,
                    "Report each delivery as accepted, sent and then its result");
  command->add_flag("--without-baseline", options->without_baseline, "Record alone");
  command->callback([&chosen, options] { chosen = [options] { return Ingest(*options).run(); }; });
}

}  // namespace crm_bench

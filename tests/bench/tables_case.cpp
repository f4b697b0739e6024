// The same shop as CSV files, for databases that are compared with.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <memory>

#include "case.h"
#include "plugin_under_test.h"

namespace crm_bench {

namespace {

struct TablesOptions {
  std::filesystem::path folder;
  CaseOptions shop;
};

class CsvFile {
 public:
  CsvFile(const std::filesystem::path& folder, const char* name)
      : path_(folder / name), stream_(path_, std::ios::binary | std::ios::trunc) {}

  // Adds a line made of `line`.
  template <class... Values>
  void add(fmt::format_string<Values...> line, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), line, std::forward<Values>(values)...);
    text_ += '\n';
    if (text_.size() > flush_bytes) flush();
  }

  void close() {
    flush();
    stream_.close();
    if (!stream_) throw crm::Failure(CRM_ERR_IO, path_.string() + ": cannot write it");
  }

 private:
  static constexpr size_t flush_bytes = 1u << 20;

  void flush() {
    stream_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

  const std::filesystem::path path_;
  std::ofstream stream_;
  std::string text_;
};

template <class Write>
std::string text_of(Write&& write) {
  std::string text;
  write(text);
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

class Tables {
 public:
  explicit Tables(const TablesOptions& options)
      : shop_(options.shop.size),
        deliveries_(options.folder, "delivery.csv"),
        orders_(options.folder, "orders.csv"),
        lines_(options.folder, "line.csv") {}

  Json write() {
    for (uint64_t i = 0; i < shop_.size().deliveries; ++i) {
      const DeliveryRow row = shop_.delivery(i);
      const auto message_id = text_of([&](auto& out) { shop_.message_id(row.message, out); });
      const auto delivery_id = text_of([&](auto& out) { shop_.delivery_id(i, out); });
      const auto member_id = text_of([&](auto& out) { Shop::member_id(row.member, out); });
      deliveries_.add("{},{},{},{},{},{},{},{},{},{}", message_id, delivery_id, member_id,
                      row.channel, row.provider, row.final_status, row.final_at_us, row.code,
                      row.cost_minor, shop_currency);
      if (shop_.sells(i)) add_order(message_id, delivery_id, shop_.order_after(i));
    }
    deliveries_.close();
    orders_.close();
    lines_.close();
    return {
        {"deliveries", shop_.size().deliveries}, {"orders", order_count_}, {"lines", line_count_}};
  }

 private:
  void add_order(const std::string& message_id, const std::string& delivery_id,
                 const OrderRow& order) {
    const auto order_id = text_of([&](auto& out) { Shop::order_id(order.number, out); });
    const auto member_id = text_of([&](auto& out) { Shop::member_id(order.member, out); });
    orders_.add("{},{},{},{},{},{},{}", order_id, message_id, delivery_id, member_id,
                order.placed_at_us, shop_currency, order.amount_minor);
    ++order_count_;
    for (size_t i = 0; i < order.lines.size(); ++i) {
      const OrderLineRow& line = order.lines[i];
      lines_.add("{},{},{},{},{},{},{},{}", order_id, i + 1,
                 text_of([&](auto& out) { Shop::product_no(line.product, out); }),
                 quoted(text_of([&](auto& out) { Shop::product_name(line.product, out); })),
                 Shop::option_name(line), line.unit_price_minor, line.option_price_minor,
                 line.quantity);
      ++line_count_;
    }
  }

  const Shop shop_;
  CsvFile deliveries_;
  CsvFile orders_;
  CsvFile lines_;
  uint64_t order_count_ = 0;
  uint64_t line_count_ = 0;
};

}  // namespace

void add_tables_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<TablesOptions>();
  CLI::App* command = app.add_subcommand("tables", "Write the same shop as CSV files");
  command->add_option("--folder", options->folder)->required()->check(CLI::ExistingDirectory);
  add_size_options(*command, options->shop);
  command->callback(
      [&chosen, options] { chosen = [options] { return Tables(*options).write(); }; });
}

}  // namespace crm_bench

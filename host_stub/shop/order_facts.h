// What is in each order, what becomes of it, as a function of the seed: nothing is remembered.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "shop/generator_settings.h"

namespace host_stub {

struct ProductOption {
  std::string_view ko;
  std::string_view en;
  int64_t price_minor;  // in addition to the product's
};

struct Product {
  std::string_view product_no;
  std::string_view ko;
  std::string_view en;
  int64_t price_minor;
  std::span<const ProductOption> options;
};

struct OrderedProduct {
  const Product* product = nullptr;
  const ProductOption* option = nullptr;  // NULL: it has none
  int64_t quantity = 0;
};

inline constexpr size_t ordered_products_max = 4;
inline constexpr size_t refund_parts_max = 2;

struct OrderFacts {
  std::array<OrderedProduct, ordered_products_max> products;
  size_t product_count = 0;
  int64_t amount_minor = 0;  // with delivery and discount
};

struct OrderFate {
  bool is_edited = false;  // revision 1 follows
  size_t refund_parts = 0;
  std::array<int64_t, refund_parts_max> refunds_minor{};  // at most the order's amount together
};

// `order_key` is the order's own; revision is 0 or 1.
OrderFacts order_facts(uint64_t order_key, int64_t revision);

OrderFate order_fate(uint64_t order_key);

}  // namespace host_stub

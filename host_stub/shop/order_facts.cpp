#include "shop/order_facts.h"

#include <algorithm>
#include <iterator>

#include "shop/chance/quantiles.h"

namespace host_stub {

namespace {

constexpr ProductOption clothing_sizes[] = {
    {"S", "S", 0}, {"M", "M", 0}, {"L", "L", 0}, {"XL", "XL", 2'000}};
constexpr ProductOption colours[] = {{"아이보리", "Ivory", 0},
                                     {"차콜", "Charcoal", 0},
                                     {"네이비 / XL", "Navy / XL", 2'000},
                                     {"버건디 / 자수", "Burgundy / embroidered", 5'000}};
constexpr ProductOption waists[] = {
    {"26", "26", 0}, {"28", "28", 0}, {"30", "30", 0}, {"32", "32", 0}};
constexpr ProductOption shoe_sizes[] = {
    {"235", "235", 0}, {"245", "245", 0}, {"260", "260", 0}, {"275", "275", 3'000}};
constexpr ProductOption wrappings[] = {{"기본 포장", "Plain box", 0},
                                       {"선물 포장, 손편지", "Gift wrap, with a card", 3'500}};
constexpr ProductOption weights[] = {
    {"2kg", "2 kg", -6'000}, {"3kg", "3 kg", 0}, {"5kg", "5 kg", 14'000}};
constexpr ProductOption packs[] = {{"1개", "1 piece", 0}, {"3개입", "Pack of 3", 21'000}};

constexpr Product products[] = {
    {"P1001", "코튼 라운드 티셔츠", "Cotton crew-neck T-shirt", 19'000, clothing_sizes},
    {"P1002", "와이드 데님 팬츠", "Wide denim trousers", 49'000, waists},
    {"P1003", "캐시미어 머플러", "Cashmere scarf", 89'000, colours},
    {"P1004", "울 블렌드 니트 가디건", "Wool blend cardigan", 69'000, colours},
    {"P1005", "순면 양말 5켤레", "Cotton socks, 5 pairs", 9'900, {}},
    {"P1006", "경량 패딩 점퍼", "Light padded jacket", 119'000, clothing_sizes},
    {"P1007", "러닝화 \"에어 스텝\"", "Running shoes \"Air Step\"", 98'000, shoe_sizes},
    {"P1008", "플리스 집업", "Fleece zip-up", 45'000, clothing_sizes},
    {"P1009", "기모 트레이닝 팬츠", "Brushed track pants", 32'900, clothing_sizes},
    {"P1010", "에코백, 로고 자수", "Tote bag, embroidered", 15'000, {}},
    {"P2001", "스테인리스 텀블러 500ml", "Steel tumbler 500 ml", 24'000, packs},
    {"P2002", "무쇠 프라이팬 26cm", "Cast iron pan 26 cm", 58'000, {}},
    {"P2003", "도자기 머그컵 세트", "Stoneware mug set", 27'500, wrappings},
    {"P2004", "소이 캔들 (우디)", "Soy candle (woody)", 22'000, wrappings},
    {"P2005", "호텔 수건 10장", "Hotel towels, set of 10", 39'800, {}},
    {"P3001", "수분 크림 50ml", "Moisturiser 50 ml", 28'000, packs},
    {"P3002", "약산성 클렌징폼", "Mild cleansing foam", 14'500, packs},
    {"P3003", "선크림 SPF50+ & 미니", "Sunscreen SPF50+ & mini", 21'000, {}},
    {"P4001", "제주 감귤", "Jeju tangerines", 18'900, weights},
    {"P4002", "한우 선물세트", "Hanwoo beef gift set", 159'000, wrappings},
    {"P4003", "유기농 그래놀라 1kg", "Organic granola 1 kg", 16'800, {}},
    {"P5001", "강아지 덴탈껌 30개입", "Dental chews for dogs, 30", 12'900, packs},
    {"P5002", "고양이 스크래처", "Cat scratcher", 23'000, {}},
    {"P6001", "초경량 캠핑 의자", "Ultralight camping chair", 54'000, colours},
};

constexpr Quantile product_counts[] = {
    {0, 100}, {580'000, 199}, {840'000, 299}, {950'000, 399}, {ppm_all, 499}};
static_assert(is_distribution(product_counts));

constexpr int64_t free_delivery_from_minor = 50'000;
constexpr int64_t delivery_minor = 3'000;
constexpr uint64_t discounted_ppm = 220'000;
constexpr uint64_t paid_with_points_ppm = 2'000;
constexpr uint64_t edited_ppm = 40'000;
constexpr uint64_t refunded_ppm = 70'000;
constexpr uint64_t refunded_whole_ppm = 600'000;
constexpr uint64_t refunded_twice_ppm = 200'000;

OrderedProduct ordered_product(Random& random) {
  // The better of two draws: some products sell more than others.
  const size_t place =
      std::min(random.below(std::size(products)), random.below(std::size(products)));
  OrderedProduct ordered;
  ordered.product = &products[place];
  const auto options = ordered.product->options;
  if (!options.empty()) ordered.option = &options[random.below(options.size())];
  constexpr uint64_t single_ppm = 820'000;
  ordered.quantity = random.chance(single_ppm) ? 1 : random.between(2, 5);
  return ordered;
}

int64_t goods_minor(const OrderFacts& order) {
  int64_t sum_minor = 0;
  for (size_t i = 0; i < order.product_count; ++i) {
    const OrderedProduct& ordered = order.products[i];
    const int64_t option_minor = ordered.option == nullptr ? 0 : ordered.option->price_minor;
    sum_minor += (ordered.product->price_minor + option_minor) * ordered.quantity;
  }
  return sum_minor;
}

}  // namespace

OrderFacts order_facts(uint64_t order_key, int64_t revision) {
  Random random(order_key);
  OrderFacts order;
  order.product_count = static_cast<size_t>(
      value_at(product_counts, static_cast<uint32_t>(random.below(ppm_all))) / 100);
  for (size_t i = 0; i < order.product_count; ++i) order.products[i] = ordered_product(random);
  // The edit: one more, or one fewer, of the first product.
  if (revision > 0) order.products[0].quantity += order.products[0].quantity > 1 ? -1 : 1;
  const int64_t goods = goods_minor(order);
  const int64_t delivery = goods < free_delivery_from_minor ? delivery_minor : 0;
  const int64_t discount = random.chance(discounted_ppm) ? goods / 1'000 * 100 : 0;
  const bool is_free = random.chance(paid_with_points_ppm);
  order.amount_minor = is_free ? 0 : goods + delivery - discount;
  return order;
}

OrderFate order_fate(uint64_t order_key) {
  Random random(derived_key(order_key, 1));
  OrderFate fate;
  fate.is_edited = random.chance(edited_ppm);
  if (!random.chance(refunded_ppm)) return fate;
  const OrderFacts last = order_facts(order_key, fate.is_edited ? 1 : 0);
  if (last.amount_minor == 0) return fate;
  if (random.chance(refunded_whole_ppm)) {
    fate.refund_parts = 1;
    fate.refunds_minor[0] = last.amount_minor;
    return fate;
  }
  const int64_t part_minor = last.amount_minor * random.between(2, 6) / 10 / 100 * 100;
  fate.refund_parts = random.chance(refunded_twice_ppm) ? 2 : 1;
  fate.refunds_minor = {part_minor, last.amount_minor - part_minor};
  return fate;
}

}  // namespace host_stub

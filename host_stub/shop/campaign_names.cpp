#include "shop/campaign_names.h"

#include <fmt/format.h>

#include <iterator>

#include "shop/campaign_mix.h"
#include "shop/chance/random.h"

namespace host_stub {

namespace {

struct Text {
  std::string_view ko;
  std::string_view en;

  std::string_view in(ShopLocale locale) const { return locale == ShopLocale::ko ? ko : en; }
};

struct AutomaticName {
  Text text;
  bool offers_coupon;
};

constexpr AutomaticName automatic_names[] = {
    {{"장바구니에 담은 상품이 기다려요", "Your cart is waiting for you"}, false},
    {{"회원가입 환영 인사", "Welcome to the shop"}, true},
    {{"첫 구매 감사 쿠폰", "A coupon to thank you for your first order"}, true},
    {{"생일 축하 쿠폰이 도착했어요", "Happy birthday! A coupon for you"}, true},
    {{"오랜만이에요! 5천 원 쿠폰", "We miss you: 5,000 won off"}, true},
    {{"리뷰를 남기면 적립금을 드려요", "Earn points with a review"}, false},
    {{"찜한 상품의 가격이 내려갔어요", "The price of your favourite went down"}, false},
    {{"주문하신 상품이 출발했어요", "Your order is on its way"}, false},
    {{"적립금이 곧 사라져요", "Your points expire soon"}, false},
    {{"재입고 알림: 기다리던 상품", "Back in stock: what you waited for"}, false},
    {{"회원 등급이 올랐어요", "You reached the next level"}, true},
    {{"구매 확정하고 적립금 받으세요", "Confirm your order and earn points"}, false},
    {{"방금 본 상품, 아직 고민 중이세요?", "Still thinking about what you saw?"}, false},
    {{"재구매할 때가 됐어요", "Time to buy it again"}, false},
    {{"쿠폰 만료 하루 전이에요", "Your coupon expires tomorrow"}, true},
    {{"휴면 회원 전환 안내", "Your account will be put to sleep"}, false},
};
static_assert(std::size(automatic_names) == automatic_messages_max);

constexpr Text weekdays[] = {{"일요", "Sunday"},    {"월요", "Monday"},   {"화요", "Tuesday"},
                             {"수요", "Wednesday"}, {"목요", "Thursday"}, {"금요", "Friday"},
                             {"토요", "Saturday"}};

constexpr std::string_view months_en[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

constexpr Text goods[] = {
    {"캐시미어 머플러", "cashmere scarves"},
    {"데님", "denim"},
    {"니트", "knitwear"},
    {"겨울 아우터", "winter coats"},
    {"운동화", "sneakers"},
    {"홈웨어", "homewear"},
    {"주방용품", "kitchenware"},
    {"스킨케어", "skin care"},
    {"캠핑용품", "camping gear"},
    {"제철 과일", "fruit of the season"},
    {"반려동물 간식", "pet treats"},
    {"키즈 신상", "kids' new arrivals"},
};

// Placeholders: 0 month, 1 week of the month, 2 weekday, 3 goods, 4 percent.
struct ManualName {
  Text pattern;
  bool offers_coupon;
};

constexpr ManualName manual_names[] = {
    {{"{0}월 {1}주 {2} 특가", "{2} deals, {0} week {1}"}, false},
    {{"{0}월 {1}주 {3} 최대 {4}% 할인", "Up to {4}% off {3}, {0} week {1}"}, false},
    {{"{2}일 하루만! {3} {4}% 쿠폰", "{2} only: {4}% coupon for {3}"}, true},
    {{"\"오늘만\" 무료배송, {3}", "\"Today only\": free delivery on {3}"}, false},
    {{"{0}월 신상 {3} 먼저 만나보세요", "New in {0}: {3}"}, false},
    {{"앱 전용 {3} 쿠폰 ({0}월 {1}주)", "App coupon: {3} ({0} week {1})"}, true},
    {{"{3} 재입고, 이번엔 놓치지 마세요", "Back in stock: {3}, do not miss it"}, false},
    {{"{0}월 회원 감사 쿠폰팩", "{0} thank-you coupons"}, true},
    {{"마감 임박 · {3} 시즌오프 {4}%", "Last hours · {3} season sale {4}%"}, false},
    {{"{0}월 {1}주 뉴스레터: {3} 고르는 법", "Newsletter {0} week {1}: choosing {3}"}, false},
    {{"VIP 먼저 열어 드려요: {3} {4}% 쿠폰", "VIP first: {4}% coupon for {3}"}, true},
    {{"{2}일의 라이브 방송, {3} 특집", "Live on {2}: {3}"}, false},
};

}  // namespace

CampaignName automatic_name(ShopLocale locale, int64_t place) {
  const AutomaticName& name = automatic_names[place];
  return {std::string(name.text.in(locale)), name.offers_coupon};
}

CampaignName manual_name(ShopLocale locale, std::chrono::sys_days day, uint64_t key) {
  Random random(key);
  const std::chrono::year_month_day date(day);
  const unsigned month = static_cast<unsigned>(date.month());
  const unsigned week = (static_cast<unsigned>(date.day()) - 1) / 7 + 1;
  const Text& weekday = weekdays[std::chrono::weekday(day).c_encoding()];
  const ManualName& name = manual_names[random.below(std::size(manual_names))];
  const Text& thing = goods[random.below(std::size(goods))];
  const int64_t percent = random.between(2, 12) * 5;
  const std::string month_text =
      locale == ShopLocale::ko ? fmt::format("{}", month) : std::string(months_en[month - 1]);
  return {fmt::format(fmt::runtime(name.pattern.in(locale)), month_text, week, weekday.in(locale),
                      thing.in(locale), percent),
          name.offers_coupon};
}

}  // namespace host_stub

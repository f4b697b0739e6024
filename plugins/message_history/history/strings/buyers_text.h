// Texts of the list of members who bought.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized buyers_title = {"구매 회원 · {0}", "Buyers · {0}"};
inline constexpr Localized ordered_at = {"주문 시각", "Ordered at"};
inline constexpr Localized member = {"회원", "Member"};
inline constexpr Localized order = {"주문번호", "Order"};
inline constexpr Localized products = {"상품", "Products"};
inline constexpr Localized amount = {"주문금액", "Amount"};
inline constexpr Localized other_refunds = {"다른 통화 환불", "Refunded otherwise"};
inline constexpr Localized other_refunds_help = {
    "주문과 통화가 다른 환불이에요. 순매출에서 빼지 않았어요.",
    "Refunds in another currency than the order's. They are not subtracted from the net."};
inline constexpr Localized touch = {"구매로 이어진 반응", "Through"};
inline constexpr Localized touch_at = {"반응 시각", "Touched at"};
inline constexpr Localized lead = {"구매까지 걸린 시간", "Time to purchase"};
inline constexpr Localized more_products = {"{0} 외 {1}개", "{0} and {1} more"};
inline constexpr Localized buyers_empty = {"아직 이 메시지로 구매한 회원이 없어요.",
                                           "Nobody has bought through this message yet."};
inline constexpr Localized buyers_next_step = {
    "메시지를 받거나 누른 회원이 기간 안에 주문하면 여기에 나타나요. 나중에 다시 확인해 주세요.",
    "Orders by members who got or clicked it, within the window, will appear here. Look again "
    "later."};

}  // namespace message_history::texts

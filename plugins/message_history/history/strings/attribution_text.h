// Texts of the attribution rule and of drafts of another.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized attribution_title = {"매출 기여 기준", "Attribution"};

// The rule in force.
inline constexpr Localized rule_title = {"지금 기준", "The rule in force"};
inline constexpr Localized rule_number = {"기준 버전", "Rule version"};
inline constexpr Localized click_window = {"클릭 뒤 인정 기간", "Window after a click"};
inline constexpr Localized coupon_window = {"쿠폰 사용 뒤 인정 기간", "Window after a coupon"};
inline constexpr Localized open_window = {"열어본 뒤 인정 기간", "Window after an open"};
inline constexpr Localized delivered_window = {"도착 뒤 인정 기간", "Window after a delivery"};
inline constexpr Localized window_help = {"이 기간 안에 들어온 주문을 그 메시지의 매출로 인정해요.",
                                          "Orders within this time are credited to the message."};
inline constexpr Localized window_off = {"꺼짐", "off"};

// The form of a draft.
inline constexpr Localized click_hours = {"클릭 (시간)", "Click (hours)"};
inline constexpr Localized coupon_hours = {"쿠폰 (시간)", "Coupon (hours)"};
inline constexpr Localized open_hours = {"열어보기 (시간)", "Open (hours)"};
inline constexpr Localized delivered_hours = {"도착 (시간)", "Delivered (hours)"};
inline constexpr Localized hours_hint = {"예: 24, 끄려면 0", "such as 24; 0 switches it off"};

inline constexpr Localized draft_missing = {
    "바꿔 보고 싶은 기간을 위에 시간 단위로 적어 주세요. 지난 주문을 모두 다시 계산해서 메시지마다 "
    "매출이 얼마나 달라지는지 보여드려요. 지금 기준은 그대로 두니 마음껏 적어 보세요.",
    "Enter the windows you would like to try above, in hours. All orders are decided again and the "
    "difference is shown for every message. The rule in force stays as it is."};
inline constexpr Localized draft_is_the_rule = {
    "적어 주신 기간이 지금 기준과 같아요. 다른 기간을 적으면 달라지는 매출을 보여드려요.",
    "These windows are those in force. Enter others to see what they would change."};
inline constexpr Localized draft_changes_nothing = {
    "이 기준으로 바꿔도 어느 메시지의 매출도 달라지지 않아요. 다른 기간도 적어 보세요.",
    "This rule would credit every message with the same orders. Try other windows."};
inline constexpr Localized draft_changes = {
    "이 기준으로 바꾸면 메시지 {0}개의 매출이 달라지고, 인정되는 순매출은 모두 합쳐 {1} 바뀌어요. "
    "아직 적용하지는 않았어요.",
    "This rule would change {0} messages; credited net sales would change by {1} in all. Nothing "
    "is applied yet."};
inline constexpr Localized changes_cut = {
    "많이 달라지는 순서로 {0}개만 보여드려요. 달라지는 것은 모두 {1}개예요.",
    "Only the {0} largest changes are shown, of {1}."};

// What the draft would credit.
inline constexpr Localized draft_title = {"이 기준으로 바꾸면", "Under the draft"};
inline constexpr Localized orders_before = {"지금 주문", "Orders now"};
inline constexpr Localized orders_after = {"바꾼 뒤 주문", "Orders then"};
inline constexpr Localized orders_change = {"주문 차이", "Orders, difference"};
inline constexpr Localized gross_before = {"지금 매출", "Gross now"};
inline constexpr Localized gross_after = {"바꾼 뒤 매출", "Gross then"};
inline constexpr Localized gross_change = {"매출 차이", "Gross, difference"};
inline constexpr Localized net_before = {"지금 순매출", "Net now"};
inline constexpr Localized net_after = {"바꾼 뒤 순매출", "Net then"};
inline constexpr Localized net_change = {"순매출 차이", "Net, difference"};

inline constexpr Localized changes_title = {"메시지마다 달라지는 매출", "Changes by message"};
inline constexpr Localized changed_message = {"메시지", "Message"};
inline constexpr Localized changes_empty = {"달라지는 메시지가 없어요.", "No message changes."};
inline constexpr Localized changes_next_step = {"다른 기간을 적어 보세요.", "Try other windows."};

}  // namespace message_history::texts

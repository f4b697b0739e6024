// Texts of the explanation of an order.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized order_title = {"주문 {0}", "Order {0}"};
inline constexpr Localized order_summary = {"주문 요약", "Order"};
inline constexpr Localized order_amount = {"주문금액", "Order amount"};
inline constexpr Localized placed_at = {"주문 시각", "Ordered at"};
inline constexpr Localized order_member = {"회원", "Member"};
inline constexpr Localized refunded_counted = {"환불 (반영 금액)", "Refunded, as counted"};
inline constexpr Localized refunded_counted_help = {
    "주문과 같은 통화의 환불을 주문금액까지만 반영해요.",
    "Refunds in the order's currency, at most the order amount."};
inline constexpr Localized net_amount = {"순매출", "Net"};
inline constexpr Localized credited_message = {"매출로 인정된 메시지", "Credited message"};
inline constexpr Localized rule_version = {"적용한 규칙", "Rule version"};
inline constexpr Localized window_left = {"남아 있던 기간", "Window left"};

// Why this message.
inline constexpr Localized won_by_touch = {
    "‘{0}’의 매출로 인정된 주문이에요. {1} 뒤 {2} 만에 주문했고, 기간이 {3} 남아 있었어요.",
    "Credited to “{0}”. The order came {2} after this touch: {1}. {3} of its window was left."};
inline constexpr Localized won_by_older_rule = {
    "‘{0}’의 매출로 인정된 주문이에요. {1} 뒤 {2} 만에 주문했어요.",
    "Credited to “{0}”. The order came {2} after this touch: {1}."};
inline constexpr Localized won_by_name = {
    "쇼핑몰이 주문에 ‘{0}’ 메시지를 적어 두어서 그 메시지의 매출로 인정됐어요.",
    "Credited to “{0}”, because the shop named this message on the order."};
inline constexpr Localized credited_to_nobody = {
    "어느 메시지의 매출로도 인정되지 않은 주문이에요. 이유는 아래에서 볼 수 있어요.",
    "Not credited to any message. The reasons are below."};
inline constexpr Localized order_without_member = {
    "비회원 주문이라 받은 메시지와 이어 볼 수 없어요.",
    "The order has no member, so it cannot be matched with what was sent."};
inline constexpr Localized rule_text = {
    "규칙 {0} 기준으로, 반응이 있고 나서 이 기간 안에 들어온 주문을 인정해요: {1}.",
    "Rule {0} counts orders within this time of a touch: {1}."};
inline constexpr Localized rule_window = {"{0} {1}", "{0} {1}"};
inline constexpr Localized rule_off = {"{0} 세지 않음", "{0} not counted"};
inline constexpr Localized older_rule = {
    "이 주문은 규칙 {0}에 따라 정해졌고, 아래 설명은 지금 규칙 {1} 기준이에요.",
    "This order was decided by rule {0}; the reasons below follow the present rule {1}."};
inline constexpr Localized differs_now = {
    "저장된 결과와 아래 설명이 서로 달라요. 잠시 뒤에도 그대로면 운영 담당자에게 알려 주세요.",
    "The stored result and the reasons below differ. If it stays so, tell your operator."};

// Candidates.
inline constexpr Localized candidates_title = {"후보와 이유", "Candidates and why"};
inline constexpr Localized candidate_touch = {"반응", "Touch"};
inline constexpr Localized candidate_message = {"메시지", "Message"};
inline constexpr Localized candidate_at = {"시각", "When"};
inline constexpr Localized candidate_verdict = {"판정", "Verdict"};
inline constexpr Localized candidate_why = {"이유", "Why"};
inline constexpr Localized candidate_delivery = {"발송 아이디", "Delivery id"};
inline constexpr Localized candidates_empty = {"주문 전후로 받은 메시지나 반응이 없어요.",
                                               "No message or touch lies around this order."};
inline constexpr Localized candidates_next_step = {
    "주문 30일 전부터 하루 뒤까지 살펴봤어요. 늦게 들어온 클릭이 있으면 다시 판정돼요.",
    "We looked from 30 days before to 1 day after it. A click reported late will decide it anew."};

// Verdicts, as sentences.
inline constexpr Localized why_won = {"이 반응으로 매출이 인정됐어요.",
                                      "This touch got the order."};
inline constexpr Localized why_won_by_name = {"쇼핑몰이 주문에 이 메시지를 적어 두었어요.",
                                              "The shop named this message on the order."};
inline constexpr Localized why_outranked = {"더 확실한 반응({0})이 있어서 밀렸어요.",
                                            "A stronger kind of touch took it: {0}."};
inline constexpr Localized why_earlier = {"{0} 뒤에 다른 반응이 있어서 밀렸어요.",
                                          "Another touch came {0} later and took it."};
inline constexpr Localized why_tied = {
    "같은 시각의 다른 메시지가 정해진 순서에서 앞섰어요.",
    "Another touch at the same time took it by the fixed order."};
inline constexpr Localized why_outside = {"{0} 기간을 {1} 지났어요.",
                                          "It was outside the window by {1}; the window is {0}."};
inline constexpr Localized why_after = {"주문보다 {0} 늦게 있었던 일이에요.",
                                        "It came {0} after the order."};
inline constexpr Localized why_off = {"지금 규칙은 이런 반응({0})을 세지 않아요.",
                                      "The rule does not count this kind of touch: {0}."};
inline constexpr Localized why_failed = {"발송에 실패해서 받지 못했어요 ({0}).",
                                         "The send failed, so nothing arrived ({0})."};
inline constexpr Localized why_failed_plain = {"발송에 실패해서 받지 못했어요.",
                                               "The send failed, so nothing arrived."};
inline constexpr Localized why_held_out = {"비교군이라 일부러 보내지 않았어요.",
                                           "Kept as the control group: deliberately not sent."};
inline constexpr Localized why_skipped = {"발송에서 제외된 회원이에요.",
                                          "The member was left out of this send."};
inline constexpr Localized why_pending = {"아직 도착이 확인되지 않았어요.",
                                          "It is not confirmed that it arrived."};

// Lines and refunds.
inline constexpr Localized lines_title = {"주문 상품", "Products"};
inline constexpr Localized product_no = {"상품번호", "Product no."};
inline constexpr Localized product_name = {"상품명", "Product"};
inline constexpr Localized product_option = {"옵션", "Option"};
inline constexpr Localized unit_price = {"상품금액", "Unit price"};
inline constexpr Localized option_price = {"옵션금액", "Option price"};
inline constexpr Localized quantity = {"수량", "Quantity"};
inline constexpr Localized line_amount = {"금액", "Amount"};
inline constexpr Localized line_rest = {"배송비·할인 등", "Shipping, discounts and other"};
inline constexpr Localized lines_empty = {"상품 정보가 없는 주문이에요.",
                                          "The order came without products."};
inline constexpr Localized lines_next_step = {
    "쇼핑몰이 상품 목록을 함께 보내면 여기에 나타나요.",
    "They appear here when the shop reports them with the order."};
inline constexpr Localized rows_cut = {"너무 많아서 처음 {0}개만 보여드려요. 모두 {1}개예요.",
                                       "Only the first {0} are shown, of {1}."};
inline constexpr Localized refunds_title = {"환불 내역", "Refunds"};
inline constexpr Localized refund_id = {"환불번호", "Refund"};
inline constexpr Localized refund_at = {"환불 시각", "Refunded at"};
inline constexpr Localized refund_amount = {"환불금액", "Amount"};
inline constexpr Localized refund_counts = {"반영", "Counted"};
inline constexpr Localized refund_counted = {"반영", "Counted"};
inline constexpr Localized refund_other_currency = {"통화가 달라 반영 안 함", "Other currency"};
inline constexpr Localized order_other_refunds = {
    "다른 통화로 환불된 금액이 있어요: {0}. 주문 통화({1})가 아니라서 순매출에서 빼지 않았어요.",
    "Some was refunded in another currency: {0}. It is not subtracted from the net, which is in "
    "{1}."};
inline constexpr Localized refunds_empty = {"환불이 없어요.", "There are no refunds."};
inline constexpr Localized refunds_next_step = {"환불이 들어오면 순매출에 바로 반영돼요.",
                                                "A refund would change the net at once."};
inline constexpr Localized refunds_exceed = {
    "환불 합계가 주문금액보다 커요. 순매출은 0보다 작아지지 않게 주문금액까지만 반영했어요.",
    "The refunds add up to more than the order. Only the order amount is counted, so that net "
    "sales "
    "stay at zero or above."};

}  // namespace message_history::texts

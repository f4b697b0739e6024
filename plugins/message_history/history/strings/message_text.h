// Texts of one message's details.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized summary_title = {"요약", "Summary"};
inline constexpr Localized unreported_message = {
    "발송이나 주문에서 이름만 보였고, 메시지 정보는 아직 오지 않았어요. CRM에서 메시지 정보가 오면 "
    "채워져요.",
    "Only named by sends or orders so far. Its details will be filled in when the CRM reports "
    "them."};

inline constexpr Localized future_report = {
    "이 메시지의 정보는 아직 오지 않은 날짜({0})로 보고된 내용이에요. 그보다 앞선 날짜로 온 보고는 "
    "보이지 않아요. 보내는 쪽의 시계를 확인해 주세요.",
    "What is shown of this message was reported with a date that is still to come, {0}. Reports "
    "with "
    "earlier dates do not show. Check the clock of the system that reports it."};

inline constexpr Localized download = {"CSV 내려받기", "Download CSV"};
inline constexpr Localized buyers = {"구매 회원 보기", "Show buyers"};
inline constexpr Localized show_recipients = {"받은 회원 보기", "Show recipients"};

inline constexpr Localized openers = {"열어본 회원", "Members who opened"};
inline constexpr Localized redeemers = {"쿠폰 쓴 회원", "Members who used a coupon"};
inline constexpr Localized buying_members = {"구매 회원", "Members who bought"};

// Funnel.
inline constexpr Localized funnel_title = {"발송부터 구매까지", "From send to purchase"};
inline constexpr Localized funnel_counts = {"수", "Count"};
inline constexpr Localized targeted = {"발송 대상", "Targeted sends"};
inline constexpr Localized reached = {"발송 성공", "Successful sends"};
inline constexpr Localized delivered = {"도착 확인", "Confirmed receipts"};
inline constexpr Localized clicked = {"클릭 회원", "Members who clicked"};
inline constexpr Localized bought = {"구매 회원", "Members who bought"};
inline constexpr Localized cannot_be_confirmed = {"이 채널은 도착을 확인할 수 없어요",
                                                  "Cannot be confirmed on this channel"};
inline constexpr Localized more_than_reached = {"성공한 발송 수보다 많아요",
                                                "More than successful sends"};

// How its orders came.
inline constexpr Localized bought_by_title = {"구매로 이어진 반응", "What led to the orders"};
inline constexpr Localized bought_by_touch = {"반응", "Touch"};
inline constexpr Localized share_of_orders = {"이 메시지 주문 중 비율", "Share of its orders"};

// Failures.
inline constexpr Localized failures_title = {"실패 사유", "Why sends failed"};
inline constexpr Localized reason = {"실패 사유", "Reason"};
inline constexpr Localized advice = {"이렇게 해 보세요", "What to do"};
inline constexpr Localized code = {"업체 코드", "Provider code"};
inline constexpr Localized attempts = {"실패한 시도", "Failed attempts"};
inline constexpr Localized attempts_help = {"대체 발송도 시도마다 한 번씩 세요.",
                                            "Every attempt counts, fallbacks too."};
inline constexpr Localized unreached = {"못 받은 발송", "Sends lost"};
inline constexpr Localized unreached_help = {
    "이 사유가 마지막 실패였고, 다른 채널로도 받지 못한 발송이에요.",
    "Sends for which this was the last failure and no other attempt got through."};
inline constexpr Localized failures_empty = {"실패한 발송이 없어요.", "No send has failed."};
inline constexpr Localized failures_next_step = {"이대로 두시면 돼요.", "There is nothing to do."};
inline constexpr Localized failures_cut = {
    "코드가 너무 많아서 가장 많은 {0}개만 보여드려요. 전체는 CSV에 있어요.",
    "Only the {0} most frequent codes are shown. The CSV has all of them."};

// Revenue.
inline constexpr Localized revenue_title = {"매출", "Sales"};
inline constexpr Localized currency = {"통화", "Currency"};
inline constexpr Localized cost = {"발송 비용", "Sending cost"};
inline constexpr Localized return_on_cost = {"비용 대비 순매출", "Net sales to cost"};
inline constexpr Localized return_help = {
    "순매출을 발송 비용으로 나눈 값이에요. 주문이 20건은 있어야 보여 드려요.",
    "Net sales divided by what sending cost; shown from 20 orders on."};
inline constexpr Localized shop_gross = {"쇼핑몰 전체 매출", "All shop sales"};
inline constexpr Localized shop_gross_help = {
    "메시지를 처음 보낸 날부터 오늘까지의 쇼핑몰 매출이에요. 메시지와 관계없는 주문까지 더했어요. "
    "메시지 "
    "매출은 이 금액을 넘지 않아요.",
    "All orders of the shop from the day of the first send until today, with or without a message. "
    "Attributed sales never exceed it."};
inline constexpr Localized share = {"같은 기간 쇼핑몰 매출 중 비율", "Share of shop sales then"};
inline constexpr Localized share_help = {
    "메시지를 처음 보낸 날부터 오늘까지의 쇼핑몰 매출에서 이 메시지의 매출이 차지하는 비율이에요.",
    "Of the shop's sales from the day of the first send until today."};
inline constexpr Localized revenue_empty = {"아직 이 메시지의 매출이 없어요.",
                                            "This message has no sales yet."};
inline constexpr Localized revenue_next_step = {
    "메시지를 받거나 누른 회원이 기간 안에 주문하면 여기에 나타나요.",
    "Orders by members who got or clicked it, within the window, will appear here."};
inline constexpr Localized some_other_refunds = {
    "이 메시지의 주문 가운데 주문과 다른 통화로 환불된 것이 있어요. 그 금액은 순매출에서 빼지 "
    "않았어요. "
    "어느 주문인지는 구매 회원 보기에 있어요.",
    "Some of its orders were refunded in another currency than the order's. That is not subtracted "
    "from the net; the list of buyers shows which orders."};
inline constexpr Localized daily_title = {"날짜별 매출 ({0})", "Sales by day ({0})"};
inline constexpr Localized monthly_title = {"월별 매출 ({0})", "Sales by month ({0})"};

// Lift.
inline constexpr Localized lift_title = {"메시지 효과 (비교군 기준)",
                                         "Effect against the control group"};
inline constexpr Localized reached_members = {"받은 회원", "Reached members"};
inline constexpr Localized reached_rate = {"받은 회원의 구매율", "Reached who bought"};
inline constexpr Localized held_out_members = {"비교군 회원", "Control group"};
inline constexpr Localized held_out_rate = {"비교군의 구매율", "Control group who bought"};
inline constexpr Localized lift_difference = {"구매율 차이", "Difference"};
inline constexpr Localized lift_low = {"95% 구간 아래", "95% interval, low"};
inline constexpr Localized lift_high = {"95% 구간 위", "95% interval, high"};
inline constexpr Localized lift_raised = {
    "메시지를 받은 회원의 구매율이 비교군보다 {0}%p 높아요 (95% 신뢰구간 {1}~{2}%p).",
    "Reached members bought {0} percentage points more often than the control group (95% interval "
    "{1} to {2})."};
inline constexpr Localized lift_lowered = {
    "메시지를 받은 회원의 구매율이 비교군보다 {0}%p 낮아요 (95% 신뢰구간 {1}~{2}%p). 내용과 대상을 "
    "다시 살펴봐 주세요.",
    "Reached members bought {0} percentage points less often than the control group (95% interval "
    "{1} to {2}). Review the content and the audience."};
inline constexpr Localized lift_inconclusive = {
    "구매율 차이가 우연일 수 있어요 (차이 {0}%p, 95% 신뢰구간 {1}~{2}%p). 비교군을 늘리거나 더 "
    "모아서 봐 주세요.",
    "The difference may be chance: {0} percentage points, 95% interval {1} to {2}. A larger "
    "control "
    "group or more time would tell."};
inline constexpr Localized lift_too_little = {
    "효과를 말하기에는 아직 데이터가 적어요. 받은 회원과 비교군이 각각 {0}명, 구매가 모두 {1}건이 "
    "넘으면 알려드릴게요.",
    "There is too little data to say yet. It takes {0} reached and {0} held-out members and {1} "
    "purchases in all."};

}  // namespace message_history::texts

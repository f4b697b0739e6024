// Texts of the message lists, and the names of the figures that other views share.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized automatic_title = {"자동 메시지", "Automatic messages"};
inline constexpr Localized manual_title = {"수동 메시지", "Manual messages"};

// Figures.
inline constexpr Localized messages = {"메시지", "Messages"};
inline constexpr Localized message_id = {"메시지 아이디", "Message id"};
inline constexpr Localized name = {"이름", "Name"};
inline constexpr Localized kind = {"종류", "Kind"};
inline constexpr Localized channel = {"채널", "Channel"};
inline constexpr Localized result = {"결과", "Result"};
inline constexpr Localized scheduled_at = {"예약 시각", "Scheduled for"};
inline constexpr Localized sent_at = {"발송 시각", "Sent at"};
inline constexpr Localized recipients = {"발송", "Sends"};
inline constexpr Localized recipients_help = {
    "보내려고 한 건수예요. 한 회원에게 세 번 보냈으면 3건이에요. 대체 발송은 더 세지 않아요.",
    "Sends that were tried. Three sends to one member are three; a fallback is no further one."};
inline constexpr Localized success = {"발송 성공", "Succeeded"};
inline constexpr Localized failed = {"발송 실패", "Failed"};
inline constexpr Localized pending = {"대기", "Pending"};
inline constexpr Localized pending_help = {"아직 결과를 기다리는 발송이에요.",
                                           "Sends that still wait for a final result."};
inline constexpr Localized excluded = {"제외", "Excluded"};
inline constexpr Localized excluded_help = {
    "수신 거부, 발송 한도, 비교군처럼 처음부터 보내지 않은 건수예요.",
    "Sends never tried: opted out, over the cap, or kept as the control group."};
inline constexpr Localized clicks = {"클릭 회원", "Clickers"};
inline constexpr Localized clicks_help = {
    "한 회원이 여러 번 눌러도 메시지마다 한 번으로 세요.",
    "Several clicks of one member on one message count once."};
inline constexpr Localized orders = {"주문", "Orders"};
inline constexpr Localized gross = {"매출", "Gross sales"};
inline constexpr Localized refunded = {"환불", "Refunded"};
inline constexpr Localized net = {"순매출", "Net sales"};
inline constexpr Localized net_help = {"매출에서 환불을 뺀 금액이에요.",
                                       "Gross sales less refunds."};
inline constexpr Localized too_few = {"20건 미만", "Too few"};

// Filters.
inline constexpr Localized search = {"검색", "Search"};
inline constexpr Localized search_hint = {"메시지 이름 또는 아이디", "Message name or id"};
inline constexpr Localized from = {"시작일", "From"};
inline constexpr Localized to = {"종료일", "To"};
inline constexpr Localized any = {"전체", "All"};

// On what the numbers are based.
inline constexpr Localized totals_title = {"합계", "Totals"};
inline constexpr Localized whole_basis = {
    "메시지마다 지금까지 쌓인 숫자예요. 기간을 고르면 그 기간의 메시지와 숫자만 볼 수 있어요.",
    "All that each message has done so far. Choose dates to see the messages and the figures of "
    "one "
    "period."};
inline constexpr Localized period_basis = {
    "고른 기간에 보냈거나 보낼 예정이거나 클릭, 주문이 있던 메시지와 그 기간의 숫자예요. 발송은 "
    "처음 보낸 "
    "날, 클릭은 누른 날, 매출은 주문한 날을 기준으로 세요.",
    "Messages that were sent, are due, or had clicks or orders in the chosen days, with the "
    "figures "
    "of those days: sends by the day of the first attempt, clicks by the day of the click, sales "
    "by "
    "the day of the order."};
inline constexpr Localized period_too_long = {
    "고른 기간에 메시지가 {0}개보다 많아서 보여 드릴 수 없어요. 기간을 줄여 주세요.",
    "More than {0} messages did something in the chosen days. Choose fewer days."};
inline constexpr Localized sorted_by_currency = {
    "순매출 순서는 쇼핑몰 통화({0})로 판 금액만으로 정해요. 다른 통화로 판 금액은 순서에 넣지 "
    "않아요.",
    "Net sales are ordered by what was sold in the shop's currency, {0}. Other currencies do not "
    "count in the order."};

// Empty states.
inline constexpr Localized automatic_empty = {"아직 자동 메시지가 없어요.",
                                              "There are no automatic messages yet."};
inline constexpr Localized automatic_next_step = {
    "CRM에서 자동 메시지를 켜면 발송 결과가 여기에 쌓여요.",
    "Switch one on in your CRM; its results will appear here."};
inline constexpr Localized manual_empty = {"아직 수동 메시지가 없어요.",
                                           "There are no manual messages yet."};
inline constexpr Localized manual_next_step = {
    "CRM에서 메시지를 보내거나 예약하면 여기에서 결과를 볼 수 있어요.",
    "Send or schedule one in your CRM; its results will appear here."};
inline constexpr Localized filtered_empty = {"조건에 맞는 메시지가 없어요.",
                                             "No message matches these filters."};
inline constexpr Localized filtered_next_step = {
    "검색어나 기간을 바꾸거나 필터를 지워 보세요.",
    "Change the search or the dates, or clear the filters."};

}  // namespace message_history::texts

// Texts about members and of the member view.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized erased_member = {"탈퇴한 회원", "Erased member"};
inline constexpr Localized no_member = {"비회원", "No member"};
inline constexpr Localized several_members = {"회원을 특정할 수 없음", "More than one member"};

inline constexpr Localized member_title = {"회원 {0}", "Member {0}"};
inline constexpr Localized erased_notice = {
    "탈퇴해서 아이디를 지운 회원이에요. 발송과 매출 기록만 남아 있어요.",
    "This member's id was erased on request. What was sent and sold stays, without the id."};
inline constexpr Localized masked_notice = {
    "회원 아이디를 가려서 보여드려요. 전체 아이디가 필요하면 관리자에게 회원 조회 권한을 요청해 "
    "주세요.",
    "Member ids are masked. Ask your administrator for permission to read members if you need "
    "them."};

inline constexpr Localized timeline_title = {"받은 메시지와 주문", "Messages and orders"};
inline constexpr Localized timeline_empty = {"아직 기록이 없어요.", "Nothing is recorded yet."};
inline constexpr Localized timeline_next_step = {
    "이 회원에게 메시지를 보내거나 주문이 들어오면 여기에 쌓여요.",
    "Messages to this member and their orders will appear here."};

inline constexpr Localized entry_delivery = {"{0} · {1}", "{0} · {1}"};
inline constexpr Localized entry_open = {"메시지를 열어봤어요", "Opened the message"};
inline constexpr Localized entry_click = {"링크를 눌렀어요", "Clicked a link"};
inline constexpr Localized entry_coupon = {"쿠폰을 썼어요", "Used the coupon"};
inline constexpr Localized entry_order = {"주문 {0}", "Order {0}"};
inline constexpr Localized entry_refund = {"주문 {0} 환불", "Refund of order {0}"};
inline constexpr Localized entry_other_refund = {
    "주문 통화({0})와 달라서 순매출에서 빼지 않았어요.",
    "Not subtracted from the net, which is in {0}."};
inline constexpr Localized credited_to = {"‘{0}’의 매출로 인정됐어요.", "Credited to “{0}”."};
inline constexpr Localized not_credited = {"어느 메시지의 매출로도 인정되지 않았어요.",
                                           "Not credited to any message."};

}  // namespace message_history::texts

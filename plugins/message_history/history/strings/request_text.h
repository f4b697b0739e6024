// Texts about a request: what of it was left out, and why it cannot be answered.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

// Filters of an address that is wrong or old. {0} is the filter's label or name.
inline constexpr Localized left_out_name = {"이 화면에 없는 조건 ‘{0}’ 항목은 빼고 보여 드려요.",
                                            "This page has no filter “{0}”; it was left out."};
inline constexpr Localized left_out_choice = {
    "{0} 조건에 쓸 수 없는 값 ‘{1}’ 항목은 빼고 보여 드려요. 아래에서 다시 골라 주세요.",
    "{0} cannot be “{1}”; it was left out. Choose again below."};
inline constexpr Localized left_out_sort = {
    "‘{0}’ 순서로는 정렬할 수 없어서 원래 순서로 보여 드려요.",
    "The list cannot be sorted by “{0}”; it is in its usual order."};
inline constexpr Localized left_out_day = {
    "{0} 조건에 쓸 수 없는 값 ‘{1}’ 항목은 빼고 보여 드려요. 1970년부터 2199년까지의 날짜를 "
    "2026-11-23처럼 적어 주세요.",
    "{0} cannot be “{1}”; it was left out. Write a date such as 2026-11-23, from 1970 to 2199."};
inline constexpr Localized left_out_period = {
    "시작일 {0}보다 종료일 {1} 쪽이 일러서 기간을 빼고 보여 드려요. 날짜를 다시 골라 주세요.",
    "The period from {0} to {1} ends before it begins; it was left out. Choose the dates again."};
inline constexpr Localized left_out_hours = {
    "{0} 조건에 쓸 수 없는 값 ‘{1}’ 항목은 빼고 보여 드려요. 0부터 {2}까지의 시간을 숫자로 적어 "
    "주세요.",
    "{0} cannot be “{1}”; it was left out. Write a whole number of hours, 0 to {2}."};

// Why a request cannot be answered.
inline constexpr Localized thing_message = {"메시지", "message"};
inline constexpr Localized thing_order = {"주문", "order"};
inline constexpr Localized no_such_thing = {"{0} {1}: 기록에 없어요. 철자를 확인해 주세요.",
                                            "the history holds no {0} {1}; check its spelling"};
inline constexpr Localized no_such_member = {
    "기록에 없는 회원이에요. 철자를 확인해 주세요.",
    "the history holds no such member; check the spelling"};
inline constexpr Localized removed_before = {
    " {0} 이전의 상세 내역은 쇼핑몰의 보관 기간 설정에 따라 지웠어요.",
    "; details before {0} were removed by the shop's retention setting"};
inline constexpr Localized missing_param = {
    "무엇을 볼지 정하는 {0} 값이 없어요. 목록에서 골라 열어 주세요.",
    "the parameter {0} is missing; pass it"};
inline constexpr Localized one_member_param = {
    "member_id와 member_ref 가운데 하나만 있어야 해요. 목록에서 회원을 골라 열어 주세요.",
    "pass one of the parameters member_id and member_ref"};
inline constexpr Localized no_member_by_id = {
    "회원 아이디를 볼 권한이 없어서 아이디로는 찾을 수 없어요. "
    "관리자에게 회원 조회 권한을 요청하거나, 목록에서 회원을 골라 열어 주세요.",
    "ids find nothing without the permission to read members; ask your administrator for it, or "
    "open a member from a list"};
inline constexpr Localized foreign_member_ref = {
    "이 화면들이 만든 member_ref 값이 아니에요. 목록에서 회원을 골라 열어 주세요.",
    "the parameter member_ref is none that a view has given; open the member from a list"};
inline constexpr Localized foreign_cursor = {
    "다음 쪽을 가리키는 cursor 값이 바뀌었거나 다른 목록의 것이에요. 첫 쪽부터 다시 열어 주세요.",
    "the parameter cursor was altered or belongs to another list; leave it out to begin with the "
    "first page"};
inline constexpr Localized no_such_view = {"{0} 화면은 없어요. 있는 화면: {1}",
                                           "there is no view {0}; there are {1}"};
inline constexpr Localized permission_missing = {
    "{0} 화면을 보려면 {1} 권한이 필요해요. 관리자에게 요청해 주세요.",
    "the view {0} needs the permission {1}; grant it to the actor"};
inline constexpr Localized time_zone_missing = {
    "쇼핑몰의 시간대 {0} 정보가 이 서버에 없어요. tzdata를 설치해 주세요.",
    "the tenant's time zone {0} is not in this system's database; install tzdata"};

}  // namespace message_history::texts

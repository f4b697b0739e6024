// Texts of the list of recipients.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized recipients_title = {"받은 회원 · {0}", "Recipients · {0}"};
inline constexpr Localized recipient = {"회원", "Member"};
inline constexpr Localized outcome = {"발송 결과", "Outcome"};
inline constexpr Localized recipient_reason = {"사유", "Reason"};
inline constexpr Localized chain = {"발송 과정", "Attempts"};
inline constexpr Localized first_at = {"첫 시도", "First attempt"};
inline constexpr Localized delivery_id = {"발송 아이디", "Delivery id"};
inline constexpr Localized recipient_search_hint = {"회원 아이디 또는 발송 아이디",
                                                    "Member id or delivery id"};

inline constexpr Localized scan_goes_on = {
    "{0}건까지 찾아봤어요. 더 찾으려면 다음을 눌러 주세요.",
    "Searched {0} sends so far. Go to the next page to search on."};
inline constexpr Localized recipients_empty = {"아직 발송 기록이 없어요.",
                                               "Nothing has been sent yet."};
inline constexpr Localized recipients_next_step = {
    "발송이 시작되면 회원마다 결과를 볼 수 있어요.",
    "Once sending begins, every member's result appears here."};
inline constexpr Localized recipients_filtered_empty = {"조건에 맞는 회원이 없어요.",
                                                        "No recipient matches these filters."};
inline constexpr Localized recipients_filtered_next_step = {
    "검색어를 바꾸거나 필터를 지워 보세요.", "Change the search or clear the filters."};

}  // namespace message_history::texts

// Texts of the health view.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized health_title = {"수집 상태", "Health"};

inline constexpr Localized health_tiles = {"저장소", "Store"};
inline constexpr Localized recorded_events = {"받은 이벤트", "Recorded events"};
inline constexpr Localized applied_events = {"반영한 이벤트", "Applied events"};
inline constexpr Localized applied_events_help = {
    "화면과 내보내기에 들어 있는 이벤트예요. 받은 이벤트와 다르면 위에 이유를 알려 드려요.",
    "What pages and exports hold. Where it is less than what was recorded, a notice above says "
    "why."};
inline constexpr Localized store_size = {"저장 용량", "Store size"};
inline constexpr Localized store_free = {"다시 쓸 수 있는 공간", "Reusable inside"};
inline constexpr Localized details_from = {"상세 내역 보관 시작일", "Details kept since"};
inline constexpr Localized details_from_first = {"처음부터 모두", "The first event"};
inline constexpr Localized details_from_help = {
    "이날보다 오래된 발송, 반응, 주문의 상세 내역은 보관 기간 설정에 따라 지워요. 합계는 남아요.",
    "Older details of sends, reactions and orders are removed by the retention setting. Totals "
    "stay."};
inline constexpr Localized clock_ahead = {
    "서버 시계가 {1}부터 실제로 지난 시간보다 {0} 빨라서, 오래된 상세 내역을 지우지 않고 있어요. "
    "시계를 맞춰 주세요. 시계가 맞다면 그대로 두세요. 약 {2} 뒤부터 다시 지우기 시작해요.",
    "Since {1} the host's clock is {0} ahead of the time that has passed, so no old details are "
    "removed. Put the clock right. If it is right, leave it: removal goes on by itself in about "
    "{2}."};
inline constexpr Localized clock_behind = {
    "서버 시계가 {1}부터 실제로 지난 시간보다 {0} 느려서, 오래된 상세 내역을 지우지 않고 있어요. "
    "시계를 맞춰 주세요. 시계가 맞다면 그대로 두세요. 약 {2} 뒤부터 다시 지우기 시작해요.",
    "Since {1} the host's clock is {0} behind the time that has passed, so no old details are "
    "removed. Put the clock right. If it is right, leave it: removal goes on by itself in about "
    "{2}."};
inline constexpr Localized last_batch_age = {"마지막 수신", "Last batch"};
inline constexpr Localized ago = {"{0} 전", "{0} ago"};
inline constexpr Localized held_messages = {"등록 전 메시지", "Messages not announced yet"};
inline constexpr Localized held_messages_help = {
    "발송이나 주문에만 나오고 메시지 정보는 오지 않은 메시지예요. 수동 메시지 목록에서 "
    "'등록 전'으로 볼 수 있고, 정보가 오면 제자리로 옮겨져요.",
    "Named by sends or orders, but never announced themselves. The list of manual messages has "
    "them as "
    "\"not announced yet\", by their ids, until they are."};
inline constexpr Localized held_refunds = {"주문을 기다리는 환불", "Refunds without their order"};
inline constexpr Localized held_refunds_help = {
    "주문이 아직 오지 않은 환불이에요. 주문이 오면 바로 반영돼요.",
    "Refunds whose order was not reported yet. They count as soon as it is."};
inline constexpr Localized quarantined = {"받지 못한 이벤트", "Quarantined events"};

inline constexpr Localized pending_erasures = {"마무리 중인 회원 삭제",
                                               "Erasures not yet complete"};
inline constexpr Localized pending_erasures_help = {
    "화면과 파일에서는 이미 지워졌지만, 저장 파일에 회원 아이디가 아직 남아 있을 수 있는 삭제 "
    "요청이에요. 0이면 모두 끝났어요.",
    "Gone from every page and file that is made now, while the store's own files may still hold "
    "the ids. 0: all are complete."};
inline constexpr Localized erasures_pending = {
    "회원 삭제 {0}건을 {1}째 마무리하고 있어요. 그 전 상태를 읽고 있는 화면이나 백업, 다른 "
    "프로그램이 끝나면 저장 파일에서도 아이디가 모두 지워져요.",
    "{0} erasures are not complete yet, the first for {1} now. The store's files hold the ids "
    "until the page, backup or other program that still reads an earlier state has ended."};
inline constexpr Localized erasures_pending_export = {
    "회원 삭제 {0}건을 {1}째 마무리하고 있어요. {2} 전에 시작한 내보내기가 끝나면 저장 파일에서도 "
    "아이디가 모두 지워져요.",
    "{0} erasures are not complete yet, the first for {1} now. The store's files hold the ids "
    "until the export that began {2} ago has ended."};

inline constexpr Localized all_well = {"모든 이벤트를 잘 받고 있어요.",
                                       "Every event is being recorded."};
inline constexpr Localized some_quarantined = {
    "받지 못한 이벤트가 {0}건 있어요. 아래 사유를 보고 보내는 쪽에서 고친 뒤 새 순번(seq)으로 보내 "
    "주세요. 이미 지나간 순번은 다시 보지 않으니, 같은 순번으로 고쳤다면 다시 받게 해 "
    "주세요(crm-host replay --again 줄번호, 또는 POST /feed?again=1).",
    "{0} events were refused. Read the reasons below, correct them at the source and report them "
    "with a new seq. A seq that has been passed is not looked at again: corrected under the same "
    "one, have them taken again (crm-host replay --again LINE, or POST /feed?again=1)."};
inline constexpr Localized some_unknown = {
    "모르는 종류의 이벤트 {0}건을 저장하지 않고 건너뛰었어요. 아래 이름을 보고, 필요한 것이면 "
    "호스트와 플러그인을 업데이트한 뒤 새 순번(seq)으로 보내 주세요.",
    "{0} events of kinds that are not known here were skipped and not recorded. See their names "
    "below; to have them, update host and plugin and report them with a new seq."};

// Skipped.
inline constexpr Localized skipped_title = {"건너뛴 이벤트", "Skipped events"};
inline constexpr Localized skipped_name = {"모르는 이름", "Not known"};
inline constexpr Localized skipped_others = {"그 밖의 이름", "Other names"};
inline constexpr Localized skipped_at = {"마지막 시각", "Last"};
inline constexpr Localized skipped_empty = {"건너뛴 이벤트가 없어요.", "No event was skipped."};
inline constexpr Localized skipped_next_step = {"이대로 두시면 돼요.", "There is nothing to do."};

inline constexpr Localized some_idle = {
    "새 이벤트가 오지 않는 소스가 있어요: {0}. {1} 넘게 조용하면 알려 드려요. 보내는 쪽이 멈추지 "
    "않았는지 확인해 주세요.",
    "No new events from {0}. A source is pointed out after {1} without any. Check that it is still "
    "sending."};
inline constexpr Localized idle_source = {"{0} ({1} 전)", "{0} ({1} ago)"};
inline constexpr Localized some_repeating = {
    "이미 지나간 순번의 이벤트만 보내는 소스가 있어요: {0}. 같은 것을 다시 보내는 중이라면 그대로 "
    "두시면 돼요. 새 이벤트라면 보내는 쪽의 순번(seq)이 처음부터 다시 매겨졌거나 잘못된 큰 순번이 "
    "섞인 거예요. 이어서 매기게 하거나, 저장한 순번을 되돌려 주세요(crm-host position --set).",
    "Only events with a seq that has been passed come from {0}. When they are sent again on "
    "purpose, there is nothing to do. When they are new, the source began to number anew, or one "
    "event had a wild number: have it number on, or set its position back (crm-host position "
    "--set)."};
inline constexpr Localized repeating_source = {"{0} ({2} 전부터 {1}건, 저장한 순번 {3})",
                                               "{0} ({1} for {2}, position {3})"};
inline constexpr Localized some_skipped = {
    "건너뛴 이벤트가 {0}건 있어요. 모르는 종류이거나 보관 기간보다 오래된 이벤트라 저장하지 "
    "않았어요.",
    "{0} events were skipped: of an unknown kind, or older than details are kept."};

// Sources.
inline constexpr Localized sources_title = {"이벤트 소스", "Sources"};
inline constexpr Localized source = {"소스", "Source"};
inline constexpr Localized source_state = {"상태", "State"};
inline constexpr Localized source_state_help = {
    "30분 넘게 새 이벤트가 없으면 ‘조용함’으로 표시해요.",
    "Idle: without new events for more than 30 minutes."};
inline constexpr Localized source_receiving = {"받는 중", "Receiving"};
inline constexpr Localized source_idle = {"조용함", "Idle"};
inline constexpr Localized source_silent = {"아직 없음", "Nothing yet"};
inline constexpr Localized position = {"저장한 순번", "Durable position"};
inline constexpr Localized position_help = {
    "이 순번까지는 안전하게 저장했어요. 다시 보낼 때는 다음 순번부터 보내면 돼요.",
    "Everything up to here is stored safely. Resume after it."};
inline constexpr Localized accepted = {"저장", "Accepted"};
inline constexpr Localized duplicates = {"중복", "Duplicates"};
inline constexpr Localized rejected = {"거절", "Rejected"};
inline constexpr Localized skipped = {"건너뜀", "Skipped"};
inline constexpr Localized skipped_help = {
    "모르는 종류이거나 보관 기간보다 오래된 이벤트예요. 저장하지 않았어요.",
    "Of an unknown kind, or older than details are kept. They change nothing."};
inline constexpr Localized batches = {"묶음", "Batches"};
inline constexpr Localized last_batch_at = {"마지막 수신 시각", "Last batch"};
inline constexpr Localized sources_empty = {"아직 받은 이벤트가 없어요.",
                                            "No event has arrived yet."};
inline constexpr Localized sources_next_step = {
    "CRM에서 이벤트 피드를 연결하면 여기에 나타나요.",
    "Connect the event feed in your CRM; its sources will appear here."};

// Quarantine.
inline constexpr Localized quarantine_title = {"받지 못한 이벤트", "Quarantine"};
inline constexpr Localized seq = {"순번", "Seq"};
inline constexpr Localized event_kind = {"종류", "Kind"};
inline constexpr Localized refusal_reason = {"사유", "Reason"};
inline constexpr Localized refused_at = {"시각", "When"};
inline constexpr Localized quarantine_empty = {"받지 못한 이벤트가 없어요.",
                                               "No event was refused."};
inline constexpr Localized quarantine_next_step = {"이대로 두시면 돼요.",
                                                   "There is nothing to do."};

}  // namespace message_history::texts

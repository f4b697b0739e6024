// Texts of the audit chain of exports.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized exports_title = {"내려받기 기록", "Exports"};
inline constexpr Localized export_number = {"번호", "No."};
inline constexpr Localized export_at = {"시각", "When"};
inline constexpr Localized export_event = {"상태", "Event"};
inline constexpr Localized export_actor = {"담당자", "Who"};
inline constexpr Localized export_message = {"메시지 아이디", "Message id"};
inline constexpr Localized export_reason = {"사유", "Reason given"};
inline constexpr Localized export_rows = {"행 수", "Rows"};
inline constexpr Localized export_members = {"회원 아이디", "Member ids"};
inline constexpr Localized export_dialect = {"파일 형식", "Dialect"};
inline constexpr Localized export_columns = {"열", "Columns"};
inline constexpr Localized export_origin = {"접속 위치", "From where"};
inline constexpr Localized export_detail = {"거절·중단 이유", "Why it ended"};
inline constexpr Localized export_sha256 = {"파일 지문 (SHA-256)", "SHA-256 of the file"};
inline constexpr Localized export_id = {"내려받기 아이디", "Export id"};
inline constexpr Localized export_chain = {"기록 검증", "Chain"};
inline constexpr Localized export_chain_help = {
    "이 기록이 나중에 바뀌거나 빠지지 않았는지 앞 기록과 맞춰 본 결과예요.",
    "Whether this record still fits the one before it: nothing was changed or removed."};

// Events.
inline constexpr Localized event_granted = {"시작", "Started"};
inline constexpr Localized event_completed = {"완료", "Completed"};
inline constexpr Localized event_refused = {"거절", "Refused"};
inline constexpr Localized event_cancelled = {"취소", "Cancelled"};
inline constexpr Localized event_failed = {"실패", "Failed"};
inline constexpr Localized event_aborted = {"중단", "Cut off"};
inline constexpr Localized event_read = {"회원 아이디 조회", "Member ids shown"};
inline constexpr Localized event_position = {"수신 위치 변경", "Position set"};
inline constexpr Localized event_other = {"기타", "Other"};

inline constexpr Localized ids_masked = {"가림", "Masked"};
inline constexpr Localized ids_shown = {"그대로 표시", "Unmasked"};

inline constexpr Localized chain_verified = {"검증됨", "Verified"};
inline constexpr Localized chain_linked = {"앞 기록과 이어짐", "Linked"};
inline constexpr Localized chain_broken = {"변조 의심", "Broken"};
inline constexpr Localized chain_broken_notice = {
    "바뀌었거나 빠진 기록이 있어요. 바로 보안 담당자에게 알리고, 데이터 폴더를 그대로 보관해 "
    "주세요.",
    "A record was changed or removed. Tell your security officer now and keep the data folder as "
    "it "
    "is."};
inline constexpr Localized exports_basis = {
    "누가, 언제, 왜 내려받았는지 거절된 요청까지 모두 남아요. 이 기록은 고치거나 지울 수 없어요.",
    "Who downloaded what, when and why, refused requests included. Records cannot be edited or "
    "deleted."};
inline constexpr Localized exports_empty = {"아직 내려받은 기록이 없어요.",
                                            "Nothing has been exported yet."};
inline constexpr Localized exports_next_step = {
    "메시지 상세에서 CSV를 내려받으면 여기에 남아요.",
    "Download a CSV from a message; it will be recorded here."};

}  // namespace message_history::texts

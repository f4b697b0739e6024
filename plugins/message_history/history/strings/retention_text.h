// Texts about what is no longer kept.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

inline constexpr Localized older_details_removed = {
    "{0} 이전의 상세 내역은 쇼핑몰의 보관 기간 설정에 따라 지웠어요. 합계는 그대로 남아 있어요.",
    "Details before {0} were removed by the shop's retention setting. Totals are kept."};

}  // namespace message_history::texts

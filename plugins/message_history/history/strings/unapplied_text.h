// Texts about recorded events that could not be applied.
#pragma once

#include "catalog/locale.h"

namespace message_history::texts {

// {0} events, {1} for how long, {2} why.
inline constexpr Localized some_unapplied = {
    "받은 이벤트 {0}건이 이 화면에 아직 들어 있지 않아요. {2} {1}째 반영하지 못하고 있어요. "
    "이벤트는 안전하게 보관되어 있고, 문제가 풀리면 저절로 반영돼요. "
    "서버 담당자에게 알려 주세요.",
    "{0} recorded events are not on this page yet: for {1} now they could not be applied, because "
    "{2}. They are kept safely and appear by themselves once that is put right. Tell whoever runs "
    "the server."};
inline constexpr Localized unapplied_full = {"저장 공간이 부족해서", "the disk is full"};
inline constexpr Localized unapplied_io = {"디스크에 쓸 수 없어서",
                                           "the disk could not be written to"};
inline constexpr Localized unapplied_busy = {"다른 프로그램이 저장소를 쓰고 있어서",
                                             "another program holds the store"};
inline constexpr Localized unapplied_corrupt = {"저장된 내용 일부가 손상되어서",
                                                "something that is stored is damaged"};
inline constexpr Localized unapplied_no_memory = {"메모리가 부족해서", "memory ran out"};
inline constexpr Localized unapplied_otherwise = {"오류가 나서", "of an error"};
inline constexpr Localized not_found_unapplied = {
    " 다만 받은 이벤트 {0}건이 아직 반영되지 않았어요.",
    "; {0} recorded events are not applied yet, and may tell of it"};
inline constexpr Localized last_apply_error = {"마지막 오류: {0}", "Last error: {0}"};

}  // namespace message_history::texts

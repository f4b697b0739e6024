// What the file says of members, by number: read in pages, formatted once, shared by the readers of
// one export.
//
// A page stays until the end. Once the pages take `bytes_max`, a reader asks its snapshot for what
// is not among them, so memory does not grow with the members.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "catalog/locale.h"
#include "export/csv/dialect.h"
#include "model/ids.h"
#include "store/snapshot.h"

namespace message_history {

class MemberTexts {
  class Page;
  static constexpr std::size_t no_page = SIZE_MAX;

 public:
  struct Shape {
    Locale locale = Locale::ko;
    bool masked = true;
    Dialect dialect = Dialect::raw_v1;
    // Of pages, which is room for more than a million masked members; their directory comes on top.
    std::size_t bytes_max = std::size_t{12} << 20;
  };

  // `last` is the last member of the snapshots it will be read with.
  MemberTexts(const Shape& shape, MemberNo last);
  ~MemberTexts();
  MemberTexts(const MemberTexts&) = delete;
  MemberTexts& operator=(const MemberTexts&) = delete;

  // One thread a reader, any number beside each other. Both referents outlive it. Throws what the
  // snapshot throws.
  class Reader {
   public:
    Reader(MemberTexts& texts, Snapshot& snapshot);
    ~Reader();

    // The member's cell with its comma, empty for whoever is no known person. Valid until the next
    // call.
    std::string_view cell(MemberNo member);
    // Has the cell in the processor's cache soon, if it is known: worth it a batch ahead.
    void prefetch(MemberNo member) const;

   private:
    // The page, or one with only this member in it.
    const Page& load(std::size_t page_no, MemberNo member);

    MemberTexts& texts_;
    Snapshot& snapshot_;
    std::unique_ptr<const Page> own_page_;  // while there is no room for another shared one
    std::size_t own_page_no_ = no_page;
    std::size_t missed_page_no_ = no_page;
  };

 private:
  std::size_t page_no_of(MemberNo member) const;  // no_page: it has none
  std::unique_ptr<const Page> read(Snapshot& snapshot, MemberNo first, std::int64_t count) const;
  // Makes it everybody's if there is room; else it stays the caller's and the answer is NULL.
  const Page* share(std::unique_ptr<const Page>& page, std::size_t page_no);

  const Shape shape_;
  const std::string_view empty_cell_;
  const std::size_t page_count_;
  const std::unique_ptr<std::atomic<const Page*>[]> pages_;
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<bool> full_ = false;
};

}  // namespace message_history

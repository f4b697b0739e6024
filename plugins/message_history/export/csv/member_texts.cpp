#include "export/csv/member_texts.h"

#include <crm/ext/events.h>

#include <limits>
#include <utility>

#include "export/csv/csv.h"
#include "export/csv/wording.h"

namespace message_history {

namespace {

constexpr std::size_t page_members = 64;

using CellBegin = std::uint16_t;
// Every byte of an id doubled by quoting, the quotes, an apostrophe and the comma.
static_assert(page_members * (2 * CRM_ID_BYTES_MAX + 4) <= std::numeric_limits<CellBegin>::max());

std::string_view empty_cell_of(Dialect dialect) {
  return with_cells(dialect, []<class Cells>(Cells) { return Cells::empty; });
}

constexpr MemberNo first_of(std::size_t page_no) {
  return {static_cast<std::int64_t>(page_no * page_members)};
}

}  // namespace

// The cells of `page_members` consecutive numbers, packed.
class MemberTexts::Page {
 public:
  // All of one page.
  Page(const Shape& shape, Snapshot& snapshot, MemberNo first, std::int64_t count) {
    std::string cells;
    std::size_t slot = 0;
    const auto fill_until = [&](std::size_t end) {
      for (; slot < end; ++slot) {
        begins_[slot] = static_cast<CellBegin>(cells.size());
        cells += empty_cell_of(shape.dialect);
      }
    };
    snapshot.each_member(first, count, [&](const MemberRow& row) {
      fill_until(slot_of(row.number));
      begins_[slot++] = static_cast<CellBegin>(cells.size());
      append_member_cell(shape, row, cells);
    });
    fill_until(page_members);
    begins_[slot] = static_cast<CellBegin>(cells.size());
    cells_ = std::string(cells);  // with no more capacity than it needs
  }

  static std::size_t slot_of(MemberNo member) {
    return static_cast<std::size_t>(member.value) % page_members;
  }

  std::string_view cell(std::size_t slot) const {
    return std::string_view(cells_).substr(begins_[slot], begins_[slot + 1] - begins_[slot]);
  }
  void prefetch(std::size_t slot) const { __builtin_prefetch(cells_.data() + begins_[slot]); }
  std::size_t bytes() const { return sizeof(*this) + cells_.capacity(); }

 private:
  static void append_member_cell(const Shape& shape, const MemberRow& row, std::string& out) {
    std::string masked;
    std::string_view text = row.member;
    if (shape.masked && row.erased) {
      text = erased_member_text(shape.locale);
    } else if (shape.masked) {
      append_masked(row.member, masked);
      text = masked;
    }
    with_cells(shape.dialect, [&]<class Cells>(Cells) {
      Cells::append(info_of(CsvColumn::member_id).type, text, out);
    });
  }

  std::array<CellBegin, page_members + 1> begins_;
  std::string cells_;
};

MemberTexts::MemberTexts(const Shape& shape, MemberNo last)
    : shape_(shape),
      empty_cell_(empty_cell_of(shape.dialect)),
      page_count_(static_cast<std::size_t>(last.value) / page_members + 1),
      pages_(std::make_unique<std::atomic<const Page*>[]>(page_count_)) {}

MemberTexts::~MemberTexts() {
  for (std::size_t i = 0; i < page_count_; ++i) delete pages_[i].load(std::memory_order_relaxed);
}

std::size_t MemberTexts::page_no_of(MemberNo member) const {
  if (!is_person(member)) return no_page;
  const std::size_t page_no = static_cast<std::size_t>(member.value) / page_members;
  return page_no < page_count_ ? page_no : no_page;
}

std::unique_ptr<const MemberTexts::Page> MemberTexts::read(Snapshot& snapshot, MemberNo first,
                                                           std::int64_t count) const {
  return std::make_unique<const Page>(shape_, snapshot, first, count);
}

const MemberTexts::Page* MemberTexts::share(std::unique_ptr<const Page>& page,
                                            std::size_t page_no) {
  const std::size_t bytes = page->bytes();
  if (bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes > shape_.bytes_max) {
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    full_.store(true, std::memory_order_relaxed);
    return nullptr;
  }
  const Page* shared = nullptr;
  if (pages_[page_no].compare_exchange_strong(shared, page.get(), std::memory_order_acq_rel)) {
    return page.release();
  }
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);  // another reader was faster
  return shared;
}

MemberTexts::Reader::Reader(MemberTexts& texts, Snapshot& snapshot)
    : texts_(texts), snapshot_(snapshot) {}
MemberTexts::Reader::~Reader() = default;

std::string_view MemberTexts::Reader::cell(MemberNo member) {
  const std::size_t page_no = texts_.page_no_of(member);
  if (page_no == no_page) return texts_.empty_cell_;
  const Page* page = texts_.pages_[page_no].load(std::memory_order_acquire);
  if (page == nullptr) page = &load(page_no, member);
  return page->cell(Page::slot_of(member));
}

void MemberTexts::Reader::prefetch(MemberNo member) const {
  const std::size_t page_no = texts_.page_no_of(member);
  if (page_no == no_page) return;
  const Page* page = texts_.pages_[page_no].load(std::memory_order_acquire);
  if (page != nullptr) page->prefetch(Page::slot_of(member));
}

const MemberTexts::Page& MemberTexts::Reader::load(std::size_t page_no, MemberNo member) {
  if (page_no == own_page_no_) return *own_page_;
  // Without room, a page is worth reading only for members that come in the order of their numbers.
  const bool whole = !texts_.full_.load(std::memory_order_relaxed) || page_no == missed_page_no_;
  auto page = whole ? texts_.read(snapshot_, first_of(page_no), page_members)
                    : texts_.read(snapshot_, member, 1);
  missed_page_no_ = page_no;
  if (whole) {
    if (const Page* shared = texts_.share(page, page_no)) return *shared;
    own_page_no_ = page_no;
  } else {
    own_page_no_ = no_page;
  }
  own_page_ = std::move(page);
  return *own_page_;
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): a shared page is its directory's

}  // namespace message_history

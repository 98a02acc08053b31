// Puts the rows of requests behind each other while they are being read.
//
// A part goes to its place in the table as soon as all parts before it are known, while it is still
// in the cache. So the table is whole when the last batch is read, and no row is in memory twice.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <vector>

#include "hark/insight/request_rows.h"

namespace hark::insight {

class RequestFill {
 public:
  /// Both must outlive it. Of `table` it fills what RequestPart has, too. Room for `first_room`
  /// rows is made at once: memory that is not written to is not taken. Most files fit, and larger
  /// ones move few times.
  RequestFill(const RequestColumns& columns, RequestTable& table,
              std::size_t first_room = std::size_t{1} << 22);

  /// Takes the part of the batch with that ordinal. Threads: any. Errors: kUnsupported beyond
  /// 4,294,967,295 rows, or more distances from UTC than code_offsets() can tell apart.
  Result<void> add(std::uint64_t ordinal, RequestPart part);

  /// For after the last part: the table has its rows, in the order of the ordinals. Returns the
  /// parts in that order, without what went into the table. The categories' codes are still those
  /// of the parts.
  Result<std::vector<RequestPart>> finish();

  /// Takes `rows`, ascending, out of the table.
  Result<void> remove(std::span<const std::uint32_t> rows, unsigned threads);
  /// RequestPart::is_selected of all rows.
  const RawVector<std::uint8_t>& is_selected() const noexcept { return is_selected_; }

 private:
  /// visit(column of the table, function that gives a part's share of it)
  template <typename Visit>
  void each_column(const Visit& visit);
  /// Gives the part, which comes next, its rows.
  Result<void> take_next(RequestPart part);
  void put(RequestPart& part);

  const RequestColumns& columns_;
  RequestTable& table_;
  RawVector<std::uint8_t> is_selected_;

  std::mutex order_;                            // of what follows
  std::map<std::uint64_t, RequestPart> early_;  // parts that wait for one before them
  std::deque<RequestPart> parts_;
  std::size_t num_rows_ = 0;
  std::size_t room_ = 0;
  std::size_t next_room_;
  std::shared_mutex columns_mutex_;  // shared: writes rows; alone: moves the columns
};

}  // namespace hark::insight

// What a row counts as in the figures that count rows, worked out once: the rows of every group are
// then counted by kind, and no row is looked at again.
//
// Threads: immutable once made.
#pragma once

#include <cstdint>
#include <vector>

#include "hark/core/raw_vector.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {

/// The kinds of row that occur in a table: a few dozen.
class RowKinds {
 public:
  /// Errors: kExhausted.
  static Result<RowKinds> of(const RequestTable& table, const contract::Contract& contract,
                             unsigned threads);

  std::size_t size() const noexcept { return kinds_.size(); }
  /// Below size().
  std::size_t kind_of(std::size_t row) const noexcept { return place_of_[bits_of_row_[row]]; }
  /// Adds `num_rows` of a kind to what counts rows in `kpis`, where that is not absent.
  void add(std::size_t kind, std::int64_t num_rows, RequestKpis& kpis) const;

 private:
  RowKinds() = default;
  RawVector<std::uint16_t> bits_of_row_;
  std::vector<std::uint16_t> place_of_;  ///< by a row's bits: which of kinds_
  std::vector<std::uint16_t> kinds_;     ///< their bits, ascending
};

}  // namespace hark::insight

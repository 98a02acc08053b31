// One batch of service requests, read into the few values that figures need.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hark/calendar/time_zone.h"
#include "hark/insight/columns.h"
#include "hark/insight/keys.h"
#include "hark/insight/requests.h"

namespace hark::insight {

/// Which columns of the source play which part; empty where the source lacks the column.
struct RequestColumns {
  std::string created, closed, status, latitude, longitude, resolution;
  std::vector<contract::ColumnSpec> categories;
  std::vector<std::string> numbers;
  std::vector<std::string> key;
  std::vector<std::string> all;  ///< what to ask the source for

  bool has_places() const noexcept { return !latitude.empty() && !longitude.empty(); }
};
/// Errors: kInvalidArgument for a column of `load` that the contract or the source lacks.
Result<RequestColumns> choose_columns(const columnar::BatchSource& source,
                                      const contract::Contract& contract, const RequestLoad& load);

/// A row in the autumn fold and how much later its second reading is.
struct FoldWidth {
  std::uint32_t row = 0;
  std::int32_t created_s = 0;
  std::int32_t closed_s = 0;
};

struct RequestPart {
  std::size_t num_rows = 0;
  std::size_t first_row = 0;  ///< its place in the table, where it has one
  std::vector<std::int64_t> created_us;
  std::vector<std::int64_t> closed_us;
  std::vector<std::int32_t> offsets_s;       ///< the distances from UTC that occur, maybe more
  std::vector<std::uint8_t> created_offset;  ///< place in offsets_s
  std::vector<std::uint8_t> closed_offset;
  std::vector<std::uint8_t> marks;
  std::vector<StatusClass> status;
  std::vector<contract::ResolvedAs> resolved_as;
  std::vector<float> latitude;
  std::vector<float> longitude;
  std::vector<CategoryPart> categories;
  std::vector<std::vector<double>> numbers;
  KeyPrints keys;
  std::vector<std::uint8_t> is_selected;
  std::vector<FoldWidth> folds;
  // What the rows really hold: a source may offer every column of the contract, all null.
  bool is_created_date = false;
  bool is_closed_date = false;  ///< and there is a closing at all
  bool has_closing = false;
  bool has_status = false;
  bool has_key = false;
};

/// Writes each offset's place in `known` to `places`, and adds those that are not there yet. A
/// city's clocks know two distances from UTC, or a few more over a century. Errors: kUnsupported
/// beyond 255.
Result<void> code_offsets(std::span<const std::int32_t> offsets_s, std::vector<std::int32_t>& known,
                          std::vector<std::uint8_t>& places);

/// Reads batches; one reader serves all threads.
class RequestReader {
 public:
  RequestReader(const contract::Contract& contract, const RequestLoad& load,
                const RequestColumns& columns, const calendar::TimeZone& zone);
  Result<RequestPart> read(const columnar::Batch& batch) const;

 private:
  Result<void> read_clocks(const columnar::Batch& batch, RequestPart& part) const;
  /// Marks the rows that stand in a fold or gap, and reads a closing as the second of its readings
  /// where only that is after the creation.
  void read_doubts(const ClockColumn& created, const ClockColumn& closed,
                   std::span<const std::int32_t> created_offset_s,
                   std::span<std::int32_t> closed_offset_s, RequestPart& part) const;
  void read_status(const columnar::Batch& batch, RequestPart& part) const;
  void read_outcomes(const columnar::Batch& batch, RequestPart& part) const;
  void read_places(const columnar::Batch& batch, RequestPart& part) const;

  const contract::Contract& contract_;
  const RequestLoad& load_;
  const RequestColumns& columns_;
  const calendar::TimeZone& zone_;
  /// Of rows without a time, and of the city in winter and summer.
  std::vector<std::int32_t> likely_offsets_s_;
};

}  // namespace hark::insight

// One column of a block's records, typed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hark/calendar/time_zone.h"
#include "hark/columnar/batch.h"
#include "hark/contract/contract.h"
#include "hark/tabular/clock_parser.h"
#include "hark/tabular/record_block.h"
#include "hark/tabular/values.h"

namespace hark::tabular {

/// How to read a column: its contract spec worked out for one file. Shared by all threads.
struct ColumnPlan {
  std::string name;
  contract::ValueType type = contract::ValueType::kString;
  /// Where it stands in the file; none: the file lacks it; several: texts joined by a space.
  std::vector<std::uint32_t> file_columns;
  MissingMarkers missing;
  ClockParser clocks;                              ///< kDate, kTimestamp
  std::shared_ptr<const calendar::TimeZone> zone;  ///< kTimestamp
  bool is_code = false;
  bool is_required = false;      ///< a record without a value is refused
  bool rejects_invalid = false;  ///< a record with an unreadable value is refused
  bool is_personal = false;

  bool is_guard() const noexcept {
    return !file_columns.empty() && (is_required || rejects_invalid);
  }
};

/// What of a clock column; other columns have kValue only.
enum class ColumnPart : std::uint8_t { kValue, kOffsetS, kFold, kGap, kFoldWidthS };

/// Reads one column, block after block, for one worker.
class ColumnReader {
 public:
  explicit ColumnReader(const ColumnPlan& plan) : plan_(plan) {}
  virtual ~ColumnReader() = default;

  const ColumnPlan& plan() const noexcept { return plan_; }
  /// Begins a batch without rows, of which there will be up to `most_rows`.
  virtual void begin(std::size_t most_rows) = 0;
  /// Appends a row for each of `records` of `block`.
  virtual void read(const RecordBlock& block, std::span<const RecordSpan> records) = 0;
  /// Takes back the rows from `num_rows` on.
  virtual void cut(std::size_t num_rows) = 0;
  /// Of the rows read; empty of a column that the file does not have.
  std::span<const columnar::Presence> presence() const noexcept { return presence_; }
  /// Hands a part of the batch over, each at most once; `field` is that part's.
  virtual columnar::Column take(const columnar::Field& field, ColumnPart part) = 0;

 protected:
  const ColumnPlan& plan_;
  std::vector<columnar::Presence> presence_;
};

/// `quote` is the dialect's. `plan` must outlive the reader.
std::unique_ptr<ColumnReader> make_column_reader(const ColumnPlan& plan, char quote);

/// The text of a column in a record as the reader sees it, for messages.
std::string column_text(const ColumnPlan& plan, const RecordBlock& block, const RecordSpan& record,
                        char quote);

}  // namespace hark::tabular

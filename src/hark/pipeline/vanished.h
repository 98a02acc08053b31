// Rows that a later export of the same period no longer holds: kept, and marked by the flag
// "vanished" in `_flags` (ADR 17).
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/core/clock.h"
#include "hark/pipeline/existing_rows.h"

namespace hark::pipeline {

inline constexpr std::string_view kVanishedFlag = "vanished";
/// Tag of a data file that holds rows with the flag, so that a load knows where to look for them.
inline constexpr std::string_view kVanishedTag = "hark.vanished";

/// Passes rows on and keeps their keys and the period they cover. Threads: as its sink.
class Coverage final : public columnar::BatchSink {
 public:
  /// `contract` (with a key) and `next` must outlive it. Times that are sentinels (METRICS section
  /// 2) or later than `now` are no part of the period.
  Coverage(const contract::Contract& contract, Instant now, columnar::BatchSink& next);

  Result<void> consume(columnar::Batch batch, unsigned worker) override;

  /// For after the last row; sorts the keys once.
  void finish();
  bool has_key(std::uint64_t key) const;
  bool is_within(std::int64_t time) const noexcept { return first_ <= time && time <= last_; }

 private:
  const contract::Contract& contract_;
  std::int64_t now_us_;
  columnar::BatchSink& next_;
  std::mutex mutex_;
  std::vector<std::uint64_t> keys_;
  std::int64_t first_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_ = std::numeric_limits<std::int64_t>::min();
};

/// Rows of the table whose flag changes, by file (position in ExistingRows::files()).
struct FlagChanges {
  using Row = std::pair<std::uint64_t, std::uint64_t>;  ///< key and content hash
  std::map<std::uint32_t, std::set<Row>> vanished;
  std::map<std::uint32_t, std::set<Row>> returned;

  static std::int64_t count(const std::map<std::uint32_t, std::set<Row>>& rows) noexcept;
};

/// Finds the rows within the covered period whose key the file lacks (with `is_complete`), and the
/// flagged ones whose key it has. Reads key, time and flags of the files concerned: with
/// `is_complete` those with any key the file lacks, else those of `flagged_files`. A key hash that
/// two keys share can hide a vanished row, never invent one.
Result<FlagChanges> find_flag_changes(TrustedReader& reader, const ExistingRows& existing,
                                      const contract::Contract& contract, const Coverage& coverage,
                                      bool is_complete, const std::set<std::string>& flagged_files);

/// Sets and takes the flag in the rows of a trusted file's batch that are named.
void change_flags(columnar::Batch& batch, const contract::Contract& contract,
                  const std::set<FlagChanges::Row>* vanished,
                  const std::set<FlagChanges::Row>* returned);

/// Whether any row of a trusted batch has the flag.
bool has_vanished_rows(const columnar::Batch& batch);

}  // namespace hark::pipeline

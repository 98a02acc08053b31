// Do the data hold what their contract promises?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/contract/contract.h"
#include "hark/core/json.h"
#include "hark/engine/engine.h"
#include "hark/pipeline/lake_folder.h"

namespace hark::pipeline {

enum class CheckStatus {
  kPass,       ///< nothing failed
  kInfo,       ///< rows failed a rule that only informs
  kWarn,       ///< rows failed a rule of severity warning
  kFail,       ///< rows failed a rule of severity error
  kUnchecked,  ///< no row has what the rule looks at
};
std::string_view name_of(
    CheckStatus status) noexcept;  ///< "pass", "info", "warn", "fail", "unchecked"

struct CheckedRule {
  std::string name;
  std::string dimension;
  contract::Severity severity = contract::Severity::kWarning;
  std::string description;
  /// Rows that have what the rule looks at (a value in every column it names), and those it failed.
  std::int64_t checked = 0;
  std::int64_t failed = 0;
  std::optional<double> share;  ///< failed / checked; none if nothing was checked
  CheckStatus status = CheckStatus::kPass;
};

struct CheckReport {
  std::string dataset;
  std::int64_t version = -1;  ///< of the trusted table
  std::int64_t rows = 0;
  std::vector<CheckedRule> rules;
  bool has_failed() const noexcept;  ///< a rule of severity error failed
};

struct CheckOptions {
  unsigned threads = 1;
  std::size_t memory_limit_bytes = std::size_t{1} << 30;
};

/// Counts, for a dataset's trusted table: rows that broke each rule of the contract when they were
/// read, rows with values that could not be read, rows without a required value, rows that share
/// their key with another, and refused records. Errors: kNotFound if nothing is loaded.
Result<CheckReport> check(const LakeFolder& lake, const std::string& dataset,
                          const CheckOptions& options);

}  // namespace hark::pipeline

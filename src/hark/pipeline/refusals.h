// What was refused of a file while it was read, told to people: how much, why mostly, where first.
//
// A few refused records are a warning. Beyond the contract's share what is left is not the file any
// more, and no load and no figure may be made of it (CLI.md, exit 3).
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hark/contract/contract.h"
#include "hark/core/result.h"
#include "hark/core/warning.h"
#include "hark/tabular/file_source.h"
#include "hark/tabular/reject.h"

namespace hark::pipeline {

class Refusals {
 public:
  void add(std::span<const tabular::Reject> rejects);
  void clear() { by_reason_.clear(); }
  /// "mostly unreadable_value in 'created_date' (93), first on line 2: not a time …"; empty where
  /// nothing was refused. No text of a column the contract marks personal.
  std::string most() const;
  /// What to try against the most frequent reason.
  std::string hint() const;

 private:
  struct Reason {
    std::int64_t count = 0;
    std::int64_t first_line = 0;
    std::string message;  ///< of the first
  };
  using ByReason = std::map<std::pair<std::string, std::string>, Reason>;  ///< by rule and column

  ByReason::const_iterator most_frequent() const;

  ByReason by_reason_;
};

/// Of the columns more than half of whose values could not be read: mostly another city's format.
std::vector<Warning> unreadable_warnings(const tabular::ReadSummary& summary,
                                         const std::string& file);

/// `refused` of `read` records: fine up to the contract's share, of records and of the bytes that
/// stand in refused ones. Errors: kCheckFailed with the reasons.
Result<void> check_refused_share(const contract::Contract& contract, const std::string& file,
                                 std::int64_t refused, std::int64_t read,
                                 const tabular::ReadSummary& summary, const Refusals& refusals);

}  // namespace hark::pipeline

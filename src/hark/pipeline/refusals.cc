#include "hark/pipeline/refusals.h"

#include <algorithm>

#include "hark/core/text.h"

namespace hark::pipeline {
namespace {

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void Refusals::add(std::span<const tabular::Reject> rejects) {
  for (const tabular::Reject& reject : rejects) {
    Reason& reason = by_reason_[{reject.rule, reject.column}];
    ++reason.count;
    // Blocks come in any order.
    if (reason.first_line != 0 && reason.first_line <= reject.line) continue;
    reason.first_line = reject.line;
    reason.message = reject.message;
  }
}

Refusals::ByReason::const_iterator Refusals::most_frequent() const {
  return std::ranges::max_element(by_reason_, {},
                                  [](const auto& entry) { return entry.second.count; });
}

std::string Refusals::hint() const {
  const auto most = most_frequent();
  if (most != by_reason_.end() && most->first.first == tabular::reject_rule::kInvalidUtf8)
    return std::string(tabular::kConvertHint);
  return "`hark profile FILE` shows what the columns hold, --contract names another contract; a "
         "contract's maxRejectShare says how much may be refused";
}

std::string Refusals::most() const {
  const auto most = most_frequent();
  if (most == by_reason_.end()) return {};
  const auto& [rule, column] = most->first;
  return concat(by_reason_.size() > 1 ? "mostly " : "", rule,
                column.empty() ? "" : concat(" in '", column, "'"), " (", most->second.count,
                "), first on line ", most->second.first_line, ": ", most->second.message);
}

std::vector<Warning> unreadable_warnings(const tabular::ReadSummary& summary,
                                         const std::string& file) {
  std::vector<Warning> warnings;
  for (const auto& [column, count] : summary.invalid_values) {
    if (count * 2 <= summary.rows) continue;
    warnings.push_back({"unreadable_column",
                        concat("column '", column, "' cannot be read in ", count, " of ",
                               summary.rows, " rows, as the contract writes it: no value there"),
                        file});
  }
  return warnings;
}

Result<void> check_refused_share(const contract::Contract& contract, const std::string& file,
                                 std::int64_t refused, std::int64_t read,
                                 const tabular::ReadSummary& summary, const Refusals& refusals) {
  const double of_records =
      share_of(static_cast<std::uint64_t>(refused), static_cast<std::uint64_t>(read));
  const double of_bytes = share_of(summary.swallowed_bytes, summary.plain_bytes);
  const double allowed = contract.max_reject_share;
  if (of_records <= allowed && of_bytes <= allowed) return {};
  return Error(ErrorCode::kCheckFailed,
               concat(file, ": ", refused, " of ", read, " records (", fixed(of_records * 100, 1),
                      " %) were refused",
                      of_records > allowed
                          ? ""
                          : concat(", which take up ", fixed(of_bytes * 100, 1), " % of the file"),
                      "; contract '", contract.name, "' allows ", fixed(allowed * 100, 1),
                      " %. Refused: ", refusals.most()))
      .hint(refusals.hint());
}

}  // namespace hark::pipeline

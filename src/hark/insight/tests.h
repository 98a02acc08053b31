// The statistical tests of METRICS section 3 on requests and on small tables: which rows count,
// which groups are pooled, what is missing. The formulas are in stats/. Groups stand by name
// (hours, weekdays, months in their order), so an answer does not depend on the order of the rows.
//
// METRICS asks for chi-square on "all deduplicated rows with both values". The reference values of
// that test leave out the rows whose duration is excluded (negative, sentinel, ...), so that is
// what chi_square() does; ChiSquareRows::with_excluded takes them in.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hark/core/json.h"
#include "hark/insight/request_kpis.h"
#include "hark/insight/test_groups.h"
#include "hark/stats/contingency.h"
#include "hark/stats/rank_tests.h"

namespace hark::insight {

/// The value of `test kruskal --value` that is no column: the time to close of closed requests.
inline constexpr std::string_view kHoursToClose = "hours_to_close";

/// Pairs of more groups are not compared: nobody reads half a million of them.
inline constexpr std::size_t kMostPosthocGroups = 1000;

struct KruskalReport {
  std::string value;
  std::string by;
  stats::KruskalWallis test;
  std::vector<std::string> names;  ///< of test.groups, in its order
  std::int64_t missing = 0;        ///< rows left out: no value or no group
  std::int64_t groups_pooled = 0;  ///< groups with fewer than 5 values, tested as one
  /// Largest |z| first; codes are places in `names`. Empty of more than kMostPosthocGroups.
  std::vector<stats::DunnPair> posthoc;
};

/// Kruskal-Wallis over requests with a duration: time to close of the closed ones, or a numeric
/// column (RequestLoad::numbers) of all of them. Errors: kInvalidArgument for a column that was not
/// loaded; kInvalidInput if the data cannot be tested (fewer than two groups, all values equal).
Result<KruskalReport> kruskal(const RequestTable& table, std::string_view value,
                              const Grouping& grouping);

struct ChiSquareReport {
  std::string a;
  std::string b;
  stats::ChiSquare test;
  std::vector<std::string> a_names;  ///< rows of the table tested
  std::vector<std::string> b_names;  ///< its columns
  std::int64_t missing = 0;          ///< rows left out: one of the two is missing
  std::int64_t excluded = 0;         ///< rows left out: their times cannot be used
};

struct ChiSquareRows {
  /// Also rows whose duration is excluded (negative, sentinel, ...) or that are out of scope.
  bool with_excluded = false;
  /// Also groups that the contract calls missing in tests ("Unspecified").
  bool with_missing_markers = false;
};

/// Pearson's chi-square of two groupings of the same table. Errors: kInvalidInput if a side has
/// fewer than two categories; kUnsupported beyond 10,000,000 cells.
Result<ChiSquareReport> chi_square(const RequestTable& table, const Grouping& a, const Grouping& b,
                                   const ChiSquareRows& rows = {});

/// A file as texts, without a contract: blank, NA, N/A and null are missing.
struct TextRows {
  std::span<const std::string> header;
  std::span<const std::vector<std::string>> rows;
};
/// The column of that name, compared by letters and digits. Errors: kInvalidArgument naming those
/// there are.
Result<std::size_t> find_text_column(const TextRows& text, std::string_view name);
/// The same tests on two columns of such a file. Errors: also kInvalidInput, with its row, for a
/// value that is no number.
Result<KruskalReport> kruskal(const TextRows& text, std::string_view value, std::string_view by);
Result<ChiSquareReport> chi_square(const TextRows& text, std::string_view a, std::string_view b);

enum class Totals { kRefuse, kStrip, kKeep };
/// "refuse", "strip", "keep". Errors: kInvalidArgument.
Result<Totals> totals_named(std::string_view name);
/// Chi-square of a table of counts: labels in the first column, one count per further column.
/// Errors: kInvalidInput for a cell that is no count; kInvalidArgument, with the hint `--totals
/// strip`, if the last row and column are the sums of the others and `totals` is kRefuse.
Result<ChiSquareReport> chi_square_table(const TextRows& text, Totals totals);

/// CLI.md, `test kruskal` and `test chi2`. At most `max_items` pairs or residuals, largest first.
Json to_json(const KruskalReport& report, std::size_t max_items = 100);
Json to_json(const ChiSquareReport& report);

}  // namespace hark::insight

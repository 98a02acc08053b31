#include "hark/stats/contingency.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "hark/core/text.h"
#include "hark/stats/distributions.h"

namespace hark::stats {
namespace {

std::vector<std::int64_t> row_sums(const CountTable& table) {
  std::vector<std::int64_t> sums(table.num_rows);
  for (std::size_t r = 0; r < table.num_rows; ++r) {
    for (std::size_t c = 0; c < table.num_columns; ++c) sums[r] += table.at(r, c);
  }
  return sums;
}

std::vector<std::int64_t> column_sums(const CountTable& table) {
  std::vector<std::int64_t> sums(table.num_columns);
  for (std::size_t r = 0; r < table.num_rows; ++r) {
    for (std::size_t c = 0; c < table.num_columns; ++c) sums[c] += table.at(r, c);
  }
  return sums;
}

std::size_t count_positive(const std::vector<std::int64_t>& sums) {
  return static_cast<std::size_t>(std::ranges::count_if(sums, [](auto sum) { return sum > 0; }));
}

std::optional<double> corrected_cramers_v(double phi2, double n, double rows, double columns) {
  const double corrected_phi2 = std::max(0.0, phi2 - (rows - 1) * (columns - 1) / (n - 1));
  const double corrected_rows = rows - (rows - 1) * (rows - 1) / (n - 1);
  const double corrected_columns = columns - (columns - 1) * (columns - 1) / (n - 1);
  const double smaller = std::min(corrected_rows, corrected_columns) - 1;
  if (!(smaller > 0)) return std::nullopt;
  return std::sqrt(corrected_phi2 / smaller);
}

}  // namespace

Result<ChiSquare> chi_square(const CountTable& table, const ChiSquareOptions& options) {
  if (table.counts.size() != table.num_rows * table.num_columns) {
    return Error(ErrorCode::kInvalidInput,
                 concat("a table of ", table.num_rows, " x ", table.num_columns, " needs ",
                        table.num_rows * table.num_columns, " counts, not ", table.counts.size()));
  }
  if (std::ranges::any_of(table.counts, [](auto count) { return count < 0; })) {
    return Error(ErrorCode::kInvalidInput, "a count is negative");
  }
  const std::vector<std::int64_t> rows = row_sums(table);
  const std::vector<std::int64_t> columns = column_sums(table);
  ChiSquare result;
  result.num_rows = count_positive(rows);
  result.num_columns = count_positive(columns);
  if (result.num_rows < 2 || result.num_columns < 2) {
    return Error(ErrorCode::kInvalidInput,
                 concat("chi-square needs two rows and two columns with counts, there are ",
                        result.num_rows, " and ", result.num_columns));
  }
  result.n = std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
  const auto n = static_cast<double>(result.n);
  const bool is_2x2 = result.num_rows == 2 && result.num_columns == 2;

  long double chi2 = 0;
  std::int64_t num_below_5 = 0;
  std::int64_t num_below_1 = 0;
  result.expected_min = n;
  std::vector<CellResidual> residuals;
  residuals.reserve(result.num_rows * result.num_columns);
  for (std::size_t r = 0; r < table.num_rows; ++r) {
    if (rows[r] == 0) continue;
    for (std::size_t c = 0; c < table.num_columns; ++c) {
      if (columns[c] == 0) continue;
      const auto row_sum = static_cast<double>(rows[r]);
      const auto column_sum = static_cast<double>(columns[c]);
      const double expected = row_sum * column_sum / n;
      const double deviation = static_cast<double>(table.at(r, c)) - expected;
      double distance = std::abs(deviation);
      if (options.use_yates && is_2x2) distance -= std::min(0.5, distance);
      chi2 += static_cast<long double>(distance) * distance / expected;
      num_below_5 += expected < 5 ? 1 : 0;
      num_below_1 += expected < 1 ? 1 : 0;
      result.expected_min = std::min(result.expected_min, expected);
      const double spread = expected * (1 - row_sum / n) * (1 - column_sum / n);
      residuals.push_back({r, c, table.at(r, c), expected, deviation / std::sqrt(spread)});
    }
  }
  const auto num_cells = static_cast<double>(residuals.size());
  const std::size_t num_kept = std::min(options.max_residuals, residuals.size());
  std::partial_sort(residuals.begin(), residuals.begin() + static_cast<std::ptrdiff_t>(num_kept),
                    residuals.end(), [](const CellResidual& a, const CellResidual& b) {
                      return std::tuple(-std::abs(a.residual), a.row, a.column) <
                             std::tuple(-std::abs(b.residual), b.row, b.column);
                    });
  residuals.resize(num_kept);
  result.residuals = std::move(residuals);

  result.chi2 = static_cast<double>(chi2);
  result.df = static_cast<std::int64_t>((result.num_rows - 1) * (result.num_columns - 1));
  result.p = chi_square_upper_tail(result.chi2, static_cast<double>(result.df));
  result.log10_p = log10_chi_square_upper_tail(result.chi2, static_cast<double>(result.df));
  const auto smaller = static_cast<double>(std::min(result.num_rows, result.num_columns) - 1);
  result.cramers_v_uncorrected = std::sqrt(result.chi2 / n / smaller);
  result.cramers_v = corrected_cramers_v(result.chi2 / n, n, static_cast<double>(result.num_rows),
                                         static_cast<double>(result.num_columns));
  result.expected_below_5_share = static_cast<double>(num_below_5) / num_cells;
  result.expected_below_1_share = static_cast<double>(num_below_1) / num_cells;
  result.warning = result.expected_below_5_share > 0.2 || num_below_1 > 0;
  return result;
}

Result<GoodnessOfFit> goodness_of_fit(std::span<const std::int64_t> observed,
                                      std::span<const double> weights) {
  if (observed.size() < 2) return Error(ErrorCode::kInvalidInput, "fewer than two counts");
  if (!weights.empty() && weights.size() != observed.size())
    return Error(ErrorCode::kInvalidInput, "counts and weights differ in number");
  double total = 0;
  double weight = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double own = weights.empty() ? 1.0 : weights[i];
    if (observed[i] < 0 || !(own > 0))
      return Error(ErrorCode::kInvalidInput, "a count is negative, or a weight not above 0");
    total += static_cast<double>(observed[i]);
    weight += own;
  }
  if (!(total > 0)) return Error(ErrorCode::kInvalidInput, "all counts are 0");
  GoodnessOfFit result;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double expected = total * (weights.empty() ? 1.0 : weights[i]) / weight;
    const double off = static_cast<double>(observed[i]) - expected;
    result.chi2 += off * off / expected;
  }
  result.df = static_cast<std::int64_t>(observed.size()) - 1;
  result.p = chi_square_upper_tail(result.chi2, static_cast<double>(result.df));
  result.log10_p = log10_chi_square_upper_tail(result.chi2, static_cast<double>(result.df));
  return result;
}

bool has_totals(const CountTable& table) {
  if (table.num_rows < 3 || table.num_columns < 3 ||
      table.counts.size() != table.num_rows * table.num_columns ||
      table.at(table.num_rows - 1, table.num_columns - 1) <= 0) {
    return false;
  }
  // A row (column) whose last count is the total sums up to twice that count.
  const std::vector<std::int64_t> rows = row_sums(table);
  const std::vector<std::int64_t> columns = column_sums(table);
  for (std::size_t r = 0; r < table.num_rows; ++r) {
    if (rows[r] != 2 * table.at(r, table.num_columns - 1)) return false;
  }
  for (std::size_t c = 0; c < table.num_columns; ++c) {
    if (columns[c] != 2 * table.at(table.num_rows - 1, c)) return false;
  }
  return true;
}

CountTable strip_totals(const CountTable& table) {
  CountTable stripped{table.num_rows - 1, table.num_columns - 1, {}};
  stripped.counts.reserve(stripped.num_rows * stripped.num_columns);
  for (std::size_t r = 0; r < stripped.num_rows; ++r) {
    for (std::size_t c = 0; c < stripped.num_columns; ++c)
      stripped.counts.push_back(table.at(r, c));
  }
  return stripped;
}

}  // namespace hark::stats

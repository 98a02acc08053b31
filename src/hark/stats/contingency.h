// Pearson's chi-square on a table of counts: are two categories related?
//
// Model card: docs/models/chi-square.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hark/core/result.h"

namespace hark::stats {

/// Counts, row by row: counts[row * num_columns + column].
struct CountTable {
  std::size_t num_rows = 0;
  std::size_t num_columns = 0;
  std::vector<std::int64_t> counts;

  std::int64_t at(std::size_t row, std::size_t column) const {
    return counts[row * num_columns + column];
  }
};

struct CellResidual {
  std::size_t row = 0;  ///< places in the table given, rows and columns of zeros included
  std::size_t column = 0;
  std::int64_t observed = 0;
  double expected = 0;
  /// Adjusted standardised: (O - E) / sqrt(E (1 - row share) (1 - column share)); about normal if
  /// the categories are unrelated.
  double residual = 0;
};

struct ChiSquare {
  double chi2 = 0;
  std::int64_t df = 0;
  double p = 0;  ///< underflows to 0
  double log10_p = 0;
  /// Bias-corrected (Bergsma 2013); nullopt where n is too small for it.
  std::optional<double> cramers_v;
  double cramers_v_uncorrected = 0;
  std::int64_t n = 0;
  std::size_t num_rows = 0;  ///< rows and columns that are not all zero
  std::size_t num_columns = 0;
  double expected_below_5_share = 0;  ///< of cells
  double expected_below_1_share = 0;
  double expected_min = 0;
  /// More than 20 % of expected counts below 5, or any below 1 (Cochran's rule).
  bool warning = false;
  /// Largest absolute residual first; ties by row, then column.
  std::vector<CellResidual> residuals;
};

struct ChiSquareOptions {
  /// Continuity correction of a 2 x 2 table, at most |O - E|. Other tables ignore it.
  bool use_yates = false;
  std::size_t max_residuals = 20;
};

/// Pearson's chi-square; rows and columns of zeros are left out.
///
/// Errors: kInvalidInput if the sizes disagree, a count is negative, or fewer than two rows or
/// columns have counts. A table that holds its own totals is not refused here: ask has_totals()
/// first. Source: Pearson (1900); Bergsma, Journal of the Korean Statistical Society 42 (2013);
/// Agresti, Categorical Data Analysis, 3.3 (residuals); Yates (1934).
Result<ChiSquare> chi_square(const CountTable& table, const ChiSquareOptions& options = {});

struct GoodnessOfFit {
  double chi2 = 0;
  std::int64_t df = 0;
  double p = 0;  ///< underflows to 0
  double log10_p = 0;
};

/// Do counts follow given weights (any positive scale), all alike where `weights` is empty?
/// Errors: kInvalidInput for fewer than two counts, lengths that differ, a negative count, no count
/// at all, or a weight that is not above 0. Source: Pearson (1900).
Result<GoodnessOfFit> goodness_of_fit(std::span<const std::int64_t> observed,
                                      std::span<const double> weights = {});

/// True if the last row and the last column are the sums of the others: such a table counts
/// everything four times. Needs at least 3 rows and 3 columns and a count above 0.
bool has_totals(const CountTable& table);
/// The table without its last row and column. Requires at least one of each.
CountTable strip_totals(const CountTable& table);

}  // namespace hark::stats

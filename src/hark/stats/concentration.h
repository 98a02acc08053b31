// How unevenly a total is spread: Gini, Theil.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>

namespace hark::stats {

/// Gini coefficient: sum (2i - n - 1) x_i / (n sum x) over ascending x, i from 1; 0 = even.
///
/// @param values  0 or more, any order. O(n log n).
/// nullopt where there is no value or all are 0. Source: Sen, On Economic Inequality (1973).
std::optional<double> gini(std::span<const double> values);
/// Theil's T: mean of (x / mean) ln(x / mean), 0 ln 0 = 0; 0 = even, ln n = all in one.
///
/// nullopt where there is no value or all are 0. Source: Theil, Economics and Information Theory
/// (1967).
std::optional<double> theil(std::span<const double> values);

}  // namespace hark::stats

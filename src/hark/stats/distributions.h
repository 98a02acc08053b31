// Tail probabilities, also where a double underflows: p = 10^-100000 is a number here.
//
// Every function has a log10 form because a test over millions of rows is easily that far out.
// Threads: pure functions. Errors: none; outside the domain the result is NaN.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hark::stats {

/// P(X >= x) for chi-square with `df` > 0 degrees of freedom.
double chi_square_upper_tail(double x, double df) noexcept;
/// log10 of chi_square_upper_tail(); absolute error below 1e-6 down to -100,000 and beyond.
/// Source: Boost.Math where the double does not underflow, else Legendre's continued fraction
/// (NIST DLMF 8.9.2) with its factor kept as a logarithm.
double log10_chi_square_upper_tail(double x, double df) noexcept;

/// P(Z >= z) for the standard normal distribution.
double normal_upper_tail(double z) noexcept;
double log10_normal_upper_tail(double z) noexcept;

/// P(|T| >= |t|) for Student's t with `df` > 0 degrees of freedom.
double student_t_two_sided(double t, double df) noexcept;
/// Source: DLMF 8.17.8, the series of the incomplete beta function with its factor kept as a
/// logarithm, where the double underflows.
double log10_student_t_two_sided(double t, double df) noexcept;
/// The `p`-quantile of Student's t, p in (0, 1).
double student_t_quantile(double p, double df) noexcept;

/// P(X >= k) for Poisson with mean `lambda` >= 0; 1 for k <= 0.
double poisson_upper_tail(std::int64_t k, double lambda) noexcept;
/// Source: NIST DLMF 8.11.4, the series of the lower incomplete gamma function, where the double
/// underflows.
double log10_poisson_upper_tail(std::int64_t k, double lambda) noexcept;

/// q-values: the smallest false discovery rate at which each p-value would be rejected.
///
/// Shape: one q per p, in the same order, in [0, 1]. Input: p-values in [0, 1], no NaN.
/// Source: Benjamini and Hochberg, JRSS B 57 (1995).
std::vector<double> benjamini_hochberg(std::span<const double> p_values);

}  // namespace hark::stats

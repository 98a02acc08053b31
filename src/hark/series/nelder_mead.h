// Minimum of a function of a few variables without derivatives.
//
// Source: Nelder and Mead, The Computer Journal 7 (1965), coefficients 1, 2, 1/2, 1/2.
#pragma once

#include <array>
#include <cstddef>

namespace hark::series {

/// Most variables that a simplex can have here.
inline constexpr std::size_t kMostVariables = 4;
using Point = std::array<double, kMostVariables>;

struct Minimum {
  Point at{};
  double value = 0;
  int evaluations = 0;
};

/// Walks downhill from `start` (its first `size` entries) with first steps of `step`, until the
/// values of the simplex differ by less than `tolerance` or after `most_evaluations`.
///
/// `function` takes a Point and returns a double; a value that is not finite counts as the worst.
/// Nothing is allocated.
template <typename Function>
Minimum nelder_mead(const Point& start, std::size_t size, double step, double tolerance,
                    int most_evaluations, const Function& function) {
  struct Corner {
    Point at{};
    double value = 0;
  };
  Minimum best;
  const auto evaluate = [&](const Point& at) {
    ++best.evaluations;
    const double value = function(at);
    return value < 1e300 ? value : 1e300;  // also takes NaN
  };
  std::array<Corner, kMostVariables + 1> simplex;
  const std::size_t last = size;
  for (std::size_t i = 0; i <= last; ++i) {
    simplex[i].at = start;
    if (i > 0) simplex[i].at[i - 1] += step;
    simplex[i].value = evaluate(simplex[i].at);
  }
  const auto sort_in = [&](std::size_t from) {
    for (; from > 0 && simplex[from].value < simplex[from - 1].value; --from)
      std::swap(simplex[from], simplex[from - 1]);
  };
  for (std::size_t i = 1; i <= last; ++i) sort_in(i);
  while (best.evaluations < most_evaluations &&
         simplex[last].value - simplex[0].value > tolerance) {
    Point centre{};
    for (std::size_t i = 0; i < last; ++i)
      for (std::size_t k = 0; k < size; ++k)
        centre[k] += simplex[i].at[k] / static_cast<double>(size);
    const auto along = [&](double factor) {
      Corner corner;
      for (std::size_t k = 0; k < size; ++k)
        corner.at[k] = centre[k] + factor * (simplex[last].at[k] - centre[k]);
      corner.value = evaluate(corner.at);
      return corner;
    };
    const Corner reflected = along(-1);
    if (reflected.value < simplex[0].value) {
      const Corner expanded = along(-2);
      simplex[last] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < simplex[last - 1].value) {
      simplex[last] = reflected;
    } else {
      const bool is_outside = reflected.value < simplex[last].value;
      const Corner contracted = along(is_outside ? -0.5 : 0.5);
      if (contracted.value < (is_outside ? reflected.value : simplex[last].value)) {
        simplex[last] = contracted;
      } else {
        for (std::size_t i = 1; i <= last; ++i) {
          for (std::size_t k = 0; k < size; ++k)
            simplex[i].at[k] = (simplex[i].at[k] + simplex[0].at[k]) / 2;
          simplex[i].value = evaluate(simplex[i].at);
        }
        for (std::size_t i = 1; i <= last; ++i) sort_in(i);
        continue;
      }
    }
    sort_in(last);
  }
  best.at = simplex[0].at;
  best.value = simplex[0].value;
  return best;
}

}  // namespace hark::series

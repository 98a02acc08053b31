// The rows of a spec, resolved: categories in order, values as numbers, what cannot be drawn and
// why.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hark/chart/chart_spec.h"
#include "hark/chart/format.h"

namespace hark::chart {

/// A position axis. Per row a number: the value, or the index of its category.
struct AxisData {
  const Channel* channel = nullptr;
  const Column* column = nullptr;
  bool is_discrete = false;
  std::vector<std::string> categories;
  std::vector<double> values;
};

/// Views into the spec, which must outlive it. Columns that the spec does not use are empty.
struct Prepared {
  const ChartSpec* spec = nullptr;
  const Locale* locale = nullptr;
  std::size_t num_rows = 0;
  AxisData x, y;
  Axis value_axis = Axis::kY;  ///< the axis that shows the figure; of two quantitative ones y
  std::vector<double> x2, y2, low, high, inner_low, inner_high, n, size;
  std::vector<double> color;        ///< quantitative colour
  std::vector<std::string> series;  ///< of a nominal colour; one unnamed without
  std::vector<std::size_t> series_of_row;
  std::vector<bool> is_drawn;
  std::vector<bool> is_few;
  std::vector<double> stack_from, stack_to;  ///< on the value axis: ends of bars and areas
  std::size_t num_drawn = 0, num_missing = 0, num_not_on_scale = 0, num_few = 0;
  std::size_t num_categories = 0;  ///< of a discrete y axis before kMaxCategoryRows cut it

  const AxisData& value_data() const noexcept { return value_axis == Axis::kX ? x : y; }
  const AxisData& base_data() const noexcept { return value_axis == Axis::kX ? y : x; }
  bool has_series() const noexcept { return series.size() > 1 || !series[0].empty(); }
  /// The number a mark stands for: its colour in heat maps and hexagon maps, else its value.
  double figure(std::size_t row) const noexcept;
  /// The column that figure() comes from.
  const Column& figure_column() const noexcept;
  /// A value of the figure's column in words: "31.2 h", "4 Mar 2024".
  std::string figure_text(double value) const;
  /// The row's position in words: "NYPD", "Mon, 10", "4 Mar 2024, Offered".
  std::string where(std::size_t row) const;
};

/// Requires validate(spec).
Prepared prepare(const ChartSpec& spec, const Locale& locale);

/// Which axis shows the figure.
Axis value_axis_of(const ChartSpec& spec) noexcept;
bool is_discrete(FieldType type) noexcept;

}  // namespace hark::chart

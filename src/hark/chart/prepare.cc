#include "hark/chart/prepare.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <string_view>

#include "hark/core/text.h"

namespace hark::chart {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
/// Beyond this, pixels and labels mean nothing.
constexpr double kLargest = 1e15;

std::vector<double> numbers_of(const ChartSpec& spec, std::string_view field) {
  const Column* column = find_column(spec, field);
  if (column == nullptr || column->numbers() == nullptr) return {};
  std::vector<double> out = *column->numbers();
  for (double& value : out)
    if (!(std::abs(value) <= kLargest)) value = kMissing;
  return out;
}

std::string category_label(const Column& column, std::size_t row, const Locale& locale) {
  if (const auto* texts = column.texts()) {
    const std::string_view text = trim((*texts)[row]);
    return std::string(text.empty() ? locale.blank : text);
  }
  return format_value((*column.numbers())[row], column.format, {}, locale);
}

/// Order of `count` categories after sorting: order[new index] = old index.
std::vector<std::size_t> sorted_order(std::size_t count, Sort sort,
                                      const std::function<bool(std::size_t, std::size_t)>& is_less,
                                      const std::vector<double>& totals) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto by_total = [&](std::size_t a, std::size_t b) { return totals[a] < totals[b]; };
  const auto reversed = [](const auto& less) {
    return [&less](std::size_t a, std::size_t b) { return less(b, a); };
  };
  switch (sort) {
    case Sort::kData:
      break;
    case Sort::kAscending:
      std::ranges::stable_sort(order, is_less);
      break;
    case Sort::kDescending:
      std::ranges::stable_sort(order, reversed(is_less));
      break;
    case Sort::kValueAscending:
      std::ranges::stable_sort(order, by_total);
      break;
    case Sort::kValueDescending:
      std::ranges::stable_sort(order, reversed(by_total));
      break;
  }
  return order;
}

struct Categories {
  std::vector<std::string> names;
  std::vector<std::size_t> of_row;
};

Categories categorise(const Column& column, Sort sort, const std::vector<double>& figures,
                      const Locale& locale) {
  Categories out;
  std::map<std::string, std::size_t, std::less<>> index_of;
  std::vector<std::size_t> first_row;
  std::vector<double> totals;
  for (std::size_t row = 0; row < column.size(); ++row) {
    std::string label = category_label(column, row, locale);
    const auto [place, is_new] = index_of.try_emplace(std::move(label), out.names.size());
    if (is_new) {
      out.names.push_back(place->first);
      first_row.push_back(row);
      totals.push_back(0);
    }
    out.of_row.push_back(place->second);
    if (row < figures.size() && std::isfinite(figures[row])) totals[place->second] += figures[row];
  }
  const auto is_less = [&](std::size_t a, std::size_t b) {
    if (const auto* numbers = column.numbers())
      return (*numbers)[first_row[a]] < (*numbers)[first_row[b]];
    return out.names[a] < out.names[b];
  };
  const auto order = sorted_order(out.names.size(), sort, is_less, totals);
  std::vector<std::size_t> new_index(order.size());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < order.size(); ++i) {
    new_index[order[i]] = i;
    names.push_back(std::move(out.names[order[i]]));
  }
  out.names = std::move(names);
  for (std::size_t& index : out.of_row) index = new_index[index];
  return out;
}

AxisData prepare_axis(const ChartSpec& spec, const Channel& channel,
                      const std::vector<double>& figures, const Locale& locale) {
  AxisData axis;
  axis.channel = &channel;
  axis.column = find_column(spec, channel.field);
  axis.is_discrete = is_discrete(channel.type);
  if (!axis.is_discrete) {
    axis.values = numbers_of(spec, channel.field);
    return axis;
  }
  Categories categories = categorise(*axis.column, channel.sort, figures, locale);
  axis.categories = std::move(categories.names);
  axis.values.assign(categories.of_row.begin(), categories.of_row.end());
  return axis;
}

bool is_on_scale(const AxisData& axis, double value) noexcept {
  if (axis.is_discrete || axis.channel->type == FieldType::kTemporal) return true;
  switch (axis.channel->scale) {
    case ScaleType::kLog:
      return value > 0 || axis.channel->floor;
    case ScaleType::kSqrt:
      return value >= 0;
    case ScaleType::kLinear:
      break;
  }
  return true;
}

/// Marks the rows that can be drawn and counts the others by reason.
void select_rows(Prepared& data) {
  const bool has_color = !data.color.empty();
  data.is_drawn.assign(data.num_rows, false);
  data.is_few.assign(data.num_rows, false);
  for (std::size_t row = 0; row < data.num_rows; ++row) {
    const bool is_missing = std::isnan(data.x.values[row]) || std::isnan(data.y.values[row]) ||
                            (has_color && std::isnan(data.color[row])) ||
                            (!data.x2.empty() && std::isnan(data.x2[row])) ||
                            (!data.y2.empty() && std::isnan(data.y2[row]));
    if (is_missing) {
      ++data.num_missing;
      continue;
    }
    const bool is_shown = is_on_scale(data.x, data.x.values[row]) &&
                          is_on_scale(data.y, data.y.values[row]) &&
                          (data.x2.empty() || is_on_scale(data.x, data.x2[row])) &&
                          (data.y2.empty() || is_on_scale(data.y, data.y2[row]));
    if (!is_shown) {
      ++data.num_not_on_scale;
      continue;
    }
    if (data.y.is_discrete && data.y.values[row] >= static_cast<double>(kMaxCategoryRows)) continue;
    data.is_drawn[row] = true;
    ++data.num_drawn;
    if (!data.n.empty() && data.n[row] < kFewRows) {
      data.is_few[row] = true;
      ++data.num_few;
    }
  }
}

/// Ends of bars and areas on the value axis: stacked by series, or from the base line.
void stack(Prepared& data) {
  const ChartSpec& spec = *data.spec;
  if (spec.mark != Mark::kBar && spec.mark != Mark::kArea) return;
  const bool is_x = data.value_axis == Axis::kX;
  const std::vector<double>& values = data.value_data().values;
  const std::vector<double>& ends = is_x ? data.x2 : data.y2;
  const bool is_stacked =
      ends.empty() &&
      (spec.mark == Mark::kArea ? data.has_series() : spec.stack == Stack::kStacked);
  data.stack_from.assign(data.num_rows, 0);
  data.stack_to = values;
  if (!ends.empty()) data.stack_from = ends;
  if (!is_stacked) return;
  std::map<double, std::pair<double, double>> sums;  // below and above zero, by base position
  for (std::size_t series = 0; series < data.series.size(); ++series)
    for (std::size_t row = 0; row < data.num_rows; ++row) {
      if (!data.is_drawn[row] || data.series_of_row[row] != series) continue;
      auto& [negative, positive] = sums[data.base_data().values[row]];
      double& sum = values[row] < 0 ? negative : positive;
      data.stack_from[row] = sum;
      sum += values[row];
      data.stack_to[row] = sum;
    }
}

}  // namespace

bool is_discrete(FieldType type) noexcept {
  return type == FieldType::kNominal || type == FieldType::kOrdinal;
}

Axis value_axis_of(const ChartSpec& spec) noexcept {
  const FieldType x = spec.encoding.x.type, y = spec.encoding.y.type;
  if (y == FieldType::kQuantitative) return Axis::kY;
  if (x == FieldType::kQuantitative) return Axis::kX;
  return is_discrete(y) && !is_discrete(x) ? Axis::kX : Axis::kY;
}

double Prepared::figure(std::size_t row) const noexcept {
  return color.empty() ? value_data().values[row] : color[row];
}

const Column& Prepared::figure_column() const noexcept {
  return color.empty() ? *value_data().column : *find_column(*spec, spec->encoding.color.field);
}

std::string Prepared::figure_text(double value) const {
  if (color.empty() && value_data().channel->type == FieldType::kTemporal)
    return format_date(value, *locale);
  const Column& column = figure_column();
  return format_value(value, column.format, column.unit, *locale);
}

std::string Prepared::where(std::size_t row) const {
  const auto word = [&](const AxisData& axis) {
    if (axis.is_discrete) return axis.categories[static_cast<std::size_t>(axis.values[row])];
    if (axis.channel->type == FieldType::kTemporal) return format_date(axis.values[row], *locale);
    return format_value(axis.values[row], axis.column->format, axis.column->unit, *locale);
  };
  std::string out;
  const auto add = [&](std::string_view part) {
    if (!out.empty()) out += ", ";
    out += part;
  };
  if (spec->mark == Mark::kHex) {
    if (const Column* district = find_column(*spec, spec->encoding.detail))
      add(category_label(*district, row, *locale));
    return out;
  }
  if (!color.empty()) add(word(y));
  if (color.empty() || x.is_discrete) add(word(color.empty() ? base_data() : x));
  if (const auto& ends = value_axis == Axis::kX ? y2 : x2; !ends.empty() && color.empty())
    out += concat("–", format_value(ends[row], base_data().column->format, base_data().column->unit,
                                    *locale));
  if (has_series()) add(series[series_of_row[row]]);
  return out;
}

Prepared prepare(const ChartSpec& spec, const Locale& locale) {
  Prepared data;
  const Encoding& encoding = spec.encoding;
  data.spec = &spec;
  data.locale = &locale;
  data.num_rows = spec.data.empty() ? 0 : spec.data.front().size();
  data.value_axis = value_axis_of(spec);
  data.x2 = numbers_of(spec, encoding.x2);
  data.y2 = numbers_of(spec, encoding.y2);
  data.low = numbers_of(spec, encoding.low);
  data.inner_low = numbers_of(spec, encoding.inner_low);
  data.inner_high = numbers_of(spec, encoding.inner_high);
  data.high = numbers_of(spec, encoding.high);
  data.n = numbers_of(spec, encoding.n);
  data.size = numbers_of(spec, encoding.size.field);

  const Column* color = find_column(spec, encoding.color.field);
  const bool has_series = color != nullptr && is_discrete(encoding.color.type);
  if (color != nullptr && !has_series) data.color = numbers_of(spec, encoding.color.field);
  const Channel& value_channel = data.value_axis == Axis::kX ? encoding.x : encoding.y;
  const std::vector<double> figures =
      data.color.empty() ? numbers_of(spec, value_channel.field) : data.color;
  data.x = prepare_axis(spec, encoding.x, figures, locale);
  data.y = prepare_axis(spec, encoding.y, figures, locale);
  if (has_series) {
    Categories series = categorise(*color, encoding.color.sort, figures, locale);
    data.series = std::move(series.names);
    data.series_of_row = std::move(series.of_row);
  } else {
    data.series_of_row.assign(data.num_rows, 0);
  }
  if (data.series.empty()) data.series.emplace_back();

  select_rows(data);
  if (data.y.is_discrete) {
    data.num_categories = data.y.categories.size();
    data.y.categories.resize(std::min(data.num_categories, kMaxCategoryRows));
  }
  stack(data);
  return data;
}

}  // namespace hark::chart

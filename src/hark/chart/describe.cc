#include "hark/chart/describe.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hark/chart/axes.h"
#include "hark/chart/marks.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

/// Titles for people, without the unit.
std::string title_of(const Column& column) {
  return column.title.empty() ? column.name : column.title;
}

class Description {
 public:
  explicit Description(const Prepared& data) : data_(data), locale_(*data.locale) {}

  std::string text() && {
    add(data_.spec->description);
    if (data_.num_drawn == 0) {
      add(concat(locale_.no_data, "."));
      add_omissions();
      return std::move(out_);
    }
    add_summary();
    add_range();
    if (data_.spec->mark != Mark::kText) add_extremes();
    add_marked();
    add_omissions();
    return std::move(out_);
  }

 private:
  void add(std::string_view sentence) {
    if (sentence.empty()) return;
    if (!out_.empty()) out_ += ' ';
    out_ += sentence;
  }
  void add_count(std::string_view phrase, std::size_t count) {
    if (count > 0) add(fill(phrase, {format_fixed(static_cast<double>(count), 0, locale_)}));
  }

  std::string value_text(std::size_t row) const { return data_.figure_text(data_.figure(row)); }

  void add_summary() {
    const auto mark = locale_.mark_names[static_cast<std::size_t>(data_.spec->mark)];
    if (data_.spec->mark == Mark::kHex) {
      add(concat(mark, ": ", title_of(data_.figure_column()), "."));
      add(fill(locale_.cells, {format_fixed(static_cast<double>(data_.num_drawn), 0, locale_),
                               format_significant(data_.spec->hex_width, 3, locale_)}));
      return;
    }
    std::string by = title_of(data_.color.empty() ? *data_.base_data().column : *data_.y.column);
    if (!data_.color.empty()) by += concat(", ", title_of(*data_.x.column));
    if (data_.has_series())
      by += concat(", ", title_of(*find_column(*data_.spec, data_.spec->encoding.color.field)));
    add(fill(locale_.summary, {mark, title_of(data_.figure_column()), by}));
  }

  /// First and last date.
  void add_range() {
    const AxisData& base = data_.base_data();
    if (base.is_discrete || base.channel->type != FieldType::kTemporal) return;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t row = 0; row < data_.num_rows; ++row) {
      if (!data_.is_drawn[row]) continue;
      low = std::min(low, base.values[row]);
      high = std::max(high, base.values[row]);
    }
    if (low < high)
      add(fill(locale_.from_to, {format_date(low, locale_), format_date(high, locale_)}));
  }

  void add_extremes() {
    const bool is_by_series =
        data_.has_series() && (data_.spec->mark == Mark::kLine || data_.spec->mark == Mark::kDot);
    const std::size_t num_groups = is_by_series ? data_.series.size() : 1;
    for (std::size_t group = 0; group < num_groups; ++group) {
      std::size_t lowest = data_.num_rows, highest = data_.num_rows, count = 0;
      for (std::size_t row = 0; row < data_.num_rows; ++row) {
        if (!data_.is_drawn[row] || (is_by_series && data_.series_of_row[row] != group)) continue;
        ++count;
        if (lowest == data_.num_rows || data_.figure(row) < data_.figure(lowest)) lowest = row;
        if (highest == data_.num_rows || data_.figure(row) > data_.figure(highest)) highest = row;
      }
      if (count == 0) continue;
      if (count == 1 && !is_by_series) {
        add(fill(locale_.one_value, {value_text(highest), data_.where(highest)}));
      } else if (is_by_series) {
        add(fill(locale_.series_extremes,
                 {data_.series[group], value_text(highest), place_of(highest), value_text(lowest),
                  place_of(lowest)}));
      } else {
        add(fill(locale_.extremes, {value_text(highest), data_.where(highest), value_text(lowest),
                                    data_.where(lowest)}));
      }
    }
  }

  /// where() without the series, which the sentence starts with.
  std::string place_of(std::size_t row) const {
    std::string where = data_.where(row);
    const std::string suffix = concat(", ", data_.series[data_.series_of_row[row]]);
    if (std::string_view(where).ends_with(suffix)) where.resize(where.size() - suffix.size());
    return where;
  }

  void add_marked() {
    std::string marked;
    const auto append = [&](std::string_view text) {
      if (text.empty()) return;
      if (!marked.empty()) marked += ", ";
      marked += text;
    };
    for (const RuleLine& rule : data_.spec->rules) append(rule_text(data_, rule));
    for (const Band& band : data_.spec->bands) append(band.label);
    for (const Note& note : data_.spec->notes) append(note.label);
    if (!marked.empty()) add(fill(locale_.marked, {marked}));
  }

  void add_omissions() {
    add_count(locale_.gaps, data_.num_missing);
    add_count(locale_.not_on_scale, data_.num_not_on_scale);
    add_count(locale_.few_marks, data_.num_few);
    if (data_.num_categories > kMaxCategoryRows)
      add(fill(locale_.more_rows,
               {std::to_string(kMaxCategoryRows),
                format_fixed(static_cast<double>(data_.num_categories), 0, locale_)}));
    if (is_thinned(data_)) add_count(locale_.thinned, data_.num_drawn);
    if (leaves_out_zero()) add(locale_.not_from_zero);
  }

  bool leaves_out_zero() const {
    const AxisData& axis = data_.value_data();
    if (data_.num_drawn == 0 || !data_.color.empty() || axis.is_discrete || axis.channel->zero ||
        axis.channel->type != FieldType::kQuantitative || axis.channel->scale != ScaleType::kLinear)
      return false;
    bool is_below = false, is_above = false;
    for (std::size_t row = 0; row < data_.num_rows; ++row) {
      if (!data_.is_drawn[row]) continue;
      is_below = is_below || axis.values[row] <= 0;
      is_above = is_above || axis.values[row] >= 0;
    }
    return is_below != is_above;
  }

  const Prepared& data_;
  const Locale& locale_;
  std::string out_;
};

}  // namespace

std::string describe(const Prepared& data) { return Description(data).text(); }

}  // namespace hark::chart

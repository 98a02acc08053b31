#include "hark/chart/chart_spec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "hark/chart/prepare.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

Error wrong(const ChartSpec& spec, std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, concat("chart '", spec.id, "': ", what));
}

Result<void> check_frame(const ChartSpec& spec) {
  const bool is_plain = std::ranges::all_of(
      spec.id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (spec.id.empty() || !is_plain || spec.id.front() < 'a')
    return wrong(spec, "id must be lower-case letters, digits and '-', a letter first");
  if (!(spec.width >= 240 && spec.width <= 2000)) return wrong(spec, "width is not 240 to 2000");
  if (!(spec.height >= 0 && spec.height <= 4000)) return wrong(spec, "height is not 0 to 4000");
  return {};
}

Result<void> check_columns(const ChartSpec& spec) {
  std::set<std::string_view> names;
  for (const Column& column : spec.data) {
    if (column.name.empty()) return wrong(spec, "a column has no name");
    if (!names.insert(column.name).second)
      return wrong(spec, concat("two columns are named '", column.name, "'"));
    if (column.size() != spec.data.front().size())
      return wrong(spec, concat("column '", column.name, "' has ", column.size(),
                                " rows, the first one has ", spec.data.front().size()));
  }
  return {};
}

/// A channel's column is there and of the kind its type needs.
Result<void> check_channel(const ChartSpec& spec, std::string_view name, const Channel& channel) {
  const Column* column = find_column(spec, channel.field);
  if (column == nullptr) return wrong(spec, concat(name, " has no column '", channel.field, "'"));
  const bool needs_numbers =
      channel.type == FieldType::kQuantitative || channel.type == FieldType::kTemporal;
  if (needs_numbers && column->numbers() == nullptr)
    return wrong(spec, concat(name, " needs numbers, column '", channel.field, "' holds text"));
  if (channel.type == FieldType::kNominal && column->texts() == nullptr)
    return wrong(spec, concat(name, " is nominal, column '", channel.field, "' holds numbers"));
  if (channel.scale != ScaleType::kLinear && channel.type != FieldType::kQuantitative)
    return wrong(spec, concat(name, ": only quantitative axes have a scale"));
  for (const auto& limit : {channel.domain_min, channel.domain_max})
    if (limit && !(std::abs(*limit) <= 1e15))
      return wrong(spec, concat(name, ": domain is not finite"));
  if (channel.floor &&
      (channel.scale != ScaleType::kLog || !(*channel.floor > 0 && *channel.floor <= 1e15)))
    return wrong(spec, concat(name, ": a floor is above zero, on a log scale"));
  return {};
}

Result<void> check_numbers(const ChartSpec& spec, std::string_view name, std::string_view field) {
  if (field.empty()) return {};
  const Column* column = find_column(spec, field);
  if (column == nullptr) return wrong(spec, concat(name, " has no column '", field, "'"));
  if (column->numbers() == nullptr)
    return wrong(spec, concat(name, " needs numbers, column '", field, "' holds text"));
  return {};
}

std::size_t num_distinct(const Column& column) {
  if (const auto* texts = column.texts())
    return std::set<std::string_view>(texts->begin(), texts->end()).size();
  std::set<double> values;
  for (const double value : *column.numbers())
    if (!std::isnan(value)) values.insert(value);
  return values.size();
}

Result<void> check_encoding(const ChartSpec& spec) {
  const Encoding& encoding = spec.encoding;
  HARK_TRY_VOID(check_channel(spec, "x", encoding.x));
  HARK_TRY_VOID(check_channel(spec, "y", encoding.y));
  if (!encoding.color.field.empty()) {
    HARK_TRY_VOID(check_channel(spec, "color", encoding.color));
    if (encoding.color.type == FieldType::kTemporal) return wrong(spec, "color cannot be temporal");
    if (is_discrete(encoding.color.type) &&
        num_distinct(*find_column(spec, encoding.color.field)) > kMaxSeries)
      return wrong(spec, concat("more than ", kMaxSeries, " colours; merge the rest into one"));
  }
  if (!encoding.size.field.empty()) {
    HARK_TRY_VOID(check_channel(spec, "size", encoding.size));
    if (spec.mark != Mark::kDot || encoding.size.type != FieldType::kQuantitative)
      return wrong(spec, "size is for dots, and quantitative");
  }
  HARK_TRY_VOID(check_numbers(spec, "x2", encoding.x2));
  HARK_TRY_VOID(check_numbers(spec, "y2", encoding.y2));
  HARK_TRY_VOID(check_numbers(spec, "low", encoding.low));
  HARK_TRY_VOID(check_numbers(spec, "high", encoding.high));
  HARK_TRY_VOID(check_numbers(spec, "inner_low", encoding.inner_low));
  HARK_TRY_VOID(check_numbers(spec, "inner_high", encoding.inner_high));
  HARK_TRY_VOID(check_numbers(spec, "n", encoding.n));
  for (const std::string& field : encoding.tooltip)
    if (find_column(spec, field) == nullptr)
      return wrong(spec, concat("tooltip has no column '", field, "'"));
  if (encoding.low.empty() != encoding.high.empty()) return wrong(spec, "low and high go together");
  const bool takes_intervals =
      spec.mark == Mark::kLine || spec.mark == Mark::kBar || spec.mark == Mark::kDot;
  if (!encoding.low.empty() && !takes_intervals)
    return wrong(spec, "only lines, bars and dots have intervals");
  if (encoding.inner_low.empty() != encoding.inner_high.empty())
    return wrong(spec, "inner_low and inner_high go together");
  if (!encoding.inner_low.empty() && (encoding.low.empty() || spec.mark != Mark::kLine))
    return wrong(spec, "only lines with low and high have an inner band");
  return {};
}

/// What each mark needs of its axes.
Result<void> check_mark(const ChartSpec& spec) {
  const Encoding& encoding = spec.encoding;
  const bool has_discrete_x = is_discrete(encoding.x.type);
  const bool has_discrete_y = is_discrete(encoding.y.type);
  const bool has_quantitative_x = encoding.x.type == FieldType::kQuantitative;
  const bool has_quantitative_y = encoding.y.type == FieldType::kQuantitative;
  const bool has_classes =
      !encoding.color.field.empty() && encoding.color.type == FieldType::kQuantitative;
  const bool is_cells = spec.mark == Mark::kRect || spec.mark == Mark::kHex;
  if (has_classes != is_cells)
    return wrong(spec, is_cells ? "cells need a quantitative color"
                                : "only rect and hex have a quantitative color");
  if (!encoding.x2.empty() && has_discrete_x) return wrong(spec, "x2 needs a continuous x");
  if (!encoding.y2.empty() && has_discrete_y) return wrong(spec, "y2 needs a continuous y");
  const bool has_ends = !encoding.x2.empty() || !encoding.y2.empty();
  switch (spec.mark) {
    case Mark::kLine:
      if (has_ends) return wrong(spec, "a line has no second end");
      [[fallthrough]];
    case Mark::kArea:
      if (!has_quantitative_y || encoding.x.type == FieldType::kNominal)
        return wrong(spec, "needs a quantitative y over an ordered x");
      if (spec.mark == Mark::kArea && encoding.y.scale == ScaleType::kLog)
        return wrong(spec, "areas start at zero, which a log scale does not have");
      if (!encoding.x2.empty()) return wrong(spec, "an area has no x2");
      return {};
    case Mark::kBar: {
      const bool is_vertical = has_quantitative_y && (!has_quantitative_x || !encoding.x2.empty());
      const bool is_horizontal = has_quantitative_x && has_discrete_y;
      if (!is_vertical && !is_horizontal)
        return wrong(spec, "bars need one quantitative axis over categories, dates or x..x2");
      const Channel& value = is_vertical ? encoding.y : encoding.x;
      const bool has_start = !(is_vertical ? encoding.y2 : encoding.x2).empty();
      if (value.scale == ScaleType::kLog && !has_start)
        return wrong(spec, "bars start at zero, which a log scale does not have");
      return {};
    }
    case Mark::kRect:
      if (!has_discrete_x || !has_discrete_y) return wrong(spec, "rect needs discrete x and y");
      return {};
    case Mark::kHex: {
      if (!has_quantitative_x || !has_quantitative_y || encoding.x.scale != ScaleType::kLinear ||
          encoding.y.scale != ScaleType::kLinear)
        return wrong(spec, "hex needs linear quantitative x and y");
      if (!(spec.hex_width > 0 && spec.hex_width <= 1e6))
        return wrong(spec, "hex_width is not above 0");
      const Column* districts = find_column(spec, encoding.detail);
      if (!encoding.detail.empty() && (districts == nullptr || districts->texts() == nullptr))
        return wrong(spec, "detail needs a column of names");
      if (!spec.rules.empty() || !spec.bands.empty() || !spec.notes.empty())
        return wrong(spec, "maps have no rules, bands or notes");
      return {};
    }
    case Mark::kDot:
      if (has_ends) return wrong(spec, "a dot has no second end");
      if (has_discrete_x && has_discrete_y) return wrong(spec, "dots need a continuous axis");
      return {};
    case Mark::kStrip:
      if (has_discrete_x || !has_discrete_y || has_ends)
        return wrong(spec, "strips need a continuous x over categories");
      return {};
    case Mark::kRule:
      if (!has_ends) return wrong(spec, "rule needs x2 or y2");
      return {};
    case Mark::kText:
      if (find_column(spec, encoding.text) == nullptr)
        return wrong(spec, concat("text has no column '", encoding.text, "'"));
      return {};
  }
  return {};
}

Result<void> check_annotation(const ChartSpec& spec, Axis axis, double value) {
  const Channel& channel = axis == Axis::kX ? spec.encoding.x : spec.encoding.y;
  if (is_discrete(channel.type)) return wrong(spec, "rules, bands and notes need continuous axes");
  if (!(std::abs(value) <= 1e15) || (channel.scale == ScaleType::kLog && value <= 0) ||
      (channel.scale == ScaleType::kSqrt && value < 0))
    return wrong(spec, "a rule, band or note is not on its scale");
  return {};
}

Result<void> check_annotations(const ChartSpec& spec) {
  for (const RuleLine& rule : spec.rules)
    HARK_TRY_VOID(check_annotation(spec, rule.axis, rule.value));
  for (const Band& band : spec.bands) {
    HARK_TRY_VOID(check_annotation(spec, band.axis, band.from));
    HARK_TRY_VOID(check_annotation(spec, band.axis, band.to));
  }
  for (const Note& note : spec.notes) {
    HARK_TRY_VOID(check_annotation(spec, Axis::kX, note.x));
    HARK_TRY_VOID(check_annotation(spec, Axis::kY, note.y));
  }
  return {};
}

}  // namespace

std::size_t Column::size() const noexcept {
  return std::visit([](const auto& items) { return items.size(); }, values);
}

const Column* find_column(const ChartSpec& spec, std::string_view name) noexcept {
  if (name.empty()) return nullptr;
  const auto found = std::ranges::find(spec.data, name, &Column::name);
  return found == spec.data.end() ? nullptr : &*found;
}

std::string axis_title(const ChartSpec& spec, const Channel& channel) {
  const Column* column = find_column(spec, channel.field);
  std::string title = channel.title;
  if (title.empty() && column != nullptr) title = column->title;
  if (!title.empty() && column != nullptr && column->format == Format::kNumber &&
      !column->unit.empty() && !lower(title).ends_with(lower(column->unit)))
    title += concat(" (", column->unit, ")");
  return title;
}

Result<void> validate(const ChartSpec& spec) {
  HARK_TRY_VOID(check_frame(spec));
  HARK_TRY_VOID(check_columns(spec));
  HARK_TRY_VOID(check_encoding(spec));
  HARK_TRY_VOID(check_mark(spec));
  return check_annotations(spec);
}

std::string_view name_of(Mark mark) noexcept {
  constexpr std::array<std::string_view, 9> kNames = {"line", "area",  "bar",  "rect", "hex",
                                                      "dot",  "strip", "rule", "text"};
  return kNames[static_cast<std::size_t>(mark)];
}

}  // namespace hark::chart

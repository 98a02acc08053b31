#include <algorithm>
#include <cmath>
#include <string_view>

#include "hark/chart/chart_spec.h"
#include "hark/chart/classes.h"
#include "hark/chart/palette.h"
#include "hark/chart/prepare.h"
#include "hark/core/text.h"

namespace hark::chart {
namespace {

std::string_view type_name(FieldType type) noexcept {
  switch (type) {
    case FieldType::kTemporal:
      return "temporal";
    case FieldType::kNominal:
      return "nominal";
    case FieldType::kOrdinal:
      return "ordinal";
    case FieldType::kQuantitative:
      break;
  }
  return "quantitative";
}

std::string_view scale_name(ScaleType scale) noexcept {
  return scale == ScaleType::kLog ? "log" : scale == ScaleType::kSqrt ? "sqrt" : "linear";
}

constexpr std::string_view kSeriesOrder = "hark_series_order";

Json mark_json(Mark mark) {
  switch (mark) {
    case Mark::kDot:
      return Json::object({{"type", "point"}, {"filled", true}});
    case Mark::kHex:
      return Json::object({{"type", "point"},
                           {"filled", true},
                           {"shape", "M0-1L.866-.5L.866.5L0 1L-.866.5L-.866-.5Z"}});
    case Mark::kStrip:
      return "tick";
    case Mark::kLine:
    case Mark::kArea:
    case Mark::kBar:
    case Mark::kRect:
    case Mark::kRule:
    case Mark::kText:
      break;
  }
  return name_of(mark);
}

class VegaWriter {
 public:
  explicit VegaWriter(const ChartSpec& spec)
      : spec_(spec), data_(prepare(spec, locale_of(Language::kEnglish))) {}

  Json write() const {
    Json out = Json::object(
        {{"$schema", "https://vega.github.io/schema/vega-lite/v5.json"}, {"title", spec_.title}});
    if (!spec_.description.empty()) out.set("description", spec_.description);
    out.set("width", spec_.width);
    if (spec_.height > 0) out.set("height", spec_.height);
    out.set("data", Json::object({{"values", values()}}));
    if (is_stacked()) out.set("transform", series_order());
    Json layers = Json::array();
    for (const Band& band : spec_.bands) layers.push_back(band_layer(band));
    const bool is_line = spec_.mark == Mark::kLine;
    const Encoding& shown = spec_.encoding;
    if (!shown.low.empty() && is_line) layers.push_back(interval_layer(shown.low, shown.high));
    if (!shown.inner_low.empty())
      layers.push_back(interval_layer(shown.inner_low, shown.inner_high));
    layers.push_back(Json::object({{"mark", mark_json(spec_.mark)}, {"encoding", encoding()}}));
    if (!shown.low.empty() && !is_line) layers.push_back(interval_layer(shown.low, shown.high));
    for (const RuleLine& rule : spec_.rules) layers.push_back(rule_layer(rule));
    for (const Note& note : spec_.notes) layers.push_back(note_layer(note));
    out.set("layer", std::move(layers));
    out.set("usermeta", usermeta());
    return out;
  }

 private:
  bool is_temporal(std::string_view field) const {
    const Encoding& encoding = spec_.encoding;
    const bool is_x = field == encoding.x.field || field == encoding.x2;
    const bool is_y = field == encoding.y.field || field == encoding.y2;
    return (is_x && encoding.x.type == FieldType::kTemporal) ||
           (is_y && encoding.y.type == FieldType::kTemporal);
  }

  Json values() const {
    Json rows = Json::array();
    for (std::size_t row = 0; row < data_.num_rows; ++row) {
      Json item = Json::object();
      for (const Column& column : spec_.data) {
        if (const auto* texts = column.texts()) {
          item.set(column.name, (*texts)[row]);
          continue;
        }
        const double value = (*column.numbers())[row];
        item.set(column.name, is_temporal(column.name) ? date(value) : Json(value));
      }
      rows.push_back(std::move(item));
    }
    return rows;
  }

  bool is_stacked() const {
    return !data_.stack_to.empty() && data_.has_series() &&
           !(spec_.mark == Mark::kBar && spec_.stack == Stack::kGrouped);
  }

  /// Vega-Lite stacks by name unless told the order of the series.
  Json series_order() const {
    Json names = Json::array();
    for (const std::string& name : data_.series) names.push_back(name);
    std::string field;
    append_json_string(field, spec_.encoding.color.field);
    Json steps = Json::array();
    steps.push_back(
        Json::object({{"calculate", concat("indexof(", names.dump(), ", datum[", field, "])")},
                      {"as", kSeriesOrder}}));
    return steps;
  }

  static Json date(double days) {
    std::string text = format_iso_date(days);
    return text.empty() ? Json() : Json(std::move(text));
  }

  bool has_below(std::string_view field, double value) const {
    const Column* column = find_column(spec_, field);
    if (column == nullptr) return false;
    return std::ranges::any_of(*column->numbers(), [&](double other) { return other < value; });
  }

  Json channel(const Channel& from, bool is_position) const {
    Json out = Json::object({{"field", from.field}, {"type", type_name(from.type)}});
    const std::string title = axis_title(spec_, from);
    out.set("title", title.empty() ? Json() : Json(title));
    if (from.type == FieldType::kQuantitative && is_position) {
      Json scale = Json::object({{"type", scale_name(from.scale)}});
      if (from.scale == ScaleType::kLinear && !from.zero) scale.set("zero", false);
      if (from.domain_min) scale.set("domainMin", *from.domain_min);
      if (from.domain_max) scale.set("domainMax", *from.domain_max);
      if (from.floor &&
          (has_below(from.field, *from.floor) || has_below(spec_.encoding.low, *from.floor))) {
        scale.set("domainMin", *from.floor);
        scale.set("clamp", true);
      }
      out.set("scale", std::move(scale));
    }
    if (is_discrete(from.type)) out.set("sort", sort(from));
    const Column* column = find_column(spec_, from.field);
    if (column->format == Format::kPercent && is_position)
      out.set("axis", Json::object({{"format", "~%"}}));
    return out;
  }

  Json sort(const Channel& from) const {
    const Axis value_axis = value_axis_of(spec_);
    const std::string_view value = !data_.color.empty()     ? "color"
                                   : value_axis == Axis::kX ? "x"
                                                            : "y";
    switch (from.sort) {
      case Sort::kAscending:
        return "ascending";
      case Sort::kDescending:
        return "descending";
      case Sort::kValueAscending:
        return value;
      case Sort::kValueDescending:
        return concat("-", value);
      case Sort::kData:
        break;
    }
    return Json();  // null: the order of the data
  }

  Json color() const {
    const Palette& palette = palette_of(Theme::kLight);
    Json out = channel(spec_.encoding.color, false);
    Json range = Json::array(), domain = Json::array();
    if (data_.color.empty()) {
      for (std::size_t i = 0; i < data_.series.size(); ++i) range.push_back(palette.categorical[i]);
      out.set("scale", Json::object({{"range", std::move(range)}}));
      return out;
    }
    const ColorClasses classes = color_classes(
        data_.color, spec_.encoding.color, data_.figure_column(), locale_of(Language::kEnglish));
    const auto& colors = classes.is_diverging ? palette.diverging : palette.sequential;
    for (const double cut : classes.breaks) domain.push_back(cut);
    for (const std::size_t index : classes.colors) range.push_back(colors[index]);
    if (classes.breaks.empty()) return out;
    out.set("scale", Json::object({{"type", "threshold"},
                                   {"domain", std::move(domain)},
                                   {"range", std::move(range)}}));
    return out;
  }

  Json encoding() const {
    const Encoding& from = spec_.encoding;
    Json x = channel(from.x, true), y = channel(from.y, true);
    const bool is_bar = spec_.mark == Mark::kBar;
    if (!data_.stack_to.empty()) {
      Json& value = data_.value_axis == Axis::kX ? x : y;
      value.set("stack", is_stacked() ? Json("zero") : Json());
    }
    if (is_bar && !from.x2.empty() && data_.value_axis == Axis::kY) x.set("bin", "binned");
    Json out = Json::object({{"x", std::move(x)}, {"y", std::move(y)}});
    if (!from.x2.empty()) out.set("x2", Json::object({{"field", from.x2}}));
    if (!from.y2.empty()) out.set("y2", Json::object({{"field", from.y2}}));
    if (!from.color.field.empty()) out.set("color", color());
    if (is_bar && spec_.stack == Stack::kGrouped && data_.has_series())
      out.set(data_.value_axis == Axis::kX ? "yOffset" : "xOffset",
              Json::object({{"field", from.color.field}, {"sort", Json()}}));
    if (is_stacked())
      out.set("order", Json::object({{"field", kSeriesOrder}, {"type", "quantitative"}}));
    if (!from.size.field.empty()) out.set("size", channel(from.size, false));
    if (!from.text.empty()) out.set("text", Json::object({{"field", from.text}}));
    if (!from.detail.empty()) out.set("detail", Json::object({{"field", from.detail}}));
    if (!from.tooltip.empty()) {
      Json fields = Json::array();
      for (const std::string& field : from.tooltip)
        fields.push_back(Json::object({{"field", field}}));
      out.set("tooltip", std::move(fields));
    }
    return out;
  }

  /// Whiskers, or the band around a line.
  Json interval_layer(const std::string& low, const std::string& high) const {
    const Encoding& from = spec_.encoding;
    const bool is_x = data_.value_axis == Axis::kX;
    Json out = Json::object();
    out.set("mark", spec_.mark == Mark::kLine ? Json::object({{"type", "area"}, {"opacity", 0.22}})
                                              : Json("rule"));
    Json value = Json::object({{"field", low}, {"type", "quantitative"}});
    Json base = channel(is_x ? from.y : from.x, true);
    Json encoding = Json::object();
    encoding.set("x", is_x ? value : base);
    encoding.set("y", is_x ? base : value);
    encoding.set(is_x ? "x2" : "y2", Json::object({{"field", high}}));
    if (data_.has_series()) encoding.set("color", color());
    out.set("encoding", std::move(encoding));
    return out;
  }

  struct Position {
    Axis axis;
    bool is_second;  ///< x2 or y2
    double value;
  };

  /// A layer with one mark of its own, at these positions.
  Json annotation(const std::string& label, Json mark,
                  std::initializer_list<Position> positions) const {
    Json row = Json::object({{"label", label}}), encoding = Json::object();
    for (const Position& position : positions) {
      const bool is_x = position.axis == Axis::kX;
      const std::string name = concat(is_x ? "x" : "y", position.is_second ? "2" : "");
      const FieldType type = (is_x ? spec_.encoding.x : spec_.encoding.y).type;
      row.set(name, type == FieldType::kTemporal ? date(position.value) : Json(position.value));
      Json channel = Json::object({{"field", name}});
      if (!position.is_second) channel.set("type", type_name(type));
      encoding.set(name, std::move(channel));
    }
    Json rows = Json::array();
    rows.push_back(std::move(row));
    return Json::object({{"description", label},
                         {"data", Json::object({{"values", std::move(rows)}})},
                         {"mark", std::move(mark)},
                         {"encoding", std::move(encoding)}});
  }

  Json rule_layer(const RuleLine& rule) const {
    return annotation(rule.label, "rule", {{rule.axis, false, rule.value}});
  }
  Json band_layer(const Band& band) const {
    return annotation(band.label, Json::object({{"type", "rect"}, {"opacity", 0.1}}),
                      {{band.axis, false, band.from}, {band.axis, true, band.to}});
  }
  Json note_layer(const Note& note) const {
    return annotation(note.label,
                      Json::object({{"type", "point"}, {"size", 110}, {"color", "black"}}),
                      {{Axis::kX, false, note.x}, {Axis::kY, false, note.y}});
  }

  Json usermeta() const {
    Json out = Json::object({{"id", spec_.id}, {"mark", name_of(spec_.mark)}});
    if (!spec_.footnote.empty()) out.set("footnote", spec_.footnote);
    if (spec_.hex_width > 0) out.set("hexWidthKm", spec_.hex_width);
    if (!spec_.encoding.n.empty()) out.set("n", spec_.encoding.n);
    Json columns = Json::array();
    for (const Column& column : spec_.data)
      columns.push_back(Json::object(
          {{"name", column.name}, {"title", column.title}, {"unit", table_unit(column)}}));
    out.set("columns", std::move(columns));
    return out;
  }

  const ChartSpec& spec_;
  Prepared data_;
};

}  // namespace

Json to_json(const ChartSpec& spec) { return VegaWriter(spec).write(); }

}  // namespace hark::chart

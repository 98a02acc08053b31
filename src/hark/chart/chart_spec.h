// A chart as data: what to draw, from which columns, with which words. Everything else (SVG,
// tables, the description for screen readers, JSON) is made from it.
//
// The names are a strict subset of Vega-Lite 5 (mark, encoding, x, y, x2, y2, color, size, tooltip,
// quantitative, temporal, nominal, ordinal), so to_json() gives a spec that Vega-Lite draws too.
// There is no pie, no second axis and no 3-D. The caller aggregates; a chart draws the rows it
// gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hark/core/json.h"
#include "hark/core/result.h"

namespace hark::chart {

enum class Mark : std::uint8_t {
  kLine,   ///< y over x, one line per colour; missing values are gaps
  kArea,   ///< like line, filled; stacked by colour, or between y and y2
  kBar,    ///< one discrete (or temporal) axis and one quantitative, or ranges x..x2 (histogram)
  kRect,   ///< heat map: x and y discrete, colour quantitative
  kHex,    ///< map of hexagons: x, y in kilometres east and north, colour quantitative
  kDot,    ///< points, with whiskers low..high
  kStrip,  ///< one short tick per row along x, in the row of its category y
  kRule,   ///< a segment from x to x2 (or y to y2) in the row of its category
  kText,   ///< the column `text` at x, y
};

enum class FieldType : std::uint8_t { kQuantitative, kTemporal, kNominal, kOrdinal };
enum class ScaleType : std::uint8_t { kLinear, kLog, kSqrt };
/// Order of the categories of a discrete axis.
enum class Sort : std::uint8_t {
  kData,
  kAscending,
  kDescending,
  kValueAscending,
  kValueDescending
};
/// How a quantitative colour is cut into its five classes.
enum class Classes : std::uint8_t { kEqual, kQuantile, kDiverging };
enum class Stack : std::uint8_t { kStacked, kGrouped };
enum class Axis : std::uint8_t { kX, kY };

/// How the numbers of a column are written for people.
enum class Format : std::uint8_t {
  kNumber,   ///< 182,734 or 31.2, followed by the unit
  kPercent,  ///< a share 0..1, written 81.4 %
  kHours,    ///< a duration in hours: 4:12 min or 54 min below 1 h, 31.2 h below 3 d, 9.4 d above
  kSeconds,  ///< a duration in seconds, written like kHours
};

/// Numbers (NaN and infinities are missing) or texts. A temporal column holds days since 1970-01-01
/// on the city's clock, with fractions for times of day.
struct Column {
  std::string name = {};   ///< what encodings refer to
  std::string title = {};  ///< for people: heading of the axis and of the table column
  std::string unit = {};   ///< "calls", "$"; empty where the format says it
  Format format = Format::kNumber;
  std::variant<std::vector<double>, std::vector<std::string>> values = {};

  std::size_t size() const noexcept;
  /// nullptr if the column holds the other kind.
  const std::vector<double>* numbers() const noexcept {
    return std::get_if<std::vector<double>>(&values);
  }
  const std::vector<std::string>* texts() const noexcept {
    return std::get_if<std::vector<std::string>>(&values);
  }
};

/// One way a column is shown. A channel without `field` is not used.
struct Channel {
  std::string field = {};
  FieldType type = FieldType::kQuantitative;
  ScaleType scale = ScaleType::kLinear;  ///< quantitative positions and sizes
  std::string title = {};                ///< replaces the column's title on the axis
  Sort sort = Sort::kData;
  Classes classes = Classes::kEqual;  ///< quantitative colour only
  bool zero = true;                   ///< linear quantitative axes include 0
  /// Widen the axis to at least this; data outside is never cut off.
  std::optional<double> domain_min = {}, domain_max = {};
  /// Logarithmic positions, > 0: where the axis begins at the latest if there are smaller values,
  /// such as zero. They stand at its beginning; words and tables tell them as they are.
  std::optional<double> floor = {};
};

struct Encoding {
  Channel x = {}, y = {};
  Channel color =
      {};             ///< series (nominal, ordinal; at most 6) or classes (quantitative: rect, hex)
  Channel size = {};  ///< area of dots
  std::string x2 = {}, y2 = {};  ///< other end of bars, rules and areas
  std::string low = {},
              high = {};  ///< ends of the interval around the value: whiskers, or a band by lines
  std::string inner_low = {}, inner_high = {};  ///< lines: a narrower, darker band within the other
  std::string n = {};       ///< rows behind the mark; below 30 it is drawn grey and marked "few"
  std::string text = {};    ///< what kText writes
  std::string detail = {};  ///< kHex: district of the cell; borders and names are drawn from it
  std::vector<std::string> tooltip = {};  ///< further columns told when pointing at a mark
};

/// A labelled line across the plot at a value of a continuous axis: a median, a target.
struct RuleLine {
  Axis axis = Axis::kX;  ///< the axis `value` belongs to: kX draws a vertical line
  double value = 0;
  std::string label = {};
};
/// A labelled stretch of a continuous axis, tinted across the plot.
struct Band {
  Axis axis = Axis::kX;
  double from = 0, to = 0;
  std::string label = {};
};
/// A ring around a point of two continuous axes, with a label.
struct Note {
  double x = 0, y = 0;
  std::string label = {};
};

struct ChartSpec {
  std::string id = {};     ///< lower case, digits, '-'; unique in a page: file name and id prefix
  std::string title = {};  ///< the question
  std::string description = {};  ///< the answer in a sentence; may be empty
  Mark mark = Mark::kBar;
  Stack stack = Stack::kStacked;  ///< of bars with a colour
  Encoding encoding = {};
  std::vector<Column> data = {};  ///< columns of equal length
  std::vector<RuleLine> rules = {};
  std::vector<Band> bands = {};
  std::vector<Note> notes = {};
  std::string footnote = {};  ///< source, n, as-of date
  double width = 640;         ///< pixels, 240 to 2000
  double height = 0;          ///< of the whole picture; 0: what the content needs
  double hex_width = 0;       ///< kHex: distance between centres, in kilometres
};

/// Colours a series can have before the caller has to merge the rest into "Other".
inline constexpr std::size_t kMaxSeries = 6;
/// Below this many rows a mark is drawn as "few".
inline constexpr double kFewRows = 30;
/// Rows of a discrete y axis that are drawn; the table has all of them.
inline constexpr std::size_t kMaxCategoryRows = 60;

/// The column, or nullptr. An empty name is never found. The pointer dies with the spec.
const Column* find_column(const ChartSpec& spec, std::string_view name) noexcept;

/// The axis title: the channel's or column's title, with the unit in brackets if it has one
/// and does not end with it.
std::string axis_title(const ChartSpec& spec, const Channel& channel);

/// Says whether the spec can be drawn. Errors: kInvalidArgument naming the field and what is wrong
/// (unknown or doubled column, columns of different length, text where numbers are needed, more
/// than kMaxSeries colours, axes that do not fit the mark). Data are never an error: empty data,
/// missing and extreme values are drawn as what they are.
Result<void> validate(const ChartSpec& spec);

/// The spec as Vega-Lite JSON: data.values, mark, encoding; rules, bands, notes and whiskers as
/// further layers. hark's own members (id, footnote, hex width) are under "usermeta".
/// Requires validate().
Json to_json(const ChartSpec& spec);

/// "line", "area", "bar", …: hark's name of the mark.
std::string_view name_of(Mark mark) noexcept;

}  // namespace hark::chart

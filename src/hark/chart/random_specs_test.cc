// Whatever the data and the words, the picture stands: 400 random specs, most of them valid.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hark/chart/svg.h"
#include "hark/chart/svg_checks.h"
#include "hark/chart/table.h"
#include "hark/chart/test_support.h"
#include "hark/core/text.h"

namespace hark::chart::testing {
namespace {

class SpecMaker {
 public:
  explicit SpecMaker(std::uint64_t seed) : random_(seed) {}

  ChartSpec make() {
    spec_ = {};
    spec_.id = concat("random-", random_.below(1000));
    spec_.title = word();
    if (coin()) spec_.description = word();
    if (coin()) spec_.footnote = word();
    spec_.mark = static_cast<Mark>(random_.below(9));
    spec_.stack = coin() ? Stack::kStacked : Stack::kGrouped;
    spec_.width = 240 + static_cast<double>(random_.below(800));
    if (random_.below(4) == 0) spec_.height = static_cast<double>(random_.below(600));
    num_rows_ = pick({0, 1, 2, 7, 40, 300});
    if (spec_.mark == Mark::kLine && random_.below(4) == 0) num_rows_ = 4000;
    spec_.encoding.x = axis("x");
    spec_.encoding.y = axis("y");
    fit_axes_to_mark();
    add_column("x", spec_.encoding.x);
    add_column("y", spec_.encoding.y);
    add_color();
    add_extras();
    add_annotations();
    return std::move(spec_);
  }

 private:
  bool coin() { return random_.below(2) == 0; }
  std::size_t pick(std::initializer_list<std::size_t> choices) {
    return choices.begin()[random_.below(choices.size())];
  }

  std::string word() {
    static const char* const kWords[] = {
        "Noise",
        "",
        "a < b & \"c\" > 'd'",
        "]]> <!-- x -->",
        "\xFF\xFE broken \xC3",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung",
        "Department of Housing Preservation and Development, Division of Everything Else",
        "東京都",
        "tab\tand\nnewline\x01",
        "é ü ñ ß",
        "WWWWWWWWWW",
        "i",
        "-"};
    return kWords[random_.below(std::size(kWords))];
  }

  double value(Format format) {
    switch (random_.below(40)) {
      case 0:
        return std::numeric_limits<double>::quiet_NaN();
      case 1:
        return std::numeric_limits<double>::infinity();
      case 2:
        return 0;
      case 3:
        return coin() ? 1e300 : -1e14;
      case 4:
        return 1e-12;
      case 5:
        return -5;
      default:
        return format == Format::kPercent ? random_.unit() : std::exp(8 * random_.unit()) - 3;
    }
  }

  Channel axis(std::string field) {
    Channel out{.field = std::move(field)};
    out.type = static_cast<FieldType>(random_.below(4));
    out.scale = static_cast<ScaleType>(random_.below(3));
    if (out.type != FieldType::kQuantitative) out.scale = ScaleType::kLinear;
    out.sort = static_cast<Sort>(random_.below(5));
    out.zero = coin();
    if (out.scale == ScaleType::kLog && coin()) out.floor = 0.1;
    if (random_.below(5) == 0) out.domain_max = 1000;
    return out;
  }

  void fit_axes_to_mark() {
    Channel &x = spec_.encoding.x, &y = spec_.encoding.y;
    const auto become = [](Channel& channel, FieldType type) {
      channel.type = type;
      if (type != FieldType::kQuantitative || channel.scale == ScaleType::kLog)
        channel.scale = ScaleType::kLinear;
      if (channel.scale == ScaleType::kLinear) channel.floor.reset();
    };
    const bool is_flipped = coin();
    switch (spec_.mark) {
      case Mark::kLine:
      case Mark::kArea:
        become(y, FieldType::kQuantitative);
        if (x.type == FieldType::kNominal) x.type = FieldType::kTemporal;
        break;
      case Mark::kBar:
        become(is_flipped ? x : y, FieldType::kQuantitative);
        become(is_flipped ? y : x,
               coin() || is_flipped ? FieldType::kNominal : FieldType::kTemporal);
        break;
      case Mark::kRect:
        become(x, FieldType::kOrdinal);
        become(y, FieldType::kNominal);
        break;
      case Mark::kHex:
        become(x, FieldType::kQuantitative);
        become(y, FieldType::kQuantitative);
        x.scale = y.scale = ScaleType::kLinear;
        spec_.hex_width = 0.1 + random_.unit();
        break;
      case Mark::kDot:
        become(is_flipped ? x : y, FieldType::kQuantitative);
        break;
      case Mark::kStrip:
      case Mark::kRule:
        become(x, FieldType::kQuantitative);
        become(y, FieldType::kNominal);
        if (spec_.mark == Mark::kRule) spec_.encoding.x2 = add_numbers("x2");
        break;
      case Mark::kText:
        spec_.encoding.text = add_words("text");
        break;
    }
  }

  std::string add_numbers(const std::string& name) {
    const auto format = static_cast<Format>(random_.below(4));
    std::vector<double> values;
    const double first = value(format);
    const bool is_constant = random_.below(8) == 0;
    for (std::size_t i = 0; i < num_rows_; ++i)
      values.push_back(is_constant ? first : value(format));
    spec_.data.push_back(numbers(name, word(), values, coin() ? "calls" : "", format));
    return name;
  }

  std::string add_words(const std::string& name, std::size_t num_distinct = 30) {
    std::vector<std::string> choices, values;
    for (std::size_t i = 0; i < num_distinct; ++i) choices.push_back(word());
    for (std::size_t i = 0; i < num_rows_; ++i)
      values.push_back(choices[random_.below(num_distinct)]);
    spec_.data.push_back(texts(name, word(), values));
    return name;
  }

  void add_column(const std::string& name, const Channel& channel) {
    if (channel.type == FieldType::kNominal) {
      add_words(name, pick({1, 5, 60}));
    } else if (channel.type == FieldType::kTemporal) {
      const double step = coin() ? 1.0 / 24 : static_cast<double>(pick({1, 7, 30, 400}));
      std::vector<double> days;
      for (std::size_t i = 0; i < num_rows_; ++i)
        days.push_back(random_.below(30) == 0 ? value(Format::kNumber)
                                              : 19000 + step * static_cast<double>(i / 2));
      spec_.data.push_back(numbers(name, word(), days));
    } else {
      add_numbers(name);
    }
  }

  void add_color() {
    if (spec_.mark == Mark::kRect || spec_.mark == Mark::kHex) {
      spec_.encoding.color = axis(add_numbers("color"));
      spec_.encoding.color.type = FieldType::kQuantitative;
      spec_.encoding.color.classes = static_cast<Classes>(random_.below(3));
      if (spec_.mark == Mark::kHex && coin()) spec_.encoding.detail = add_words("district", 4);
    } else if (coin()) {
      spec_.encoding.color = {.field = add_words("color", 1 + random_.below(7)),
                              .type = FieldType::kNominal};
    }
  }

  void add_extras() {
    const bool takes_intervals =
        spec_.mark == Mark::kLine || spec_.mark == Mark::kBar || spec_.mark == Mark::kDot;
    if (takes_intervals && coin()) {
      spec_.encoding.low = add_numbers("low");
      spec_.encoding.high = add_numbers("high");
      if (spec_.mark == Mark::kLine && coin()) {
        spec_.encoding.inner_low = add_numbers("inner_low");
        spec_.encoding.inner_high = add_numbers("inner_high");
      }
    }
    if (spec_.mark == Mark::kDot && coin()) spec_.encoding.size = {.field = add_numbers("size")};
    if (coin()) spec_.encoding.n = add_numbers("n");
    if (coin()) spec_.encoding.tooltip = {add_words("tip")};
  }

  void add_annotations() {
    if (spec_.mark == Mark::kHex || spec_.mark == Mark::kRect) return;
    const auto is_continuous = [](const Channel& channel) {
      return channel.type == FieldType::kQuantitative || channel.type == FieldType::kTemporal;
    };
    const bool has_x = is_continuous(spec_.encoding.x), has_y = is_continuous(spec_.encoding.y);
    for (std::size_t i = random_.below(4); i-- > 0;) {
      const double at = 1 + 900 * random_.unit();
      if (has_x) spec_.rules.push_back({.axis = Axis::kX, .value = at, .label = word()});
      if (has_y) spec_.rules.push_back({.axis = Axis::kY, .value = at, .label = word()});
      if (has_y && coin())
        spec_.bands.push_back({.axis = Axis::kY, .from = at, .to = at * 2, .label = word()});
      if (has_x && has_y && coin()) spec_.notes.push_back({.x = at, .y = at, .label = word()});
    }
  }

  Random random_;
  ChartSpec spec_;
  std::size_t num_rows_ = 0;
};

}  // namespace

TEST(RandomSpecs, GivePicturesWithoutProblems) {
  constexpr int kNumSpecs = 200;
  int num_valid = 0, num_drawn = 0;
  for (std::uint64_t seed = 0; seed < kNumSpecs; ++seed) {
    const ChartSpec spec = SpecMaker(seed).make();
    const auto ok = validate(spec);
    num_valid += ok ? 1 : 0;
    const std::string svg = to_svg(spec);

    num_drawn += svg.find("data-k=") != std::string::npos ? 1 : 0;
    EXPECT_THAT(problems_of(svg, palette_of(Theme::kLight)), ::testing::IsEmpty())
        << "seed " << seed << " " << name_of(spec.mark);
    EXPECT_EQ(svg, to_svg(spec)) << "seed " << seed;
    const SvgOptions file{.is_standalone = true,
                          .theme = Theme::kDark,
                          .language = seed % 2 == 0 ? Language::kFrench : Language::kSpanish};
    EXPECT_THAT(problems_of(to_svg(spec, file), palette_of(Theme::kDark)), ::testing::IsEmpty())
        << "seed " << seed << " " << name_of(spec.mark) << ", as a file";
    if (!ok) continue;
    EXPECT_TRUE(parse_xml(to_html_table(spec))) << "seed " << seed;
    EXPECT_FALSE(to_markdown_table(spec).empty());
    EXPECT_TRUE(Json::parse(to_json(spec).dump())) << "seed " << seed;
  }
  // The generator is worth something only if most of what it makes is drawn.
  EXPECT_GT(num_valid, kNumSpecs * 3 / 4);
  EXPECT_GT(num_drawn, kNumSpecs / 2);
}

}  // namespace hark::chart::testing

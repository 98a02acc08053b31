#include "hark/generate/vancouver.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "hark/calendar/holidays.h"
#include "hark/core/text.h"
#include "hark/generate/text_output.h"
#include "hark/stats/random.h"

namespace hark::generate {
namespace {

constexpr std::array<double, 7> kWeekday = {1.22, 1.24, 1.20, 1.18, 1.12, 0.60, 0.44};
constexpr std::array<double, 12> kMonth = {1.06, 0.96, 0.93, 0.97, 1.04, 1.14,
                                           1.07, 1.00, 0.96, 0.94, 1.01, 0.92};
constexpr double kHoliday = 0.40;
constexpr double kDaySigma = 0.08;           // of the logarithm of a day's calls
constexpr double kMissingShare = 1.0 / 700;  // of days
constexpr double kOvercountShare = 0.02;     // of days: more outcomes than offered calls
constexpr double kHalfDayShare = 1.0 / 100;  // of days: in one spreadsheet only, for each
constexpr double kUnaccountedShare = 0.012;  // of calls, on other days

/// How the city wrote its ratios in a year.
enum class Precision { kThreeDecimals, kFourDecimals, kFull };

struct Day {
  std::int32_t day = 0;
  std::int64_t offered = 0;
  std::int64_t handled = 0;
  std::int64_t abandoned = 0;
  std::int64_t wait_s = 0;       ///< of all handled callers together
  std::int64_t denominator = 0;  ///< of the service level
  std::int64_t in_time = 0;      ///< its numerator
  Precision precision = Precision::kFull;
};

/// The first three tenths of the years have 3 decimals, the next three 4, the rest all digits.
Precision precision_of(std::int32_t year, std::int32_t first_year, std::int32_t last_year) {
  const std::int32_t place = (year - first_year) * 10 / (last_year - first_year + 1);
  if (place >= 6 || first_year == last_year) return Precision::kFull;
  return place < 3 ? Precision::kThreeDecimals : Precision::kFourDecimals;
}

std::int64_t poisson(double mean, stats::Pcg64& random) {
  return stats::poisson_quantile(random.uniform_open(), mean);
}

double expected_calls(const VancouverOptions& options, std::int32_t day, bool is_holiday) {
  const calendar::Date date = calendar::civil_from_days(day);
  double calls = options.calls_per_day * kWeekday[calendar::weekday_from_days(day)] *
                 kMonth[date.month - std::size_t{1}];
  if (is_holiday) calls *= kHoliday;
  if (day >= options.change_day) calls *= options.level_factor;
  return calls;
}

Day draw_day(const VancouverOptions& options, std::int32_t day, bool is_holiday,
             stats::Pcg64& random) {
  Day result;
  result.day = day;
  const double noise = stats::lognormal_quantile(random.uniform_open(), 0, kDaySigma);
  result.offered = poisson(expected_calls(options, day, is_holiday) * noise, random);
  // Staff follows the plan, not the day: what comes on top waits. Callers leave as the wait grows.
  const double load = noise * stats::lognormal_quantile(random.uniform_open(), 0, 0.1);
  const double wait = 55 * load * load * load * load;  // seconds
  const double leaving = std::min(0.5, 0.0011 * wait);
  const auto offered = static_cast<double>(result.offered);
  result.abandoned = std::min(result.offered, poisson(offered * leaving, random));
  const bool is_overcounted = options.has_defects && random.uniform() < kOvercountShare;
  const std::int64_t unaccounted = is_overcounted
                                       ? -1 - static_cast<std::int64_t>(random.below(3))
                                       : std::min(result.offered - result.abandoned,
                                                  poisson(offered * kUnaccountedShare, random));
  result.handled = result.offered - result.abandoned - unaccounted;
  result.wait_s = poisson(wait * static_cast<double>(result.handled), random);
  result.denominator = result.handled + std::llround(options.abandons_inside *
                                                     static_cast<double>(result.abandoned));
  // Waits are about exponential; in time is within 60 seconds.
  const double in_time = 1 - stats::portable_exp(-60 / std::max(wait, 1.0));
  const double answered = in_time * static_cast<double>(result.denominator);
  result.in_time = std::min<std::int64_t>(result.denominator,
                                          std::llround(answered + 3 * (random.uniform() - 0.5)));
  result.in_time = std::max<std::int64_t>(result.in_time, 0);
  return result;
}

/// 15 significant digits, as a spreadsheet writes them.
void append_full(std::string& out, double value) {
  char digits[40];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, 15).ptr;
  out.append(digits, end);
}

/// `numerator / denominator` with `decimals` decimals and without the zeros at their end (one
/// stays), as the city writes "0.75" and "48.0". Rounded half up in whole numbers.
void append_rounded(std::string& out, std::int64_t numerator, std::int64_t denominator,
                    int decimals) {
  std::int64_t scale = 1;
  for (int i = 0; i < decimals; ++i) scale *= 10;
  const std::int64_t scaled = (2 * numerator * scale + denominator) / (2 * denominator);
  append_int(out, scaled / scale);
  std::string fraction = std::to_string(scale + scaled % scale).substr(1);
  while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
  out += '.';
  out += fraction.empty() ? "0" : fraction;
}

void append_day(std::string& out, const Day& day, std::size_t id) {
  out += calendar::format_date(day.day);
  for (const std::int64_t count : {day.offered, day.handled, day.abandoned}) {
    out += ';';
    append_int(out, count);
  }
  out += ';';
  const std::int64_t handled = std::max<std::int64_t>(day.handled, 1);
  const std::int64_t denominator = std::max<std::int64_t>(day.denominator, 1);
  switch (day.precision) {
    case Precision::kThreeDecimals:
      append_rounded(out, day.wait_s, handled, 1);
      out += ';';
      append_rounded(out, day.in_time, denominator, 3);
      break;
    case Precision::kFourDecimals:
      append_rounded(out, day.wait_s, handled, 0);
      out += ';';
      append_rounded(out, day.in_time, denominator, 4);
      break;
    case Precision::kFull:
      append_full(out, static_cast<double>(day.wait_s) / static_cast<double>(handled));
      out += ';';
      append_full(out, static_cast<double>(day.in_time) / static_cast<double>(denominator));
      break;
  }
  out += ';';
  append_int(out, static_cast<std::int64_t>(id));
  out += "\r\n";
}

Json counts_of(const std::vector<Day>& days, const std::vector<std::int32_t>& missing) {
  std::int64_t offered = 0, handled = 0, abandoned = 0, wait_s = 0, denominator = 0, in_time = 0;
  std::int64_t negative_unaccounted = 0;
  std::array<std::int64_t, 3> by_precision{};
  for (const Day& day : days) {
    offered += day.offered;
    handled += day.handled;
    abandoned += day.abandoned;
    wait_s += day.wait_s;
    denominator += day.denominator;
    in_time += day.in_time;
    negative_unaccounted += day.offered < day.handled + day.abandoned ? 1 : 0;
    ++by_precision[static_cast<std::size_t>(day.precision)];
  }
  Json missing_days = Json::array();
  for (const std::int32_t day : missing) missing_days.push_back(calendar::format_date(day));
  return Json::object({
      {"rows", static_cast<std::int64_t>(days.size())},
      {"first", calendar::format_date(days.front().day)},
      {"last", calendar::format_date(days.back().day)},
      {"missing_days", std::move(missing_days)},
      {"offered", offered},
      {"handled", handled},
      {"abandoned", abandoned},
      {"unaccounted", offered - handled - abandoned},
      {"negative_unaccounted_rows", negative_unaccounted},
      {"wait_s", wait_s},
      {"answered_in_time", in_time},
      {"service_level_denominator", denominator},
      {"rows_by_precision", Json::object({{"three_decimals", by_precision[0]},
                                          {"four_decimals", by_precision[1]},
                                          {"full", by_precision[2]}})},
  });
}

Json truth_of(const VancouverOptions& options, const std::vector<Day>& days,
              const std::vector<std::int32_t>& missing) {
  Json by_weekday = Json::array(), by_month = Json::array();
  for (const double factor : kWeekday) by_weekday.push_back(factor);
  for (const double factor : kMonth) by_month.push_back(factor);
  return Json::object({
      {"dataset", "vancouver"},
      {"seed", options.seed},
      {"planted", Json::object({{"calls_per_day", options.calls_per_day},
                                {"weekday_factors", std::move(by_weekday)},
                                {"month_factors", std::move(by_month)},
                                {"holiday_factor", kHoliday},
                                {"holidays", "CA-BC"},
                                {"day_sigma", kDaySigma},
                                {"abandons_inside", options.abandons_inside},
                                {"change_day", calendar::format_date(options.change_day)},
                                {"level_factor", options.level_factor},
                                {"missing_share", options.has_defects ? kMissingShare : 0.0},
                                {"overcount_share", options.has_defects ? kOvercountShare : 0.0}})},
      {"counts", counts_of(days, missing)},
  });
}

Result<void> validate(const VancouverOptions& options) {
  const auto invalid = [](const char* message) {
    return Error(ErrorCode::kInvalidArgument, message);
  };
  constexpr std::int32_t kFirst = calendar::days_from_civil(1990, 1, 1);
  constexpr std::int32_t kLast = calendar::days_from_civil(2099, 12, 31);
  if (options.num_rows < 1 || options.num_rows > 36'525 || options.first_day < kFirst ||
      // Left-out days make the span longer, by less than a twentieth and 100 days.
      options.first_day + static_cast<std::int64_t>(options.num_rows * 21 / 20 + 100) > kLast) {
    return invalid("the days to generate must lie between 1990 and 2099, at most 36,525 of them");
  }
  if (!(options.calls_per_day >= 10 && options.calls_per_day <= 1e6)) {
    return invalid("calls per day must be from 10 to 1,000,000");
  }
  if (!(options.abandons_inside >= 0 && options.abandons_inside <= 1)) {
    return invalid("the share of abandons inside the denominator must be in [0, 1]");
  }
  if (!(options.level_factor > 0 && options.level_factor <= 100)) {
    return invalid("the level factor must be above 0 and at most 100");
  }
  return {};
}

struct Days {
  std::vector<Day> days;
  std::vector<std::int32_t> missing;
};

Result<Days> draw_days(const VancouverOptions& options) {
  HARK_TRY_VOID(validate(options));
  HARK_TRY(const auto holidays, calendar::HolidayCalendar::named("CA-BC"));
  stats::Pcg64 random = stats::Pcg64::for_block(options.seed, 0);
  Days drawn;
  auto& [days, missing] = drawn;
  for (std::int32_t day = options.first_day; days.size() < options.num_rows; ++day) {
    // The first day is always there, and no two in a row are missing.
    const bool may_miss = options.has_defects && !days.empty() && days.back().day == day - 1;
    if (may_miss && random.uniform() < kMissingShare) {
      missing.push_back(day);
      continue;
    }
    days.push_back(draw_day(options, day, holidays.on(day).has_value(), random));
  }
  const std::int32_t first_year = calendar::civil_from_days(days.front().day).year;
  const std::int32_t last_year = calendar::civil_from_days(days.back().day).year;
  for (Day& day : days) {
    day.precision = precision_of(calendar::civil_from_days(day.day).year, first_year, last_year);
  }

  return drawn;
}

}  // namespace

Result<GenerateReport> generate_vancouver(io::FileSystem& files, const std::string& path,
                                          const VancouverOptions& options) {
  HARK_TRY(const auto drawn, draw_days(options));
  const auto& [days, missing] = drawn;
  std::string text =
      "\xEF\xBB\xBF"
      "Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID\r\n";
  for (std::size_t i = 0; i < days.size(); ++i) append_day(text, days[days.size() - 1 - i], i + 1);
  HARK_TRY_VOID(files.write_atomically(path, text));
  return GenerateReport{options.num_rows, text.size(), truth_of(options, days, missing)};
}

Result<GenerateReport> generate_vancouver_calls(io::FileSystem& files, const std::string& path,
                                                const VancouverOptions& options) {
  HARK_TRY(const auto drawn, draw_days(options));
  const auto& days = drawn.days;
  std::string general = "Date,CallsOffered,CallsAbandoned,ServiceLevel\r\n";
  std::string handled = "Date,CallsHandled,AverageSpeedofAnswer\r\n";
  std::int64_t only_general = 0, only_handled = 0;
  // A stream of its own, so that the days are those of generate_vancouver().
  stats::Pcg64 random = stats::Pcg64::for_block(options.seed, 1);
  for (const Day& day : days) {
    const double place = options.has_defects ? random.uniform() : 1;
    const bool is_in_general = place >= kHalfDayShare;
    const bool is_in_handled = place < kHalfDayShare || place >= 2 * kHalfDayShare;
    const auto ratio = [](std::string& out, std::int64_t a, std::int64_t b) {
      append_full(out, static_cast<double>(a) / static_cast<double>(std::max<std::int64_t>(b, 1)));
      out += "\r\n";
    };
    if (is_in_general) {
      general += concat(calendar::format_date(day.day), ",", day.offered, ",", day.abandoned, ",");
      ratio(general, day.in_time, day.denominator);
    }
    if (is_in_handled) {
      handled += concat(calendar::format_date(day.day), ",", day.handled, ",");
      ratio(handled, day.wait_s, day.handled);
    }
    only_general += is_in_handled ? 0 : 1;
    only_handled += is_in_general ? 0 : 1;
  }
  HARK_TRY_VOID(files.create_directories(path));
  HARK_TRY_VOID(files.write_atomically(io::join_path(path, "callsGeneral.csv"), general));
  HARK_TRY_VOID(files.write_atomically(io::join_path(path, "callsHandled.csv"), handled));
  Json truth = truth_of(options, days, drawn.missing);
  truth.set("days_only_general", only_general);
  truth.set("days_only_handled", only_handled);
  return GenerateReport{options.num_rows, general.size() + handled.size(), std::move(truth)};
}

}  // namespace hark::generate

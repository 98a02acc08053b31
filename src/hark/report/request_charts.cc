#include "hark/report/request_charts.h"

#include <algorithm>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/chart/hexbin.h"
#include "hark/core/text.h"
#include "hark/report/chart_columns.h"
#include "hark/report/time_points.h"
#include "hark/report/wording.h"

namespace hark::report {
namespace {

using chart::ChartSpec;
using chart::FieldType;
using chart::Format;
using chart::Mark;
using insight::RequestGroup;

/// More cells would make the page heavy and show no more of a city.
constexpr std::size_t kMostMapCells = 300;

/// Groups that a chart shows: those with a value, the largest first.
std::vector<const RequestGroup*> largest(const std::vector<RequestGroup>& groups,
                                         std::size_t most) {
  std::vector<const RequestGroup*> chosen;
  for (const RequestGroup& group : groups) {
    if (group.key && chosen.size() < most) chosen.push_back(&group);
  }
  return chosen;
}

}  // namespace

ChartSpec requests_per_day(const insight::RequestAnalysis& analysis) {
  ChartSpec spec;
  spec.id = "requests-per-day";
  spec.title = "How many requests come in each day?";
  spec.mark = Mark::kLine;
  std::vector<double> created;
  std::int64_t most = -1;
  std::int32_t busiest = 0;
  for (const insight::DayCount& day : analysis.days) {
    created.push_back(static_cast<double>(day.created));
    if (day.created > most) {
      most = day.created;
      busiest = day.day;
    }
  }
  if (most >= 0)
    spec.description = concat("The busiest day was ", say_day(busiest), " with ",
                              say_things(most, "request"), ".");
  TimePoints points = time_points(analysis.first_day.value_or(0), created);
  spec.footnote = said(points.step);
  spec.data = {numbers(std::string(name_of(points.step)),
                       points.step == TimeStep::kDay ? "day created" : "", std::move(points.days)),
               numbers("created", "requests a day", std::move(points.values), Format::kNumber)};
  spec.encoding.x.field = name_of(points.step);
  spec.encoding.x.type = FieldType::kTemporal;
  spec.encoding.y.field = "created";
  spec.height = 260;
  return spec;
}

ChartSpec week_hours(const insight::WeekHours& hours) {
  ChartSpec spec;
  spec.id = "hour-by-weekday";
  spec.title = "When do people ask?";
  spec.mark = Mark::kRect;
  std::vector<std::string> weekdays;
  std::vector<std::string> of_day;
  std::vector<double> counts;
  std::int64_t most = -1;
  unsigned best_day = 0;
  std::size_t best_hour = 0;
  for (unsigned day = 0; day < 7; ++day) {
    // A weekday that a short export does not have is left out: it is not a quiet one.
    if (std::ranges::all_of(hours.counts[day], [](std::int64_t n) { return n == 0; })) continue;
    for (std::size_t hour = 0; hour < 24; ++hour) {
      weekdays.push_back(weekday_name(day).substr(0, 3));
      of_day.push_back(hour < 10 ? concat("0", hour) : std::to_string(hour));
      counts.push_back(static_cast<double>(hours.counts[day][hour]));
      if (hours.counts[day][hour] > most) {
        most = hours.counts[day][hour];
        best_day = day;
        best_hour = hour;
      }
    }
  }
  // Fewer days than a week tell of themselves, and of no habit.
  const bool is_habit = weekdays.size() == std::size_t{7 * 24};
  spec.description = concat(is_habit ? "Most requests come on " : "Here most requests came on a ",
                            weekday_name(best_day), is_habit ? "s between " : " between ",
                            best_hour, " and ", best_hour + 1, " o'clock.");
  spec.footnote = concat("Local time. ", say_count(hours.num_heaped),
                         " requests stamped exactly at midnight or noon are left out: such stamps "
                         "come from batch systems.");
  spec.data = {texts("hour", "hour of day", std::move(of_day)),
               texts("weekday", "weekday", std::move(weekdays)),
               numbers("n", "requests", std::move(counts), Format::kNumber, "requests")};
  spec.encoding.x.field = "hour";
  spec.encoding.x.type = FieldType::kOrdinal;
  spec.encoding.y.field = "weekday";
  spec.encoding.y.type = FieldType::kOrdinal;
  spec.encoding.color.field = "n";
  return spec;
}

ChartSpec top_types(const insight::RequestAnalysis& analysis, std::size_t most) {
  ChartSpec spec;
  spec.id = "top-complaint-types";
  spec.title = "What do people ask for most?";
  spec.mark = Mark::kBar;
  std::vector<std::string> names;
  std::vector<double> counts;
  for (const RequestGroup* group : largest(analysis.types, most)) {
    names.push_back(group->label);
    counts.push_back(static_cast<double>(group->kpis.n));
  }
  if (!names.empty()) {
    spec.description =
        concat("The most frequent complaint type is ", names.front(), " with ",
               say_things(static_cast<std::int64_t>(counts.front()), "request"), ".");
  }
  spec.data = {texts("type", "complaint type", std::move(names)),
               numbers("n", "requests", std::move(counts), Format::kNumber, "requests")};
  spec.encoding.x.field = "n";
  spec.encoding.y.field = "type";
  spec.encoding.y.type = FieldType::kNominal;
  return spec;
}

ChartSpec time_to_close(const insight::RequestAnalysis& analysis, bool is_in_days) {
  ChartSpec spec;
  spec.id = "time-to-close";
  spec.title = "How long until a request is closed?";
  spec.mark = Mark::kBar;
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> counts;
  std::size_t last = 0;
  for (std::size_t i = 0; i < analysis.durations.size(); ++i) {
    if (analysis.durations[i].n > 0) last = i;
  }
  // A logarithmic axis has no zero: the first bin begins at 10 seconds, or a third of a day.
  const double least = is_in_days ? 1.0 / 3 : 10.0 / 3600;
  for (std::size_t i = 0; i <= last && i < analysis.durations.size(); ++i) {
    const insight::DurationBin& bin = analysis.durations[i];
    low.push_back(bin.low);
    high.push_back(bin.high);
    counts.push_back(static_cast<double>(bin.n));
  }
  spec.data = {numbers("from", "time to close from", std::move(low),
                       is_in_days ? Format::kNumber : Format::kHours, is_in_days ? "days" : ""),
               numbers("to", "to", std::move(high), is_in_days ? Format::kNumber : Format::kHours,
                       is_in_days ? "days" : ""),
               numbers("n", "closed requests", std::move(counts), Format::kNumber, "requests")};
  spec.encoding.x.field = "from";
  spec.encoding.x.title = "time to close";
  spec.encoding.x.scale = chart::ScaleType::kLog;
  spec.encoding.x.floor = least;
  spec.encoding.x2 = "to";
  spec.encoding.y.field = "n";
  const auto& closed = analysis.kpis.all.closed_only;
  const auto mark = [&](std::optional<double> value, const char* label) {
    if (value && *value > least) spec.rules.push_back({chart::Axis::kX, *value, label});
  };
  mark(closed.median, "p50");
  mark(closed.p90, "p90");
  spec.footnote =
      "Closed requests only, with p50 and p90 of these; requests still open are counted in the "
      "medians of the text. Requests closed at once stand in the first bin.";
  spec.height = 300;
  return spec;
}

ChartSpec time_by_group(const std::vector<RequestGroup>& groups, std::string id, std::string title,
                        std::string group_title, bool is_in_days, std::size_t most) {
  ChartSpec spec;
  spec.id = std::move(id);
  spec.title = std::move(title);
  spec.mark = Mark::kDot;
  std::vector<std::string> names;
  std::vector<double> median;
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> n;
  std::string not_reached;
  const double least = is_in_days ? 0.5 : 1.0 / 60;
  const auto nan = std::nan("");
  struct Shown {
    const RequestGroup* group;
    double median;
  };
  std::vector<Shown> shown;
  for (const RequestGroup* group : largest(groups, most)) {
    const insight::Survival& km = group->kpis.all.km;
    if (!km.median) {
      not_reached += (not_reached.empty() ? "" : ", ") + group->label;
      continue;
    }
    shown.push_back({group, *km.median});
  }
  std::ranges::stable_sort(shown, std::ranges::greater(), &Shown::median);
  for (const Shown& row : shown) {
    const insight::Survival& km = row.group->kpis.all.km;
    names.push_back(row.group->label);
    median.push_back(*km.median);
    low.push_back(km.median_low.value_or(nan));
    high.push_back(km.median_high.value_or(nan));
    n.push_back(static_cast<double>(row.group->kpis.n));
  }
  if (!shown.empty()) {
    spec.description = concat("Slowest of those shown: ", shown.front().group->label,
                              ", half of its requests are closed ", within(shown.front().median),
                              say_duration(shown.front().median, is_in_days), ".");
  }
  spec.footnote =
      "Median with 95 % interval (Kaplan-Meier: open requests are counted). The largest groups, "
      "slowest first.";
  const auto is_below = [&](double value) { return value < least; };
  if (std::ranges::any_of(median, is_below) || std::ranges::any_of(low, is_below))
    spec.footnote += concat(" What is below ", is_in_days ? "half a day" : "a minute",
                            " stands at the axis' beginning.");
  if (!not_reached.empty())
    spec.footnote += " Median not reached, since too many are still open: " + not_reached + ".";
  const Format format = is_in_days ? Format::kNumber : Format::kHours;
  const std::string unit = is_in_days ? "days" : "";
  spec.data = {texts("group", group_title, std::move(names)),
               numbers("median", "median time to close", std::move(median), format, unit),
               numbers("low", "from", std::move(low), format, unit),
               numbers("high", "to", std::move(high), format, unit),
               numbers("n", "requests", std::move(n))};
  spec.encoding.x.field = "median";
  spec.encoding.x.scale = chart::ScaleType::kLog;
  spec.encoding.x.floor = least;
  spec.encoding.y.field = "group";
  spec.encoding.y.type = FieldType::kNominal;
  spec.encoding.low = "low";
  spec.encoding.high = "high";
  spec.encoding.n = "n";
  return spec;
}

ChartSpec sla_by_group(const std::vector<RequestGroup>& groups, std::string id, std::string title,
                       std::string group_title, std::size_t most) {
  ChartSpec spec;
  spec.id = std::move(id);
  spec.title = std::move(title);
  spec.mark = Mark::kDot;
  struct Shown {
    const RequestGroup* group;
    double share;
    stats::Interval interval;
  };
  std::vector<Shown> shown;
  for (const RequestGroup* group : largest(groups, most)) {
    const auto& sla = group->kpis.sla;
    if (!sla || sla->eligible == 0) continue;
    if (sla->compliance && sla->ci95) {
      shown.push_back({group, *sla->compliance, *sla->ci95});
    } else if (sla->compliance_range) {
      shown.push_back({group, (sla->compliance_range->low + sla->compliance_range->high) / 2,
                       *sla->compliance_range});
    }
  }
  std::ranges::stable_sort(shown, {}, &Shown::share);
  std::vector<std::string> names;
  std::vector<double> share;
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> n;
  for (const Shown& row : shown) {
    names.push_back(row.group->label);
    share.push_back(row.share);
    low.push_back(row.interval.low);
    high.push_back(row.interval.high);
    n.push_back(static_cast<double>(row.group->kpis.sla->eligible));
  }
  // Two requests make no lowest and no highest, nor does the middle of what is possible.
  constexpr std::int64_t kFewRows = 30;
  const auto tells = [](const Shown& row) { return row.group->kpis.sla->eligible >= kFewRows; };
  const auto lowest = std::ranges::find_if(shown, tells);
  const auto highest = std::ranges::find_if(shown.rbegin(), shown.rend(), tells);
  const bool is_certain = shown.empty() || shown.front().group->kpis.sla->compliance;
  if (is_certain && lowest != shown.end() &&
      say_percent(lowest->share) != say_percent(highest->share)) {
    spec.description =
        concat("With at least ", kFewRows, " requests, lowest: ", lowest->group->label, " with ",
               say_percent(lowest->share), "; highest: ", highest->group->label, " with ",
               say_percent(highest->share), ".");
  }
  spec.footnote = concat(
      "Share of requests old enough to tell that were closed in time; open ones are misses. ",
      is_certain ? "Wilson 95 % intervals."
                 : "Dates tell no hour: lines go from certainly to possibly in time.");
  spec.data = {texts("group", group_title, std::move(names)),
               numbers("share", "closed in time", std::move(share), Format::kPercent),
               numbers("low", "from", std::move(low), Format::kPercent),
               numbers("high", "to", std::move(high), Format::kPercent),
               numbers("n", "requests old enough", std::move(n))};
  spec.encoding.x.field = "share";
  spec.encoding.x.domain_min = 0;
  spec.encoding.x.domain_max = 1;
  spec.encoding.y.field = "group";
  spec.encoding.y.type = FieldType::kNominal;
  spec.encoding.low = "low";
  spec.encoding.high = "high";
  spec.encoding.n = "n";
  return spec;
}

ChartSpec backlog_ages(const insight::RequestAnalysis& analysis) {
  ChartSpec spec;
  spec.id = "backlog-age";
  spec.title = "How old are the open requests?";
  spec.mark = Mark::kBar;
  std::vector<std::string> names;
  std::vector<double> counts;
  for (const insight::AgeBin& bin : analysis.backlog_ages) {
    names.push_back(bin.label);
    counts.push_back(static_cast<double>(bin.n));
  }
  spec.data = {texts("age", "age", std::move(names)),
               numbers("n", "open requests", std::move(counts), Format::kNumber, "requests")};
  spec.encoding.x.field = "n";
  spec.encoding.y.field = "age";
  spec.encoding.y.type = FieldType::kOrdinal;
  return spec;
}

std::optional<ChartSpec> request_map(const insight::RequestTable& table,
                                     const contract::Contract& contract) {
  if (table.latitude.empty()) return std::nullopt;
  const insight::Category* area = table.category(contract, contract::Role::kArea);
  chart::PointCounter points;
  for (std::size_t row = 0; row < table.size(); ++row) {
    constexpr std::size_t kAhead = 16;
    if (row + kAhead < table.size()) {
      points.expect(static_cast<double>(table.latitude[row + kAhead]),
                    static_cast<double>(table.longitude[row + kAhead]));
    }
    const auto latitude = static_cast<double>(table.latitude[row]);
    const auto longitude = static_cast<double>(table.longitude[row]);
    // Hot spots do the same, so both count the same requests.
    if (!contract.holds_place(latitude, longitude)) continue;
    const bool is_left_out = area == nullptr || area->codes[row] == insight::kNoCode ||
                             area->is_missing_in_tests[area->codes[row]];
    points.add(latitude, longitude, is_left_out ? chart::kNoDistrict : area->codes[row]);
  }
  if (points.num_points() == 0) return std::nullopt;
  chart::HexMap map = points.map({.max_cells = kMostMapCells});
  // The table beside the map begins with the fullest.
  std::ranges::stable_sort(map.cells, std::ranges::greater(), &chart::HexCell::count);
  ChartSpec spec;
  spec.id = "map";
  spec.title = "Where do requests come from?";
  spec.mark = Mark::kHex;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> n;
  std::vector<std::string> district;
  std::uint64_t most = 0;
  for (const chart::HexCell& cell : map.cells) {
    x.push_back(cell.x_km);
    y.push_back(cell.y_km);
    n.push_back(static_cast<double>(cell.count));
    district.push_back(cell.district == chart::kNoDistrict || area == nullptr
                           ? std::string()
                           : area->labels[cell.district]);
    most = std::max(most, cell.count);
  }
  spec.description = concat("The fullest of ", map.cells.size(), " cells has ",
                            say_things(static_cast<std::int64_t>(most), "request"), ".");
  spec.footnote = concat(say_count(static_cast<std::int64_t>(map.num_points)),
                         " requests with a place; hexagons ", fixed(map.width_m, 0), " m wide. ",
                         say_count(static_cast<std::int64_t>(table.size() - map.num_points)),
                         " without a usable place are not shown. Borders are drawn where most "
                         "requests of neighbouring cells name different areas.");
  spec.data = {numbers("x", "km east", std::move(x)), numbers("y", "km north", std::move(y)),
               numbers("n", "requests", std::move(n), Format::kNumber, "requests"),
               texts("area", "area", std::move(district))};
  spec.encoding.x.field = "x";
  spec.encoding.y.field = "y";
  spec.encoding.color.field = "n";
  spec.encoding.color.classes = chart::Classes::kQuantile;
  spec.encoding.detail = "area";
  spec.hex_width = map.width_m / 1000;
  return spec;
}

}  // namespace hark::report

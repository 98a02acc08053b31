#include "hark/report/request_compared.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/report/chart_columns.h"
#include "hark/report/citer.h"
#include "hark/report/request_charts.h"
#include "hark/report/wording.h"

namespace hark::report {
namespace {

using chart::ChartSpec;
using chart::Column;
using chart::FieldType;
using chart::Format;
using chart::Mark;

/// More cells would make the page heavy; the hottest tell the story.
constexpr std::size_t kMostHotCells = 250;

/// A dot with its interval per name.
ChartSpec dots(std::string id, std::string title, Column names, Column values, Column low,
               Column high) {
  ChartSpec spec;
  spec.id = std::move(id);
  spec.title = std::move(title);
  spec.mark = Mark::kDot;
  spec.encoding.x.field = values.name;
  spec.encoding.y.field = names.name;
  spec.encoding.y.type = FieldType::kOrdinal;
  spec.encoding.low = low.name;
  spec.encoding.high = high.name;
  spec.data = {std::move(names), std::move(values), std::move(low), std::move(high)};
  return spec;
}

void show_still_open(Citer& cite, const insight::Survival& km, Section& section) {
  std::vector<std::string> names;
  std::vector<double> shares;
  std::vector<double> low;
  std::vector<double> high;
  std::string sentence;
  for (std::size_t i = 0; i < insight::kStillOpenDays.size(); ++i) {
    const insight::StillOpen& at = km.still_open[i];
    if (!at.share) continue;
    const int days = insight::kStillOpenDays[i];
    names.push_back(concat("after ", days, days == 1 ? " day" : " days"));
    shares.push_back(*at.share);
    low.push_back(at.ci95 ? at.ci95->low : std::nan(""));
    high.push_back(at.ci95 ? at.ci95->high : std::nan(""));
    sentence +=
        concat(sentence.empty() ? "" : ", ",
               cite.share(concat("still_open_", days),
                          concat("share still open ", days, " days after creation (Kaplan-Meier)"),
                          *at.share, km.n),
               " after ", days, days == 1 ? " day" : " days");
  }
  if (names.empty()) return;
  ChartSpec spec = dots("still-open", "How many are still waiting after …?",
                        texts("after", "time since the request", names),
                        numbers("share", "still open", shares, Format::kPercent),
                        numbers("low", "from", low, Format::kPercent),
                        numbers("high", "to", high, Format::kPercent));
  spec.encoding.x.domain_min = 0;
  spec.encoding.x.domain_max = 1;
  spec.footnote =
      "Share of requests that are not closed by then, with 95 % interval (Kaplan-Meier: requests "
      "that are younger count for as long as they have been seen).";
  section.say(concat("Still open: ", sentence, "."));
  section.show(std::move(spec));
}

}  // namespace

void show_waiting(const ReportContext& context, const RequestReport& report, Section& section,
                  Document& document) {
  Citer cite(document, context, "kpi requests");
  show_still_open(cite, report.analysis->kpis.all.km, section);
  if (!report.equity || report.equity->areas.size() < 2) return;
  const insight::Equity& equity = *report.equity;
  const bool is_in_days = report.table->is_in_days();
  section.heading("Do residents of some areas wait longer?");
  if (!equity.max_min) {
    section.say(equity.not_reached.empty()
                    ? std::string("The quickest area's median is 0, so areas cannot be set against "
                                  "each other.")
                    : concat("In ", join(equity.not_reached, ", "),
                             " half of the requests are not closed yet, so areas cannot be set "
                             "against each other."));
  } else {
    const insight::Equity::Area& slow = equity.areas.back();
    const insight::Equity::Area& quick = equity.areas.front();
    section.say(concat(
        "The typical wait in ", slow.name, " (",
        cite.duration("equity_slowest", "largest median time to close of an area", *slow.median,
                      is_in_days, slow.n),
        ") is ",
        cite.number("equity_ratio", "largest over smallest median time to close of areas",
                    *equity.max_min, report.analysis->kpis.all.km.n, 1),
        " times that in ", quick.name, " (",
        cite.duration("equity_quickest", "smallest median time to close of an area", *quick.median,
                      is_in_days, quick.n),
        "). Areas ask for different things, so this says where to look, not who is neglected."));
  }
  // "Unspecified" is nowhere that people live.
  std::vector<insight::RequestGroup> areas;
  for (const insight::RequestGroup& group : report.analysis->areas) {
    if (std::ranges::find(equity.areas, group.label, &insight::Equity::Area::name) !=
        equity.areas.end())
      areas.push_back(group);
  }
  const bool is_any_reached = std::ranges::any_of(areas, [](const insight::RequestGroup& group) {
    return group.kpis.all.km.median.has_value();
  });
  if (!is_any_reached) return;
  section.show(time_by_group(areas, "time-by-area", "Where do people wait longest?", "area",
                             is_in_days, 15));
}

bool tells_outcomes(const insight::RequestKpis& kpis) {
  if (!kpis.resolved_as) return false;
  const auto unknown = static_cast<std::size_t>(contract::ResolvedAs::kUnknown);
  return (*kpis.resolved_as)[unknown] < kpis.count(insight::Outcome::kClosed);
}

void show_outcomes(const ReportContext& context, const RequestReport& report, Section& section,
                   Document& document) {
  const auto& counts = report.analysis->kpis.resolved_as;
  const std::int64_t closed = report.analysis->kpis.count(insight::Outcome::kClosed);
  if (!tells_outcomes(report.analysis->kpis)) return;
  Citer cite(document, context, "kpi requests --outcomes");
  section.heading("Closed is not solved: what became of closed requests?");
  struct Shown {
    std::string name;
    double share;
  };
  std::vector<Shown> shown;
  const auto share_of = [&](contract::ResolvedAs outcome) {
    return static_cast<double>((*counts)[static_cast<std::size_t>(outcome)]) /
           static_cast<double>(closed);
  };
  for (std::size_t i = 0; i < contract::kNumResolvedAs; ++i) {
    const auto outcome = static_cast<contract::ResolvedAs>(i);
    if ((*counts)[i] > 0) shown.push_back({std::string(title_of(outcome)), share_of(outcome)});
  }
  std::ranges::stable_sort(shown, std::ranges::greater(), &Shown::share);
  std::vector<std::string> names;
  std::vector<double> shares;
  for (const Shown& row : shown) {
    names.push_back(row.name);
    shares.push_back(row.share);
  }
  const auto told = [&](contract::ResolvedAs outcome, const char* what) {
    return cite.share(concat("outcome_", name_of(outcome)), concat("closed requests: ", what),
                      share_of(outcome), closed);
  };
  section.say(concat("By the agencies' own words ", told(contract::ResolvedAs::kFixed, "acted on"),
                     " of closed requests were acted on; in ",
                     told(contract::ResolvedAs::kNoViolation, "nothing found"),
                     " nothing was found, in ", told(contract::ResolvedAs::kNoAccess, "no access"),
                     " nobody could get in, and ", told(contract::ResolvedAs::kUnknown, "not told"),
                     " of the texts do not say."));
  ChartSpec spec;
  spec.id = "outcomes";
  spec.title = "What became of closed requests?";
  spec.mark = Mark::kBar;
  spec.data = {texts("outcome", "outcome", std::move(names)),
               numbers("share", "of closed requests", std::move(shares), Format::kPercent)};
  spec.encoding.x.field = "share";
  spec.encoding.y.field = "outcome";
  spec.encoding.y.type = FieldType::kOrdinal;
  spec.footnote = concat(
      say_count(closed),
      " closed requests, classed by the words of their resolution text; the rules stand in the "
      "contract.");
  section.show(std::move(spec));
}

void show_like_for_like(const ReportContext& context, const RequestReport& report, Section& section,
                        Document& document) {
  if (!report.departments) return;
  const insight::DepartmentReport& departments = *report.departments;
  Citer cite(document, context, "kpi departments");
  section.heading("Like for like: how fast is each agency for the work it gets?");
  if (departments.disparity && departments.num_with_median() > 1) {
    const auto& [low, high] = departments.disparity_ci95;
    std::string interval;
    if (low && high)
      interval = concat(" (95 % interval ", fixed(*low, 1), " to ", fixed(*high, 1), ")");
    section.say(concat(
        "Between the slowest and the fastest agency the typical wait differs by a factor of ",
        cite.number("disparity", "largest over smallest median time to close of agencies",
                    *departments.disparity, report.analysis->kpis.all.km.n, 1),
        interval, ". Their work differs, so this alone ranks nobody."));
  }
  if (departments.num_ranked == 0) {
    section.say(
        "Here agencies hardly share kinds of requests in the same area, so no fair ranking is "
        "possible: an agency that is alone with its work can only be compared with itself.");
  } else {
    std::vector<std::string> names;
    std::vector<double> ratio;
    std::vector<double> low;
    std::vector<double> high;
    Table table;
    table.caption = "Agencies that share work with others";
    table.columns = {{"agency", false},
                     {"rank", true},
                     {"rank from – to", true},
                     {"median", true},
                     {"expected for its work", true},
                     {"share of shared work", true}};
    for (const insight::Department& department : departments.departments) {
      const stats::CaseMixGroup& group = department.figures;
      if (!group.rank) continue;
      names.push_back(department.label);
      ratio.push_back(*group.ratio);
      low.push_back(group.ratio_ci95.low.value_or(std::nan("")));
      high.push_back(group.ratio_ci95.high.value_or(std::nan("")));
      const auto in_unit = [&](std::int64_t ticks) {
        return say_duration(report.table->in_unit(ticks), departments.is_in_days);
      };
      table.rows.push_back({department.label,
                            cite.count(concat("rank_", *group.rank, "_", department.label),
                                       "rank by efficiency, " + department.label,
                                       static_cast<std::int64_t>(*group.rank), group.n, "rank"),
                            concat(group.rank_low, " – ", group.rank_high),
                            in_unit(*group.observed), in_unit(*group.expected),
                            say_percent(group.compared_share, 0)});
    }
    const std::string first = names.front();
    const std::string last = names.back();
    const double slowest = ratio.back();
    ChartSpec spec =
        dots("efficiency", "Who is faster than its work takes the city?",
             texts("agency", "agency", std::move(names)),
             numbers("ratio", "median over expected median", std::move(ratio)),
             numbers("low", "from", std::move(low)), numbers("high", "to", std::move(high)));
    spec.encoding.x.scale = chart::ScaleType::kLog;
    spec.rules.push_back({chart::Axis::kX, 1, "expected"});
    spec.description = concat("Fastest for its work: ", first, ".");
    if (slowest >= 1.005) {
      spec.description = concat("Fastest for its work: ", first, "; slowest: ", last, ", ",
                                fixed(slowest, 2), " times as long as its work takes the city.");
    }
    spec.footnote =
        "Left of the line: faster than the city on the same types in the same areas. 95 % "
        "intervals. Agencies whose work hardly anyone shares are left out.";
    section.show(std::move(spec));
    section.show(std::move(table));
  }
  std::vector<std::string> piling;
  for (const insight::Department& department : departments.departments) {
    const auto& rai = department.rai;
    // What cannot be told from a balance is no finding (METRICS section 7: 1.1).
    if (!department.key || !rai.value || *rai.value < 1.1 || !rai.ci95 || rai.ci95->low <= 1 ||
        department.figures.n < 30 || piling.size() == 5)
      continue;
    piling.push_back(
        concat(department.label, ": ",
               cite.number("rai_" + department.label, "arrivals over closings, " + department.label,
                           *rai.value, department.figures.n),
               " requests come for each that is closed (95 % interval ", fixed(rai.ci95->low, 2),
               " to ", fixed(rai.ci95->high, 2), ")."));
  }
  if (!piling.empty()) {
    section.say(concat("Work piles up, over ", say_count(departments.weeks), " whole weeks, at:"));
    section.list(std::move(piling));
  }
}

std::optional<Section> hot_spot_section(const ReportContext& context, const RequestReport& report,
                                        Document& document) {
  if (!report.hot_spots || report.hot_spots->cells.size() < 10) return std::nullopt;
  const insight::HotSpots& spots = *report.hot_spots;
  Citer cite(document, context, "hotspots");
  Section section{"hot-spots", "Dashboard: hot spots", "Where do requests heap beyond chance?", {}};
  std::vector<const insight::HotCell*> hot;
  std::int64_t num_hot = 0;
  std::int64_t in_hot = 0;
  for (const insight::HotCell& cell : spots.cells) {
    if (!cell.is_hot) continue;
    ++num_hot;
    in_hot += cell.n;
    if (cell.n >= insight::kSmallestShownCell) hot.push_back(&cell);
  }
  if (num_hot == 0) {
    section.say("No place has more requests than chance and its neighbours explain.");
  } else {
    section.say(
        concat(cite.count("hot_cells", "cells of 500 m with more requests than chance explains",
                          num_hot, spots.with_place, "cells"),
               " of ", say_count(static_cast<std::int64_t>(spots.cells.size())),
               " places (cells of 500 m) are hot; they hold ",
               cite.share("hot_share", "share of requests with a place that lie in hot cells",
                          static_cast<double>(in_hot) / static_cast<double>(spots.with_place),
                          spots.with_place),
               " of the requests with a place. More people may live there: nothing is divided by "
               "population."));
  }
  if (spots.top_area && spots.areas > 1) {
    section.say(concat(spots.top_area->name, " has the most requests of ", say_count(spots.areas),
                       " areas: ",
                       cite.share("top_area", "share of requests in the area with the most",
                                  spots.top_area->share, spots.top_area->n),
                       "."));
  }
  if (hot.empty()) return section;
  std::ranges::stable_sort(hot, std::ranges::greater(), [](const auto* cell) { return *cell->z; });
  if (hot.size() > kMostHotCells) hot.resize(kMostHotCells);
  const insight::HotCell& hottest = *hot.front();
  ChartSpec spec;
  spec.id = "hot-spots";
  spec.title = "Where are the hot spots?";
  spec.mark = Mark::kHex;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> n;
  std::vector<std::string> areas;
  Table table;
  table.caption = "The hottest places";
  table.columns = {
      {"area", false}, {"latitude", true}, {"longitude", true}, {"requests", true}, {"z", true}};
  for (const insight::HotCell* cell : hot) {
    x.push_back(cell->x_km);
    y.push_back(cell->y_km);
    n.push_back(static_cast<double>(cell->n));
    areas.push_back(spots.area_of(*cell));
    if (table.rows.size() == 10) continue;
    table.rows.push_back(
        {areas.back(), fixed(cell->latitude, 4), fixed(cell->longitude, 4),
         cite.count(concat("hot_", table.rows.size() + 1),
                    concat("requests in the hot cell at ", fixed(cell->latitude, 4), ", ",
                           fixed(cell->longitude, 4)),
                    cell->n, spots.with_place),
         fixed(*cell->z, 1)});
  }
  const std::string where = spots.area_of(hottest);
  spec.description =
      concat("The hottest place lies ", where.empty() ? "" : concat("in ", where, ", "), "around ",
             fixed(hottest.latitude, 3), ", ", fixed(hottest.longitude, 3), ".");
  spec.footnote = concat("The ", say_count(static_cast<std::int64_t>(hot.size())),
                         " hottest cells, 500 m wide, by requests (Getis-Ord Gi*, at most 5 % "
                         "false alarms). Cells with "
                         "fewer than ",
                         insight::kSmallestShownCell,
                         " requests are not shown. The map of all requests stands above.");
  spec.data = {numbers("x", "km east", std::move(x)), numbers("y", "km north", std::move(y)),
               numbers("n", "requests", std::move(n), Format::kNumber, "requests"),
               texts("area", "area", std::move(areas))};
  spec.encoding.detail = "area";
  spec.encoding.x.field = "x";
  spec.encoding.y.field = "y";
  spec.encoding.color.field = "n";
  spec.encoding.color.classes = chart::Classes::kQuantile;
  spec.hex_width = insight::kHexWidthM / 1000;
  section.show(std::move(spec));
  section.show(std::move(table));
  return section;
}

}  // namespace hark::report

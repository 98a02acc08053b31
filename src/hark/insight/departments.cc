#include "hark/insight/departments.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/columns.h"
#include "hark/insight/test_groups.h"
#include "hark/stats/random.h"

namespace hark::insight {
namespace {

constexpr std::uint64_t kSeed = 311;
constexpr std::size_t kReplicates = 400;
/// Of millions of requests the intervals are narrow, and fewer replicates tell them well enough.
constexpr std::size_t kReplicatesOfMany = 200;
constexpr std::size_t kMany = 500'000;
constexpr std::int64_t kLeastWeeks = 4;
constexpr std::int32_t kWeek = 7;

/// The codes of a category with one more for rows without a value; one code where it is absent.
struct Codes {
  explicit Codes(const Category* category)
      : of_rows(category == nullptr ? nullptr : &category->codes),
        count(category == nullptr ? 1 : static_cast<std::uint32_t>(category->num_keys()) + 1) {}
  std::uint32_t of(std::size_t row) const {
    if (of_rows == nullptr) return 0;
    return std::min((*of_rows)[row], count - 1);
  }
  const RawVector<std::uint32_t>* of_rows;
  std::uint32_t count;
};

/// Type and area of every request with a duration. The small ones of a type are one kind; types are
/// never put together, since that would compare different work.
std::vector<std::uint32_t> kinds_of_work(const RequestTable& table,
                                         const contract::Contract& contract,
                                         std::uint32_t& num_kinds) {
  const Codes types(table.category(contract, contract::Role::kComplaintType));
  const Codes areas(table.category(contract, contract::Role::kArea));
  const RawVector<std::uint32_t>& rows = table.by_duration;
  // Places in `rows`, type by type: types times areas may be far more than there are rows. The
  // bounds are the types' ends first, and their beginnings once the places are put down.
  std::vector<std::size_t> bound_of(types.count, 0);
  for (const std::uint32_t row : rows) ++bound_of[types.of(row)];
  std::partial_sum(bound_of.begin(), bound_of.end(), bound_of.begin());
  std::vector<std::uint32_t> by_type(rows.size());
  for (std::size_t i = rows.size(); i-- > 0;)
    by_type[--bound_of[types.of(rows[i])]] = static_cast<std::uint32_t>(i);

  std::vector<std::uint32_t> kinds(rows.size());
  std::vector<std::int64_t> of_area(areas.count, 0);
  std::vector<std::uint32_t> kind_of_area(areas.count);
  num_kinds = 0;
  for (std::uint32_t type = 0; type < types.count; ++type) {
    const std::size_t begin = bound_of[type];
    const std::size_t end = type + 1 < types.count ? bound_of[type + 1] : rows.size();
    const auto of_type = std::span(by_type).subspan(begin, end - begin);
    std::vector<std::uint32_t> found;
    for (const std::uint32_t i : of_type) {
      const std::uint32_t area = areas.of(rows[i]);
      if (of_area[area]++ == 0) found.push_back(area);
    }
    std::ranges::sort(found);
    const std::uint32_t small = num_kinds++;
    for (const std::uint32_t area : found)
      kind_of_area[area] = std::exchange(of_area[area], 0) >= kSmallestGroup ? num_kinds++ : small;
    for (const std::uint32_t i : of_type) kinds[i] = kind_of_area[areas.of(rows[i])];
  }
  return kinds;
}

/// Effort per complaint type; the last is of requests without one.
std::vector<double> effort_by_type(const RequestTable& table, const contract::Contract& contract) {
  const Category* types = table.category(contract, contract::Role::kComplaintType);
  std::vector<double> effort(Codes(types).count, 1.0);
  if (types == nullptr) return effort;
  for (const auto& [name, hours] : contract.effort_hours_by_type) {
    const auto key = std::ranges::find(types->keys, name);
    if (key != types->keys.end())
      effort[static_cast<std::size_t>(key - types->keys.begin())] = hours;
  }
  return effort;
}

struct WeekSums {
  double arrivals = 0;
  double closings = 0;
};

/// Days after which all but a tenth of the requests that an agency closes are closed. A source that
/// begins with the first request of its time lacks the closings of older ones for about so long,
/// and arrivals over closings would be above 1 whatever the agency does.
std::vector<std::int64_t> days_to_closing(const RequestTable& table, const Codes& agencies) {
  constexpr double kStillToClose = 0.1;
  std::vector<std::int64_t> at_risk(agencies.count, 0);
  for (const std::uint32_t row : table.by_duration) ++at_risk[agencies.of(row)];
  const auto each_event = [&](const auto& take) {
    std::vector<std::int64_t> left = at_risk;
    std::vector<double> open(agencies.count, 1.0);
    for (const std::uint32_t row : table.by_duration) {
      const std::uint32_t agency = agencies.of(row);
      if (table.outcome[row] == Outcome::kClosed) {
        open[agency] *= 1 - 1 / static_cast<double>(left[agency]);
        take(agency, open[agency], table.duration[row]);
      }
      --left[agency];
    }
  };
  std::vector<double> never(agencies.count, 1.0);
  each_event([&](std::uint32_t agency, double open, std::int64_t) { never[agency] = open; });
  std::vector<std::int64_t> days(agencies.count, -1);
  each_event([&](std::uint32_t agency, double open, std::int64_t ticks) {
    if (days[agency] >= 0 || open > never[agency] + kStillToClose) return;
    days[agency] = std::llround(
        std::ceil(table.is_in_days() ? table.in_unit(ticks) : table.in_unit(ticks) / 24));
  });
  return days;
}

/// Arrivals over closings of these weeks, and its interval.
void set_index(std::span<const WeekSums> weeks, std::uint64_t block, AllocationIndex& index) {
  WeekSums all;
  for (const WeekSums& week : weeks) {
    all.arrivals += week.arrivals;
    all.closings += week.closings;
  }
  if (!(all.closings > 0)) {
    index.reason = "nothing was closed";
    return;
  }
  index.value = all.arrivals / all.closings;
  if (index.weeks < kLeastWeeks) return;
  stats::Pcg64 random = stats::Pcg64::for_block(kSeed, block);
  std::vector<double> drawn;
  for (std::size_t r = 0; r < kReplicates; ++r) {
    WeekSums sample;
    for (std::size_t i = 0; i < weeks.size(); ++i) {
      const WeekSums& week = weeks[random.below(weeks.size())];
      sample.arrivals += week.arrivals;
      sample.closings += week.closings;
    }
    if (sample.closings > 0) drawn.push_back(sample.arrivals / sample.closings);
  }
  // Draws in which nothing is closed have no index; with more than a few the interval says less
  // than it seems to.
  if (drawn.size() * 10 < kReplicates * 9) return;
  std::ranges::sort(drawn);
  index.ci95 = stats::Interval{*stats::quantile(std::span<const double>(drawn), 0.025),
                               *stats::quantile(std::span<const double>(drawn), 0.975)};
}

/// The index of every agency code of `table`, whose days are not cut.
std::vector<AllocationIndex> allocation(const RequestTable& table,
                                        const contract::Contract& contract,
                                        const AllocationRows& asked, DepartmentReport& report) {
  const Codes agencies(table.category(contract, contract::Role::kAgency));
  std::vector<AllocationIndex> index(agencies.count);
  report.has_effort = !contract.effort_hours_by_type.empty();
  if (!table.first_created_day) return index;
  // The last day of an export is not whole, nor is the first.
  const std::int32_t end =
      std::min(*table.last_created_day, asked.until_day.value_or(*table.last_created_day));
  const std::vector<std::int64_t> wait = days_to_closing(table, agencies);
  std::vector<std::int32_t> first(agencies.count);
  for (std::uint32_t agency = 0; agency < agencies.count; ++agency) {
    const std::int64_t begin =
        std::max<std::int64_t>(*table.first_created_day + std::max<std::int64_t>(wait[agency], 1),
                               asked.since_day.value_or(*table.first_created_day));
    index[agency].weeks = std::max<std::int64_t>(0, (end - begin) / kWeek);
    first[agency] = end - static_cast<std::int32_t>(index[agency].weeks) * kWeek;
    report.weeks = std::max(report.weeks, index[agency].weeks);
  }
  if (report.weeks == 0) return index;
  report.first_day = *std::ranges::min_element(first);
  report.last_day = end - 1;
  const auto num_weeks = static_cast<std::size_t>(report.weeks);
  const Codes types(table.category(contract, contract::Role::kComplaintType));
  const std::vector<double> effort = effort_by_type(table, contract);
  std::vector<WeekSums> sums(agencies.count * num_weeks);
  for (const std::uint32_t row : table.by_duration) {
    const std::uint32_t agency = agencies.of(row);
    WeekSums* const weeks = &sums[agency * num_weeks];
    const double weight = effort[types.of(row)];
    const std::int32_t created = table.created_day(row);
    if (created >= first[agency] && created < end)
      weeks[static_cast<std::size_t>((created - first[agency]) / kWeek)].arrivals += weight;
    if (table.outcome[row] != Outcome::kClosed) continue;
    const std::int32_t closed = table.closed_day(row);
    if (closed >= first[agency] && closed < end)
      weeks[static_cast<std::size_t>((closed - first[agency]) / kWeek)].closings += weight;
  }
  for (std::uint32_t agency = 0; agency < agencies.count; ++agency) {
    if (index[agency].weeks == 0) {
      index[agency].reason =
          "the data begin too late: closings of requests older than they are not there";
      continue;
    }
    set_index(
        std::span(sums).subspan(agency * num_weeks, static_cast<std::size_t>(index[agency].weeks)),
        agency, index[agency]);
  }
  return index;
}

std::string reason_of(const stats::CaseMixGroup& group, std::int64_t least_n) {
  if (group.n < least_n) return concat("fewer than ", least_n, " requests");
  if (!group.observed) return "its median is not reached: too many requests are open";
  if (!group.expected) return "the median expected for its work is not reached";
  if (!group.ratio) return "the median expected for its work is 0";
  if (!group.rank) return "hardly any other department answers its kinds of request";
  return {};
}

Json ends(const stats::OpenInterval& interval) { return Json::Array{interval.low, interval.high}; }

}  // namespace

Result<DepartmentReport> department_report(const RequestTable& table,
                                           const contract::Contract& contract, unsigned threads,
                                           const AllocationRows& allocation_rows) {
  const Category* agency = table.category(contract, contract::Role::kAgency);
  if (agency == nullptr) {
    return Error(ErrorCode::kInvalidArgument, "this source does not say which department answers")
        .hint("departments are compared by the contract's agency column");
  }
  if (!table.has_closing) {
    return Error(ErrorCode::kInvalidArgument,
                 "this source tells no closing times, so departments cannot be compared");
  }
  const Codes agencies(agency);
  DepartmentReport report;
  report.by = agency->column;
  report.is_in_days = table.is_in_days();

  std::vector<std::int64_t> durations;
  std::vector<std::uint8_t> is_event;
  std::vector<std::uint32_t> groups;
  durations.reserve(table.by_duration.size());
  is_event.reserve(table.by_duration.size());
  groups.reserve(table.by_duration.size());
  for (const std::uint32_t row : table.by_duration) {
    durations.push_back(table.duration[row]);
    is_event.push_back(table.outcome[row] == Outcome::kClosed ? 1 : 0);
    groups.push_back(agencies.of(row));
  }
  std::uint32_t num_kinds = 0;
  const std::vector<std::uint32_t> kinds = kinds_of_work(table, contract, num_kinds);
  stats::CaseMixOptions options;
  options.replicates = durations.size() < kMany ? kReplicates : kReplicatesOfMany;
  options.seed = kSeed;
  options.threads = threads;
  HARK_TRY(const stats::CaseMix mix,
           stats::case_mix({durations, is_event, groups, kinds, agencies.count - 1, num_kinds},
                           options));
  report.num_ranked = mix.num_ranked;
  report.disparity = mix.spread;
  report.disparity_ci95 = mix.spread_ci95;

  const RequestTable& uncut =
      allocation_rows.requests == nullptr ? table : *allocation_rows.requests;
  const std::vector<AllocationIndex> index = allocation(uncut, contract, allocation_rows, report);
  const Category& agency_of_uncut = *uncut.category(contract, contract::Role::kAgency);
  const auto index_of = [&](const std::string& key) {
    const auto found = std::ranges::find(agency_of_uncut.keys, key);
    return index[static_cast<std::size_t>(found - agency_of_uncut.keys.begin())];
  };
  for (std::uint32_t code = 0; code < agency->num_keys(); ++code) {
    if (mix.groups[code].n == 0) continue;
    report.departments.push_back({agency->keys[code], agency->labels[code], mix.groups[code],
                                  index_of(agency->keys[code]),
                                  reason_of(mix.groups[code], options.least_n)});
  }
  Department nobody;
  nobody.figures.n = std::ranges::count(groups, agencies.count - 1);
  nobody.rai = index.back();
  nobody.reason = "no department is named";
  if (nobody.figures.n > 0) report.departments.push_back(std::move(nobody));
  std::ranges::sort(report.departments, [](const Department& a, const Department& b) {
    const auto place = [](const Department& d) {
      return std::tuple(d.figures.rank.value_or(~std::size_t{0}), !d.key.has_value(), -d.figures.n,
                        d.key);
    };
    return place(a) < place(b);
  });
  return report;
}

std::size_t DepartmentReport::num_with_median() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      departments,
      [](const Department& department) { return department.figures.observed.has_value(); }));
}

Json to_json(const RequestTable& table, const DepartmentReport& report) {
  const std::string unit = report.is_in_days ? "_days" : "_hours";
  const auto in_unit = [&](std::optional<std::int64_t> ticks) {
    return ticks ? std::optional(table.in_unit(*ticks)) : std::nullopt;
  };
  const auto end_in_unit = [&](std::optional<double> ticks) {
    return in_unit(ticks ? std::optional(std::llround(*ticks)) : std::nullopt);
  };
  Json list = Json::array();
  for (const Department& department : report.departments) {
    const stats::CaseMixGroup& group = department.figures;
    Json item = Json::object({{"key", department.key}});
    if (department.key && department.label != *department.key) item.set("label", department.label);
    item.set("n", group.n);
    item.set("median" + unit, in_unit(group.observed));
    item.set("median_ci95", Json(Json::Array{end_in_unit(group.observed_ci95.low),
                                             end_in_unit(group.observed_ci95.high)}));
    item.set("expected_median" + unit, in_unit(group.expected));
    item.set("efficiency",
             group.ratio ? Json::object({{"value", *group.ratio}, {"ci95", ends(group.ratio_ci95)}})
                         : Json());
    item.set("compared_share", group.compared_share);
    item.set("rank", group.rank ? Json::object({{"value", *group.rank},
                                                {"low", group.rank_low},
                                                {"high", group.rank_high}})
                                : Json());
    item.set("rai", department.rai.value);
    item.set("rai_ci95", department.rai.ci95 ? Json(Json::Array{department.rai.ci95->low,
                                                                department.rai.ci95->high})
                                             : Json());
    item.set("rai_weeks", department.rai.weeks);
    item.set("rai_reason", department.rai.reason.empty() ? Json() : Json(department.rai.reason));
    item.set("reason", department.reason.empty() ? Json() : Json(department.reason));
    list.push_back(std::move(item));
  }
  const auto date = [](std::optional<std::int32_t> day) {
    return day ? Json(calendar::format_date(*day)) : Json();
  };
  return Json::object(
      {{"by", report.by},
       {"unit", report.is_in_days ? "days" : "hours"},
       {"departments", std::move(list)},
       {"ranked", report.num_ranked},
       {"disparity",
        Json::object({{"ratio", report.disparity}, {"ci95", ends(report.disparity_ci95)}})},
       {"rai_period", Json::object({{"first", date(report.first_day)},
                                    {"last", date(report.last_day)},
                                    {"weeks", report.weeks}})},
       {"rai_weights", report.has_effort
                           ? "effort hours by type, of the contract; 1 where it names none"
                           : "1 for every request: the contract names no effort"}});
}

}  // namespace hark::insight

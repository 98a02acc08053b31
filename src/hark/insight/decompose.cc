#include "hark/insight/decompose.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hark/core/text.h"
#include "hark/insight/test_groups.h"

namespace hark::insight {
namespace {

constexpr std::int64_t kHours = 24;

// Strata with fewer than 5 requests in either group become one, which comes last.
void pool_small_strata(DecomposeReport& report) {
  std::vector<std::string> names;
  std::vector<stats::Stratum> strata;
  stats::Stratum other;
  for (std::size_t i = 0; i < report.strata.size(); ++i) {
    const stats::Stratum& stratum = report.strata[i];
    if (stratum.n_a == 0 && stratum.n_b == 0) continue;
    if (stratum.n_a >= kSmallestGroup && stratum.n_b >= kSmallestGroup) {
      names.push_back(report.names[i]);
      strata.push_back(stratum);
      continue;
    }
    ++report.strata_pooled;
    other.n_a += stratum.n_a;
    other.n_b += stratum.n_b;
    other.sum_a += stratum.sum_a;
    other.sum_b += stratum.sum_b;
    other.squares_a += stratum.squares_a;
    other.squares_b += stratum.squares_b;
  }
  if (report.strata_pooled > 0) {
    names.emplace_back(kOtherGroup);
    strata.push_back(other);
  }
  report.names = std::move(names);
  report.strata = std::move(strata);
}

// From ticks to hours.
void divide(stats::KitagawaIntervals& intervals, double by) {
  for (stats::Interval* interval :
       {&intervals.difference, &intervals.rate_effect, &intervals.mix_effect}) {
    interval->low /= by;
    interval->high /= by;
  }
}

void divide(stats::Kitagawa& parts, double by) {
  for (double* value :
       {&parts.mean_a, &parts.mean_b, &parts.difference, &parts.rate_effect, &parts.mix_effect})
    *value /= by;
  for (stats::KitagawaTerm& term : parts.terms) {
    if (term.mean_a) *term.mean_a /= by;
    if (term.mean_b) *term.mean_b /= by;
    term.rate_effect /= by;
    term.mix_effect /= by;
  }
}

Json ends(const std::optional<stats::KitagawaIntervals>& of,
          stats::Interval stats::KitagawaIntervals::* effect) {
  if (!of) return {};
  return Json::Array{((*of).*effect).low, ((*of).*effect).high};
}

}  // namespace

Result<Grouping> group_by_period(const RequestTable& table, const calendar::Period& a,
                                 const calendar::Period& b) {
  HARK_TRY_VOID(calendar::require_apart(a, b));
  Grouping grouping;
  grouping.by = "period";
  grouping.keys = grouping.labels = {a.text, b.text};
  grouping.is_missing_in_tests = {false, false};
  grouping.has_order = true;
  std::vector<std::uint32_t> codes(table.size(), kNoCode);
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.is_in_scope(row)) continue;
    const std::int32_t day = table.created_day(row);
    if (a.holds(day)) codes[row] = 0;
    if (b.holds(day)) codes[row] = 1;
  }
  grouping.set_codes(std::move(codes));
  return grouping;
}

Result<DecomposeValue> decompose_value_named(std::string_view name) {
  if (name == "hours_to_close") return DecomposeValue::kTimeToClose;
  if (name == "closed_24h") return DecomposeValue::kClosedIn24Hours;
  return Error(ErrorCode::kInvalidArgument, concat("unknown value '", name, "' to decompose"))
      .hint("known: hours_to_close, closed_24h");
}

Result<DecomposeReport> decompose(const RequestTable& table, const DecomposeQuestion& question,
                                  const Grouping& groups, const Grouping& over) {
  const bool is_share = question.value == DecomposeValue::kClosedIn24Hours;
  if (is_share && table.is_in_days()) {
    return Error(ErrorCode::kInvalidArgument,
                 "this source tells closing dates without times: whether a request was closed "
                 "within 24 hours is not to be told")
        .hint("--value hours_to_close compares whole days");
  }
  DecomposeReport report;
  report.groups_by = groups.by;
  report.over = over.by;
  report.is_in_days = table.is_in_days();
  HARK_TRY(const std::uint32_t a, group_named(groups, question.a));
  HARK_TRY(const std::uint32_t b, group_named(groups, question.b));
  if (a == b)
    return Error(ErrorCode::kInvalidArgument, "a group compared with itself has no difference");
  report.a = groups.labels[a];
  report.b = groups.labels[b];

  const TestGroups strata = test_groups(over, true);
  report.names = strata.names;
  report.strata.resize(report.names.size());
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::uint32_t group = groups.codes[row];
    if ((group != a && group != b) || !table.has_duration(row)) continue;
    if (table.outcome[row] == Outcome::kOpen) {
      ++(group == a ? report.open_a : report.open_b);
      continue;
    }
    if (strata.code(row) == kNoCode) {
      ++report.missing;
      continue;
    }
    stats::Stratum& stratum = report.strata[strata.code(row)];
    const std::int64_t value = is_share
                                   ? (table.duration[row] <= kHours * table.ticks_per_hour ? 1 : 0)
                                   : table.duration[row];
    (group == a ? stratum.n_a : stratum.n_b) += 1;
    const auto exact = static_cast<long double>(value);
    (group == a ? stratum.sum_a : stratum.sum_b) += exact;
    (group == a ? stratum.squares_a : stratum.squares_b) += exact * exact;
  }
  pool_small_strata(report);
  auto parts = stats::kitagawa(report.strata);
  if (!parts) {
    return std::move(parts).error().while_doing(
        concat("comparing closed requests of ", report.a, " and ", report.b));
  }
  report.parts = std::move(*parts);
  HARK_TRY(report.ci95, stats::kitagawa_intervals(report.strata));
  if (!is_share && !table.is_in_days()) {
    const auto ticks = static_cast<double>(table.ticks_per_hour);
    divide(report.parts, ticks);
    if (report.ci95) divide(*report.ci95, ticks);
  }
  return report;
}

std::vector<std::size_t> DecomposeReport::by_effect() const {
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) {
    return std::abs(parts.terms[i].rate_effect) + std::abs(parts.terms[i].mix_effect);
  });
  return order;
}

std::int64_t DecomposeReport::num_a() const {
  return std::accumulate(
      strata.begin(), strata.end(), std::int64_t{0},
      [](std::int64_t sum, const stats::Stratum& stratum) { return sum + stratum.n_a; });
}

std::int64_t DecomposeReport::num_b() const {
  return std::accumulate(
      strata.begin(), strata.end(), std::int64_t{0},
      [](std::int64_t sum, const stats::Stratum& stratum) { return sum + stratum.n_b; });
}

std::vector<Warning> decompose_warnings(const DecomposeReport& report) {
  const auto open_share = [](std::int64_t open, std::int64_t closed) {
    return static_cast<double>(open) / static_cast<double>(open + closed);
  };
  const double a = open_share(report.open_a, report.num_a());
  const double b = open_share(report.open_b, report.num_b());
  constexpr double kPoint = 0.01;
  if (std::abs(a - b) < kPoint) return {};
  return {{"open_left_out",
           concat("open requests have no time yet and are left out: ", report.open_a, " of ",
                  report.open_a + report.num_a(), " in ", report.a, ", ", report.open_b, " of ",
                  report.open_b + report.num_b(), " in ", report.b,
                  ". The one with more of them looks faster than it will have been")}};
}

Json to_json(const DecomposeReport& report) {
  Json terms = Json::array();
  for (const std::size_t i : report.by_effect()) {
    const stats::KitagawaTerm& term = report.parts.terms[i];
    const stats::Stratum& stratum = report.strata[i];

    terms.push_back(Json::object({{"key", report.names[i]},
                                  {"n_a", stratum.n_a},
                                  {"n_b", stratum.n_b},
                                  {"mean_a", term.mean_a},
                                  {"mean_b", term.mean_b},
                                  {"rate_effect", term.rate_effect},
                                  {"mix_effect", term.mix_effect}}));
  }
  using Intervals = stats::KitagawaIntervals;
  return Json::object({{"groups_by", report.groups_by},
                       {"over", report.over},
                       {"a", report.a},
                       {"b", report.b},
                       {"n_a", report.num_a()},
                       {"n_b", report.num_b()},
                       {"mean_a", report.parts.mean_a},
                       {"mean_b", report.parts.mean_b},
                       {"difference", report.parts.difference},
                       {"difference_ci95", ends(report.ci95, &Intervals::difference)},
                       {"rate_effect", report.parts.rate_effect},
                       {"rate_effect_ci95", ends(report.ci95, &Intervals::rate_effect)},
                       {"mix_effect", report.parts.mix_effect},
                       {"mix_effect_ci95", ends(report.ci95, &Intervals::mix_effect)},
                       {"open_a", report.open_a},
                       {"open_b", report.open_b},
                       {"missing", report.missing},
                       {"strata_pooled", report.strata_pooled},
                       {"terms", std::move(terms)}});
}

}  // namespace hark::insight

#include "hark/insight/forecasts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/tests.h"

namespace hark::insight {
namespace {

constexpr std::size_t kFewestOrigins = 12;  // METRICS section 4
constexpr std::size_t kMostGroups = 50;

Json scores_json(std::string_view model, const series::Scores& scores, double naive_mase) {
  return Json::object({{"model", model},
                       {"n", scores.n},
                       {"mase", scores.mase},
                       {"mae", scores.mae},
                       {"ratio_to_naive", scores.mase / naive_mase},
                       {"smape", scores.smape},
                       {"bias", scores.bias},
                       {"coverage80", scores.coverage80},
                       {"coverage95", scores.coverage95},
                       {"pinball", scores.pinball},
                       {"width80", scores.width80},
                       {"width95", scores.width95}});
}

struct Plan {
  series::ForecastOptions options;
  series::CalendarFeatures features;
  std::string holidays;
};

Result<Plan> plan_for(const series::DailySeries& series, const contract::Contract& contract,
                      const ForecastRequest& request) {
  HARK_TRY(const auto holidays, holidays_of(contract));
  Plan plan{{},
            {series.first_day, series.size() + std::max(request.horizon, series::kScoredHorizon),
             holidays ? &*holidays : nullptr},
            holidays ? contract.holidays : ""};
  plan.options.horizon = request.horizon;
  plan.options.origins =
      series::backtest_origins(series.size(), request.num_origins, request.origin_step);
  plan.options.refit_days = std::min(request.origin_step, series::kScoredHorizon);
  return plan;
}

struct Group {
  std::optional<std::string> key;
  std::string label;
  series::DailySeries series;
  double sum = 0;
};

void add_to(series::DailySeries& sum, const series::DailySeries& part) {
  if (sum.values.empty()) {
    sum = part;
    return;
  }
  for (std::size_t i = 0; i < sum.size(); ++i) sum.values[i] += part.values[i];
}

/// The kMostGroups keys with the most rows, and all others as one more, the last: a column may have
/// a million values, and each series as many days. `is_pooled` tells that one.
Grouping pool_small_keys(const Grouping& grouping, std::vector<bool>& is_pooled) {
  is_pooled.assign(grouping.keys.size(), false);
  if (grouping.keys.size() <= kMostGroups) return grouping;
  std::vector<std::int64_t> counts(grouping.keys.size(), 0);
  for (const std::uint32_t code : grouping.codes) {
    if (code != kNoCode) ++counts[code];
  }
  std::vector<std::uint32_t> order(grouping.keys.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::uint32_t code) { return counts[code]; });
  Grouping largest;
  largest.by = grouping.by;
  std::vector<std::uint32_t> new_code(grouping.keys.size(),
                                      static_cast<std::uint32_t>(kMostGroups));
  for (std::uint32_t i = 0; i < kMostGroups; ++i) {
    new_code[order[i]] = i;
    largest.keys.push_back(grouping.keys[order[i]]);
    largest.labels.push_back(grouping.labels[order[i]]);
  }
  largest.keys.emplace_back(kOtherGroup);
  largest.labels.emplace_back(kOtherGroup);
  std::vector<std::uint32_t> codes;
  codes.reserve(grouping.codes.size());
  for (const std::uint32_t code : grouping.codes)
    codes.push_back(code == kNoCode ? kNoCode : new_code[code]);
  largest.set_codes(std::move(codes));
  is_pooled.assign(largest.keys.size(), false);
  is_pooled.back() = true;
  return largest;
}

/// Groups that can be forecast by themselves, largest first, and the rest as one.
Result<std::vector<Group>> groups_of(const RequestTable& table, const Grouping& grouping,
                                     const DailyCounts& whole,
                                     std::optional<std::int32_t> train_from,
                                     std::size_t first_origin) {
  std::vector<bool> is_pooled;
  const Grouping largest = pool_small_keys(grouping, is_pooled);
  const auto counts = daily_created_by(table, largest, whole);
  std::vector<Group> all;
  Group other;
  for (std::size_t g = 0; g < counts.size(); ++g) {
    Group group;
    const bool has_key = g < largest.keys.size();
    if (has_key) group.key = largest.keys[g];
    group.label = has_key ? largest.labels[g] : "(none)";
    HARK_TRY(group.series, training_series(counts[g], train_from));
    group.sum = series::known_sum(group.series);
    if (!(group.sum > 0)) continue;
    if (has_key && is_pooled[g]) {
      other = std::move(group);
    } else {
      all.push_back(std::move(group));
    }
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &Group::sum);
  other.key = kOtherGroup;
  other.label = kOtherGroup;
  const auto is_too_small = [&](const Group& group) {
    return group.sum < static_cast<double>(group.series.size()) ||
           !(series::mase_scale(group.series, first_origin) > 0);
  };
  // What is pooled must be large enough itself, or one more group joins it.
  while (!all.empty() && (all.size() > kMostGroups || is_too_small(all.back()) ||
                          (other.sum > 0 && is_too_small(other)))) {
    add_to(other.series, all.back().series);
    other.sum += all.back().sum;
    all.pop_back();
  }
  if (all.empty()) {
    return Error(ErrorCode::kInvalidInput,
                 concat("no group by ", grouping.by, " has one request a day"))
        .hint("forecast the whole without --by, or by a column with fewer values");
  }
  if (other.sum > 0) all.push_back(std::move(other));
  return all;
}

Json days_json(const std::vector<series::DayForecast>& days) {
  Json out = Json::array();
  for (const series::DayForecast& day : days) {
    out.push_back(Json::object({{"date", calendar::format_date(day.day)},
                                {"mean", day.mean},
                                {"lo80", day.low80},
                                {"hi80", day.high80},
                                {"lo95", day.low95},
                                {"hi95", day.high95}}));
  }
  return out;
}

}  // namespace

Result<ForecastReport> forecast_report(SeriesName name, series::DailySeries series,
                                       const contract::Contract& contract,
                                       const ForecastRequest& request) {
  ForecastReport report;
  report.name = name;
  report.missing_days = std::ranges::count(series.is_filled, 1);
  HARK_TRY(const Plan plan, plan_for(series, contract, request));
  report.holidays = plan.holidays;
  HARK_TRY(report.forecast, series::forecast_series(series, plan.features, plan.options));
  report.series = std::move(series);
  return report;
}

Result<series::HourlyForecast> forecast_report_hours(const ForecastReport& report,
                                                     const series::HourlySeries& hours,
                                                     const contract::Contract& contract,
                                                     const ForecastRequest& request) {
  ForecastRequest longer = request;
  longer.num_origins = 2 * request.num_origins;
  HARK_TRY(const Plan plan, plan_for(report.series, contract, longer));
  HARK_TRY(const auto checked, series::forecast_series(report.series, plan.features, plan.options));
  return series::forecast_hours(hours, checked.origins, request.num_origins, report.forecast.days);
}

Result<ForecastReport> forecast_report_by(const RequestTable& table, const Grouping& grouping,
                                          const DailyCounts& whole,
                                          std::optional<std::int32_t> train_from,
                                          const contract::Contract& contract,
                                          const ForecastRequest& request) {
  ForecastReport report;
  report.name = SeriesName::kRequestsCreated;
  report.by = grouping.by;
  HARK_TRY(report.series, training_series(whole, train_from));
  report.missing_days = std::ranges::count(report.series.is_filled, 1);
  HARK_TRY(const Plan plan, plan_for(report.series, contract, request));
  report.holidays = plan.holidays;
  // Too short for an origin: forecast_series() says so.
  const std::size_t first_origin =
      plan.options.origins.empty() ? report.series.size() : plan.options.origins.front();
  HARK_TRY(auto groups, groups_of(table, grouping, whole, train_from, first_origin));
  std::vector<series::DailySeries> parts;
  for (Group& group : groups) parts.push_back(std::move(group.series));
  HARK_TRY(auto forecasts, series::forecast_hierarchy(report.series, parts, plan.features,
                                                      plan.options, request.threads));
  report.forecast = std::move(forecasts.whole);
  report.reconciled_scores = forecasts.whole_scores;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    report.groups.push_back({std::move(groups[g].key), std::move(groups[g].label),
                             std::llround(groups[g].sum), std::move(forecasts.parts[g]),
                             forecasts.part_scores[g]});
  }
  return report;
}

std::vector<Warning> hours_warnings(const series::HourlyForecast& forecast) {
  std::vector<Warning> warnings;
  const series::HourlyScores& scores = forecast.scores;
  if (!(scores.shares.mase < scores.naive.mase)) {
    warnings.push_back({"hours_no_better_than_naive",
                        "hours are forecast no better than by the same hour of the last week"});
  }
  if (scores.num_origins < kFewestOrigins) {
    warnings.push_back(
        {"few_hour_origins",
         concat("hours are checked from ", scores.num_origins, " origins; ", kFewestOrigins,
                " are asked for, and as many before them for their bounds: a longer series, or a "
                "smaller --origin-step")});
  }
  return warnings;
}

std::vector<Warning> forecast_warnings(const ForecastReport& report) {
  std::vector<Warning> warnings;
  if (!report.beats_naive()) {
    warnings.push_back({"no_better_than_naive",
                        "no model does better than the same weekday of the last week: plan with "
                        "the bounds, not with the forecast"});
  }
  const std::size_t origins = report.forecast.origins.size();
  if (origins < kFewestOrigins) {
    warnings.push_back(
        {"few_origins", concat("the backtest has ", origins, " origins; ", kFewestOrigins,
                               " are asked for: a longer series, or a smaller --origin-step")});
  }
  return warnings;
}

Json to_json(const ForecastReport& report) {
  const series::Forecast& forecast = report.forecast;
  const series::DailySeries& days = report.series;
  const double naive = forecast.of(series::Model::kSeasonalNaive).mase;
  Json out = Json::object({{"series", name_of(report.name)},
                           {"train_from", calendar::format_date(days.first_day)},
                           {"train_to", calendar::format_date(days.day(days.size() - 1))},
                           {"n", days.size()},
                           {"missing_days", report.missing_days},
                           {"holidays", report.holidays.empty() ? Json() : Json(report.holidays)},
                           {"model", name_of(forecast.chosen)},
                           {"beats_naive", report.beats_naive()},
                           {"chosen", scores_json("chosen", forecast.chosen_scores, naive)}});
  Json backtest = Json::array();
  for (std::size_t m = 0; m < series::kNumModels; ++m) {
    backtest.push_back(
        scores_json(name_of(static_cast<series::Model>(m)), forecast.scores[m], naive));
  }
  out.set("backtest", std::move(backtest));
  Json origins = Json::array();
  for (const series::OriginScore& origin : forecast.origins) {
    origins.push_back(Json::object({{"date", calendar::format_date(days.day(origin.origin))},
                                    {"n_train", origin.origin},
                                    {"mase_scale", origin.mase_scale},
                                    {"model", name_of(origin.chosen)},
                                    {"mase", origin.mase[static_cast<std::size_t>(origin.chosen)]},
                                    {"mase_naive", origin.mase[0]}}));
  }
  out.set("origins", std::move(origins));
  out.set("forecast", days_json(forecast.days));
  if (report.groups.empty()) return out;
  out.set("reconciled", scores_json("chosen", report.reconciled_scores, naive));
  Json groups = Json::array();
  for (const GroupForecast& group : report.groups) {
    const double group_naive = group.forecast.of(series::Model::kSeasonalNaive).mase;
    groups.push_back(
        Json::object({{"key", group.key ? Json(*group.key) : Json()},
                      {"label", group.label},
                      {"n", group.n},
                      {"model", name_of(group.forecast.chosen)},
                      {"chosen", scores_json("chosen", group.forecast.chosen_scores, group_naive)},
                      {"reconciled", scores_json("chosen", group.scores, group_naive)},
                      {"forecast", days_json(group.forecast.days)}}));
  }
  out.set("by", report.by);
  out.set("groups", std::move(groups));
  return out;
}

Json to_json(const series::HourlyForecast& forecast) {
  Json hours = Json::array();
  for (std::size_t h = 0; h < forecast.hours.size(); ++h) {
    const series::DayForecast& hour = forecast.hours[h];
    hours.push_back(Json::object({{"date", calendar::format_date(hour.day)},
                                  {"hour", h % series::kHours},
                                  {"mean", hour.mean},
                                  {"lo80", hour.low80},
                                  {"hi80", hour.high80},
                                  {"lo95", hour.low95},
                                  {"hi95", hour.high95}}));
  }
  const series::HourlyScores& scores = forecast.scores;
  return Json::object(
      {{"model", "day_shares"},
       {"origins", scores.num_origins},
       {"beats_naive", scores.shares.mase < scores.naive.mase},
       {"backtest", Json::Array{scores_json("seasonal_naive_168", scores.naive, scores.naive.mase),
                                scores_json("day_shares", scores.shares, scores.naive.mase)}},
       {"forecast", std::move(hours)}});
}

}  // namespace hark::insight

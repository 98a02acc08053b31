#include "hark/insight/forecasts.h"

#include <algorithm>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::insight {
namespace {

constexpr std::size_t kFewestOrigins = 12;  // METRICS section 4

Json scores_json(std::string_view model, const series::Scores& scores, double naive_mase) {
  return Json::object({{"model", model},
                       {"n", scores.n},
                       {"mase", scores.mase},
                       {"ratio_to_naive", scores.mase / naive_mase},
                       {"smape", scores.smape},
                       {"bias", scores.bias},
                       {"coverage80", scores.coverage80},
                       {"coverage95", scores.coverage95},
                       {"pinball", scores.pinball},
                       {"width80", scores.width80},
                       {"width95", scores.width95}});
}

}  // namespace

Result<ForecastReport> forecast_report(SeriesName name, series::DailySeries series,
                                       const contract::Contract& contract,
                                       const ForecastRequest& request) {
  ForecastReport report;
  report.name = name;
  report.missing_days = std::ranges::count(series.is_filled, 1);
  series::ForecastOptions options;
  options.horizon = request.horizon;
  options.origins =
      series::backtest_origins(series.size(), request.num_origins, request.origin_step);
  options.refit_days = std::min(request.origin_step, series::kScoredHorizon);
  HARK_TRY(const auto holidays, holidays_of(contract));
  if (holidays) report.holidays = contract.holidays;
  const series::CalendarFeatures features(
      series.first_day, series.size() + std::max(request.horizon, series::kScoredHorizon),
      holidays ? &*holidays : nullptr);
  HARK_TRY(report.forecast, series::forecast_series(series, features, options));
  report.series = std::move(series);
  return report;
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
  Json ahead = Json::array();
  for (const series::DayForecast& day : forecast.days) {
    ahead.push_back(Json::object({{"date", calendar::format_date(day.day)},
                                  {"mean", day.mean},
                                  {"lo80", day.low80},
                                  {"hi80", day.high80},
                                  {"lo95", day.low95},
                                  {"hi95", day.high95}}));
  }
  out.set("forecast", std::move(ahead));
  return out;
}

}  // namespace hark::insight

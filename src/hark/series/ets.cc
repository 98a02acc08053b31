#include "hark/series/ets.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hark/series/nelder_mead.h"

namespace hark::series {
namespace {

constexpr std::size_t kWeek = 7;
/// Older days have no say in what exponential smoothing forecasts.
constexpr std::size_t kMostDays = 1095;
constexpr std::size_t kFirstWeeks = 8;
constexpr double kLeastPhi = 0.8;
constexpr double kMostPhi = 0.98;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr bool is_multiplicative(EtsForm form) {
  return form == EtsForm::kMnm || form == EtsForm::kMadm;
}
constexpr bool is_damped(EtsForm form) { return form == EtsForm::kAada || form == EtsForm::kMadm; }

template <bool kHasTrend>
double run_additive(std::span<const double> values, const EtsParameters& p, EtsState& state) {
  double level = state.level;
  double slope = state.slope;
  auto season = state.season;
  double squares = 0;
  std::size_t s = 0;
  for (const double y : values) {
    const double carried = kHasTrend ? p.phi * slope : 0;
    const double error = y - (level + carried + season[s]);
    level += carried + p.alpha * error;
    if constexpr (kHasTrend) slope = carried + p.beta * error;
    season[s] += p.gamma * error;
    squares += error * error;
    s = s + 1 == kWeek ? 0 : s + 1;
  }
  state.level = level;
  state.slope = slope;
  for (std::size_t i = 0; i < kWeek; ++i) state.season[i] = season[(s + i) % kWeek];
  return static_cast<double>(values.size()) * std::log(std::max(squares, 1e-12));
}

template <bool kHasTrend>
double run_multiplicative(std::span<const double> values, const EtsParameters& p, EtsState& state) {
  double level = state.level;
  double slope = state.slope;
  auto season = state.season;
  double squares = 0;
  double logs = 0;
  double product = 1;  // of forecasts: one logarithm for several days
  bool is_passable = true;
  std::size_t s = 0;
  for (const double y : values) {
    const double carried = kHasTrend ? p.phi * slope : 0;
    const double base = level + carried;
    const double forecast = base * season[s];
    if (!(forecast > 1e-9)) {
      is_passable = false;
      if constexpr (kHasTrend) slope = carried;
      s = s + 1 == kWeek ? 0 : s + 1;
      continue;
    }
    const double error = (y - forecast) / forecast;
    level = base * (1 + p.alpha * error);
    if constexpr (kHasTrend) slope = carried + p.beta * base * error;
    season[s] *= 1 + p.gamma * error;
    squares += error * error;
    product *= forecast;
    if (product > 1e100 || product < 1e-100) {
      logs += std::log(product);
      product = 1;
    }
    s = s + 1 == kWeek ? 0 : s + 1;
  }
  state.level = level;
  state.slope = slope;
  for (std::size_t i = 0; i < kWeek; ++i) state.season[i] = season[(s + i) % kWeek];
  if (!is_passable) return kInfinity;
  return static_cast<double>(values.size()) * std::log(std::max(squares, 1e-12)) +
         2 * (logs + std::log(product));
}

/// Any real number to (low, high), and back.
double squeeze(double x, double low, double high) {
  return low + (high - low) / (1 + std::exp(-x));
}
double stretch(double value, double low, double high) {
  const double share = std::clamp((value - low) / (high - low), 1e-4, 1 - 1e-4);
  return std::log(share / (1 - share));
}

EtsParameters parameters_at(const Point& at, EtsForm form) {
  EtsParameters p;
  p.form = form;
  p.alpha = squeeze(at[0], 1e-4, 0.9999);
  p.gamma = squeeze(at[1], 1e-4, 1) * (1 - p.alpha);
  if (is_damped(form)) {
    p.beta = squeeze(at[2], 1e-4, 1) * p.alpha;
    p.phi = squeeze(at[3], kLeastPhi, kMostPhi);
  }
  return p;
}

Point point_of(const EtsParameters& p) {
  return {stretch(p.alpha, 1e-4, 0.9999), stretch(p.gamma / (1 - p.alpha), 1e-4, 1),
          stretch(p.beta / p.alpha, 1e-4, 1), stretch(p.phi, kLeastPhi, kMostPhi)};
}

}  // namespace

std::string_view name_of(EtsForm form) {
  switch (form) {
    case EtsForm::kAna:
      return "ETS(A,N,A)";
    case EtsForm::kAada:
      return "ETS(A,Ad,A)";
    case EtsForm::kMnm:
      return "ETS(M,N,M)";
    case EtsForm::kMadm:
      return "ETS(M,Ad,M)";
  }
  return "";
}

EtsState first_state(std::span<const double> values, EtsForm form) {
  const std::size_t weeks = std::min(values.size() / kWeek, kFirstWeeks);
  EtsState state;
  // Every day against its own week, so that a slope is not taken for a season.
  for (std::size_t w = 0; w < weeks; ++w) {
    double mean = 0;
    for (std::size_t i = 0; i < kWeek; ++i) mean += values[w * kWeek + i] / kWeek;
    if (w == 0) state.level = mean;
    for (std::size_t i = 0; i < kWeek; ++i) {
      const double value = values[w * kWeek + i];
      state.season[i] += (is_multiplicative(form) ? value / std::max(mean, 1e-9) : value - mean) /
                         static_cast<double>(weeks);
    }
  }
  return state;
}

double ets_run(std::span<const double> values, const EtsParameters& parameters, EtsState& state) {
  switch (parameters.form) {
    case EtsForm::kAna:
      return run_additive<false>(values, parameters, state);
    case EtsForm::kAada:
      return run_additive<true>(values, parameters, state);
    case EtsForm::kMnm:
      return run_multiplicative<false>(values, parameters, state);
    case EtsForm::kMadm:
      return run_multiplicative<true>(values, parameters, state);
  }
  return kInfinity;
}

void ets_forecast(const EtsParameters& parameters, const EtsState& state, std::span<double> out) {
  double ahead = 0;
  double slope = state.slope;
  for (std::size_t h = 0; h < out.size(); ++h) {
    if (is_damped(parameters.form)) {
      slope *= parameters.phi;
      ahead += slope;
    }
    const double season = state.season[h % kWeek];
    const double base = state.level + ahead;
    out[h] = std::max(0.0, is_multiplicative(parameters.form) ? base * season : base + season);
  }
}

std::optional<EtsFit> fit_ets(std::span<const double> values, EtsForm form,
                              const EtsParameters* warm_start) {
  if (values.size() > kMostDays) values = values.last(kMostDays);
  if (is_multiplicative(form) && std::ranges::any_of(values, [](double y) { return y <= 0; }))
    return std::nullopt;
  const EtsState start = first_state(values, form);
  const auto cost = [&](const Point& at) {
    EtsState state = start;
    return ets_run(values, parameters_at(at, form), state);
  };
  EtsParameters guess;
  guess.alpha = 0.2;
  guess.beta = 0.02;
  guess.gamma = 0.1;
  guess.phi = 0.95;
  const std::size_t size = is_damped(form) ? 4 : 2;
  const Minimum best = nelder_mead(point_of(warm_start != nullptr ? *warm_start : guess), size,
                                   warm_start != nullptr ? 0.3 : 1.0, 1e-3, 200, cost);
  if (!(best.value < 1e300)) return std::nullopt;
  EtsFit fit;
  fit.parameters = parameters_at(best.at, form);
  fit.evaluations = best.evaluations;
  const auto n = static_cast<double>(values.size());
  // Smoothing parameters, the states at the start (level, six free seasons, slope), the variance.
  const double k = static_cast<double>(size) + 7 + (is_damped(form) ? 1 : 0) + 1;
  fit.aicc = best.value + 2 * k + (n > k + 1 ? 2 * k * (k + 1) / (n - k - 1) : kInfinity);
  return fit;
}

void forecast_by_ets(std::span<const double> values, std::span<const std::size_t> refits,
                     bool has_warm_starts, OriginTable& out) {
  std::array<std::optional<EtsFit>, kNumEtsForms> fits;
  for (std::size_t r = 0; r < refits.size(); ++r) {
    const std::size_t from = refits[r];
    const std::size_t to = r + 1 < refits.size() ? refits[r + 1] : values.size() + 1;
    const EtsFit* best = nullptr;
    for (std::size_t f = 0; f < kNumEtsForms; ++f) {
      const EtsParameters* warm = has_warm_starts && fits[f] ? &fits[f]->parameters : nullptr;
      fits[f] = fit_ets(values.first(from), static_cast<EtsForm>(f), warm);
      if (fits[f] && (best == nullptr || fits[f]->aicc < best->aicc)) best = &*fits[f];
    }
    // Additive forms fit anything finite; one is always there.
    const std::size_t begin = from > kMostDays ? from - kMostDays : 0;
    EtsState state = first_state(values.subspan(begin, from - begin), best->parameters.form);
    (void)ets_run(values.subspan(begin, from - begin), best->parameters, state);
    for (std::size_t origin = from; origin < to; ++origin) {
      if (origin > from) (void)ets_run(values.subspan(origin - 1, 1), best->parameters, state);
      if (origin >= out.first_origin()) ets_forecast(best->parameters, state, out.row(origin));
    }
  }
}

}  // namespace hark::series

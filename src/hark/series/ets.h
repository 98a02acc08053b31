// Exponential smoothing of daily counts with a season of a week, as state-space models.
//
// Source: Hyndman, Koehler, Ord, Snyder, Forecasting with Exponential Smoothing (2008), chapters 2
// and 5. Model card: docs/models/forecasts.md. Threads: pure functions.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "hark/series/origin_table.h"

namespace hark::series {

/// Error, trend, season: additive (A), multiplicative (M), none (N), damped additive (Ad).
enum class EtsForm { kAna, kAada, kMnm, kMadm };
inline constexpr std::size_t kNumEtsForms = 4;
std::string_view name_of(EtsForm form);

struct EtsParameters {
  EtsForm form = EtsForm::kAna;
  double alpha = 0.1;  ///< level, 0 to 1
  double beta = 0;     ///< trend, 0 to alpha
  double gamma = 0.1;  ///< season, 0 to 1 - alpha
  double phi = 1;      ///< damping, 0.8 to 0.98
};

struct EtsState {
  double level = 0;
  double slope = 0;
  std::array<double, 7> season{};  ///< [0] is of the next day
};

/// Level and season of the first weeks; the slope starts at 0. At least 14 values.
EtsState first_state(std::span<const double> values, EtsForm form);

/// Runs the model over the values; `state` becomes that after them. Returns −2 log likelihood up to
/// a constant of the series (concentrated), or infinity where a multiplicative model forecasts
/// nothing above 0: such a day changes no level, and the slope and the week go on.
double ets_run(std::span<const double> values, const EtsParameters& parameters, EtsState& state);

/// The point forecast of the days after the state.
void ets_forecast(const EtsParameters& parameters, const EtsState& state, std::span<double> out);

struct EtsFit {
  EtsParameters parameters;
  double aicc = 0;
  int evaluations = 0;
};
/// The parameters of one form with the greatest likelihood; nullopt where the form does not suit
/// (a multiplicative one with a value of 0). Looks at the last 1,095 days. At least 14 values.
std::optional<EtsFit> fit_ets(std::span<const double> values, EtsForm form,
                              const EtsParameters* warm_start);

/// Forecasts from every origin of `out`: at each of `refits` (ascending, the first at most the
/// table's first origin) all forms are fitted to the days before and the one with the least AICc is
/// used until the next; between, only level, slope and season move on.
void forecast_by_ets(std::span<const double> values, std::span<const std::size_t> refits,
                     bool has_warm_starts, OriginTable& out);

}  // namespace hark::series

// Exponential smoothing, Theta and the simplex that fits them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hark/series/ets.h"
#include "hark/series/nelder_mead.h"
#include "hark/series/theta.h"
#include "hark/stats/random.h"

namespace hark::series {
namespace {

TEST(NelderMead, FindsTheMinimumOfRosenbrocksValley) {
  const auto valley = [](const Point& at) {
    return 100 * std::pow(at[1] - at[0] * at[0], 2) + std::pow(1 - at[0], 2);
  };
  const Minimum best = nelder_mead({-1.2, 1}, 2, 0.5, 1e-14, 1000, valley);
  EXPECT_NEAR(best.at[0], 1, 1e-5);
  EXPECT_NEAR(best.at[1], 1, 1e-5);
}

TEST(NelderMead, AValueThatIsNoNumberIsAvoided) {
  const auto half = [](const Point& at) { return at[0] < 0 ? std::nan("") : std::abs(at[0] - 2); };
  EXPECT_NEAR(nelder_mead({0.5}, 1, -1, 1e-9, 500, half).at[0], 2, 1e-6);
}

// A series made by the model itself, with normal errors of a known size.
std::vector<double> simulate(const EtsParameters& p, std::size_t n, double sd, std::uint64_t seed) {
  stats::Pcg64 random(seed, 7);
  double level = 500, slope = 1;
  const bool is_factor = p.form == EtsForm::kMnm || p.form == EtsForm::kMadm;
  const bool has_trend = p.form == EtsForm::kAada || p.form == EtsForm::kMadm;
  std::vector<double> season;
  for (int i = 0; i < 7; ++i)
    season.push_back(is_factor ? (i < 5 ? 1.2 : 0.5) : (i < 5 ? 60 : -150));
  std::vector<double> out;
  for (std::size_t t = 0; t < n; ++t) {
    const double e = sd * stats::normal_quantile(random.uniform_open());
    const double carried = has_trend ? p.phi * slope : 0;
    double& s = season[t % 7];
    if (is_factor) {
      out.push_back((level + carried) * s * (1 + e));
      slope = carried + p.beta * (level + carried) * e;
      level = (level + carried) * (1 + p.alpha * e);
      s *= 1 + p.gamma * e;
    } else {
      out.push_back(level + carried + s + e);
      level += carried + p.alpha * e;
      slope = carried + p.beta * e;
      s += p.gamma * e;
    }
  }
  return out;
}

TEST(Ets, FindsTheParametersAndTheKindOfSeasonASeriesWasMadeWith) {
  for (const EtsForm form : {EtsForm::kAna, EtsForm::kMnm}) {
    const bool is_factor = form == EtsForm::kMnm;
    const EtsParameters truth{form, 0.3, 0, 0.15, 1};
    const auto y = simulate(truth, 1000, is_factor ? 0.05 : 15, 3);
    const auto fit = fit_ets(y, form, nullptr);
    ASSERT_TRUE(fit);
    // Standard errors of smoothing parameters from 1,000 days are about 0.03.
    EXPECT_NEAR(fit->parameters.alpha, truth.alpha, 0.1) << name_of(form);
    EXPECT_NEAR(fit->parameters.gamma, truth.gamma, 0.1) << name_of(form);
    const auto other = fit_ets(y, is_factor ? EtsForm::kAna : EtsForm::kMnm, nullptr);
    ASSERT_TRUE(other);
    EXPECT_LT(fit->aicc, other->aicc) << name_of(form);
  }
}

// The definition with whole vectors of states, as the book writes it.
TEST(Ets, EveryFormEqualsTheBooksEquations) {
  for (const EtsForm form : {EtsForm::kAna, EtsForm::kAada, EtsForm::kMnm, EtsForm::kMadm}) {
    const bool is_factor = form == EtsForm::kMnm || form == EtsForm::kMadm;
    const bool has_trend = form == EtsForm::kAada || form == EtsForm::kMadm;
    const EtsParameters p{form, 0.25, has_trend ? 0.05 : 0, 0.2, has_trend ? 0.9 : 1};
    const auto y = simulate(p, 100, is_factor ? 0.1 : 20, 11);
    EtsState state = first_state(y, form);
    std::vector<double> l = {state.level}, b = {0};
    std::vector<double> s(state.season.begin(), state.season.end());
    double squares = 0, logs = 0;
    for (std::size_t t = 0; t < y.size(); ++t) {
      const double base = l[t] + (has_trend ? p.phi * b[t] : 0);
      const double e = is_factor ? (y[t] - base * s[t]) / (base * s[t]) : y[t] - base - s[t];
      l.push_back(is_factor ? base * (1 + p.alpha * e) : base + p.alpha * e);
      b.push_back(has_trend ? p.phi * b[t] + p.beta * e * (is_factor ? base : 1) : 0);
      s.push_back(is_factor ? s[t] * (1 + p.gamma * e) : s[t] + p.gamma * e);
      squares += e * e;
      if (is_factor) logs += std::log(std::abs(base * s[t]));
    }
    const double cost = ets_run(y, p, state);
    EXPECT_NEAR(cost, 100 * std::log(squares) + 2 * logs, 1e-9 * std::abs(cost)) << name_of(form);
    std::vector<double> ahead(20);
    ets_forecast(p, state, ahead);
    for (std::size_t h = 1; h <= ahead.size(); ++h) {
      double damping = 0;
      for (std::size_t k = 1; k <= h; ++k) damping += std::pow(p.phi, static_cast<double>(k));
      const double base = l.back() + (has_trend ? damping * b.back() : 0);
      const double season = s[s.size() - 7 + (h - 1) % 7];
      EXPECT_NEAR(ahead[h - 1], is_factor ? base * season : base + season, 1e-9 * base) << h;
    }
  }
}

TEST(Ets, AMultiplicativeFormIsLeftOutWhereADayIsZero) {
  std::vector<double> y(70, 3.0);
  y[20] = 0;
  EXPECT_FALSE(fit_ets(y, EtsForm::kMnm, nullptr));
  EXPECT_TRUE(fit_ets(y, EtsForm::kAna, nullptr));
}

TEST(Ets, ADayAMultiplicativeFormCannotForecastStillEndsADayOfTheWeek) {
  for (const EtsForm form : {EtsForm::kMnm, EtsForm::kMadm}) {
    const EtsParameters p{form, 0.3, 0.1, 0.2, 0.5};
    EtsState state;
    state.level = form == EtsForm::kMnm ? 0 : 1;
    state.slope = form == EtsForm::kMnm ? 0 : -8;  // next day: 1 - 4
    state.season = {0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3};
    EXPECT_TRUE(std::isinf(ets_run(std::vector<double>{5.0}, p, state)));
    EXPECT_THAT(state.season, testing::ElementsAre(0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 0.7));
    // The slope dies away, and the level is forecast again: 1 - 2, 1 - 1, then 1 - 0.5.
    EXPECT_TRUE(std::isinf(ets_run(std::vector<double>{5.0, 5.0}, p, state)));
    EXPECT_EQ(std::isfinite(ets_run(std::vector<double>{5.0}, p, state)), form == EtsForm::kMadm);
    EXPECT_EQ(state.season[0], 1.1);
  }
}

TEST(Ets, AWarmStartNeedsFewerStepsAndFindsTheSame) {
  const EtsParameters truth{EtsForm::kAada, 0.3, 0.03, 0.1, 0.9};
  const auto y = simulate(truth, 800, 15, 5);
  const auto cold = fit_ets(std::span(y).first(770), truth.form, nullptr);
  ASSERT_TRUE(cold);
  const auto warm = fit_ets(y, truth.form, &cold->parameters);
  const auto again = fit_ets(y, truth.form, nullptr);
  ASSERT_TRUE(warm && again);
  EXPECT_LT(warm->evaluations, again->evaluations);
  EXPECT_NEAR(warm->aicc, again->aicc, 0.5);
}

TEST(Theta, IsSmoothingWithHalfTheSlopeOfTheLine) {
  // No noise: weekdays times a line. The season is found, and the forecast keeps half the slope.
  std::vector<double> y;
  for (int t = 0; t < 140; ++t) y.push_back((200.0 + t) * (t % 7 < 5 ? 1.1 : 0.75));
  const ThetaFit fit = fit_theta(y);
  ASSERT_TRUE(fit.is_multiplicative);
  EXPECT_NEAR(fit.season[0] / fit.season[6], 1.1 / 0.75, 0.02);
  EXPECT_NEAR(fit.drift, 0.5, 0.01);
  // Without noise the best smoothing is none: the last day is the level.
  EXPECT_GT(fit.alpha, 0.9);
  OriginTable out(140, 140, 14);
  const std::vector<std::size_t> refits = {140};
  forecast_by_theta(y, refits, out);
  const double level = theta_level(y, fit);
  for (std::size_t h = 0; h < 14; ++h) {
    const double expected = (level + fit.drift * (static_cast<double>(h) +
                                                  (1 - std::pow(1 - fit.alpha, 140)) / fit.alpha)) *
                            fit.season[(140 + h) % 7];
    EXPECT_NEAR(out.row(140)[h], expected, 1e-9);
  }
}

TEST(Theta, DaysWithoutAnyCallAreTakenAsDifferences) {
  std::vector<double> y;
  for (int t = 0; t < 70; ++t) y.push_back(t % 7 == 6 ? 0 : 10);
  const ThetaFit fit = fit_theta(y);
  EXPECT_FALSE(fit.is_multiplicative);
  OriginTable out(70, 70, 7);
  const std::vector<std::size_t> refits = {70};
  forecast_by_theta(y, refits, out);
  EXPECT_NEAR(out.row(70)[6], 0, 0.01);
  EXPECT_NEAR(out.row(70)[0], 10, 0.01);
}

// Between estimations only the state moves on: it must be the state that a fresh run reaches.
TEST(Smoothing, ForecastsBetweenEstimationsEqualAFreshRunWithTheSameParameters) {
  const auto y = simulate({EtsForm::kAna, 0.3, 0, 0.1, 1}, 200, 15, 9);
  const std::vector<std::size_t> refits = {100, 150};
  OriginTable ets(120, 200, 10);
  forecast_by_ets(y, refits, false, ets);
  std::optional<EtsFit> best;
  for (std::size_t f = 0; f < kNumEtsForms; ++f) {
    auto fit = fit_ets(std::span(y).first(150), static_cast<EtsForm>(f), nullptr);
    if (fit && (!best || fit->aicc < best->aicc)) best = fit;
  }
  for (const std::size_t origin : {150, 163, 200}) {
    // The season at the start is that of the first weeks, whatever came after.
    EtsState state = first_state(std::span(y).first(origin), best->parameters.form);
    (void)ets_run(std::span(y).first(origin), best->parameters, state);
    std::vector<double> expected(10);
    ets_forecast(best->parameters, state, expected);
    for (std::size_t h = 0; h < 10; ++h) EXPECT_NEAR(ets.row(origin)[h], expected[h], 1e-9);
  }
}

}  // namespace
}  // namespace hark::series

#include "hark/generate/nyc311_rates.h"

#include <algorithm>

#include "hark/core/text.h"

namespace hark::generate {
namespace {

/// Number of the random stream that deals the records out to the hours; blocks count from 0.
constexpr std::uint64_t kHourStream = ~std::uint64_t{0};

/// The mix of types depends on these; every combination has a number.
struct State {
  bool is_changed;  ///< from change_day on
  unsigned month;   ///< 1 to 12
  unsigned weekday;
  unsigned hour;
};
constexpr std::size_t kNumStates = std::size_t{2} * 12 * 7 * 24;

std::uint16_t number_of(const State& state) {
  return static_cast<std::uint16_t>(
      (((state.is_changed ? 12U : 0U) + state.month - 1) * 7 + state.weekday) * 24 + state.hour);
}

State state_of(std::size_t number) {
  const auto n = static_cast<unsigned>(number);
  return {n / (24 * 7 * 12) == 1, n / (24 * 7) % 12 + 1, n / 24 % 7, n % 24};
}

bool is_noise(const ComplaintType& type) { return type.name.starts_with("Noise"); }

double rate_of(const ComplaintType& type, const State& state, const Nyc311Effects& effects) {
  const bool is_weekend = state.weekday >= 5;
  double rate = type.weight * hour_factor(type.hours, is_weekend, state.hour) *
                week_factor(type.week, state.weekday) * season_factor(type.season, state.month);
  if (state.hour == 9 || state.hour == 10) rate *= effects.peak_lift;
  if (state.is_changed) rate *= effects.level_factor;
  if (state.is_changed && is_noise(type)) rate *= effects.noise_factor;
  return rate;
}

/// Moves `effects.mix_points` of all rates from the other agencies to the types of one. False if
/// there is not so much to move.
bool change_mix(std::span<double> rates, const Nyc311Effects& effects) {
  const auto types = complaint_types();
  double own = 0;
  double all = 0;
  for (std::size_t t = 0; t < types.size(); ++t) {
    all += rates[t];
    if (agencies()[types[t].agency].code == effects.mix_agency) own += rates[t];
  }
  const double wanted = own + effects.mix_points * all;
  if (!(own > 0 && own < all && wanted >= 0 && wanted <= all)) return false;
  for (std::size_t t = 0; t < types.size(); ++t) {
    const bool is_own = agencies()[types[t].agency].code == effects.mix_agency;
    rates[t] *= is_own ? wanted / own : (all - wanted) / (all - own);
  }
  return true;
}

void normalise(std::vector<double>& shares) {
  double total = 0;
  for (const double share : shares) total += share;
  if (total == 0) return;
  for (double& share : shares) share /= total;
}

}  // namespace

Result<void> Nyc311Rates::make_hours(const Nyc311Options& options) {
  const std::int64_t begin = zone_->from_local(options.first_day * kDay).utc_s;
  extract_utc_s_ = zone_->from_local((options.first_day + options.num_days) * kDay).utc_s;
  // Rates of every type in every state, and their sums.
  const auto types = complaint_types();
  std::vector<double> rates(kNumStates * types.size());
  std::vector<double> totals(kNumStates);
  std::vector<bool> has_mix(kNumStates, true);
  types_.reserve(kNumStates);
  for (std::size_t s = 0; s < kNumStates; ++s) {
    const std::span<double> here = std::span(rates).subspan(s * types.size(), types.size());
    for (std::size_t t = 0; t < types.size(); ++t) {
      here[t] = rate_of(types[t], state_of(s), options.effects);
      totals[s] += here[t];
    }
    if (state_of(s).is_changed && options.effects.mix_points != 0)
      has_mix[s] = change_mix(here, options.effects);
    types_.emplace_back(here);
  }

  const calendar::Date first = calendar::civil_from_days(options.first_day);
  expected_.by_type.resize(types.size());
  for (auto* shares :
       {&expected_.by_agency, &expected_.by_agency_before_change, &expected_.by_agency_from_change})
    shares->resize(agencies().size());
  expected_.by_hour.resize(24);
  expected_.by_weekday.resize(7);
  std::vector<double> hour_weights;
  for (std::int64_t utc = begin; utc < extract_utc_s_; utc += 3600) {
    const std::int32_t offset = zone_->offset_at(utc);
    const std::int64_t local = utc + offset;
    const auto day = static_cast<std::int32_t>(local / kDay);
    const calendar::Date date = calendar::civil_from_days(day);
    const State state{day >= options.effects.change_day, date.month,
                      calendar::weekday_from_days(day), static_cast<unsigned>(local % kDay / 3600)};
    const std::uint16_t number = number_of(state);
    if (!has_mix[number]) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("the share of ", options.effects.mix_agency, " cannot change by ",
                          options.effects.mix_points, " at every hour"))
          .hint("a smaller change, or an agency with more to give or take");
    }
    hours_.push_back({utc, offset, number, !hours_.empty() && hours_.back().offset_s < offset,
                      state.is_changed, 0});
    hour_weights.push_back(totals[number]);

    const auto month = static_cast<std::size_t>((date.year - first.year) * 12 + date.month -
                                                static_cast<std::int32_t>(first.month));
    expected_.by_month.resize(std::max(expected_.by_month.size(), month + 1));
    expected_.by_month[month] += totals[number];
    expected_.by_weekday[state.weekday] += totals[number];
    for (std::size_t t = 0; t < types.size(); ++t) {
      const double rate = rates[number * types.size() + t];
      expected_.by_type[t] += rate;
      expected_.by_agency[types[t].agency] += rate;
      (state.is_changed ? expected_.by_agency_from_change
                        : expected_.by_agency_before_change)[types[t].agency] += rate;
      expected_.by_hour[state.hour] +=
          rate * (1 - types[t].created_midnight_share - types[t].created_noon_share);
    }
  }
  for (auto* shares : {&expected_.by_type, &expected_.by_agency, &expected_.by_agency_before_change,
                       &expected_.by_agency_from_change, &expected_.by_hour, &expected_.by_weekday,
                       &expected_.by_month}) {
    normalise(*shares);
  }
  count_rows(options, hour_weights);
  return {};
}

void Nyc311Rates::count_rows(const Nyc311Options& options,
                             const std::vector<double>& hour_weights) {
  // One draw per record, so that hours are filled as a stream of independent requests would.
  num_rows_ = options.num_rows;
  const AliasTable table(hour_weights);
  stats::Pcg64 random = stats::Pcg64::for_block(options.seed, kHourStream);
  std::vector<std::uint64_t> counts(hours_.size());
  for (std::uint64_t row = 0; row < options.num_rows; ++row) ++counts[table.draw(random)];
  std::uint64_t before = 0;
  for (std::size_t h = 0; h < hours_.size(); ++h) {
    hours_[h].first_row = before;
    before += counts[h];
  }
}

void Nyc311Rates::make_places(const Nyc311Options& options) {
  const auto places = neighbourhoods();
  const auto types = complaint_types();
  std::vector<std::vector<double>> borough_shares;
  for (std::size_t mix = 0; mix < kNumAreaMixes; ++mix) {
    std::vector<double> weights(places.size());
    std::vector<double> shares(kNumBoroughs);
    for (std::size_t i = 0; i < places.size(); ++i) {
      weights[i] = places[i].weight * borough_factor(static_cast<AreaMix>(mix), places[i].borough);
      if (places[i].zip == options.effects.hot_zip) weights[i] *= options.effects.hot_factor;
      shares[places[i].borough] += weights[i];
    }
    normalise(shares);
    borough_shares.push_back(std::move(shares));
    places_.emplace_back(weights);
  }
  expected_.by_borough.resize(kNumBoroughs);
  for (std::size_t t = 0; t < types.size(); ++t) {
    for (std::size_t b = 0; b < kNumBoroughs; ++b) {
      expected_.by_borough[b] +=
          expected_.by_type[t] * borough_shares[static_cast<std::size_t>(types[t].areas)][b];
    }
  }
}

Result<Nyc311Rates> Nyc311Rates::make(const Nyc311Options& options) {
  Nyc311Rates rates;
  HARK_TRY(rates.zone_, calendar::TimeZone::load("America/New_York"));
  HARK_TRY_VOID(rates.make_hours(options));
  rates.pace_factor_ = options.effects.pace_factor;
  rates.make_places(options);
  for (const ComplaintType& type : complaint_types()) {
    const bool is_slow = agencies()[type.agency].code == options.effects.slow_agency;
    rates.median_hours_.push_back(type.response.median_hours *
                                  (is_slow ? options.effects.slow_factor : 1.0));
  }
  return rates;
}

std::size_t Nyc311Rates::hour_of(std::uint64_t row) const noexcept {
  const auto after = std::ranges::upper_bound(hours_, row, {}, &Hour::first_row);
  return static_cast<std::size_t>(after - hours_.begin()) - 1;
}

}  // namespace hark::generate

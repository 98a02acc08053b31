#include "hark/series/level_shifts.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "hark/core/text.h"
#include "hark/series/change_points.h"
#include "hark/series/origin_table.h"
#include "hark/series/pelt.h"
#include "hark/series/robust.h"

namespace hark::series {
namespace {

using Cuts = std::vector<std::size_t>;

constexpr std::size_t kWeek = 7;
constexpr double kYear = 365.25;
/// Parts of a year that are alike: half months.
constexpr std::size_t kTimesOfYear = 24;
/// A day beyond so many robust deviations is a stray one.
constexpr double kStray = 4;
/// Standard deviation of the root of a Poisson count.
constexpr double kChanceSd = 0.5;
/// Medians of fewer a day tell little.
constexpr double kLeastMedian = 4;
/// −ln 0.025: what may have been expected where nothing was counted, 97.5 % sure.
constexpr double kMostOfNone = 3.688879454113936;

/// The days' counts and what they have in common: the fit's three factors.
struct Days {
  std::vector<double> counts;  ///< strays at the edge of what is usual
  std::vector<std::uint8_t> is_known;
  std::vector<std::uint8_t> is_usual;  ///< known, and no stray
  std::vector<std::size_t> weekday;
  std::vector<std::size_t> time_of_year;
  std::size_t num_times = 1;  ///< of year
  std::size_t size() const { return counts.size(); }
};

struct Fit {
  std::vector<double> level;     ///< of each segment, per day
  std::vector<double> season;    ///< of each day: weekday · time of year, 1 on average
  std::vector<double> expected;  ///< level · season
  double deviance = 0;           ///< twice the logarithm of the likelihood that is missing
};

std::vector<std::size_t> segments_of(std::size_t n, const Cuts& cuts) {
  std::vector<std::size_t> segment(n, 0);
  for (const std::size_t cut : cuts)
    for (std::size_t t = cut; t < n; ++t) ++segment[t];
  return segment;
}

double log_or_none(double y, double expected) { return y > 0 ? y * std::log(y / expected) : 0; }

/// Iterative proportional fitting: each factor in turn gives its groups of days their sums, until
/// all have them. That is where the likelihood of counts is greatest. Of the days that
/// `is_counted`.
Fit fit(const Days& days, const Cuts& cuts, const std::vector<std::uint8_t>& is_counted) {
  constexpr int kMostRounds = 200;
  constexpr double kSettled = 1e-6;
  const std::size_t n = days.size();
  const auto segment = segments_of(n, cuts);
  const std::array<const std::vector<std::size_t>*, 3> group_of = {&segment, &days.weekday,
                                                                   &days.time_of_year};
  std::array<std::vector<double>, 3> factors = {std::vector<double>(cuts.size() + 1, 1),
                                                std::vector<double>(kWeek, 1),
                                                std::vector<double>(days.num_times, 1)};
  Fit out;
  out.expected.assign(n, 1);
  std::vector<double> counted, expected;
  double moved = 1;
  for (int round = 0; round < kMostRounds && moved > kSettled; ++round) {
    moved = 0;
    for (std::size_t f = 0; f < factors.size(); ++f) {
      const std::vector<std::size_t>& group = *group_of[f];
      counted.assign(factors[f].size(), 0);
      expected.assign(factors[f].size(), 0);
      for (std::size_t t = 0; t < n; ++t) {
        if (is_counted[t] == 0) continue;
        counted[group[t]] += days.counts[t];
        expected[group[t]] += out.expected[t];
      }
      for (std::size_t g = 0; g < counted.size(); ++g) {
        // Days of which none is known, or none can be: nothing to scale.
        counted[g] = expected[g] > 0 ? counted[g] / expected[g] : 1;
        factors[f][g] *= counted[g];
        moved = round == 0 ? 1 : std::max(moved, std::abs(counted[g] - 1));
      }
      for (std::size_t t = 0; t < n; ++t) out.expected[t] *= counted[group[t]];
    }
  }
  out.level = std::move(factors[0]);
  double mean = 0;
  for (std::size_t t = 0; t < n; ++t) {
    out.season.push_back(factors[1][days.weekday[t]] * factors[2][days.time_of_year[t]]);
    mean += out.season.back() / static_cast<double>(n);
    if (is_counted[t] == 0) continue;
    const double y = days.counts[t];
    out.deviance += 2 * (log_or_none(y, out.expected[t]) - (y - out.expected[t]));
  }
  if (mean > 0) {
    for (double& season : out.season) season /= mean;
    for (double& level : out.level) level *= mean;
  }
  return out;
}

/// Cost of a segment, given the seasons: what the likelihood misses, but for a constant.
class CostOfCounts {
 public:
  CostOfCounts(const Days& days, const std::vector<double>& season)
      : counts_(days.size() + 1), seasons_(days.size() + 1) {
    for (std::size_t t = 0; t < days.size(); ++t) {
      const bool is_known = days.is_known[t] != 0;
      counts_[t + 1] = counts_[t] + (is_known ? days.counts[t] : 0);
      seasons_[t + 1] = seasons_[t] + (is_known ? season[t] : 0);
    }
  }
  double operator()(std::size_t from, std::size_t to) const {
    return -2 * log_or_none(counts_[to] - counts_[from], seasons_[to] - seasons_[from]);
  }

 private:
  std::vector<double> counts_;
  std::vector<double> seasons_;
};

/// Remainders in units of chance, of the days that can have a count.
std::vector<double> remainders(const Days& days, const Fit& fit) {
  std::vector<double> out;
  for (std::size_t t = 0; t < days.size(); ++t) {
    if (days.is_known[t] != 0 && fit.expected[t] > 0)
      out.push_back((days.counts[t] - fit.expected[t]) / std::sqrt(fit.expected[t]));
  }
  return out;
}

/// How many times the variance of a sum of many days is that of chance: the days' own spread and
/// memory, or what whole weeks tell where that is more.
double dispersion(const Days& days, const Fit& fit) {
  const std::vector<double> rest = remainders(days, fit);
  const auto levels = static_cast<double>(fit.level.size());
  const double num_fitted = levels + static_cast<double>(kWeek + days.num_times - 2);
  double squares = 0;
  double products = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    squares += rest[i] * rest[i];
    if (i > 0) products += rest[i] * rest[i - 1];
  }
  const auto n = static_cast<double>(rest.size());
  if (squares <= 0 || n <= num_fitted) return 0;
  const double memory =
      std::clamp(unfitted_memory(products / squares, levels, n), 0.0, kMostMemory);
  const double of_days = squares / (n - num_fitted) * (1 + memory) / (1 - memory);

  double week_squares = 0;
  double expected = 0;
  std::size_t weeks = 0;
  for (; (weeks + 1) * kWeek <= days.size(); ++weeks) {
    double sum = 0;
    for (std::size_t t = weeks * kWeek; t < (weeks + 1) * kWeek; ++t) {
      if (days.is_known[t] == 0) continue;
      sum += days.counts[t] - fit.expected[t];
      expected += fit.expected[t];
    }
    week_squares += sum * sum;
  }
  const auto all = static_cast<double>(weeks);
  if (all < 2 * levels + 2 || expected <= 0) return of_days;
  return std::max(of_days, week_squares / expected * all / (all - levels));
}

/// Tells strays from usual days, and sets them to the edge of what is usual around the fit.
void cut_strays(const DailySeries& series, const std::vector<double>& expected, Days& days) {
  std::vector<double> sizes;
  for (std::size_t t = 0; t < days.size(); ++t) {
    if (days.is_known[t] != 0 && expected[t] > 0)
      sizes.push_back(std::abs(to_root(series.values[t]) - to_root(expected[t])));
  }
  const double reach = kStray * std::max(kMedianToSd * upper_median(sizes), kChanceSd);
  for (std::size_t t = 0; t < days.size(); ++t) {
    const double middle = to_root(expected[t]);
    const double y = series.values[t];
    days.counts[t] = std::clamp(y, from_root(middle - reach), from_root(middle + reach));
    days.is_usual[t] = days.is_known[t] != 0 && days.counts[t] == y ? 1 : 0;
  }
}

/// What is expected of each day: the season, and the level that most days of its segment tell, be
/// all of them strays from what was expected before.
std::vector<double> expected_by_most(const DailySeries& series, const Days& days,
                                     const std::vector<double>& season, const Cuts& cuts) {
  const auto segment = segments_of(days.size(), cuts);
  std::vector<std::vector<double>> ratios(cuts.size() + 1);
  std::vector<double> counted(cuts.size() + 1, 0);
  std::vector<double> seasons(cuts.size() + 1, 0);
  for (std::size_t t = 0; t < days.size(); ++t) {
    if (days.is_known[t] == 0 || season[t] <= 0) continue;
    ratios[segment[t]].push_back(series.values[t] / season[t]);
    counted[segment[t]] += series.values[t];
    seasons[segment[t]] += season[t];
  }
  std::vector<double> expected(days.size(), 0);
  std::vector<double> level(cuts.size() + 1, 0);
  for (std::size_t i = 0; i < level.size(); ++i) {
    level[i] = upper_median(ratios[i]);
    if (level[i] < kLeastMedian && seasons[i] > 0) level[i] = counted[i] / seasons[i];
  }
  for (std::size_t t = 0; t < days.size(); ++t) expected[t] = level[segment[t]] * season[t];
  return expected;
}

/// Medians of groups of `values`, in which a storm of one year does not show.
std::vector<double> medians(const Days& days, const std::vector<double>& values,
                            const std::vector<std::size_t>& group) {
  std::vector<std::vector<double>> of_group(std::ranges::max(group) + 1);
  for (std::size_t t = 0; t < values.size(); ++t)
    if (days.is_known[t] != 0) of_group[group[t]].push_back(values[t]);
  std::vector<double> out;
  for (std::vector<double>& group_values : of_group) out.push_back(upper_median(group_values));
  return out;
}

/// What is expected of each day as far as medians tell: year by year a level, weekday, time of
/// year. Nothing where counts are so few that medians tell little.
std::vector<double> roughly_expected(const Days& days) {
  std::vector<std::size_t> year(days.size());
  for (std::size_t t = 0; t < days.size(); ++t)
    year[t] = static_cast<std::size_t>(static_cast<double>(t) / kYear);
  std::vector<double> expected(days.size(), 1);
  std::vector<double> rest = days.counts;
  const std::array<const std::vector<std::size_t>*, 3> groups = {&year, &days.weekday,
                                                                 &days.time_of_year};
  for (const std::vector<std::size_t>* group : groups) {
    const std::vector<double> factors = medians(days, rest, *group);
    if (group == &year && std::ranges::min(factors) < kLeastMedian) return {};
    for (std::size_t t = 0; t < days.size(); ++t) {
      const double factor = factors[(*group)[t]];
      expected[t] *= factor;
      rest[t] = factor > 0 ? rest[t] / factor : 1;
    }
  }
  return expected;
}

/// A shift is dated to the first day that can show it: where a centre rests at weekends, a Monday.
Cuts dated(const Days& days, const std::vector<double>& season, Cuts cuts) {
  for (std::size_t& cut : cuts)
    while (cut + 1 < days.size() && (days.is_known[cut] == 0 || season[cut] <= 0)) ++cut;
  return cuts;
}

double penalty(std::size_t n, double dispersion) {
  return 3 * std::log(static_cast<double>(n)) * std::max(dispersion, 1e-12);
}

/// Without the shifts that weekday and time of year make needless: dropped one by one, the one that
/// explains least first, while it explains less than the penalty for a shift.
Cuts needed(const Days& days, Cuts cuts) {
  Fit all = fit(days, cuts, days.is_known);
  const double least_gain = penalty(days.size(), dispersion(days, all));
  while (!cuts.empty()) {
    std::size_t least = 0;
    Fit best;
    best.deviance = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      Cuts without = cuts;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      Fit fewer = fit(days, without, days.is_known);
      if (fewer.deviance >= best.deviance) continue;
      best = std::move(fewer);
      least = i;
    }
    if (best.deviance - all.deviance >= least_gain) break;
    cuts.erase(cuts.begin() + static_cast<std::ptrdiff_t>(least));
    all = std::move(best);
  }
  return cuts;
}

/// Variances of the logarithms of ratios of neighbouring levels, for counts as scattered as chance.
class RatioVariances {
 public:
  RatioVariances(const Days& days, const Cuts& cuts, const Fit& fit) {
    const auto levels = static_cast<Eigen::Index>(cuts.size() + 1);
    const auto size = levels + static_cast<Eigen::Index>(kWeek + days.num_times);
    Eigen::MatrixXd information = Eigen::MatrixXd::Zero(size, size);
    const auto segment = segments_of(days.size(), cuts);
    for (std::size_t t = 0; t < days.size(); ++t) {
      if (days.is_known[t] == 0) continue;
      const std::array<Eigen::Index, 3> columns = {
          static_cast<Eigen::Index>(segment[t]),
          levels + static_cast<Eigen::Index>(days.weekday[t]),
          levels + static_cast<Eigen::Index>(kWeek + days.time_of_year[t])};
      for (const Eigen::Index row : columns)
        for (const Eigen::Index column : columns) information(row, column) += fit.expected[t];
    }
    // Factors are known but for what one may take from the other; ratios of levels do not mind.
    information.diagonal().array() += 1e-9 * information.trace();
    const Eigen::MatrixXd contrasts = [&] {
      Eigen::MatrixXd out = Eigen::MatrixXd::Zero(size, levels - 1);
      for (Eigen::Index i = 0; i + 1 < levels; ++i) {
        out(i, i) = -1;
        out(i + 1, i) = 1;
      }
      return out;
    }();
    variances_ =
        (contrasts.cwiseProduct(information.ldlt().solve(contrasts))).colwise().sum().transpose();
  }
  double operator[](std::size_t shift) const {
    return variances_[static_cast<Eigen::Index>(shift)];
  }

 private:
  Eigen::VectorXd variances_;
};

std::vector<LevelShift> shifts_of(const Days& days, const Cuts& cuts) {
  if (cuts.empty()) return {};
  const Fit fitted = fit(days, cuts, days.is_known);
  const double noise = dispersion(days, fitted);
  const RatioVariances variances(days, cuts, fitted);
  std::vector<LevelShift> shifts;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    LevelShift shift;
    shift.index = cuts[i];
    shift.before = fitted.level[i];
    shift.after = fitted.level[i + 1];
    if (shift.before > 0) {
      const double ratio = shift.after / shift.before;
      shift.relative = ratio - 1;
      if (ratio > 0) {
        const double reach = stats::kZ95 * std::sqrt(noise * variances[i]);
        shift.relative_ci95 = {ratio * std::exp(-reach) - 1, ratio * std::exp(reach) - 1};
      } else {
        const std::size_t to = i + 1 < cuts.size() ? cuts[i + 1] : days.size();
        double seasons = 0;
        for (std::size_t t = cuts[i]; t < to; ++t) seasons += fitted.season[t];
        shift.relative_ci95 = {-1, kMostOfNone * noise / seasons / shift.before - 1};
      }
    }
    shifts.push_back(shift);
  }
  return shifts;
}

}  // namespace

Result<std::vector<LevelShift>> level_shifts(const DailySeries& series, std::size_t least_segment) {
  const std::size_t n = series.size();
  if (least_segment == 0 || n < 2 * least_segment) {
    return Error(ErrorCode::kInvalidInput,
                 concat(n, " days are too few to look for shifts of the level: at least ",
                        2 * least_segment, " are needed"));
  }
  const bool has_year = static_cast<double>(n) > 2 * kYear;
  Days days{series.values, std::vector<std::uint8_t>(n), {}, {}, {}, has_year ? kTimesOfYear : 1};
  for (std::size_t t = 0; t < n; ++t) {
    days.is_known[t] = series.is_filled[t] == 0 ? 1 : 0;
    days.weekday.push_back(t % kWeek);
    const double year = std::fmod(static_cast<double>(t), kYear) / kYear;
    days.time_of_year.push_back(has_year ? static_cast<std::size_t>(year * kTimesOfYear) : 0);
  }
  days.is_usual = days.is_known;
  if (const auto expected = roughly_expected(days); !expected.empty())
    cut_strays(series, expected, days);
  // The shifts bend what is taken for the time of year, and that the shifts: in turns, until both
  // stay.
  constexpr int kMostPasses = 5;
  Cuts cuts;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    Fit usual = fit(days, cuts, days.is_usual);
    if (pass > 0) {
      cut_strays(series, expected_by_most(series, days, usual.season, cuts), days);
      // Days of a level that was found are usual ones now.
      usual = fit(days, cuts, days.is_usual);
    }
    // Differences tell the noise roughly, whatever the shifts; the first cut tells it better.
    const double noise = pass == 0
                             ? std::max(1.0, noise_level(remainders(days, usual)).long_run_var)
                             : dispersion(days, usual);
    Cuts next =
        needed(days, pelt(n, CostOfCounts(days, usual.season), penalty(n, noise), least_segment));
    const bool is_settled = pass > 0 && next == cuts;
    cuts = std::move(next);
    if (is_settled) break;
  }
  const std::vector<double> season = fit(days, cuts, days.is_known).season;
  return shifts_of(days, dated(days, season, std::move(cuts)));
}

}  // namespace hark::series

#include "hark/series/change_points.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hark/core/text.h"
#include "hark/series/robust.h"

namespace hark::series {
namespace {

constexpr double kMostMemory = 0.9;

constexpr std::size_t kWeek = 7;

/// A remainder beyond so many robust deviations is a strange day and no noise.
constexpr double kStray = 4;

/// Prefix sums: the cost of any segment in constant time.
class SquaresAroundMean {
 public:
  explicit SquaresAroundMean(std::span<const double> values)
      : sums_(values.size() + 1), squares_(values.size() + 1) {
    // Around the overall mean, or large levels would cancel out the squares.
    double mean = 0;
    for (const double y : values) mean += y / static_cast<double>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double y = values[i] - mean;
      sums_[i + 1] = sums_[i] + y;
      squares_[i + 1] = squares_[i] + y * y;
    }
  }
  double operator()(std::size_t from, std::size_t to) const {
    const double sum = sums_[to] - sums_[from];
    return std::max(0.0,
                    squares_[to] - squares_[from] - sum * sum / static_cast<double>(to - from));
  }

 private:
  std::vector<double> sums_;
  std::vector<double> squares_;
};

/// Median size of the values, or of their differences over `lag`.
double median_size(std::span<const double> values, std::size_t lag, std::vector<double>& scratch) {
  scratch.clear();
  for (std::size_t i = lag; i < values.size(); ++i)
    scratch.push_back(std::abs(lag == 0 ? values[i] : values[i] - values[i - lag]));
  return upper_median(scratch);
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double y : values) sum += y;
  return sum / static_cast<double>(values.size());
}

NoiseLevel with_memory(double variance, double memory) {
  NoiseLevel noise;
  noise.memory = std::clamp(memory, 0.0, kMostMemory);
  noise.sd = std::sqrt(variance);
  noise.long_run_var = variance * (1 + noise.memory) / (1 - noise.memory);
  return noise;
}

/// Seasons are smoothed over so many cycles (STL's window of 15 of them, tricube weights): more do
/// not make them follow the noise less.
constexpr double kMostCycles = 7.4;

/// Two stretches of a series whose means are compared: `weight` times the first is taken from the
/// second.
struct Contrast {
  std::size_t from = 0;
  std::size_t at = 0;
  std::size_t to = 0;
  double weight = 1;

  double of(std::size_t t) const {
    if (t < from || t >= to) return 0;
    return t < at ? -weight / static_cast<double>(at - from) : 1 / static_cast<double>(to - at);
  }
};

/// Share of the noise that is left when a season is taken off: the season is the mean of each of
/// its days over the cycles, and so has 1 / cycles of it.
double kept_noise(std::size_t n, std::size_t season) {
  const double cycles = season == 0 ? 0 : static_cast<double>(n) / static_cast<double>(season);
  return cycles < 2 ? 1 : 1 - 1 / std::min(cycles, kMostCycles);
}

/// Variance of a contrast of what is left when a season was taken off, for noise of a long-run
/// variance of 1. In a contrast of whole seasons all of the noise is still there; one of parts of a
/// season lacks what the season took.
double contrast_var(const Contrast& contrast, std::size_t n, std::size_t season) {
  double squares = 0;
  for (std::size_t t = contrast.from; t < contrast.to; ++t)
    squares += contrast.of(t) * contrast.of(t);
  if (kept_noise(n, season) == 1) return squares;
  const double all = (1 - contrast.weight) / static_cast<double>(n);
  double taken = 0;
  for (std::size_t day = 0; day < season; ++day) {
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t t = day; t < n; t += season, ++count) sum += contrast.of(t);
    const double mean = sum / static_cast<double>(count) - all;
    taken += static_cast<double>(count) * mean * mean;
  }
  return std::max(0.0, squares - taken);
}

}  // namespace

std::vector<std::size_t> pelt(std::span<const double> values, double penalty,
                              std::size_t least_segment) {
  const std::size_t n = values.size();
  const std::size_t least = std::max<std::size_t>(least_segment, 1);
  if (n < 2 * least) return {};
  const SquaresAroundMean cost(values);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> best(n + 1, kInfinity);
  std::vector<std::size_t> last(n + 1, 0);
  best[0] = -penalty;
  struct Candidate {
    std::size_t at = 0;
    /// From this end on the candidate cannot win any more: one that loses to a change at `t` loses
    /// only once the segment after `t` is long enough.
    std::size_t dead_from = std::numeric_limits<std::size_t>::max();
  };
  std::vector<Candidate> candidates;
  for (std::size_t t = least; t <= n; ++t) {
    // A change so early that no segment fits before it is none.
    const std::size_t newest = t - least;
    if (newest == 0 || newest >= least) candidates.push_back({newest});
    std::erase_if(candidates, [t](const Candidate& c) { return c.dead_from <= t; });
    for (const Candidate& c : candidates) {
      const double total = best[c.at] + cost(c.at, t) + penalty;
      if (total < best[t]) {
        best[t] = total;
        last[t] = c.at;
      }
    }
    for (Candidate& c : candidates) {
      if (best[c.at] + cost(c.at, t) > best[t]) c.dead_from = std::min(c.dead_from, t + least);
    }
  }
  std::vector<std::size_t> changes;
  for (std::size_t at = last[n]; at > 0; at = last[at]) changes.push_back(at);
  std::ranges::reverse(changes);
  return changes;
}

NoiseLevel noise_level(std::span<const double> values) {
  // Differences over one and two days have variances 2 v (1 − r) and 2 v (1 − r²): their ratio is
  // 1 + r, and a shift touches few of them.
  std::vector<double> scratch;
  scratch.reserve(values.size());
  const double one = median_size(values, 1, scratch);
  const double two = median_size(values, 2, scratch);
  if (one <= 0) return with_memory(two * kMedianToSd * two * kMedianToSd / 2, 0);
  const double memory = two * two / (one * one) - 1;
  const double difference = kMedianToSd * one;
  return with_memory(difference * difference / (2 * (1 - std::clamp(memory, 0.0, kMostMemory))),
                     memory);
}

NoiseLevel noise_around(std::span<const double> values, std::span<const std::size_t> changes) {
  std::vector<double> rest(values.begin(), values.end());
  for (std::size_t i = 0; i <= changes.size(); ++i) {
    const std::size_t from = i == 0 ? 0 : changes[i - 1];
    const std::size_t to = i < changes.size() ? changes[i] : values.size();
    const double mean = mean_of(values.subspan(from, to - from));
    for (std::size_t t = from; t < to; ++t) rest[t] -= mean;
  }
  std::vector<double> scratch;
  scratch.reserve(rest.size());
  const double limit = kStray * kMedianToSd * median_size(rest, 0, scratch);
  if (limit > 0)
    for (double& x : rest) x = std::clamp(x, -limit, limit);
  double squares = 0;
  double products = 0;
  for (std::size_t t = 0; t < rest.size(); ++t) {
    squares += rest[t] * rest[t];
    if (t > 0) products += rest[t] * rest[t - 1];
  }
  if (squares <= 0) return {};
  const auto n = static_cast<double>(rest.size());
  const auto segments = static_cast<double>(changes.size() + 1);
  const double memory = products / squares;
  // Every mean that was fitted takes (1 + 4 r) / n off the correlation (Kendall, Biometrika 41,
  // 1954) and a little of the variance.
  NoiseLevel noise =
      with_memory(squares / (n - segments), memory + segments * (1 + 4 * memory) / n);
  // Real days remember longer than one day: means of whole weeks tell it.
  const std::size_t weeks = rest.size() / kWeek;
  if (static_cast<double>(weeks) < 2 * segments + 2) return noise;
  double week_squares = 0;
  for (std::size_t w = 0; w < weeks; ++w) {
    const double mean = mean_of(std::span(rest).subspan(w * kWeek, kWeek));
    week_squares += mean * mean;
  }
  noise.long_run_var =
      std::max(noise.long_run_var, kWeek * week_squares / (static_cast<double>(weeks) - segments));
  return noise;
}

Result<std::vector<LevelShift>> level_shifts(std::span<const double> values,
                                             std::size_t least_segment, std::size_t season) {
  if (least_segment == 0 || values.size() < 2 * least_segment) {
    return Error(
        ErrorCode::kInvalidInput,
        concat(values.size(), " days are too few to look for shifts of the level: at least ",
               2 * least_segment, " are needed"));
  }
  // Differences tell the noise roughly, whatever the shifts; the first cut tells it better.
  const double kept = kept_noise(values.size(), season);
  double long_run_var = noise_level(values).long_run_var / kept;
  std::vector<std::size_t> changes;
  for (int pass = 0; pass < 3; ++pass) {
    const double penalty =
        3 * std::log(static_cast<double>(values.size())) * std::max(long_run_var, 1e-12);
    auto next = pelt(values, penalty, least_segment);
    const bool is_settled = pass > 0 && next == changes;
    changes = std::move(next);
    if (is_settled) break;
    long_run_var = noise_around(values, changes).long_run_var / kept;
  }
  std::vector<LevelShift> shifts;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const std::size_t from = i == 0 ? 0 : changes[i - 1];
    const std::size_t at = changes[i];
    const std::size_t to = i + 1 < changes.size() ? changes[i + 1] : values.size();
    LevelShift shift;
    shift.index = at;
    // What is left when a season of few counts is taken off may be less than none.
    shift.before = std::max(mean_of(values.subspan(from, at - from)), 0.0);
    shift.after = std::max(mean_of(values.subspan(at, to - at)), 0.0);
    if (!(shift.before > 0)) {
      shifts.push_back(shift);
      continue;
    }
    // The ratio of two means, by the delta method.
    const double ratio = shift.after / shift.before;
    const double variance =
        long_run_var * contrast_var({from, at, to, ratio}, values.size(), season);
    const double se = std::sqrt(variance) / shift.before;
    shift.relative = ratio - 1;
    shift.relative_ci95 = {std::max(ratio - 1 - stats::kZ95 * se, -1.0),
                           ratio - 1 + stats::kZ95 * se};
    shifts.push_back(shift);
  }
  return shifts;
}

}  // namespace hark::series

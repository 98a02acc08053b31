#include "hark/series/change_points.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/series/pelt.h"
#include "hark/series/robust.h"

namespace hark::series {
namespace {

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

}  // namespace

std::vector<std::size_t> pelt(std::span<const double> values, double penalty,
                              std::size_t least_segment) {
  return pelt(values.size(), SquaresAroundMean(values), penalty, least_segment);
}

double unfitted_memory(double memory, double num_levels, double n) {
  return memory + num_levels * (1 + 4 * memory) / n;
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
  NoiseLevel noise = with_memory(squares / (n - segments), unfitted_memory(memory, segments, n));
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

Result<std::vector<std::size_t>> shifts_in(std::span<const double> values,
                                           std::size_t least_segment) {
  if (least_segment == 0 || values.size() < 2 * least_segment) {
    return Error(
        ErrorCode::kInvalidInput,
        concat(values.size(), " days are too few to look for shifts of the level: at least ",
               2 * least_segment, " are needed"));
  }
  // Differences tell the noise roughly, whatever the shifts; the first cut tells it better.
  double long_run_var = noise_level(values).long_run_var;
  std::vector<std::size_t> changes;
  for (int pass = 0; pass < 3; ++pass) {
    const double penalty =
        3 * std::log(static_cast<double>(values.size())) * std::max(long_run_var, 1e-12);
    auto next = pelt(values, penalty, least_segment);
    const bool is_settled = pass > 0 && next == changes;
    changes = std::move(next);
    if (is_settled) break;
    long_run_var = noise_around(values, changes).long_run_var;
  }
  return changes;
}

}  // namespace hark::series

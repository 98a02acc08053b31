#include "hark/series/stl.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hark/core/text.h"

namespace hark::series {
namespace {

/// What est() of the original program works on: neighbours [left, right] of the point `at`.
struct Neighbours {
  std::size_t left = 0;
  std::size_t right = 0;  ///< inclusive
};

/// The loess value at position `at` (in observations, may lie one outside), or nullopt if no
/// neighbour has weight. `kernel` is scratch of at least right + 1 entries.
std::optional<double> loess_at(std::span<const double> y, const Smoother& smoother, double at,
                               Neighbours range, const double* robustness, double* kernel) {
  const auto n = static_cast<int>(y.size());
  double h = std::max(at - static_cast<double>(range.left), static_cast<double>(range.right) - at);
  if (smoother.window > n) h += (smoother.window - n) / 2;
  const double h9 = 0.999 * h;
  const double h1 = 0.001 * h;
  const double inverse = h > 0 ? 1 / h : 0;
  double total = 0;
  for (std::size_t j = range.left; j <= range.right; ++j) {
    const double r = std::abs(static_cast<double>(j) - at);
    double weight = 0;
    if (r <= h9) {
      weight = 1;
      if (r > h1) {
        const double u = r * inverse;
        const double v = 1 - u * u * u;
        weight = v * v * v;
      }
      if (robustness != nullptr) weight *= robustness[j];
      total += weight;
    }
    kernel[j] = weight;
  }
  if (total <= 0) return std::nullopt;
  double mean_x = 0;
  double mean_y = 0;
  for (std::size_t j = range.left; j <= range.right; ++j) {
    mean_x += kernel[j] * static_cast<double>(j);
    mean_y += kernel[j] * y[j];
  }
  mean_x /= total;
  mean_y /= total;
  if (smoother.degree == 0 || h <= 0) return mean_y;
  double xx = 0;
  double xy = 0;
  for (std::size_t j = range.left; j <= range.right; ++j) {
    const double x = static_cast<double>(j) - mean_x;
    xx += kernel[j] * x * x;
    xy += kernel[j] * x * y[j];
  }
  xx /= total;
  xy /= total;
  // Neighbours that stand nearly on one spot tell no slope.
  if (std::sqrt(xx) <= 0.001 * (n - 1)) return mean_y;
  return mean_y + (at - mean_x) * xy / xx;
}

/// Smooths a whole series; where no neighbour has weight the value stays.
void loess(std::span<const double> y, const Smoother& smoother, const double* robustness,
           double* out, double* kernel) {
  const std::size_t n = y.size();
  if (n < 2) {
    if (n == 1) out[0] = y[0];
    return;
  }
  const std::size_t jump = std::min<std::size_t>(static_cast<std::size_t>(smoother.jump), n - 1);
  const auto window = static_cast<std::size_t>(smoother.window);
  const std::size_t width = std::min(window, n);
  const auto smooth_at = [&](std::size_t i) {
    const std::size_t half = (window - 1) / 2;
    const std::size_t left = std::min(i > half ? i - half : 0, n - width);
    out[i] =
        loess_at(y, smoother, static_cast<double>(i), {left, left + width - 1}, robustness, kernel)
            .value_or(y[i]);
  };
  std::size_t last = 0;
  for (std::size_t i = 0; i < n; i += jump) {
    smooth_at(i);
    last = i;
  }
  if (jump == 1) return;
  const auto interpolate = [&](std::size_t from, std::size_t to) {
    const double slope = (out[to] - out[from]) / static_cast<double>(to - from);
    for (std::size_t j = from + 1; j < to; ++j)
      out[j] = out[from] + slope * static_cast<double>(j - from);
  };
  for (std::size_t i = jump; i < n; i += jump) interpolate(i - jump, i);
  if (last == n - 1) return;
  smooth_at(n - 1);
  interpolate(last, n - 1);
}

/// Moving average of `width`; `out` gets n − width + 1 values. Returns how many.
std::size_t moving_average(const double* x, std::size_t n, std::size_t width, double* out) {
  const std::size_t count = n - width + 1;
  double sum = std::accumulate(x, x + width, 0.0);
  const auto divisor = static_cast<double>(width);
  out[0] = sum / divisor;
  for (std::size_t i = 1; i < count; ++i) {
    sum += x[i + width - 1] - x[i - 1];
    out[i] = sum / divisor;
  }
  return count;
}

class StlRun {
 public:
  StlRun(std::span<const double> y, const StlOptions& options)
      : y_(y),
        options_(options),
        n_(y.size()),
        period_(static_cast<std::size_t>(options.period)),
        cycles_(n_ + 2 * period_),
        work_(n_ + 2 * period_),
        detrended_(n_),
        low_(n_),
        kernel_(n_ + 2 * period_),
        sub_(n_ / period_ + 1),
        sub_weights_(n_ / period_ + 1),
        sub_smooth_(n_ / period_ + 3) {}

  Decomposition run() {
    out_.trend.assign(n_, 0.0);
    out_.seasonal.assign(n_, 0.0);
    out_.remainder.resize(n_);
    const double* weights = nullptr;
    for (int outer = 0;; ++outer) {
      for (int inner = 0; inner < options_.inner_loops; ++inner) step(weights);
      if (outer == options_.outer_loops) break;
      update_weights();
      weights = out_.weights.data();
    }
    for (std::size_t i = 0; i < n_; ++i)
      out_.remainder[i] = y_[i] - out_.trend[i] - out_.seasonal[i];
    return std::move(out_);
  }

 private:
  void step(const double* weights) {
    for (std::size_t i = 0; i < n_; ++i) detrended_[i] = y_[i] - out_.trend[i];
    smooth_cycles(weights);
    // What the cycles still hold of the trend: moving averages of two periods and of three.
    std::size_t count = moving_average(cycles_.data(), cycles_.size(), period_, work_.data());
    count = moving_average(work_.data(), count, period_, kernel_.data());
    count = moving_average(kernel_.data(), count, 3, work_.data());
    loess({work_.data(), count}, options_.low_pass, nullptr, low_.data(), kernel_.data());
    for (std::size_t i = 0; i < n_; ++i) {
      out_.seasonal[i] = cycles_[period_ + i] - low_[i];
      detrended_[i] = y_[i] - out_.seasonal[i];
    }
    loess(detrended_, options_.trend, weights, out_.trend.data(), kernel_.data());
  }

  /// Every weekday's own series, smoothed and carried one period beyond both ends.
  void smooth_cycles(const double* weights) {
    const Smoother& smoother = options_.seasonal;
    const auto window = static_cast<std::size_t>(smoother.window);
    for (std::size_t j = 0; j < period_; ++j) {
      const std::size_t k = (n_ - j - 1) / period_ + 1;
      for (std::size_t i = 0; i < k; ++i) sub_[i] = detrended_[i * period_ + j];
      const double* robustness = nullptr;
      if (weights != nullptr) {
        for (std::size_t i = 0; i < k; ++i) sub_weights_[i] = weights[i * period_ + j];
        robustness = sub_weights_.data();
      }
      const std::span<const double> sub(sub_.data(), k);
      loess(sub, smoother, robustness, sub_smooth_.data() + 1, kernel_.data());
      sub_smooth_[0] =
          loess_at(sub, smoother, -1, {0, std::min(window, k) - 1}, robustness, kernel_.data())
              .value_or(sub_smooth_[1]);
      sub_smooth_[k + 1] =
          loess_at(sub, smoother, static_cast<double>(k), {k > window ? k - window : 0, k - 1},
                   robustness, kernel_.data())
              .value_or(sub_smooth_[k]);
      for (std::size_t m = 0; m < k + 2; ++m) cycles_[m * period_ + j] = sub_smooth_[m];
    }
  }

  /// Bisquare of the remainder against six times its median size.
  void update_weights() {
    out_.weights.resize(n_);
    for (std::size_t i = 0; i < n_; ++i)
      detrended_[i] = std::abs(y_[i] - out_.trend[i] - out_.seasonal[i]);
    std::copy(detrended_.begin(), detrended_.end(), low_.begin());
    const auto upper = low_.begin() + static_cast<std::ptrdiff_t>(n_ / 2);
    std::nth_element(low_.begin(), upper, low_.end());
    double median = *upper;
    if (n_ % 2 == 0) median = (median + *std::max_element(low_.begin(), upper)) / 2;
    const double limit = 6 * median;
    for (std::size_t i = 0; i < n_; ++i) {
      const double r = detrended_[i];
      double weight = 0;
      if (r <= 0.001 * limit) {
        weight = 1;
      } else if (r <= 0.999 * limit) {
        const double u = r / limit;
        weight = (1 - u * u) * (1 - u * u);
      }
      out_.weights[i] = weight;
    }
  }

  std::span<const double> y_;
  const StlOptions& options_;
  std::size_t n_;
  std::size_t period_;
  Decomposition out_;
  std::vector<double> cycles_;
  std::vector<double> work_;
  std::vector<double> detrended_;
  std::vector<double> low_;
  std::vector<double> kernel_;
  std::vector<double> sub_;
  std::vector<double> sub_weights_;
  std::vector<double> sub_smooth_;
};

Result<void> check(const Smoother& smoother, std::string_view name) {
  if (smoother.window < 3 || smoother.window % 2 == 0 || smoother.degree < 0 ||
      smoother.degree > 1 || smoother.jump < 1) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("the ", name, " smoother needs an odd window of at least 3 (got ",
                        smoother.window, "), degree 0 or 1 and a jump of at least 1"));
  }
  return {};
}

int next_odd(double value) {
  const auto whole = static_cast<int>(std::lround(value));
  return whole % 2 == 0 ? whole + 1 : whole;
}

int tenth(int window) { return (window + 9) / 10; }

/// R's stl() with `s.window` given: what forecast::mstl calls.
StlOptions options_of_r(double period, int seasonal_window) {
  StlOptions options;
  options.period = static_cast<int>(period);
  options.seasonal = {seasonal_window, 0, tenth(seasonal_window)};
  const int trend = next_odd(std::ceil(1.5 * period / (1 - 1.5 / seasonal_window)));
  options.trend = {trend, 1, tenth(trend)};
  const int low = next_odd(period);
  options.low_pass = {low, 1, tenth(low)};
  return options;
}

}  // namespace

StlOptions StlOptions::weekly(bool is_robust) {
  StlOptions options;
  options.outer_loops = is_robust ? 15 : 0;
  return options;
}

Result<Decomposition> stl(std::span<const double> values, const StlOptions& options) {
  HARK_TRY_VOID(check(options.seasonal, "seasonal"));
  HARK_TRY_VOID(check(options.trend, "trend"));
  HARK_TRY_VOID(check(options.low_pass, "low-pass"));
  if (options.period < 2 || options.inner_loops < 1 || options.outer_loops < 0) {
    return Error(ErrorCode::kInvalidArgument,
                 "a season has at least 2 observations, and at least one inner loop is made");
  }
  if (values.size() <= 2 * static_cast<std::size_t>(options.period)) {
    return Error(
        ErrorCode::kInvalidInput,
        concat(values.size(), " observations are too few: a decomposition with a season of ",
               options.period, " needs more than ", 2 * options.period));
  }
  return StlRun(values, options).run();
}

Result<MultiDecomposition> mstl(std::span<const double> values, std::vector<double> periods) {
  MultiDecomposition out;
  std::ranges::sort(periods);
  for (const double period : periods) {
    if (period >= 2 && period < static_cast<double>(values.size()) / 2)
      out.periods.push_back(period);
  }
  if (out.periods.empty()) {
    return Error(ErrorCode::kInvalidInput,
                 concat(values.size(), " observations are too few: no season fits in twice"));
  }
  const std::size_t n = values.size();
  out.seasonal.assign(out.periods.size(), std::vector<double>(n, 0.0));
  std::vector<double> rest(values.begin(), values.end());
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t s = 0; s < out.periods.size(); ++s) {
      std::vector<double>& season = out.seasonal[s];
      for (std::size_t i = 0; i < n; ++i) rest[i] += season[i];
      HARK_TRY(auto fit, stl(rest, options_of_r(out.periods[s], 11 + 4 * static_cast<int>(s))));
      season = std::move(fit.seasonal);
      out.trend = std::move(fit.trend);
      for (std::size_t i = 0; i < n; ++i) rest[i] -= season[i];
    }
  }
  out.remainder = std::move(rest);
  for (std::size_t i = 0; i < n; ++i) out.remainder[i] -= out.trend[i];
  return out;
}

std::optional<double> strength(std::span<const double> component,
                               std::span<const double> remainder) {
  const auto n = static_cast<double>(remainder.size());
  double mean_r = 0;
  double mean_c = 0;
  for (std::size_t i = 0; i < remainder.size(); ++i) {
    mean_r += remainder[i] / n;
    mean_c += (component[i] + remainder[i]) / n;
  }
  double var_r = 0;
  double var_c = 0;
  for (std::size_t i = 0; i < remainder.size(); ++i) {
    var_r += (remainder[i] - mean_r) * (remainder[i] - mean_r);
    const double both = component[i] + remainder[i] - mean_c;
    var_c += both * both;
  }
  if (!(var_c > 0)) return std::nullopt;
  return std::max(0.0, 1 - var_r / var_c);
}

}  // namespace hark::series

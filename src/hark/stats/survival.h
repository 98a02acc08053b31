// Kaplan-Meier: how long until a request is closed, when some are still open.
//
// Model card: docs/models/kaplan-meier.md. Threads: a curve is immutable once made.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hark/core/result.h"
#include "hark/stats/descriptive.h"

namespace hark::stats {

class KaplanMeier {
 public:
  /// One drop of the curve.
  struct Step {
    std::int64_t time = 0;     ///< an event time
    std::int64_t at_risk = 0;  ///< durations of at least this
    std::int64_t deaths = 0;   ///< events at this time
    double survival = 0;       ///< S(time): share that lasts longer
    /// Greenwood's sum d / (n (n - d)) up to here: the variance of ln S; infinite once S is 0.
    double log_variance = 0;
  };

  struct MedianInterval {
    std::optional<std::int64_t> low;   ///< nullopt: not to be told from the data
    std::optional<std::int64_t> high;  ///< nullopt: not reached
  };

  /// The product-limit curve of durations (whole seconds or days, 0 or more, any order).
  ///
  /// `is_event[i]` is 1 where the duration ended and 0 where it was cut off (censored). A duration
  /// cut off at the time of an event counts as at risk there. No durations: a curve without steps.
  /// Time O(n), memory O(n + steps). Errors: kInvalidInput for lengths that differ or a negative
  /// duration. Source: Kaplan and Meier, JASA 53 (1958).
  static Result<KaplanMeier> from_durations(std::span<const std::int64_t> durations,
                                            std::span<const std::uint8_t> is_event);
  /// The same from counts per distinct time (ascending). Errors: kInvalidInput for lengths that
  /// differ, times that do not ascend, negative counts.
  static Result<KaplanMeier> from_counts(std::span<const std::int64_t> times,
                                         std::span<const std::int64_t> deaths,
                                         std::span<const std::int64_t> censored);

  std::int64_t n() const noexcept { return n_; }
  std::int64_t num_events() const noexcept { return num_events_; }
  /// The longest duration, cut off or not: where a quantile is null, it is later than this.
  std::int64_t last_time() const noexcept { return last_time_; }
  std::span<const Step> steps() const noexcept { return steps_; }

  /// S(t), the share lasting longer than `t`; 1 before the first event, constant after the last.
  double survival_at(std::int64_t t) const noexcept;
  /// The smallest event time with S(t) <= 1 - p + 1e-12; nullopt where the curve does not fall that
  /// far.
  std::optional<std::int64_t> quantile(double p) const noexcept;
  /// Standard error of S at a step (Greenwood); 0 once S is 0.
  static double standard_error(const Step& step) noexcept;
  /// Confidence interval of S at a step on the log(-log S) scale, inside [0, 1]; nullopt where it
  /// is not defined (S is 0).
  static std::optional<Interval> interval(const Step& step, double z = kZ95) noexcept;
  /// Confidence interval of the median: the event times at which the lower and the upper limit of S
  /// first are at 1/2 or below. Steps without an interval are passed over.
  /// Source: Brookmeyer and Crowley, Biometrics 38 (1982), on the log(-log S) scale.
  MedianInterval median_interval(double z = kZ95) const noexcept;

 private:
  void add(std::int64_t time, std::int64_t deaths, std::int64_t leaving);

  std::vector<Step> steps_;
  std::int64_t n_ = 0;
  std::int64_t num_events_ = 0;
  std::int64_t last_time_ = 0;
  // While building: still at risk, and the last step at full precision.
  std::int64_t at_risk_ = 0;
  long double survival_ = 1;
  long double log_variance_ = 0;
};

}  // namespace hark::stats

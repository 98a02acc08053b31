#include "hark/stats/survival.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "hark/core/text.h"
#include "hark/stats/sorting.h"

namespace hark::stats {

void KaplanMeier::add(std::int64_t time, std::int64_t deaths, std::int64_t leaving) {
  last_time_ = time;
  if (deaths > 0) {
    const auto n = static_cast<long double>(at_risk_);
    const auto d = static_cast<long double>(deaths);
    survival_ *= (n - d) / n;
    log_variance_ += d / (n * (n - d));
    num_events_ += deaths;
    steps_.push_back({time, at_risk_, deaths, static_cast<double>(survival_),
                      static_cast<double>(log_variance_)});
  }
  at_risk_ -= leaving;
}

Result<KaplanMeier> KaplanMeier::from_durations(std::span<const std::int64_t> durations,
                                                std::span<const std::uint8_t> is_event) {
  if (durations.size() != is_event.size()) {
    return Error(ErrorCode::kInvalidInput,
                 concat(durations.size(), " durations but ", is_event.size(), " event flags"));
  }
  KaplanMeier curve;
  curve.n_ = curve.at_risk_ = static_cast<std::int64_t>(durations.size());
  if (durations.empty()) return curve;
  const auto [low, high] = std::ranges::minmax(durations);
  if (low < 0) return Error(ErrorCode::kInvalidInput, "a duration is negative");
  RawVector<std::uint64_t> keys(durations.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = static_cast<std::uint64_t>(durations[i]) << 1 | (is_event[i] != 0 ? 1U : 0U);
  }
  const auto width = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(high))) + 1;
  // Few durations (one curve per type and area) are sorted faster by comparing.
  if (keys.size() < 512) {
    std::ranges::sort(keys);
  } else {
    HARK_TRY_VOID(radix_sort(keys, 1, width));
  }
  for (std::size_t begin = 0; begin < keys.size();) {
    const std::uint64_t time = keys[begin] >> 1;
    std::int64_t deaths = 0;
    std::size_t end = begin;
    for (; end < keys.size() && keys[end] >> 1 == time; ++end) {
      deaths += static_cast<std::int64_t>(keys[end] & 1);
    }
    curve.add(static_cast<std::int64_t>(time), deaths, static_cast<std::int64_t>(end - begin));
    begin = end;
  }
  return curve;
}

Result<KaplanMeier> KaplanMeier::from_counts(std::span<const std::int64_t> times,
                                             std::span<const std::int64_t> deaths,
                                             std::span<const std::int64_t> censored) {
  if (times.size() != deaths.size() || times.size() != censored.size()) {
    return Error(ErrorCode::kInvalidInput, concat(times.size(), " times, ", deaths.size(),
                                                  " deaths, ", censored.size(), " censored"));
  }
  KaplanMeier curve;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (deaths[i] < 0 || censored[i] < 0 || (i > 0 && times[i] <= times[i - 1])) {
      return Error(ErrorCode::kInvalidInput,
                   concat("times must ascend and counts not be negative (place ", i, ")"));
    }
    curve.n_ += deaths[i] + censored[i];
  }
  curve.at_risk_ = curve.n_;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (deaths[i] + censored[i] > 0) curve.add(times[i], deaths[i], deaths[i] + censored[i]);
  }
  return curve;
}

double KaplanMeier::survival_at(std::int64_t t) const noexcept {
  const auto after = std::ranges::upper_bound(steps_, t, {}, &Step::time);
  return after == steps_.begin() ? 1.0 : std::prev(after)->survival;
}

std::optional<std::int64_t> KaplanMeier::quantile(double p) const noexcept {
  // The product of a million factors misses 1 - p by less than the 1e-12.
  const auto first = std::ranges::partition_point(
      steps_, [&](const Step& step) { return step.survival > 1 - p + 1e-12; });
  if (first == steps_.end()) return std::nullopt;
  return first->time;
}

double KaplanMeier::standard_error(const Step& step) noexcept {
  return step.survival > 0 ? step.survival * std::sqrt(step.log_variance) : 0.0;
}

std::optional<Interval> KaplanMeier::interval(const Step& step, double z) noexcept {
  if (!(step.survival > 0)) return std::nullopt;
  const double log_survival = std::log(step.survival);
  const double width = z * std::sqrt(step.log_variance) / -log_survival;
  return Interval{std::exp(log_survival * std::exp(width)),
                  std::exp(log_survival * std::exp(-width))};
}

KaplanMeier::MedianInterval KaplanMeier::median_interval(double z) const noexcept {
  // The lower limit is at 1/2 or below where ln(-ln S) + z sqrt(V) / -ln S reaches ln(ln 2). S
  // falls and V grows from step to step, so the ends of a stretch bound the sum; a stretch whose
  // bound stays clear of it is passed over without a logarithm per step.
  constexpr std::size_t kStretch = 256;
  const double reached = std::log(std::numbers::ln2) - 1e-9;
  MedianInterval result;
  for (std::size_t begin = 0; begin < steps_.size() && !result.high; begin += kStretch) {
    const std::size_t end = std::min(begin + kStretch, steps_.size());
    const Step& last = steps_[end - 1];
    const double most = -std::log(last.survival);
    const double least = -std::log(steps_[begin].survival);
    if (std::log(most) + z * std::sqrt(last.log_variance) / least < reached) continue;
    for (std::size_t i = begin; i < end && !result.high; ++i) {
      const auto limits = interval(steps_[i], z);
      if (!limits) continue;
      if (!result.low && limits->low <= 0.5) result.low = steps_[i].time;
      if (limits->high <= 0.5) result.high = steps_[i].time;
    }
  }
  return result;
}

}  // namespace hark::stats

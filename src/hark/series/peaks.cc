#include "hark/series/peaks.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "hark/stats/random.h"

namespace hark::series {
namespace {

constexpr std::size_t kFewestDays = 7;
constexpr std::size_t kDraws = 2000;

std::int64_t count_in(const HoursOfDay& day, PeakWindow window) {
  return std::accumulate(day.begin() + window.first_hour, day.begin() + window.end_hour,
                         std::int64_t{0});
}

double lift_of(std::int64_t in_window, std::int64_t all, PeakWindow window) {
  return static_cast<double>(in_window) / (window.end_hour - window.first_hour) /
         (static_cast<double>(all) / 24);
}

}  // namespace

PeakWindow busiest_window(std::span<const HoursOfDay> days, int hours) {
  HoursOfDay sums{};
  for (const HoursOfDay& day : days)
    for (std::size_t h = 0; h < 24; ++h) sums[h] += day[h];
  PeakWindow best{0, hours};
  std::int64_t most = -1;
  for (int first = 0; first + hours <= 24; ++first) {
    const std::int64_t count = count_in(sums, {first, first + hours});
    if (count <= most) continue;
    most = count;
    best = {first, first + hours};
  }
  return best;
}

std::optional<PeakLift> peak_lift(std::span<const HoursOfDay> days, PeakWindow window,
                                  std::uint64_t seed) {
  PeakLift out;
  out.window = window;
  out.days = days.size();
  std::vector<std::pair<std::int64_t, std::int64_t>> counts;  // in the window, in all
  counts.reserve(days.size());
  for (const HoursOfDay& day : days) {
    counts.emplace_back(count_in(day, window), count_in(day, {0, 24}));
    out.in_window += counts.back().first;
    out.all += counts.back().second;
  }
  if (days.size() < kFewestDays || out.all == 0) return std::nullopt;
  out.lift = lift_of(out.in_window, out.all, window);
  stats::Pcg64 random(seed, 0);
  std::vector<double> lifts;
  lifts.reserve(kDraws);
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    std::int64_t in_window = 0;
    std::int64_t all = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto& day = counts[random.below(counts.size())];
      in_window += day.first;
      all += day.second;
    }
    if (all > 0) lifts.push_back(lift_of(in_window, all, window));
  }
  std::ranges::sort(lifts);
  out.ci95 = {*stats::quantile(lifts, 0.025), *stats::quantile(lifts, 0.975)};
  return out;
}

}  // namespace hark::series

#include "hark/stats/log_rank.h"

#include <Eigen/Cholesky>
#include <algorithm>

#include "hark/core/text.h"
#include "hark/stats/distributions.h"

namespace hark::stats {
namespace {

/// Sums the covariance of the groups' events over all event times.
///
/// At an event time with d of n ending, groups i and j add w n_i (n [i = j] - n_j) with
/// w = d (n - d) / (n^2 (n - 1)). The counts n_i change only where a duration of group i leaves, so
/// a pair is brought up to date then and not at every event time: O(k) per leaving group.
class Covariance {
 public:
  explicit Covariance(std::size_t num_groups)
      : num_groups_(num_groups),
        pairs_(num_groups * num_groups, 0.0L),
        taken_(num_groups * num_groups, 0.0L),
        own_(num_groups, 0.0L),
        own_taken_(num_groups, 0.0L) {}

  void add_event_time(std::int64_t deaths, std::int64_t at_risk) {
    if (at_risk < 2) return;
    const auto n = static_cast<long double>(at_risk);
    const auto d = static_cast<long double>(deaths);
    const long double w = d * (n - d) / (n * n * (n - 1));
    weights_ += w;
    weights_times_n_ += w * n;
  }

  /// Before group `i` loses durations: what was added since it last changed.
  void bring_up_to_date(std::size_t i, const std::vector<std::int64_t>& at_risk) {
    const auto ni = static_cast<long double>(at_risk[i]);
    own_[i] += (weights_times_n_ - own_taken_[i]) * ni;
    own_taken_[i] = weights_times_n_;
    for (std::size_t j = 0; j < num_groups_; ++j) {
      const std::size_t place = std::min(i, j) * num_groups_ + std::max(i, j);
      pairs_[place] += (weights_ - taken_[place]) * ni * static_cast<long double>(at_risk[j]);
      taken_[place] = weights_;
    }
  }

  /// Requires every group to be up to date.
  double at(std::size_t i, std::size_t j) const {
    const long double shared = pairs_[std::min(i, j) * num_groups_ + std::max(i, j)];
    return static_cast<double>(i == j ? own_[i] - shared : -shared);
  }

 private:
  std::size_t num_groups_;
  long double weights_ = 0;
  long double weights_times_n_ = 0;
  std::vector<long double> pairs_;  ///< sum of w n_i n_j, i <= j
  std::vector<long double> taken_;  ///< weights_ when the pair was brought up to date
  std::vector<long double> own_;    ///< sum of w n n_i
  std::vector<long double> own_taken_;
};

Result<void> check(std::span<const std::int64_t> durations, std::span<const std::uint8_t> is_event,
                   std::span<const std::uint32_t> groups, std::uint32_t num_groups) {
  if (durations.size() != is_event.size() || durations.size() != groups.size()) {
    return Error(ErrorCode::kInvalidInput, concat(durations.size(), " durations, ", is_event.size(),
                                                  " event flags, ", groups.size(), " groups"));
  }
  if (!std::ranges::is_sorted(durations) || (!durations.empty() && durations.front() < 0))
    return Error(ErrorCode::kInvalidInput, "durations must ascend and not be negative");
  if (std::ranges::any_of(groups, [&](std::uint32_t code) { return code >= num_groups; }))
    return Error(ErrorCode::kInvalidInput, "a group code is out of range");
  return {};
}

}  // namespace

Result<LogRank> log_rank(std::span<const std::int64_t> durations,
                         std::span<const std::uint8_t> is_event,
                         std::span<const std::uint32_t> groups, std::uint32_t num_groups) {
  HARK_TRY_VOID(check(durations, is_event, groups, num_groups));
  std::vector<LogRankGroup> all(num_groups);
  std::vector<std::int64_t> at_risk(num_groups, 0);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    ++at_risk[groups[i]];
    all[groups[i]].events += is_event[i] != 0 ? 1 : 0;
  }
  std::vector<long double> expected(num_groups, 0);
  std::vector<long double> expected_taken(num_groups, 0);
  long double hazard = 0;  // sum of d / n over the event times so far
  for (std::uint32_t code = 0; code < num_groups; ++code) {
    all[code].code = code;
    all[code].n = at_risk[code];
  }

  Covariance covariance(num_groups);
  const auto bring_up_to_date = [&](std::uint32_t code) {
    expected[code] += (hazard - expected_taken[code]) * static_cast<long double>(at_risk[code]);
    expected_taken[code] = hazard;
    covariance.bring_up_to_date(code, at_risk);
  };
  std::vector<std::int64_t> leaving(num_groups, 0);
  std::vector<std::uint32_t> changed;
  auto left = static_cast<std::int64_t>(durations.size());
  for (std::size_t begin = 0; begin < durations.size();) {
    std::int64_t deaths = 0;
    std::size_t end = begin;
    changed.clear();
    for (; end < durations.size() && durations[end] == durations[begin]; ++end) {
      deaths += is_event[end] != 0 ? 1 : 0;
      if (leaving[groups[end]]++ == 0) changed.push_back(groups[end]);
    }
    if (deaths > 0) {
      hazard += static_cast<long double>(deaths) / static_cast<long double>(left);
      covariance.add_event_time(deaths, left);
    }
    for (const std::uint32_t code : changed) bring_up_to_date(code);
    for (const std::uint32_t code : changed) {
      at_risk[code] -= leaving[code];
      leaving[code] = 0;
    }
    left -= static_cast<std::int64_t>(end - begin);
    begin = end;
  }

  LogRank result;
  result.n = static_cast<std::int64_t>(durations.size());
  std::vector<std::uint32_t> telling;
  for (LogRankGroup& group : all) {
    if (group.n == 0) continue;
    group.expected = static_cast<double>(expected[group.code]);
    if (group.expected > 0) telling.push_back(group.code);
    result.groups.push_back(group);
  }
  if (telling.size() < 2) {
    return Error(ErrorCode::kInvalidInput,
                 concat("a log-rank test needs two groups with events, not ", telling.size()));
  }
  // The covariances of all groups add up to zero: one group is left out.
  const auto rank = static_cast<Eigen::Index>(telling.size() - 1);
  Eigen::MatrixXd matrix(rank, rank);
  Eigen::VectorXd surplus(rank);
  for (Eigen::Index i = 0; i < rank; ++i) {
    const std::uint32_t a = telling[static_cast<std::size_t>(i)];
    surplus(i) = static_cast<double>(static_cast<long double>(all[a].events) - expected[a]);
    for (Eigen::Index j = 0; j < rank; ++j)
      matrix(i, j) = covariance.at(a, telling[static_cast<std::size_t>(j)]);
  }
  const Eigen::LDLT<Eigen::MatrixXd> solved(matrix);
  result.chi2 = surplus.dot(solved.solve(surplus));
  result.df = rank;
  result.p = chi_square_upper_tail(result.chi2, static_cast<double>(result.df));
  result.log10_p = log10_chi_square_upper_tail(result.chi2, static_cast<double>(result.df));
  return result;
}

}  // namespace hark::stats

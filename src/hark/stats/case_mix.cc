#include "hark/stats/case_mix.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/stats/descriptive.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

constexpr double kHalf = 0.5 + 1e-12;
constexpr double kNotReached = std::numeric_limits<double>::infinity();
constexpr double kNoFigure = std::numeric_limits<double>::quiet_NaN();

Result<void> check(const CaseMixRows& rows) {
  const std::size_t n = rows.durations.size();
  if (rows.is_event.size() != n || rows.groups.size() != n || rows.strata.size() != n)
    return Error(ErrorCode::kInvalidInput, "durations, events, groups and strata differ in number");
  if (n > std::numeric_limits<std::uint32_t>::max())
    return Error(ErrorCode::kInvalidInput, "more than 4,294,967,295 cases");
  if (!std::ranges::is_sorted(rows.durations) || (n > 0 && rows.durations.front() < 0))
    return Error(ErrorCode::kInvalidInput, "durations must ascend and not be negative");
  for (std::size_t i = 0; i < n; ++i) {
    if (rows.groups[i] > rows.num_groups || rows.strata[i] >= rows.num_strata)
      return Error(ErrorCode::kInvalidInput, "a group or stratum is out of range");
  }
  return {};
}

/// How often a case is drawn when as many are drawn as there are: Poisson with mean 1, four draws
/// of 16 bits from one random number.
class Weights {
 public:
  Weights() {
    double below = 0;
    double probability = portable_exp(-1.0);
    std::size_t at = 0;
    for (std::uint8_t count = 0; at < table_.size(); ++count) {
      below += probability;
      probability /= count + 1;
      const auto end = std::min(table_.size(), static_cast<std::size_t>(below * 65536 + 0.5));
      // Beyond 16 bits the last count takes what is left.
      for (; at < (count < 8 ? end : table_.size()); ++at) table_[at] = count;
    }
  }
  void draw(Pcg64& random, std::vector<std::uint8_t>& weights) const {
    std::size_t i = 0;
    for (; i + 4 <= weights.size(); i += 4) {
      const std::uint64_t bits = random.next();
      weights[i] = table_[bits & 0xffff];
      weights[i + 1] = table_[bits >> 16 & 0xffff];
      weights[i + 2] = table_[bits >> 32 & 0xffff];
      weights[i + 3] = table_[bits >> 48];
    }
    for (; i < weights.size(); ++i) weights[i] = table_[random.next() & 0xffff];
  }

 private:
  std::array<std::uint8_t, 65536> table_{};
};

/// A counting sort: where each code's rows begin, and the rows in that order.
struct Sorted {
  std::vector<std::size_t> first;
  std::vector<std::uint32_t> rows;

  Sorted(std::span<const std::uint32_t> codes, std::size_t num_codes)
      : first(num_codes + 1, 0), rows(codes.size()) {
    for (const std::uint32_t code : codes) ++first[code + std::size_t{1}];
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<std::size_t> next(first.begin(), first.end() - 1);
    for (std::size_t i = 0; i < codes.size(); ++i)
      rows[next[codes[i]]++] = static_cast<std::uint32_t>(i);
  }
};

/// Puts rows that end alike, which stand together, in the order of `place_of`: what still ties is
/// alike in all that counts, so draws mean the same whatever order the cases came in.
void sort_ties(std::span<std::uint32_t> rows, const auto& end_of, const auto& place_of) {
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && end_of(rows[end]) == end_of(rows[begin])) ++end;
    if (end - begin > 1) std::ranges::sort(rows.subspan(begin, end - begin), {}, place_of);
    begin = end;
  }
}

/// The cases of one group in one stratum.
struct Cell {
  std::uint32_t stratum = 0;
  std::uint32_t group = 0;
  std::int64_t n = 0;
};

/// What one replicate (or the sample itself) says of a group.
struct Figures {
  double observed = kNoFigure;  ///< ticks; infinite where not reached
  double expected = kNoFigure;
  double ratio() const {
    // 0 / 0 and infinite / infinite say nothing, and come out as no figure.
    return observed / expected;
  }
};

class Sample {
 public:
  explicit Sample(const CaseMixRows& rows, std::int64_t least_n) {
    Sorted by_stratum(rows.strata, rows.num_strata);
    first_ = by_stratum.first;
    const std::size_t n = rows.durations.size();
    durations_.resize(n);
    is_event_.resize(n);
    cell_of_.resize(n);
    std::vector<std::uint32_t> place(n);
    const std::uint32_t num_codes = rows.num_groups + 1;
    std::vector<std::uint32_t> cell_of_group(num_codes, kNoCell);
    for (std::uint32_t stratum = 0; stratum < rows.num_strata; ++stratum) {
      const std::size_t first_cell = cells_.size();
      sort_ties(
          std::span(by_stratum.rows)
              .subspan(first_[stratum], first_[stratum + 1] - first_[stratum]),
          [&](std::uint32_t row) {
            return std::pair(rows.durations[row], rows.is_event[row] == 0);
          },
          [&](std::uint32_t row) { return rows.groups[row]; });
      for (std::size_t i = first_[stratum]; i < first_[stratum + 1]; ++i) {
        const std::uint32_t row = by_stratum.rows[i];
        place[row] = static_cast<std::uint32_t>(i);
        durations_[i] = rows.durations[row];
        is_event_[i] = rows.is_event[row] != 0 ? 1 : 0;
        std::uint32_t& cell = cell_of_group[rows.groups[row]];
        if (cell == kNoCell) {
          cell = static_cast<std::uint32_t>(cells_.size());
          cells_.push_back({stratum, rows.groups[row], 0});
        }
        cell_of_[i] = cell;
        ++cells_[cell].n;
      }
      for (std::size_t cell = first_cell; cell < cells_.size(); ++cell)
        cell_of_group[cells_[cell].group] = kNoCell;
    }
    std::vector<std::uint32_t> group_of_cell;
    for (const Cell& cell : cells_) group_of_cell.push_back(cell.group);
    const Sorted by_group(group_of_cell, num_codes);
    first_cell_ = by_group.first;
    cells_of_groups_ = by_group.rows;
    // The rows of each group, ascending by duration, as places in the order of the strata.
    Sorted group_rows(rows.groups, num_codes);
    for (std::uint32_t& row : group_rows.rows) row = place[row];
    first_of_group_ = std::move(group_rows.first);
    places_ = std::move(group_rows.rows);
    for (std::uint32_t group = 0; group < num_codes; ++group) {
      sort_ties(
          std::span(places_).subspan(first_of_group_[group],
                                     first_of_group_[group + 1] - first_of_group_[group]),
          [&](std::uint32_t at) { return std::pair(durations_[at], is_event_[at] == 0); },
          std::identity());
    }
    last_ = n == 0 ? 0 : rows.durations.back();
    for (std::uint32_t group = 0; group < rows.num_groups; ++group)
      is_judged_.push_back(size(group) >= least_n);
  }

  std::size_t num_rows() const noexcept { return durations_.size(); }
  std::size_t num_groups() const noexcept { return is_judged_.size(); }
  std::int64_t size(std::size_t group) const {
    return static_cast<std::int64_t>(first_of_group_[group + 1] - first_of_group_[group]);
  }
  bool is_judged(std::size_t group) const { return is_judged_[group]; }

  /// The share of a group's cases in strata that hold other groups' cases too.
  double compared_share(std::size_t group) const {
    std::int64_t shared = 0;
    for (std::size_t c = first_cell_[group]; c < first_cell_[group + 1]; ++c) {
      const Cell& cell = cells_[cells_of_groups_[c]];
      const auto in_stratum =
          static_cast<std::int64_t>(first_[cell.stratum + std::size_t{1}] - first_[cell.stratum]);
      if (in_stratum > cell.n) shared += cell.n;
    }
    return size(group) == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(size(group));
  }

  /// Memory of one replicate, kept from one to the next.
  struct Scratch {
    std::vector<std::uint8_t> weights;  ///< per row
    std::vector<std::int64_t> in_cell;
    std::vector<double> survival;  ///< of the stratum after each of its rows
  };

  /// The figures of all judged groups under the weights in `scratch`.
  void evaluate(Scratch& scratch, std::span<Figures> figures) const {
    scratch.in_cell.assign(cells_.size(), 0);
    for (std::size_t i = 0; i < num_rows(); ++i) scratch.in_cell[cell_of_[i]] += scratch.weights[i];
    scratch.survival.resize(num_rows());
    std::vector<std::int64_t> in_stratum(first_.size() - 1, 0);
    for (std::size_t cell = 0; cell < cells_.size(); ++cell)
      in_stratum[cells_[cell].stratum] += scratch.in_cell[cell];
    for (std::size_t stratum = 0; stratum < in_stratum.size(); ++stratum)
      draw_curve(stratum, in_stratum[stratum], scratch);
    for (std::size_t group = 0; group < num_groups(); ++group) {
      figures[group] = {};
      if (!is_judged(group)) continue;
      std::int64_t total = 0;
      for (std::size_t c = first_cell_[group]; c < first_cell_[group + 1]; ++c)
        total += scratch.in_cell[cells_of_groups_[c]];
      if (total == 0) continue;
      figures[group].observed = observed_median(group, total, scratch);
      figures[group].expected = expected_median(group, static_cast<double>(total), scratch);
    }
  }

 private:
  static constexpr std::uint32_t kNoCell = ~std::uint32_t{0};

  /// The factor of the curve at a row; written without a branch, since the weights are random. At
  /// the end nobody is at risk, and no weight is left.
  static double factor(double at_risk, double ending) {
    const double divisor = std::max(at_risk, 1e-300);
    return (divisor - ending) / divisor;
  }

  void draw_curve(std::size_t stratum, std::int64_t total, Scratch& scratch) const {
    auto at_risk = static_cast<double>(total);
    double survival = 1;
    for (std::size_t i = first_[stratum]; i < first_[stratum + 1]; ++i) {
      const double weight = scratch.weights[i];
      survival *= factor(at_risk, weight * is_event_[i]);
      at_risk -= weight;
      scratch.survival[i] = survival;
    }
  }

  double observed_median(std::size_t group, std::int64_t total, const Scratch& scratch) const {
    auto at_risk = static_cast<double>(total);
    double survival = 1;
    for (std::size_t i = first_of_group_[group]; i < first_of_group_[group + 1]; ++i) {
      const std::uint32_t place = places_[i];
      const double weight = scratch.weights[place];
      survival *= factor(at_risk, weight * is_event_[place]);
      if (survival <= kHalf) return static_cast<double>(durations_[place]);
      at_risk -= weight;
    }
    return kNotReached;
  }

  double expected_survival(std::size_t group, double total, std::int64_t time,
                           const Scratch& scratch) const {
    double sum = 0;
    for (std::size_t c = first_cell_[group]; c < first_cell_[group + 1]; ++c) {
      const std::uint32_t cell = cells_of_groups_[c];
      const std::int64_t n = scratch.in_cell[cell];
      if (n == 0) continue;
      const auto begin =
          durations_.begin() + static_cast<std::ptrdiff_t>(first_[cells_[cell].stratum]);
      const auto end = durations_.begin() +
                       static_cast<std::ptrdiff_t>(first_[cells_[cell].stratum + std::size_t{1}]);
      const auto after = std::upper_bound(begin, end, time);
      const double survival =
          after == begin
              ? 1.0
              : scratch.survival[static_cast<std::size_t>(after - durations_.begin()) - 1];
      sum += static_cast<double>(n) * survival;
    }
    return sum / total;
  }

  /// The smallest time at which the mean of the strata's curves is at one half or below.
  double expected_median(std::size_t group, double total, const Scratch& scratch) const {
    if (expected_survival(group, total, last_, scratch) > kHalf) return kNotReached;
    std::int64_t low = -1;  // above one half
    std::int64_t high = last_;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (expected_survival(group, total, middle, scratch) > kHalf ? low : high) = middle;
    }
    return static_cast<double>(high);
  }

  // In the order of the strata, ascending by duration within each.
  std::vector<std::size_t> first_;
  std::vector<std::int64_t> durations_;
  std::vector<std::uint8_t> is_event_;
  std::vector<std::uint32_t> cell_of_;
  std::vector<Cell> cells_;
  std::vector<std::size_t> first_cell_;
  std::vector<std::uint32_t> cells_of_groups_;
  std::vector<std::size_t> first_of_group_;
  std::vector<std::uint32_t> places_;
  std::vector<bool> is_judged_;
  std::int64_t last_ = 0;
};

std::optional<double> told(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// The 95 % percentile interval, of the replicates that have a figure; no interval where one in ten
/// has none.
std::optional<std::pair<double, double>> percentiles(std::vector<double> values) {
  const std::size_t all = values.size();
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty() || values.size() * 10 < all * 9) return std::nullopt;
  std::ranges::sort(values);
  const auto n = static_cast<double>(values.size());
  const auto low = static_cast<std::size_t>(0.025 * n);
  const auto high = static_cast<std::size_t>(std::ceil(0.975 * n)) - 1;
  return std::pair(values[low], values[high]);
}

OpenInterval open_interval(std::vector<double> values) {
  const auto ends = percentiles(std::move(values));
  if (!ends) return {};
  return {told(ends->first), told(ends->second)};
}

double spread_of(std::span<const Figures> figures) {
  double least = kNotReached;
  double largest = 0;
  std::size_t num_groups = 0;
  for (const Figures& group : figures) {
    if (std::isnan(group.observed)) continue;
    ++num_groups;
    least = std::min(least, group.observed);
    largest = std::max(largest, group.observed);
  }
  if (num_groups == 0 || least == 0 || std::isinf(largest)) return kNoFigure;
  return largest / least;
}

/// The log of a group's median, and how far from it the replicates are.
struct LogMedian {
  double value = 0;
  double standard_error = 0;
  std::vector<double> errors;  ///< per replicate; 0 for one without a median above zero
};

struct LogMedians {
  std::vector<LogMedian> groups;
  /// Whether a group is left out, of which one replicate in forty or more has no median above zero:
  /// its standard error would be made up.
  bool has_left_out = false;
};

/// Of the groups with a median, which are those of spread_of().
LogMedians log_medians(std::span<const Figures> own, std::span<const Figures> drawn) {
  LogMedians out;
  const std::size_t num_replicates = drawn.size() / own.size();
  for (std::size_t g = 0; g < own.size(); ++g) {
    if (std::isnan(own[g].observed)) continue;
    LogMedian group{portable_log(own[g].observed), 0, std::vector<double>(num_replicates)};
    std::size_t num_told = 0;
    double sum = 0;
    double sum_of_squares = 0;
    for (std::size_t r = 0; r < num_replicates; ++r) {
      const double median = drawn[r * own.size() + g].observed;
      if (!std::isfinite(median) || median <= 0) continue;
      const double error = portable_log(median) - group.value;
      group.errors[r] = error;
      ++num_told;
      sum += error;
      sum_of_squares += error * error;
    }
    if ((num_replicates - num_told) * 40 >= num_replicates) {
      out.has_left_out = true;
      continue;
    }
    const double mean = sum / static_cast<double>(num_told);
    group.standard_error =
        std::sqrt(std::max(0.0, sum_of_squares / static_cast<double>(num_told) - mean * mean));
    out.groups.push_back(std::move(group));
  }
  return out;
}

/// The spread of a replicate is larger than that of the sample, which is larger than the truth: the
/// largest of noisy medians is chosen for its noise, twice. So the ends are not percentiles. The
/// spread is at least the ratio of any two groups, all of them held against at once; and the ratio
/// of the two groups that are truly apart is at most the largest of all upper ends.
OpenInterval spread_interval(std::span<const Figures> own, std::span<const Figures> drawn) {
  const auto [groups, has_left_out] = log_medians(own, drawn);
  if (groups.empty()) return {};
  const auto standard_error = [](const LogMedian& a, const LogMedian& b) {
    return std::sqrt(a.standard_error * a.standard_error + b.standard_error * b.standard_error);
  };
  std::vector<double> largest(groups.front().errors.size(), 0.0);
  double high = 0;
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const double error = standard_error(groups[a], groups[b]);
      high = std::max(high, std::abs(groups[a].value - groups[b].value) + kZ95 * error);
      if (error == 0) continue;
      for (std::size_t r = 0; r < largest.size(); ++r) {
        largest[r] =
            std::max(largest[r], std::abs(groups[a].errors[r] - groups[b].errors[r]) / error);
      }
    }
  }
  std::ranges::sort(largest);
  const auto n = static_cast<double>(largest.size());
  const double critical = largest[static_cast<std::size_t>(std::ceil(0.975 * n)) - 1];
  double low = 0;
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      low = std::max(low, std::abs(groups[a].value - groups[b].value) -
                              critical * standard_error(groups[a], groups[b]));
    }
  }
  return {portable_exp(low), has_left_out ? std::nullopt : std::optional(portable_exp(high))};
}

}  // namespace

Result<CaseMix> case_mix(const CaseMixRows& rows, const CaseMixOptions& options) {
  HARK_TRY_VOID(check(rows));
  const Sample sample(rows, options.least_n);
  const std::size_t num_groups = sample.num_groups();
  std::vector<Figures> own(num_groups);
  Sample::Scratch scratch;
  scratch.weights.assign(sample.num_rows(), 1);
  sample.evaluate(scratch, own);

  CaseMix result;
  result.groups.resize(num_groups);
  for (std::size_t g = 0; g < num_groups; ++g) {
    CaseMixGroup& group = result.groups[g];
    group.n = sample.size(g);
    group.compared_share = sample.compared_share(g);
    if (std::isfinite(own[g].observed)) group.observed = std::llround(own[g].observed);
    if (std::isfinite(own[g].expected)) group.expected = std::llround(own[g].expected);
    if (group.observed && group.expected) group.ratio = told(own[g].ratio());
  }
  result.spread = told(spread_of(own));

  const Weights weights;
  std::vector<Figures> drawn(options.replicates * num_groups);
  const std::size_t num_workers = std::max(1U, options.threads);
  HARK_TRY_VOID(parallel_for(num_workers, options.threads, [&](std::size_t worker) -> Result<void> {
    Sample::Scratch own_scratch;
    own_scratch.weights.resize(sample.num_rows());
    for (std::size_t r = worker; r < options.replicates; r += num_workers) {
      Pcg64 random = Pcg64::for_block(options.seed, r);
      weights.draw(random, own_scratch.weights);
      sample.evaluate(own_scratch, std::span(drawn).subspan(r * num_groups, num_groups));
    }
    return {};
  }));
  if (options.replicates == 0) return result;

  const auto over_replicates = [&](const auto& figure) {
    std::vector<double> values(options.replicates);
    for (std::size_t r = 0; r < options.replicates; ++r)
      values[r] = figure(std::span<const Figures>(drawn).subspan(r * num_groups, num_groups));
    return values;
  };
  if (result.spread) result.spread_ci95 = spread_interval(own, drawn);
  std::vector<std::size_t> ranked;
  for (std::size_t g = 0; g < num_groups; ++g) {
    CaseMixGroup& group = result.groups[g];
    if (!sample.is_judged(g)) continue;
    group.observed_ci95 =
        open_interval(over_replicates([&](auto figures) { return figures[g].observed; }));
    if (!group.ratio) continue;
    group.ratio_ci95 =
        open_interval(over_replicates([&](auto figures) { return figures[g].ratio(); }));
    if (group.compared_share >= options.least_compared) ranked.push_back(g);
  }
  if (ranked.size() < 2) ranked.clear();  // the only one is not the first of anything
  result.num_ranked = ranked.size();
  for (const std::size_t g : ranked) {
    // Where a group's figure is missing it is passed over; an infinite one is the slowest.
    const auto rank_in = [&](std::span<const Figures> figures) {
      const double mine = figures[g].ratio();
      if (std::isnan(mine)) return kNoFigure;
      double rank = 1;
      for (const std::size_t other : ranked) rank += figures[other].ratio() < mine ? 1 : 0;
      return rank;
    };
    CaseMixGroup& group = result.groups[g];
    group.rank = static_cast<std::size_t>(rank_in(own));
    const auto ends = percentiles(over_replicates(rank_in));
    group.rank_low = ends ? static_cast<std::size_t>(ends->first) : 1;
    group.rank_high = ends ? static_cast<std::size_t>(ends->second) : ranked.size();
  }
  return result;
}

}  // namespace hark::stats

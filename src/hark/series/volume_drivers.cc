#include "hark/series/volume_drivers.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/series/change_points.h"

namespace hark::series {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kYear = 365.25;
constexpr std::size_t kLeastSegment = 28;
constexpr double kMostMemory = 0.95;
/// A kind of day seen less often has no effect of its own.
constexpr std::int64_t kLeastOfAKind = 3;

/// Effects that a driver has, as columns of the regression. A contrast over levels has one column
/// less than levels: the last level is minus the sum of the others, so they sum to zero.
struct Term {
  Driver driver = Driver::kWeekday;
  int first = 0;  ///< column
  int count = 0;
  std::vector<std::int32_t> levels;
  bool is_contrast = false;
};

struct Design {
  MatrixXd x;  ///< centred, without the constant
  VectorXd y;
  std::vector<Term> terms;
};

/// The days that have a logarithm.
struct Days {
  std::vector<std::int32_t> day;
  std::vector<double> log_count;
  std::size_t size() const { return day.size(); }
};

std::map<std::int32_t, std::int32_t> holidays_between(std::int32_t first, std::int32_t last,
                                                      const calendar::HolidayCalendar& calendar) {
  std::map<std::int32_t, std::int32_t> kinds;
  const auto put = [&](std::int32_t day, HolidayKind kind) {
    kinds.emplace(day, static_cast<std::int32_t>(kind));
  };
  const std::int32_t last_year = calendar::civil_from_days(last).year + 1;
  std::vector<std::int32_t> off;
  for (std::int32_t year = calendar::civil_from_days(first).year - 1; year <= last_year; ++year) {
    for (const calendar::Holiday& holiday : calendar.in_year(year)) {
      put(holiday.day, HolidayKind::kHoliday);
      off.push_back(holiday.day);
    }
    for (const std::int32_t day : calendar.in_lieu(year)) {
      put(day, HolidayKind::kInLieu);
      off.push_back(day);
    }
  }
  for (const std::int32_t day : off) put(day + 1, HolidayKind::kDayAfter);
  return kinds;
}

/// Columns are added driver by driver; a level that too few days have is like no level.
class Builder {
 public:
  explicit Builder(const Days& days) : days_(days) {}

  /// `level_of` gives each day's level, or nothing.
  template <typename LevelOf>
  void add_levels(Driver driver, bool is_contrast, const LevelOf& level_of) {
    std::map<std::int32_t, std::int64_t> counts;
    std::vector<std::optional<std::int32_t>> of_day(days_.size());
    for (std::size_t t = 0; t < days_.size(); ++t) {
      of_day[t] = level_of(t);
      if (of_day[t]) ++counts[*of_day[t]];
    }
    Term term;
    term.driver = driver;
    term.is_contrast = is_contrast;
    for (const auto& [level, count] : counts)
      if (is_contrast || count >= kLeastOfAKind) term.levels.push_back(level);
    const std::size_t num = term.levels.size() - (is_contrast && !term.levels.empty() ? 1 : 0);
    if (num == 0) return;
    term.first = static_cast<int>(columns_.size());
    term.count = static_cast<int>(num);
    columns_.resize(columns_.size() + num, VectorXd::Zero(static_cast<Eigen::Index>(days_.size())));
    for (std::size_t t = 0; t < days_.size(); ++t) {
      if (!of_day[t]) continue;
      const auto at = std::ranges::find(term.levels, *of_day[t]);
      if (at == term.levels.end()) continue;
      const auto index = static_cast<std::size_t>(at - term.levels.begin());
      if (index < num) {
        column(term, index)[static_cast<Eigen::Index>(t)] = 1;
      } else {
        for (std::size_t j = 0; j < num; ++j) column(term, j)[static_cast<Eigen::Index>(t)] = -1;
      }
    }
    terms_.push_back(std::move(term));
  }
  void add_trend() {
    terms_.push_back({Driver::kTrend, static_cast<int>(columns_.size()), 1, {0}, false});
    VectorXd years(static_cast<Eigen::Index>(days_.size()));
    for (std::size_t t = 0; t < days_.size(); ++t)
      years[static_cast<Eigen::Index>(t)] = (days_.day[t] - days_.day[0]) / kYear;
    columns_.push_back(std::move(years));
  }
  /// A column per shift that is 1 from its day on: what it changes.
  void add_steps(const std::vector<std::int32_t>& shifts) {
    if (shifts.empty()) return;
    Term term{Driver::kLevel, static_cast<int>(columns_.size()), static_cast<int>(shifts.size()),
              shifts, false};
    terms_.push_back(std::move(term));
    for (const std::int32_t shift : shifts) {
      VectorXd step(static_cast<Eigen::Index>(days_.size()));
      for (std::size_t t = 0; t < days_.size(); ++t)
        step[static_cast<Eigen::Index>(t)] = days_.day[t] >= shift ? 1 : 0;
      columns_.push_back(std::move(step));
    }
  }
  Design finish() && {
    Design design;
    design.terms = std::move(terms_);
    const auto n = static_cast<Eigen::Index>(days_.size());
    design.x.resize(n, static_cast<Eigen::Index>(columns_.size()));
    for (std::size_t j = 0; j < columns_.size(); ++j)
      design.x.col(static_cast<Eigen::Index>(j)) = columns_[j].array() - columns_[j].mean();
    design.y = Eigen::Map<const VectorXd>(days_.log_count.data(), n);
    design.y.array() -= design.y.mean();
    return design;
  }

 private:
  VectorXd& column(const Term& term, std::size_t index) {
    return columns_[static_cast<std::size_t>(term.first) + index];
  }

  const Days& days_;
  std::vector<VectorXd> columns_;
  std::vector<Term> terms_;
};

/// The calendar's drivers; with level shifts at the days `shifts` those and the trend too.
Design design_of(const Days& days, const std::map<std::int32_t, std::int32_t>& holidays,
                 const std::vector<std::int32_t>* shifts) {
  Builder builder(days);
  builder.add_levels(Driver::kWeekday, true, [&](std::size_t t) {
    return std::optional<std::int32_t>(calendar::weekday_from_days(days.day[t]));
  });
  if (days.size() >= kLeastDaysOfYears) {
    builder.add_levels(Driver::kMonth, true, [&](std::size_t t) {
      return std::optional<std::int32_t>(calendar::civil_from_days(days.day[t]).month);
    });
  }
  builder.add_levels(Driver::kHoliday, false, [&](std::size_t t) {
    const auto found = holidays.find(days.day[t]);
    return found == holidays.end() ? std::nullopt : std::optional<std::int32_t>(found->second);
  });
  if (shifts != nullptr) {
    if (days.size() >= kLeastDaysOfYears) builder.add_trend();
    builder.add_steps(*shifts);
  }
  return std::move(builder).finish();
}

/// Least squares by cross products, scaled so that columns compare. Columns that say the same share
/// their effect.
class Products {
 public:
  explicit Products(const Design& design)
      : by_(design.x.colwise().norm().cwiseMax(1e-12).cwiseInverse().transpose()),
        xx_(by_.asDiagonal() * (design.x.transpose() * design.x) * by_.asDiagonal()),
        xy_(by_.asDiagonal() * (design.x.transpose() * design.y)),
        yy_(design.y.squaredNorm()),
        solver_(solver(xx_)) {}

  VectorXd coefficients() const { return by_.asDiagonal() * solver_.solve(xy_); }
  /// What the columns explain of the sum of squares.
  double squares(const std::vector<Eigen::Index>& columns) const {
    if (columns.empty()) return 0;
    const MatrixXd xx = xx_(columns, columns);
    const VectorXd xy = xy_(columns);
    return std::clamp(xy.dot(solver(xx).solve(xy)), 0.0, yy_);
  }
  double all_squares() const { return yy_; }
  /// No column says what others say together.
  bool tells_apart() const { return solver_.rank() == xx_.cols(); }

 private:
  using Solver = Eigen::CompleteOrthogonalDecomposition<MatrixXd>;
  static Solver solver(const MatrixXd& xx) {
    Solver decomposition;
    decomposition.setThreshold(1e-10);
    decomposition.compute(xx);
    return decomposition;
  }

  VectorXd by_;
  MatrixXd xx_;
  VectorXd xy_;
  double yy_;
  Solver solver_;
};

/// Shifts that the trend does not make needless: PELT cuts a slope into steps. Dropped one by one,
/// the one that explains least first, while it explains less than PELT's penalty for a shift.
std::vector<std::int32_t> needed_shifts(const Days& days,
                                        const std::map<std::int32_t, std::int32_t>& holidays,
                                        std::vector<std::int32_t> shifts) {
  const Design design = design_of(days, holidays, &shifts);
  const Products products(design);
  const VectorXd rest = design.y - design.x * products.coefficients();
  const NoiseLevel noise =
      noise_around(std::span(rest.data(), static_cast<std::size_t>(rest.size())), {});
  const double penalty = 3 * std::log(static_cast<double>(days.size())) * noise.long_run_var;
  std::vector<Eigen::Index> columns(static_cast<std::size_t>(design.x.cols()));
  std::iota(columns.begin(), columns.end(), Eigen::Index{0});
  const std::size_t num_others = columns.size() - shifts.size();  // steps come last
  while (!shifts.empty()) {
    std::size_t least = 0;
    double most_left = -1;
    for (std::size_t i = 0; i < shifts.size(); ++i) {
      std::vector<Eigen::Index> without = columns;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(num_others + i));
      const double left = products.squares(without);
      if (left <= most_left) continue;
      most_left = left;
      least = i;
    }
    if (products.squares(columns) - most_left >= penalty) break;
    columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(num_others + least));
    shifts.erase(shifts.begin() + static_cast<std::ptrdiff_t>(least));
  }
  return shifts;
}

/// Shares of R² averaged over all orders: the gain of a driver joining a set weighs as the share of
/// orders in which just that set came before.
std::vector<DriverShare> shares_of(const Design& design, const Products& products) {
  const std::size_t num = design.terms.size();
  std::vector<double> r_squared(std::size_t{1} << num);
  for (std::size_t set = 0; set < r_squared.size(); ++set) {
    std::vector<Eigen::Index> columns;
    for (std::size_t d = 0; d < num; ++d) {
      if ((set >> d & 1) == 0) continue;
      for (int j = 0; j < design.terms[d].count; ++j) columns.push_back(design.terms[d].first + j);
    }
    r_squared[set] = products.squares(columns) / products.all_squares();
  }
  std::array<double, kNumDrivers + 1> factorial{1};
  for (std::size_t i = 1; i <= num; ++i) factorial[i] = factorial[i - 1] * static_cast<double>(i);
  std::vector<DriverShare> shares;
  for (std::size_t d = 0; d < num; ++d) {
    const std::size_t own = std::size_t{1} << d;
    DriverShare share{design.terms[d].driver, 0, r_squared[own],
                      r_squared.back() - r_squared[(r_squared.size() - 1) ^ own]};
    for (std::size_t set = 0; set < r_squared.size(); ++set) {
      if ((set & own) != 0) continue;
      const auto before = static_cast<std::size_t>(std::popcount(set));
      share.share += factorial[before] * factorial[num - before - 1] / factorial[num] *
                     (r_squared[set | own] - r_squared[set]);
    }
    shares.push_back(share);
  }
  return shares;
}

/// The regression when the rest remembers the day before: each day less what it takes over from the
/// one before it (Prais and Winsten), however many days ago that is. Standard errors are those of a
/// rest that is larger on some days than on others (HC3).
class WithMemory {
 public:
  WithMemory(const Design& design, const Days& days) {
    const Eigen::Index n = design.x.rows();
    const Eigen::Index p = design.x.cols() + 1;
    all_.resize(n, p + 1);
    all_ << VectorXd::Ones(n), design.x, design.y;
    gaps_.push_back(0);
    for (std::size_t t = 1; t < days.size(); ++t) gaps_.push_back(days.day[t] - days.day[t - 1]);
    multiply();
    memory_ = most_likely_memory();

    MatrixXd free = all_;
    for (Eigen::Index t = 1; t < n; ++t) {
      const double kept = std::pow(memory_, gaps_[static_cast<std::size_t>(t)]);
      free.row(t) = (all_.row(t) - kept * all_.row(t - 1)) / std::sqrt(1 - kept * kept);
    }
    const auto x = free.leftCols(p);
    const Eigen::LDLT<MatrixXd> solver(x.transpose() * x);
    coefficients_ = solver.solve(x.transpose() * free.col(p));
    const MatrixXd projected = solver.solve(x.transpose());
    const VectorXd leverage = x.cwiseProduct(projected.transpose()).rowwise().sum();
    const VectorXd rest = (free.col(p) - x * coefficients_)
                              .cwiseQuotient((1 - leverage.array()).cwiseMax(1e-3).matrix());
    spread_ = projected * rest.asDiagonal();
  }

  double memory() const { return memory_; }
  /// Of a sum of coefficients of the design's columns.
  double value(const VectorXd& contrast) const {
    return contrast.dot(coefficients_.tail(contrast.size()));
  }
  double standard_error(const VectorXd& contrast) const {
    return (contrast.transpose() * spread_.bottomRows(contrast.size())).norm();
  }

 private:
  /// Sums over the days that come so many days after the one before.
  struct Sums {
    double num_days = 0;
    MatrixXd own, with_before, before;
  };

  /// All sums that a memory needs: looking for it never goes over the days again.
  void multiply() {
    const Eigen::Index n = all_.rows();
    std::map<std::int32_t, std::vector<Eigen::Index>> days_of;
    for (Eigen::Index t = 1; t < n; ++t) days_of[gaps_[static_cast<std::size_t>(t)]].push_back(t);
    for (const auto& [gap, days] : days_of) {
      const MatrixXd own = all_(days, Eigen::all);
      MatrixXd before(own.rows(), own.cols());
      for (std::size_t i = 0; i < days.size(); ++i)
        before.row(static_cast<Eigen::Index>(i)) = all_.row(days[i] - 1);
      const MatrixXd cross = own.transpose() * before;
      sums_[gap] = {static_cast<double>(days.size()), own.transpose() * own,
                    cross + cross.transpose(), before.transpose() * before};
    }
  }

  /// The restricted likelihood's logarithm: an ordinary one takes what the effects fitted away for
  /// memory that is not there.
  double likelihood(double memory) const {
    MatrixXd all = all_.row(0).transpose() * all_.row(0);
    double log_scale = 0;
    for (const auto& [gap, sums] : sums_) {
      const double kept = std::pow(memory, gap);
      const double variance = 1 - kept * kept;
      all += (sums.own - kept * sums.with_before + kept * kept * sums.before) / variance;
      log_scale += sums.num_days * std::log(variance) / 2;
    }
    const Eigen::Index p = all.cols() - 1;
    const Eigen::LDLT<MatrixXd> solver(all.topLeftCorner(p, p));
    const VectorXd xy = all.col(p).head(p);
    const double squares = std::max(all(p, p) - xy.dot(solver.solve(xy)), 1e-300);
    const double log_determinant = solver.vectorD().array().max(1e-300).log().sum();
    return -(static_cast<double>(all_.rows() - p) * std::log(squares) + log_determinant) / 2 -
           log_scale;
  }

  /// By golden section.
  double most_likely_memory() const {
    constexpr double kGolden = 0.6180339887498949;
    double low = 0;
    double high = kMostMemory;
    double left = high - kGolden * (high - low);
    double right = low + kGolden * (high - low);
    double at_left = likelihood(left);
    double at_right = likelihood(right);
    while (high - low > 1e-4) {
      if (at_left > at_right) {
        high = right;
        right = left;
        at_right = at_left;
        left = high - kGolden * (high - low);
        at_left = likelihood(left);
      } else {
        low = left;
        left = right;
        at_left = at_right;
        right = low + kGolden * (high - low);
        at_right = likelihood(right);
      }
    }
    return (low + high) / 2;
  }

  MatrixXd all_;  ///< a constant, the design, the counts' logarithms
  std::vector<std::int32_t> gaps_;
  std::map<std::int32_t, Sums> sums_;
  double memory_ = 0;
  VectorXd coefficients_;
  MatrixXd spread_;
};

/// Days by driver and level.
using DayCounts = std::map<std::pair<Driver, std::int32_t>, std::int64_t>;

std::vector<DriverEffect> effects_of(const Design& design, const WithMemory& fit,
                                     const DayCounts& counts) {
  std::vector<DriverEffect> effects;
  for (const Term& term : design.terms) {
    for (std::size_t i = 0; i < term.levels.size(); ++i) {
      VectorXd contrast = VectorXd::Zero(design.x.cols());
      if (i < static_cast<std::size_t>(term.count)) {
        contrast[term.first + static_cast<Eigen::Index>(i)] = 1;
      } else {
        contrast.segment(term.first, term.count).setConstant(-1);
      }
      const double log_effect = fit.value(contrast);
      const double reach = stats::kZ95 * fit.standard_error(contrast);
      effects.push_back({term.driver,
                         term.levels[i],
                         std::expm1(log_effect),
                         {std::expm1(log_effect - reach), std::expm1(log_effect + reach)},
                         counts.at({term.driver, term.levels[i]})});
    }
  }
  return effects;
}

}  // namespace

std::string_view name_of(Driver driver) {
  constexpr std::array<std::string_view, kNumDrivers> kNames = {"weekday", "month", "holiday",
                                                                "trend", "level"};
  return kNames[static_cast<std::size_t>(driver)];
}

Result<VolumeDrivers> volume_drivers(std::int32_t first_day, std::span<const double> values,
                                     const calendar::HolidayCalendar* holidays) {
  VolumeDrivers out;
  Days days;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0) ++out.without_count;
    if (!(values[i] > 0)) continue;
    days.day.push_back(first_day + static_cast<std::int32_t>(i));
    days.log_count.push_back(std::log(values[i]));
  }
  if (days.size() < kLeastDriverDays) {
    return Error(
        ErrorCode::kInvalidInput,
        concat(days.size(), " days with a count tell nothing of what moves them: at least ",
               kLeastDriverDays, " are needed"));
  }
  out.days = static_cast<std::int64_t>(days.size());
  std::map<std::int32_t, std::int32_t> kinds;
  if (holidays != nullptr) kinds = holidays_between(days.day.front(), days.day.back(), *holidays);

  Design calendar_only = design_of(days, kinds, nullptr);
  if (calendar_only.y.squaredNorm() < 1e-12)
    return Error(ErrorCode::kInvalidInput, "every day has the same count: nothing moves it");
  // A weekday that is open on holidays only, say: its effect cannot be told from theirs.
  if (!Products(calendar_only).tells_apart()) {
    kinds.clear();
    calendar_only = design_of(days, kinds, nullptr);
  }
  // Shifts are looked for in what the calendar leaves, one day after the other whatever the gaps.
  const VectorXd rest = calendar_only.y - calendar_only.x * Products(calendar_only).coefficients();
  HARK_TRY(const auto found,
           shifts_in(std::span(rest.data(), static_cast<std::size_t>(rest.size())), kLeastSegment));
  std::vector<std::int32_t> shifts;
  for (const std::size_t shift : found) shifts.push_back(days.day[shift]);

  shifts = needed_shifts(days, kinds, std::move(shifts));
  const Design design = design_of(days, kinds, &shifts);
  const Products products(design);
  if (!products.tells_apart()) {
    return Error(ErrorCode::kInvalidInput,
                 "the days at hand do not tell weekdays, months and levels apart");
  }
  out.shares = shares_of(design, products);
  for (const DriverShare& share : out.shares) out.r_squared += share.share;

  DayCounts counts{{{Driver::kTrend, 0}, out.days}};
  for (const std::int32_t day : days.day) {
    ++counts[{Driver::kWeekday, calendar::weekday_from_days(day)}];
    ++counts[{Driver::kMonth, calendar::civil_from_days(day).month}];
    if (const auto kind = kinds.find(day); kind != kinds.end())
      ++counts[{Driver::kHoliday, kind->second}];
    if (const auto after = std::ranges::upper_bound(shifts, day); after != shifts.begin())
      ++counts[{Driver::kLevel, after[-1]}];
  }
  const WithMemory fit(design, days);
  out.memory = fit.memory();
  out.effects = effects_of(design, fit, counts);
  return out;
}

}  // namespace hark::series

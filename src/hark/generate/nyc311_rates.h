// When requests arrive, of which type, and where: the rates behind generate_nyc311().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hark/calendar/time_zone.h"
#include "hark/generate/alias_table.h"
#include "hark/generate/nyc311.h"
#include "hark/generate/nyc311_city.h"

namespace hark::generate {

inline constexpr std::int64_t kDay = 86'400;  ///< seconds
/// The first second of a year on the wall.
constexpr std::int64_t wall(std::int32_t year) {
  return calendar::days_from_civil(year, 1, 1) * kDay;
}

/// Shares of requests to expect, before defects.
struct ExpectedShares {
  std::vector<double> by_type;
  std::vector<double> by_agency;
  std::vector<double> by_agency_before_change;  ///< of the requests before change_day; 0 if none
  std::vector<double> by_agency_from_change;
  std::vector<double> by_borough;
  /// Of requests whose creation is not stamped at midnight or noon.
  std::vector<double> by_hour;
  std::vector<double> by_weekday;
  std::vector<double> by_month;  ///< calendar months from the first day's on
};

/// Immutable once made; shared by the workers.
class Nyc311Rates {
 public:
  /// `options` are valid. Errors: kInvalidArgument if the change of the mix is too large.
  static Result<Nyc311Rates> make(const Nyc311Options& options);

  /// An hour of the period, on both clocks.
  struct Hour {
    std::int64_t utc_s = 0;
    std::int32_t offset_s = 0;
    std::uint16_t state = 0;      ///< picks the mix of types
    bool is_after_gap = false;    ///< the first hour after the spring change
    bool is_changed = false;      ///< from change_day on
    std::uint64_t first_row = 0;  ///< records before this hour
  };
  const calendar::TimeZone& zone() const noexcept { return *zone_; }
  /// The hour that record `row` is created in.
  std::size_t hour_of(std::uint64_t row) const noexcept;
  const Hour& hour(std::size_t index) const noexcept { return hours_[index]; }
  /// Records before hour `index` + 1.
  std::uint64_t rows_until(std::size_t index) const noexcept {
    return index + 1 < hours_.size() ? hours_[index + 1].first_row : num_rows_;
  }
  /// The instant of the extract: nothing later is known.
  std::int64_t extract_utc_s() const noexcept { return extract_utc_s_; }

  std::uint32_t draw_type(const Hour& hour, stats::Pcg64& random) const noexcept {
    return types_[hour.state].draw(random);
  }
  std::uint32_t draw_neighbourhood(AreaMix mix, stats::Pcg64& random) const noexcept {
    return places_[static_cast<std::size_t>(mix)].draw(random);
  }
  /// Median time to close of a type with the planted effects, before change_day.
  double median_hours(std::uint32_t type) const noexcept { return median_hours_[type]; }
  /// The same of requests created in that hour.
  double median_hours(std::uint32_t type, const Hour& hour) const noexcept {
    return median_hours_[type] * (hour.is_changed ? pace_factor_ : 1.0);
  }
  const ExpectedShares& expected() const noexcept { return expected_; }

 private:
  Result<void> make_hours(const Nyc311Options& options);
  void make_places(const Nyc311Options& options);
  void count_rows(const Nyc311Options& options, const std::vector<double>& hour_weights);

  std::shared_ptr<const calendar::TimeZone> zone_;
  std::vector<Hour> hours_;
  std::vector<AliasTable> types_;   ///< by state
  std::vector<AliasTable> places_;  ///< by area mix
  std::vector<double> median_hours_;
  double pace_factor_ = 1;
  ExpectedShares expected_;
  std::int64_t extract_utc_s_ = 0;
  std::uint64_t num_rows_ = 0;
};

}  // namespace hark::generate

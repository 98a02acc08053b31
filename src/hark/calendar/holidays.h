// Statutory holidays by calendar name, computed from the rules, for any year.
//
// A holiday is on its own date: no day in lieu where it falls on a weekend, because a contact
// centre's volume follows the feast, not the payroll. Threads: everything here is stateless.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hark/core/result.h"

namespace hark::calendar {

struct Holiday {
  std::int32_t day = 0;   ///< days since 1970-01-01
  std::string_view name;  ///< lives as long as the program
};

class HolidayCalendar {
 public:
  /// Known: "CA-BC" (British Columbia), "US" (federal), "US-NYC" (the city's). Errors: kNotFound
  /// naming the known ones.
  ///
  /// CA-BC follows the Employment Standards Act: Family Day since 2013 (second Monday of February
  /// to 2018, third since 2019), National Day for Truth and Reconciliation since 2023. Years before
  /// 1975 carry the other nine days too, although not all of them were law then. US follows 5
  /// U.S.C. 6103: the Monday holidays since 1971 (before on their own dates), Veterans Day on the
  /// fourth Monday of October 1971 to 1977, Martin Luther King's birthday since 1986, Juneteenth
  /// since 2021. US-NYC adds Election Day, the Tuesday after the first Monday of November.
  static Result<HolidayCalendar> named(std::string_view name);

  /// The holidays of a year from 1583 (Gregorian) on, ascending.
  std::vector<Holiday> in_year(std::int32_t year) const;
  /// The working days that are off because a holiday of the year fell on a weekend, ascending: the
  /// next Monday in Canada (Tuesday if that is a holiday too); in the United States the Friday
  /// before a Saturday and the Monday after a Sunday. Not holidays themselves. May lie in the
  /// neighbouring year.
  std::vector<std::int32_t> in_lieu(std::int32_t year) const;
  /// The holiday on a day (days since 1970-01-01), if it is one. Works out the whole year: for
  /// many rows call in_year() once per year.
  std::optional<std::string_view> on(std::int32_t day) const;

 private:
  using Rule = std::vector<Holiday> (*)(std::int32_t year);
  HolidayCalendar(Rule rule, bool is_friday_for_saturday)
      : rule_(rule), is_friday_for_saturday_(is_friday_for_saturday) {}
  Rule rule_;
  bool is_friday_for_saturday_;
};

/// Easter Sunday in days since 1970-01-01, years from 1583 on.
/// Source: the "anonymous Gregorian" algorithm (Nature, 1876; Meeus, Astronomical Algorithms, 8).
std::int32_t easter_sunday(std::int32_t year) noexcept;

}  // namespace hark::calendar

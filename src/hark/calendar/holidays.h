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
  /// Known: "CA-BC" (British Columbia). Errors: kNotFound naming the known ones.
  ///
  /// CA-BC follows the Employment Standards Act: Family Day since 2013 (second Monday of February
  /// to 2018, third since 2019), National Day for Truth and Reconciliation since 2023. Years before
  /// 1975 carry the other nine days too, although not all of them were law then.
  static Result<HolidayCalendar> named(std::string_view name);

  /// The holidays of a year from 1583 (Gregorian) on, ascending.
  std::vector<Holiday> in_year(std::int32_t year) const;
  /// The holiday on a day (days since 1970-01-01), if it is one. Works out the whole year: for
  /// many rows call in_year() once per year.
  std::optional<std::string_view> on(std::int32_t day) const;

 private:
  using Rule = std::vector<Holiday> (*)(std::int32_t year);
  explicit HolidayCalendar(Rule rule) : rule_(rule) {}
  Rule rule_;
};

/// Easter Sunday in days since 1970-01-01, years from 1583 on.
/// Source: the "anonymous Gregorian" algorithm (Nature, 1876; Meeus, Astronomical Algorithms, 8).
std::int32_t easter_sunday(std::int32_t year) noexcept;

}  // namespace hark::calendar

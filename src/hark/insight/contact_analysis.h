// What a report shows of a contact centre, worked out once from the table.
#pragma once

#include <string>
#include <vector>

#include "hark/insight/contact_kpis.h"

namespace hark::insight {

struct ContactPeriod {
  std::int32_t first_day = 0;  ///< the day, or the first of the month
  ContactKpis kpis;
};

struct ContactAnalysis {
  ContactKpis kpis;
  std::vector<ContactPeriod> days;    ///< those with rows, ascending
  std::vector<ContactPeriod> months;  ///< calendar months with rows
  std::vector<ContactGroup> by_year;
  std::vector<ContactGroup> by_dow;
  std::vector<ContactGroup> by_holiday;  ///< empty where the contract names no calendar
  std::vector<std::int32_t> missing_days;
};

/// Errors: kNotFound for a calendar of holidays that does not exist.
Result<ContactAnalysis> analyse_contact(const ContactTable& table,
                                        const contract::Contract& contract);

}  // namespace hark::insight

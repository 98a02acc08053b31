#include "hark/insight/contact_analysis.h"

#include "hark/calendar/civil.h"

namespace hark::insight {
namespace {

// Runs of rows with the same key; rows are ascending by day.
template <typename KeyOf>
std::vector<ContactPeriod> periods(const std::vector<ContactRow>& rows, const KeyOf& key_of) {
  std::vector<ContactPeriod> out;
  const std::span<const ContactRow> all(rows);
  for (std::size_t first = 0; first < rows.size();) {
    const std::int32_t key = key_of(rows[first].day);
    std::size_t end = first + 1;
    while (end < rows.size() && key_of(rows[end].day) == key) ++end;
    out.push_back({key, contact_kpis(all.subspan(first, end - first))});
    first = end;
  }
  return out;
}

}  // namespace

Result<ContactAnalysis> analyse_contact(const ContactTable& table,
                                        const contract::Contract& contract) {
  ContactAnalysis out;
  out.kpis = contact_kpis(table.rows);
  out.days = periods(table.rows, [](std::int32_t day) { return day; });
  out.months = periods(table.rows, [](std::int32_t day) {
    const auto date = calendar::civil_from_days(day);
    return calendar::days_from_civil(date.year, date.month, 1);
  });
  HARK_TRY(out.by_year, contact_kpis_by(table, ContactBy::kYear, contract));
  HARK_TRY(out.by_dow, contact_kpis_by(table, ContactBy::kDow, contract));
  if (!contract.holidays.empty()) {
    HARK_TRY(out.by_holiday, contact_kpis_by(table, ContactBy::kHoliday, contract));
  }
  out.missing_days = missing_days(table);
  return out;
}

}  // namespace hark::insight

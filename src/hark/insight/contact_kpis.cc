#include "hark/insight/contact_kpis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>

#include "hark/calendar/civil.h"
#include "hark/calendar/holidays.h"
#include "hark/core/text.h"

namespace hark::insight {
namespace {

constexpr std::array<const char*, 7> kWeekdays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};

// A sum that is absent until something was added.
template <typename T>
void add_to(std::optional<T>& sum, T value) {
  sum = sum.value_or(T{}) + value;
}

std::optional<double> ratio(double numerator, double denominator) {
  if (denominator == 0) return std::nullopt;
  return numerator / denominator;
}

// Σ a and Σ b over the rows that have both.
struct PairedSum {
  double a = 0;
  double b = 0;
  std::int64_t rows = 0;
  template <typename A, typename B>
  void add(const std::optional<A>& x, const std::optional<B>& y) {
    if (!x || !y) return;
    ++rows;
    a += static_cast<double>(*x);
    b += static_cast<double>(*y);
  }
  std::optional<double> quotient() const { return ratio(a, b); }
};

// Σ value · weight and Σ weight over the rows that have both.
struct WeightedSum {
  double sum = 0;
  double weight = 0;
  std::int64_t rows = 0;
  void add(const std::optional<double>& value, const std::optional<std::int64_t>& w) {
    if (!value || !w) return;
    ++rows;
    sum += *value * static_cast<double>(*w);
    weight += static_cast<double>(*w);
  }
  std::optional<double> mean() const { return ratio(sum, weight); }
};

}  // namespace

int written_decimals(double value) {
  char text[512];  // the longest fixed text of a double has 325 characters before the point
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
  const auto point = std::find(text, end, '.');
  return point == end ? 0 : static_cast<int>(end - point - 1);
}

DenominatorSearch find_denominator(double service_level, std::int64_t handled,
                                   std::int64_t abandoned) {
  DenominatorSearch search;
  if (!(service_level >= 0 && service_level <= 1) || handled < 0 || abandoned < 0) return search;
  const double precision = 0.5 * std::pow(10.0, -written_decimals(service_level));
  const std::int64_t first = std::max<std::int64_t>(handled, 1);
  const std::int64_t last = handled + abandoned;
  if (first > last) return search;  // nobody called: nothing to divide by
  // More abandoned calls than a centre has in a month: each would be tried.
  constexpr std::int64_t kMostCandidates = 1'000'000;
  if (last - first > kMostCandidates) return search;
  constexpr double kMaxAccidents = 0.05;
  double accidents = 0;
  for (std::int64_t d = first; d <= last; ++d) {
    const double tolerance = std::max(precision * static_cast<double>(d), 1e-9);
    accidents += std::min(1.0, 2 * tolerance);
    if (accidents >= kMaxAccidents) return {};
    const double answered = service_level * static_cast<double>(d);
    if (std::abs(answered - std::round(answered)) > tolerance) continue;
    if (search.num_matches == 0) search.smallest = d;
    search.num_matches = std::min(search.num_matches + 1, 2);
  }
  search.is_informative = true;
  return search;
}

ContactKpis contact_kpis(std::span<const ContactRow> rows) {
  ContactKpis kpis;
  kpis.rows = static_cast<std::int64_t>(rows.size());
  PairedSum handled_of_offered;
  PairedSum abandoned_of_offered;
  WeightedSum asa;
  WeightedSum aht;
  WeightedSum service_level;
  double accounted_offered = 0;
  double abandons_inside = 0;
  double abandons_of_unique = 0;
  std::vector<double> offered;
  for (const ContactRow& row : rows) {
    if (!kpis.first_day || row.day < *kpis.first_day) kpis.first_day = row.day;
    if (!kpis.last_day || row.day > *kpis.last_day) kpis.last_day = row.day;
    kpis.days.offered += row.offered ? 1 : 0;
    kpis.days.handled += row.handled ? 1 : 0;
    kpis.days.abandoned += row.abandoned ? 1 : 0;
    if (row.offered) {
      add_to(kpis.offered, *row.offered);
      offered.push_back(static_cast<double>(*row.offered));
    }
    if (row.handled) add_to(kpis.handled, *row.handled);
    if (row.abandoned) add_to(kpis.abandoned, *row.abandoned);
    handled_of_offered.add(row.handled, row.offered);
    abandoned_of_offered.add(row.abandoned, row.offered);
    if (row.offered && row.handled && row.abandoned) {
      const std::int64_t unaccounted = *row.offered - *row.handled - *row.abandoned;
      add_to(kpis.unaccounted, unaccounted);
      ++kpis.days.unaccounted;
      accounted_offered += static_cast<double>(*row.offered);
      if (unaccounted < 0) {
        ++kpis.negative_unaccounted_rows;
        kpis.negative_unaccounted_sum += unaccounted;
      }
    }
    asa.add(row.asa_s, row.asa_over ? row.asa_over : row.handled);
    aht.add(row.aht_s, row.aht_over ? row.aht_over : row.handled);
    std::optional<std::int64_t> denominator =
        row.service_level_over ? row.service_level_over : row.handled;
    if (row.service_level && !row.service_level_over && row.handled && row.abandoned) {
      const auto search = find_denominator(*row.service_level, *row.handled, *row.abandoned);
      if (search.is_informative) {
        ++kpis.denominator.informative;
        if (search.num_matches > 0) ++kpis.denominator.matched;
        if (search.num_matches == 1) {
          ++kpis.denominator.unique;
          denominator = search.smallest;
          abandons_inside += static_cast<double>(search.smallest - *row.handled);
          abandons_of_unique += static_cast<double>(*row.abandoned);
        }
      }
    }
    service_level.add(row.service_level, denominator);
  }
  kpis.chp = handled_of_offered.quotient();
  kpis.abandonment_rate = abandoned_of_offered.quotient();
  if (kpis.unaccounted) {
    kpis.unaccounted_share = ratio(static_cast<double>(*kpis.unaccounted), accounted_offered);
  }
  kpis.asa_s = asa.mean();
  kpis.aht_s = aht.mean();
  kpis.service_level = service_level.mean();
  kpis.days.chp = handled_of_offered.rows;
  kpis.days.abandonment_rate = abandoned_of_offered.rows;
  kpis.days.asa_s = asa.rows;
  kpis.days.aht_s = aht.rows;
  kpis.days.service_level = service_level.rows;
  auto& found = kpis.denominator;
  found.share_of_informative =
      ratio(static_cast<double>(found.matched), static_cast<double>(found.informative));
  found.share_of_all = ratio(static_cast<double>(found.unique), static_cast<double>(kpis.rows));
  found.abandons_inside = ratio(abandons_inside, abandons_of_unique);
  if (!offered.empty()) {
    const auto n = offered.size();
    kpis.offered_mean = static_cast<double>(*kpis.offered) / static_cast<double>(n);
    std::sort(offered.begin(), offered.end());
    kpis.offered_median = (offered[(n - 1) / 2] + offered[n / 2]) / 2;
  }
  return kpis;
}

Result<ContactBy> contact_by_named(std::string_view name) {
  if (name == "year") return ContactBy::kYear;
  if (name == "month") return ContactBy::kMonth;
  if (name == "dow") return ContactBy::kDow;
  if (name == "holiday") return ContactBy::kHoliday;
  return Error(ErrorCode::kInvalidArgument, concat("cannot group contact figures by '", name, "'"))
      .hint("known: year, month, dow, holiday");
}

Result<std::vector<ContactGroup>> contact_kpis_by(const ContactTable& table, ContactBy by,
                                                  const contract::Contract& contract) {
  // Groups in order of (rank, key).
  std::map<std::pair<int, std::string>, std::vector<ContactRow>> groups;
  if (by == ContactBy::kHoliday) {
    if (contract.holidays.empty()) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("contract '", contract.name, "' names no calendar of holidays"))
          .hint("add the custom property `holidays` to the contract");
    }
    HARK_TRY(const auto calendar, calendar::HolidayCalendar::named(contract.holidays));
    std::map<std::int32_t, std::string> name_of_day;
    std::int32_t year_done = -1;
    for (const ContactRow& row : table.rows) {  // by day, so each year comes once
      const std::int32_t year = calendar::civil_from_days(row.day).year;
      if (year != year_done) {
        for (const auto& holiday : calendar.in_year(year)) {
          name_of_day.emplace(holiday.day, holiday.name);
        }
        year_done = year;
      }
      const auto holiday = name_of_day.find(row.day);
      if (holiday == name_of_day.end()) {
        groups[{1, std::string(kNoHoliday)}].push_back(row);
      } else {
        groups[{0, holiday->second}].push_back(row);
      }
    }
  } else {
    for (const ContactRow& row : table.rows) {
      const auto date = calendar::civil_from_days(row.day);
      const auto weekday = calendar::weekday_from_days(row.day);
      switch (by) {
        case ContactBy::kYear:
          groups[{date.year, std::to_string(date.year)}].push_back(row);
          break;
        case ContactBy::kMonth:
          groups[{date.month, std::to_string(date.month)}].push_back(row);
          break;
        default:
          groups[{static_cast<int>(weekday), kWeekdays[weekday]}].push_back(row);
      }
    }
  }
  std::vector<ContactGroup> out;
  out.reserve(groups.size());
  for (const auto& [key, rows] : groups) out.push_back({key.second, contact_kpis(rows)});
  return out;
}

std::vector<std::int32_t> missing_days(const ContactTable& table) {
  std::vector<std::int32_t> missing;
  for (std::size_t row = 1; row < table.rows.size(); ++row) {
    const std::int32_t before = table.rows[row - 1].day;
    const std::int32_t after = table.rows[row].day;
    const std::int32_t year_before = calendar::civil_from_days(before).year;
    const std::int32_t year_after = calendar::civil_from_days(after).year;
    for (std::int32_t day = before + 1; day < after; ++day) {
      const std::int32_t year = calendar::civil_from_days(day).year;
      if (year == year_before || year == year_after) missing.push_back(day);
    }
  }
  return missing;
}

Json to_json(const ContactKpis& kpis) {
  const auto date = [](const std::optional<std::int32_t>& day) {
    return day ? Json(calendar::format_date(*day)) : Json();
  };
  const auto& found = kpis.denominator;
  return Json::object(
      {{"rows", kpis.rows},
       {"first", date(kpis.first_day)},
       {"last", date(kpis.last_day)},
       {"offered", kpis.offered},
       {"handled", kpis.handled},
       {"abandoned", kpis.abandoned},
       {"unaccounted", kpis.unaccounted},
       {"unaccounted_share", kpis.unaccounted_share},
       {"negative_unaccounted_rows", kpis.negative_unaccounted_rows},
       {"negative_unaccounted_sum", kpis.negative_unaccounted_sum},
       {"chp", kpis.chp},
       {"abandonment_rate", kpis.abandonment_rate},
       {"asa_s", kpis.asa_s},
       {"aht_s", kpis.aht_s},
       {"service_level", kpis.service_level},
       {"offered_mean", kpis.offered_mean},
       {"offered_median", kpis.offered_median},
       {"n_rows", Json::object({{"offered", kpis.days.offered},
                                {"handled", kpis.days.handled},
                                {"abandoned", kpis.days.abandoned},
                                {"unaccounted", kpis.days.unaccounted},
                                {"chp", kpis.days.chp},
                                {"abandonment_rate", kpis.days.abandonment_rate},
                                {"asa_s", kpis.days.asa_s},
                                {"aht_s", kpis.days.aht_s},
                                {"service_level", kpis.days.service_level}})},
       {"denominator", Json::object({{"informative", found.informative},
                                     {"matched", found.matched},
                                     {"unique", found.unique},
                                     {"share_of_informative", found.share_of_informative},
                                     {"share_of_all", found.share_of_all},
                                     {"abandons_inside", found.abandons_inside}})}});
}

Json contact_answer(const ContactTable& table, const ContactKpis& kpis,
                    const std::vector<ContactGroup>* groups) {
  Json answer = to_json(kpis);
  answer.set("duplicates", table.duplicates);
  answer.set("without_day", table.without_day);
  if (table.left_out) {
    answer.set("ignored", table.left_out->ignored);
    answer.set("before_queue", table.left_out->before_queue);
  }
  if (table.joined) {
    answer.set("days_in_both", table.joined->both);
    answer.set("days_only_own", table.joined->only_own);
    answer.set("days_only_completing", table.joined->only_completing);
  }
  Json missing = Json::array();
  for (const std::int32_t day : missing_days(table)) missing.push_back(calendar::format_date(day));
  answer.set("missing_days", std::move(missing));
  if (groups != nullptr) {
    Json list = Json::array();
    for (const ContactGroup& group : *groups) {
      Json item = Json::object({{"key", group.key}});
      const Json figures = to_json(group.kpis);
      for (const auto& [name, value] : figures.members()) item.set(name, value);
      list.push_back(std::move(item));
    }
    answer.set("groups", std::move(list));
  }
  return answer;
}

}  // namespace hark::insight

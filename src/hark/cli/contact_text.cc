#include "hark/cli/contact_text.h"

#include <algorithm>

#include "hark/calendar/civil.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"

namespace hark::cli {
namespace {

std::string show_change(double relative) {
  return concat(relative >= 0 ? "+" : "", fixed(100 * relative, 1), " %");
}

std::string drivers_text(const series::VolumeDrivers& drivers) {
  TextTable shares({{"calls move with"}, {"explains", Align::kRight}, {"alone", Align::kRight}});
  for (const series::DriverShare& share : drivers.shares)
    shares.add({std::string(name_of(share.driver)), show_percent(share.share, 1),
                show_percent(share.alone, 1)});
  shares.add({"(nothing known)", show_percent(1 - drivers.r_squared, 1), ""});
  TextTable effects({{"effect"}, {""}, {"calls", Align::kRight}, {"95 %", Align::kRight}});
  for (const series::DriverEffect& effect : drivers.effects) {
    effects.add({std::string(name_of(effect.driver)), insight::key_of(effect),
                 show_change(effect.effect),
                 concat(show_change(effect.ci95.low), " to ", show_change(effect.ci95.high))});
  }
  return concat(shares.to_string(), "\n", effects.to_string());
}

std::string days_text(const std::vector<std::string>& days) {
  std::string text;
  for (std::size_t i = 0; i < days.size() && i < 3; ++i) text += (i > 0 ? ", " : "") + days[i];
  return days.size() > 3 ? text + ", …" : text;
}

std::string balance_days(const std::vector<insight::DayBalance>& balances) {
  std::vector<std::string> days;
  for (const insight::DayBalance& day : balances)
    days.push_back(concat(calendar::format_date(day.day), " (", day.unaccounted(), ")"));
  return days_text(days);
}

}  // namespace

std::string diagnostics_text(const insight::ContactDiagnostics& diagnostics) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const insight::DenominatorChange& change : diagnostics.changes) {
    const std::string years = concat(change.from_year, " to ", change.to_year);
    if (change.kind == insight::DenominatorChange::Kind::kPrecision) {
      lines.emplace_back(
          "service level written with",
          concat(fixed(change.before, 0), ", then ", fixed(change.after, 0), " digits, ", years));
    } else {
      lines.emplace_back(
          "another service level, " + years,
          concat(show_percent(change.before, 1), ", then ", show_percent(change.after, 1),
                 " of abandoned calls inside its denominator"));
    }
  }
  const insight::Reconciliation& balance = diagnostics.reconciliation;
  if (!balance.out_of_line.empty())
    lines.emplace_back("unaccounted out of line",
                       concat(show_count(static_cast<std::int64_t>(balance.out_of_line.size())),
                              plural(static_cast<std::int64_t>(balance.out_of_line.size()), "day"),
                              ": ", balance_days(balance.out_of_line)));
  if (!balance.negative.empty())
    lines.emplace_back("unaccounted negative",
                       concat(show_count(static_cast<std::int64_t>(balance.negative.size())),
                              plural(static_cast<std::int64_t>(balance.negative.size()), "day"),
                              ": ", balance_days(balance.negative)));
  std::vector<std::string> missing;
  for (const insight::MissingDay& day : diagnostics.missing) {
    if (day.reason == insight::MissingDay::Reason::kUnexplained)
      missing.push_back(calendar::format_date(day.day));
  }
  if (!diagnostics.missing.empty()) {
    lines.emplace_back(
        "days without a row",
        concat(show_count(static_cast<std::int64_t>(diagnostics.missing.size())), "; closed ",
               show_count(static_cast<std::int64_t>(diagnostics.missing.size() - missing.size())),
               ", unexplained ", show_count(static_cast<std::int64_t>(missing.size())),
               missing.empty() ? "" : concat(": ", days_text(missing))));
  }
  if (!diagnostics.drivers)
    lines.emplace_back("what moves calls", "n/a: " + diagnostics.no_drivers);
  std::string text = lines.empty() ? "" : "\n" + name_value_lines(lines);
  if (diagnostics.drivers) text += "\n" + drivers_text(*diagnostics.drivers);
  return text;
}

}  // namespace hark::cli

#include "hark/report/contact_charts.h"

#include <array>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/report/wording.h"

namespace hark::report {

using chart::ChartSpec;
using chart::FieldType;
using chart::Format;
using chart::Mark;

ChartSpec driver_shares(const series::VolumeDrivers& drivers) {
  ChartSpec spec;
  spec.id = "volume-drivers";
  spec.title = "How much of the day-to-day movement does each driver explain?";
  spec.mark = Mark::kBar;
  std::vector<std::string> names;
  std::vector<double> shares;
  for (const series::DriverShare& share : drivers.shares) {
    names.emplace_back(name_of(share.driver));
    shares.push_back(share.share);
  }
  names.emplace_back("nothing known");
  shares.push_back(1 - drivers.r_squared);
  spec.footnote = "Share of the variance of log calls a day, averaged over all orders of drivers.";
  spec.data = {{"driver", "driver", {}, Format::kNumber, std::move(names)},
               {"share", "share of the movement", {}, Format::kPercent, std::move(shares)}};
  spec.encoding.x.field = "share";
  spec.encoding.y.field = "driver";
  spec.encoding.y.type = FieldType::kOrdinal;
  return spec;
}

ChartSpec call_hours(const std::vector<insight::DayHours>& days) {
  std::array<std::array<std::int64_t, 24>, 7> counts{};
  std::array<std::int64_t, 7> num_days{};
  for (const insight::DayHours& day : days) {
    const unsigned weekday = calendar::weekday_from_days(day.day);
    ++num_days[weekday];
    for (std::size_t hour = 0; hour < 24; ++hour) counts[weekday][hour] += day.offered[hour];
  }
  ChartSpec spec;
  spec.id = "calls-by-hour";
  spec.title = "At which hours do people call?";
  spec.mark = Mark::kRect;
  std::vector<std::string> weekdays;
  std::vector<std::string> hours;
  std::vector<double> means;
  double most = -1;
  for (unsigned day = 0; day < 7; ++day) {
    if (num_days[day] == 0) continue;  // a weekday that a short export does not have
    for (std::size_t hour = 0; hour < 24; ++hour) {
      weekdays.push_back(weekday_name(day).substr(0, 3));
      hours.push_back(hour < 10 ? concat("0", hour) : std::to_string(hour));
      means.push_back(static_cast<double>(counts[day][hour]) / static_cast<double>(num_days[day]));
      if (means.back() <= most) continue;
      most = means.back();
      spec.description = concat("Most calls come on ", weekday_name(day), "s between ", hour,
                                " and ", hour + 1, " o'clock.");
    }
  }
  spec.footnote = "Local time. Mean calls offered in that hour, over the days of the weekday.";
  spec.data = {{"hour", "hour of day", {}, Format::kNumber, std::move(hours)},
               {"weekday", "weekday", {}, Format::kNumber, std::move(weekdays)},
               {"calls", "calls an hour", "calls", Format::kNumber, std::move(means)}};
  spec.encoding.x.field = "hour";
  spec.encoding.x.type = FieldType::kOrdinal;
  spec.encoding.y.field = "weekday";
  spec.encoding.y.type = FieldType::kOrdinal;
  spec.encoding.color.field = "calls";
  return spec;
}

}  // namespace hark::report

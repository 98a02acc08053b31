// Reports of a dataset: what to say, from analyses that insight made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hark/insight/analysis.h"
#include "hark/insight/changes.h"
#include "hark/insight/compared_periods.h"
#include "hark/insight/contact_diagnostics.h"
#include "hark/insight/contact_kpis.h"
#include "hark/insight/decompose.h"
#include "hark/insight/departments.h"
#include "hark/insight/equity.h"
#include "hark/insight/forecasts.h"
#include "hark/insight/hot_spots.h"
#include "hark/insight/log_rank_report.h"
#include "hark/insight/rate_report.h"
#include "hark/insight/series.h"
#include "hark/insight/tests.h"
#include "hark/io/file_system.h"
#include "hark/report/context.h"
#include "hark/report/document.h"

namespace hark::report {

/// A series of days: what it was and how it goes on.
struct OverTime {
  std::optional<insight::SeriesReport> series;
  std::optional<insight::ForecastReport> forecast;
  std::int32_t first_known_day = 0;  ///< the series may begin later, after a long gap
  // Where one is absent: why.
  std::string no_series;
  std::string no_forecast;
};

/// Where requests come from, for RequestReport::map; nothing where no request has a place.
std::optional<chart::ChartSpec> request_map(const insight::RequestTable& table,
                                            const contract::Contract& contract);

struct RequestReport {
  const insight::RequestTable* table = nullptr;
  const insight::RequestAnalysis* analysis = nullptr;
  /// Absent where the data cannot be tested (one type only, nothing closed).
  std::optional<insight::KruskalReport> time_by_type;
  std::optional<insight::ChiSquareReport> type_by_area;
  std::optional<chart::ChartSpec> map;
  // Absent where the source does not tell, or the main job's sections were asked for only.
  std::optional<insight::Equity> equity;
  std::optional<insight::DepartmentReport> departments;
  std::optional<insight::HotSpots> hot_spots;
  std::optional<OverTime> over_time;
  std::optional<insight::ComparedPeriods> periods;  ///< of the two below
  std::optional<insight::ChangesReport> changes;
  std::optional<insight::DecomposeReport> parts;  ///< of the change of the mean time to close
  std::vector<insight::LogRankReport> log_ranks;  ///< by area, by agency
};
Document request_report(const ReportContext& context, const RequestReport& report);

struct ContactReport {
  const insight::ContactTable* table = nullptr;
  insight::ContactKpis kpis;
  std::vector<insight::ContactGroup> years;
  std::vector<insight::ContactGroup> weekdays;
  std::vector<insight::ContactGroup> months;  ///< of the calendar: 1 to 12
  insight::ContactDiagnostics diagnostics;
  // Absent where the main job's sections were asked for only, or the days do not allow it.
  std::optional<OverTime> over_time;
  std::optional<insight::ComparedPeriods> periods;
  std::optional<insight::RateReport> change;
};
Document contact_report(const ReportContext& context, const ContactReport& report);

/// Writes the document into `folder` (made if absent): report.html, report.md, charts/*.svg, as
/// `formats` ("html", "md", "svg") say. Each file is as before or as after. Returns the paths
/// written. Errors: kIo, kExhausted; kInvalidArgument for a format that is not there.
Result<std::vector<std::string>> write_report(io::FileSystem& files, const std::string& folder,
                                              const Document& document,
                                              const std::vector<std::string>& formats);

}  // namespace hark::report

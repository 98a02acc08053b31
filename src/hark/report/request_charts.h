// The pictures of a request report, each from one part of the analysis.
#pragma once

#include <optional>

#include "hark/chart/chart_spec.h"
#include "hark/contract/contract.h"
#include "hark/insight/analysis.h"

namespace hark::report {

chart::ChartSpec requests_per_day(const insight::RequestAnalysis& analysis);
chart::ChartSpec week_hours(const insight::WeekHours& hours);
chart::ChartSpec top_types(const insight::RequestAnalysis& analysis, std::size_t most);
chart::ChartSpec time_to_close(const insight::RequestAnalysis& analysis, bool is_in_days);
/// Median time to close of the largest groups with 95 % intervals; groups whose median is not
/// reached are left out and named in the footnote.
chart::ChartSpec time_by_group(const std::vector<insight::RequestGroup>& groups, std::string id,
                               std::string title, std::string group_title, bool is_in_days,
                               std::size_t most);
/// Share closed in time with Wilson 95 % intervals.
chart::ChartSpec sla_by_group(const std::vector<insight::RequestGroup>& groups, std::string id,
                              std::string title, std::string group_title, std::size_t most);
chart::ChartSpec backlog_ages(const insight::RequestAnalysis& analysis);

}  // namespace hark::report

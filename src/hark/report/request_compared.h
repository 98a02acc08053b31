// The sections of a request report that compare: who waits longest, what became of closed requests,
// departments like for like, hot spots. Each is left out where its analysis is absent.
#pragma once

#include "hark/report/report.h"

namespace hark::report {

/// Into "response time": the share still open after some days, and areas.
void show_waiting(const ReportContext& context, const RequestReport& report, Section& section,
                  Document& document);
/// Into "response time": what the texts of closed requests say.
void show_outcomes(const ReportContext& context, const RequestReport& report, Section& section,
                   Document& document);
/// Into "departments".
void show_like_for_like(const ReportContext& context, const RequestReport& report, Section& section,
                        Document& document);
/// A section of its own.
std::optional<Section> hot_spot_section(const ReportContext& context, const RequestReport& report,
                                        Document& document);

/// Whether any resolution text of a closed request says how it ended.
bool tells_outcomes(const insight::RequestKpis& kpis);

}  // namespace hark::report

// What changed between the last weeks and the weeks compared with them, of requests and of calls;
// and whether times to close differ when open requests are counted. Each part is left out where its
// analysis is absent.
#pragma once

#include "hark/report/report.h"

namespace hark::report {

/// A sentence for the summary.
std::optional<std::string> volume_change(const ReportContext& context, const RequestReport& report,
                                         Document& document);
std::optional<std::string> volume_change(const ReportContext& context, const ContactReport& report,
                                         Document& document);
/// A section of its own: volume, time to close, and what of its change is other work.
std::optional<Section> changed_section(const ReportContext& context, const RequestReport& report,
                                       Document& document);
/// Into "technical".
void show_log_ranks(const ReportContext& context, const RequestReport& report, Section& section,
                    Document& document);

/// "p < 1e-300", "p = 10^-12.3", "p = 0.0123".
std::string p_text(double p, double log10_p);

}  // namespace hark::report

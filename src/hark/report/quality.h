// What reports say of their data's quality, their method and the money they cannot name.
#pragma once

#include <string>

#include "hark/report/report.h"

namespace hark::report {

/// What people call the area column: "Borough".
const std::string& area_title(const contract::Contract& contract);
/// The contract's rules as `hark check` found them.
Table rules_table(const ReportContext& context);
/// The section on business impact, up to what the data alone say.
Section begin_impact();
/// What was odd in the records and what was done about it; cites into `document`.
Section request_quality(const ReportContext& context, const RequestReport& report,
                        Document& document);
/// How the figures are made, and what they cannot say.
Section request_method(const ReportContext& context, const RequestReport& report);

}  // namespace hark::report

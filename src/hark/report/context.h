// What every report knows of its data, and how a reader gets a number of it again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/contract/contract.h"
#include "hark/core/clock.h"
#include "hark/insight/selection.h"
#include "hark/pipeline/check.h"
#include "hark/report/document.h"

namespace hark::report {

struct ReportContext {
  const contract::Contract* contract = nullptr;
  std::string source;            ///< as the user named it: "311.csv", "lake"
  insight::Selection selection;  ///< the rows of it that are told of
  /// The options that chose them and that say how they are read, as words: "--since",
  /// "2024-03-01".
  std::vector<std::string> options;
  std::optional<std::int64_t> table_version;
  Instant now;
  std::string tzdata;   ///< version of the time zone data
  std::string program;  ///< "hark 0.1.0"
  /// Rules of the contract as `hark check` found them; empty where the source is a plain file.
  std::vector<pipeline::CheckedRule> rules;
};

/// The command that gives a number again: "hark kpi requests lake --by agency --json", with
/// ReportContext::options, as one types it in a shell. @param options  its own
std::string command_line(const ReportContext& context, std::string_view command,
                         std::string_view options = {});

/// Says at the document's head that it tells of some `rows` ("requests", "days") only, where that
/// is so. `dated`: what stands before "from 1 March 2024" ("created ").
void tell_selection(const ReportContext& context, std::string_view rows, std::string_view dated,
                    Document& document);

}  // namespace hark::report

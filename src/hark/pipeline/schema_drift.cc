#include "hark/pipeline/schema_drift.h"

#include <algorithm>
#include <map>

#include "hark/core/json.h"
#include "hark/core/text.h"
#include "hark/pipeline/ingest.h"

namespace hark::pipeline {
namespace {

/// Names by their canonical form; blank ones do not count.
std::map<std::string, std::string> by_canonical(std::span<const std::string> header) {
  std::map<std::string, std::string> names;
  for (const std::string& name : header) {
    std::string canonical = contract::canonical_header(name);
    if (!canonical.empty()) names.emplace(std::move(canonical), name);
  }
  return names;
}

/// What stands for each contract column.
std::map<int, std::string> by_column(const contract::Contract& contract,
                                     std::span<const std::string> header) {
  std::map<int, std::string> names;
  const contract::HeaderMatch match = contract::match_header(contract, header);
  for (std::size_t i = 0; i < match.column_of.size(); ++i) {
    if (match.column_of[i] >= 0) names.emplace(match.column_of[i], header[i]);
  }
  return names;
}

}  // namespace

SchemaDrift compare_headers(const contract::Contract& contract, std::span<const std::string> before,
                            std::span<const std::string> now) {
  SchemaDrift drift;
  auto old_names = by_canonical(before);
  auto new_names = by_canonical(now);
  const auto new_columns = by_column(contract, now);
  for (const auto& [column, old_name] : by_column(contract, before)) {
    const auto found = new_columns.find(column);
    if (found == new_columns.end()) continue;
    const std::string old_canonical = contract::canonical_header(old_name);
    const std::string new_canonical = contract::canonical_header(found->second);
    if (old_canonical == new_canonical || new_names.contains(old_canonical)) continue;
    drift.renamed.emplace_back(old_name, found->second);
    old_names.erase(old_canonical);
    new_names.erase(new_canonical);
  }
  for (const auto& [canonical, name] : old_names) {
    if (!new_names.contains(canonical)) drift.gone.push_back(name);
  }
  for (const auto& [canonical, name] : new_names) {
    if (!old_names.contains(canonical)) drift.added.push_back(name);
  }
  return drift;
}

std::vector<Warning> drift_warnings(const SchemaDrift& drift, const std::string& where) {
  std::vector<Warning> warnings;
  if (!drift.added.empty())
    warnings.push_back(
        {"columns_new",
         concat("columns that the load before did not have: ", join(drift.added, ", ")), where});
  if (!drift.gone.empty())
    warnings.push_back(
        {"columns_gone",
         concat("columns that the load before had are gone: ", join(drift.gone, ", ")), where});
  if (!drift.renamed.empty()) {
    std::vector<std::string> pairs;
    for (const auto& [before, now] : drift.renamed) pairs.push_back(concat(before, " to ", now));
    warnings.push_back(
        {"columns_renamed",
         concat("columns have another name than in the load before: ", join(pairs, ", ")), where});
  }
  return warnings;
}

Result<std::vector<std::string>> header_of_latest_load(const LakeFolder& lake,
                                                       const std::string& dataset,
                                                       const TableState& trusted) {
  std::vector<std::string> header;
  const std::string hash = trusted.latest_landing();
  const std::string path = io::join_path(lake.landing_folder(dataset), hash + ".json");
  if (hash.empty() || !lake.files().exists(path)) return header;
  HARK_TRY(const std::string text, lake.files().read_text(path));
  const auto note = Json::parse(text);
  // A damaged note is doctor's business; no load waits for it.
  if (!note) return header;
  for (const Json& name : (*note)["columns"].items()) header.emplace_back(name.as_string());
  return header;
}

}  // namespace hark::pipeline

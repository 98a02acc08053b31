// How the columns of a dataset's files change from one load to the next.
//
// The landing note of a load keeps its file's header; the next load is compared with the latest
// one. What changed is reported, never silent: a gone column is null from then on, a new one that
// the contract does not know is left out.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hark/contract/contract.h"
#include "hark/core/warning.h"
#include "hark/pipeline/lake_folder.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {

struct SchemaDrift {
  std::vector<std::string> added;
  std::vector<std::string> gone;
  /// Two spellings of one contract column, before and now.
  std::vector<std::pair<std::string, std::string>> renamed;
};

/// Compares two headers as contracts read them: letter case, signs and order do not count.
SchemaDrift compare_headers(const contract::Contract& contract, std::span<const std::string> before,
                            std::span<const std::string> now);

/// "columns_new", "columns_gone" and "columns_renamed", where there are any; `where` is the file.
std::vector<Warning> drift_warnings(const SchemaDrift& drift, const std::string& where);

/// The header of the latest load that `trusted` has; empty where there is none, or its note says
/// none. Errors: kIo; kCorrupt for a note that is no JSON.
Result<std::vector<std::string>> header_of_latest_load(const LakeFolder& lake,
                                                       const std::string& dataset,
                                                       const TableState& trusted);

}  // namespace hark::pipeline

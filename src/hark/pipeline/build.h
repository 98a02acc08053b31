// Trusted → curated: the SQL models of models/, each a Delta table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hark/core/clock.h"
#include "hark/engine/engine.h"
#include "hark/pipeline/lake_folder.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {

struct BuildOptions {
  unsigned threads = 1;
  std::size_t memory_limit_bytes = std::size_t{1} << 30;
  std::string run_id{};
  bool is_forced = false;  ///< builds tables that are up to date too: their files may be damaged
  const std::atomic<bool>* interrupt = nullptr;
};

struct BuiltTable {
  std::string name;  ///< of the model
  std::int64_t rows = 0;
  std::int64_t version = -1;  ///< of the curated table
  bool is_unchanged = false;  ///< it was up to date: nothing was committed
};

struct BuildReport {
  std::string dataset;
  std::int64_t trusted_version = -1;
  std::vector<BuiltTable> tables;
};

/// Builds every model for the dataset's kind that is older than its trusted table or than its own
/// text. Each table is replaced whole by one commit. Takes the lake's lock. Errors: kNotFound if
/// nothing is loaded.
Result<BuildReport> build(const LakeFolder& lake, const std::string& dataset,
                          const BuildOptions& options, const Clock& clock);

/// The trusted version that a curated table was built from; nothing where it does not say.
std::optional<std::int64_t> trusted_version_of(const TableState& curated);

struct Model {
  std::string name;
  std::string kind;  ///< name_of(contract::Kind)
  std::string sql;
};
/// The models in the binary, in the order they are built (each may read the ones before).
const std::vector<Model>& models();

}  // namespace hark::pipeline

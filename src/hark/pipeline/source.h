// SOURCE on the command line: a lake or a plain data file, opened for reading.
//
// A plain file is read directly: no SQL engine is opened and nothing is written. A lake's rows come
// from its trusted table. Both offer the same columns (trusted tables more of them).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/core/clock.h"
#include "hark/core/warning.h"
#include "hark/io/file_system.h"
#include "hark/pipeline/lake_folder.h"
#include "hark/tabular/file_source.h"

namespace hark::pipeline {

struct SourceOptions {
  std::string
      contract;  ///< name or YAML path; empty: found by header (file) or the only dataset (lake)
  unsigned threads = 1;
  std::size_t memory_limit_bytes = std::size_t{1} << 30;
  const std::atomic<bool>* interrupt = nullptr;
  /// Told how much of the file has been read: bytes done, bytes in all.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  /// Told what is known only when a file has been read: that records were refused.
  std::function<void(Warning)> on_warning;
};

struct OpenSource {
  std::string path;
  std::shared_ptr<const contract::Contract> contract;
  std::unique_ptr<columnar::BatchSource> rows;
  std::optional<std::int64_t> table_version;  ///< of the trusted table; lakes only
  std::optional<Instant> retrieved_at;        ///< of the latest load; lakes only
  /// Whether the file, or any file that was loaded, has this column of the contract, be it empty.
  /// A lake reads the notes beside its landing files for it.
  std::function<bool(std::string_view column)> has_column;
  std::vector<Warning> warnings;
};

/// A contract by name or by the path of a YAML file. Errors: kNotFound with the nearest name;
/// kInvalidInput.
Result<std::shared_ptr<const contract::Contract>> find_contract(const io::FileSystem& files,
                                                                const std::string& name);

/// The contract for a file with this header: the one named, else the built-in one that fits.
Result<std::shared_ptr<const contract::Contract>> contract_for_header(
    const io::FileSystem& files, const std::string& name, const std::vector<std::string>& header,
    const std::string& path);

/// Opens a lake's trusted rows, now or as of LAKE@… (lake_at.h), or a file's. Streaming a file
/// fails with kCheckFailed where more of it is refused than the contract allows. Errors: those of
/// probe_file(), contract_for_header(), LakeFolder::open().
Result<OpenSource> open_source(io::FileSystem& files, const std::string& path,
                               const SourceOptions& options);

/// Warnings about a file's header: columns nobody knows, columns that mean one already taken,
/// sheets that are left out.
std::vector<Warning> header_warnings(const contract::HeaderMatch& match,
                                     const tabular::FileProbe& probe, const std::string& path);

}  // namespace hark::pipeline

// Rows of a trusted table's data files as batches.
//
// hark reads the files that it wrote itself; those of another writer (Spark may have rewritten
// some) go through the SQL engine, which is opened when the first of them comes. The rows are the
// same. Threads: any may call open() at once; sources of the engine share it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/engine/engine.h"
#include "hark/io/file_system.h"

namespace hark::pipeline {

/// `error` as it is, if all of these data files are there; else one that says which is gone and
/// what may have removed it. A log never names a file that is not there: a reader meets this when
/// another process clears old files away meanwhile, or in a damaged lake.
Error with_gone_file(const io::FileSystem& files, const std::vector<std::string>& paths,
                     Error error);

class TrustedReader {
 public:
  /// `options` are the engine's, where one is needed.
  TrustedReader(const io::FileSystem& files, engine::EngineOptions options)
      : files_(files), options_(std::move(options)) {}

  /// The rows of these files, in their order; the source outlives the reader. A column of
  /// trusted_fields() that a file lacks is null there. Errors: kCorrupt, kNotFound, kIo; the
  /// engine's.
  Result<std::unique_ptr<columnar::BatchSource>> open(const std::vector<std::string>& paths,
                                                      const contract::Contract& contract);

 private:
  const io::FileSystem& files_;
  const engine::EngineOptions options_;
  std::mutex mutex_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace hark::pipeline

// Someone who looks at a load's rows while they are read, and leaves a note beside the landing
// file.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "hark/columnar/batch.h"
#include "hark/contract/contract.h"
#include "hark/core/json.h"

namespace hark::pipeline {

/// Sees every row that was not refused, in the one pass over them: a profile is made so.
class LoadProfiler {
 public:
  virtual ~LoadProfiler() = default;
  /// A batch as the reader made it: the contract's columns and the parts of clocks. Called by many
  /// threads, `worker` below the load's number of threads.
  virtual void look(const columnar::Batch& batch, unsigned worker) = 0;
  /// After the last row, once: what is kept as `<landing hash>.profile.json`. No personal data.
  virtual Json finish() = 0;
};

/// Makes the profiler of one load; `fields` are those of the batches it will see.
using LoadProfilerMaker = std::function<std::unique_ptr<LoadProfiler>(
    const contract::Contract& contract, std::span<const columnar::Field> fields, unsigned threads)>;

}  // namespace hark::pipeline

// What a batch passes on its way from the reader to the trusted load.
#pragma once

#include <cstdint>
#include <set>

#include "hark/columnar/stream.h"
#include "hark/pipeline/landing.h"
#include "hark/pipeline/load_profiler.h"

namespace hark::pipeline {

/// Passes batches on until the landing finds that the lake has them. Errors: the landing's.
class UnlessKnown final : public columnar::BatchSink {
 public:
  UnlessKnown(const Landing& landing, columnar::BatchSink& sink) : landing_(landing), sink_(sink) {}
  Result<void> consume(columnar::Batch batch, unsigned worker) override;

 private:
  const Landing& landing_;
  columnar::BatchSink& sink_;
};

/// Lets the profiler look at each batch on its way.
class Profiled final : public columnar::BatchSink {
 public:
  Profiled(LoadProfiler& profiler, columnar::BatchSink& sink) : profiler_(profiler), sink_(sink) {}
  Result<void> consume(columnar::Batch batch, unsigned worker) override;

 private:
  LoadProfiler& profiler_;
  columnar::BatchSink& sink_;
};

/// Passes on the rows of chosen records.
class RecordFilter final : public columnar::BatchSink {
 public:
  RecordFilter(const std::set<std::int64_t>& records, columnar::BatchSink& sink)
      : records_(records), sink_(sink) {}
  Result<void> consume(columnar::Batch batch, unsigned worker) override;

 private:
  const std::set<std::int64_t>& records_;
  columnar::BatchSink& sink_;
};

}  // namespace hark::pipeline

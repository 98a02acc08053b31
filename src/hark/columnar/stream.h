// Batches on their way: who makes them and who takes them do not know each other.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"

namespace hark::columnar {

class BatchSink {
 public:
  virtual ~BatchSink() = default;
  /// Takes one batch. Called by `threads` workers at once, numbered 0 to threads - 1, each batch
  /// once, in any order; `batch.ordinal` says where it belongs. An error stops the source.
  virtual Result<void> consume(Batch batch, unsigned worker) = 0;
};

class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// Every column that can be asked for, in the source's order.
  virtual std::span<const Field> fields() const = 0;
  /// Sends all rows, with just these columns in just this order, to `sink`; returns after the last
  /// one. Errors: kInvalidArgument for a column that is not in fields(); else the source's or the
  /// sink's.
  virtual Result<void> stream(const std::vector<std::string>& columns, unsigned threads,
                              BatchSink& sink) = 0;
};

}  // namespace hark::columnar

// A sink that turns each batch into a part and puts the parts in the order of their batches, so
// that a result does not depend on the number of threads.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/insight/columns.h"

namespace hark::insight {

/// Streams `columns` of `source` and returns `make_part(batch)` of every batch, in batch order;
/// values that a lake's flags call invalid are marked so before (restore_invalid).
/// `make_part` is called by several threads at once and must not share state.
template <typename Part>
Result<std::vector<Part>> collect_parts(
    columnar::BatchSource& source, const std::vector<std::string>& columns, unsigned threads,
    const std::function<Result<Part>(columnar::Batch&)>& make_part) {
  class Sink final : public columnar::BatchSink {
   public:
    explicit Sink(const std::function<Result<Part>(columnar::Batch&)>& make) : make_(make) {}
    Result<void> consume(columnar::Batch batch, unsigned) override {
      restore_invalid(batch);
      HARK_TRY(Part part, make_(batch));
      const std::lock_guard lock(mutex_);
      parts_.emplace_back(batch.ordinal, std::move(part));
      return {};
    }
    std::vector<Part> in_order() {
      std::sort(parts_.begin(), parts_.end(),
                [](const auto& a, const auto& b) { return a.first < b.first; });
      std::vector<Part> out;
      out.reserve(parts_.size());
      for (auto& [ordinal, part] : parts_) out.push_back(std::move(part));
      return out;
    }

   private:
    const std::function<Result<Part>(columnar::Batch&)>& make_;
    std::mutex mutex_;
    std::vector<std::pair<std::uint64_t, Part>> parts_;
  };
  Sink sink(make_part);
  HARK_TRY_VOID(source.stream(columns, threads, sink));
  return sink.in_order();
}

}  // namespace hark::insight

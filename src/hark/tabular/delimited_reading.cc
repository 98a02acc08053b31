#include <algorithm>
#include <utility>

#include "hark/tabular/block_reader.h"
#include "hark/tabular/reading.h"

namespace hark::tabular {
namespace {

class DelimitedReading final : public Reading {
 public:
  DelimitedReading(std::unique_ptr<ByteSource> source, const FileProbe& probe,
                   const ReadingLimits& limits, unsigned threads)
      : source_(std::move(source)),
        blocks_{.data_offset = probe.data_offset,
                .block_bytes = limits.block_bytes,
                .max_record_bytes = limits.max_record_bytes,
                .dialect = probe.dialect,
                .kernel = limits.kernel},
        chain_({.num_line_ends = probe.lines_before_data}, threads) {}

  std::unique_ptr<RecordBlock> worker(unsigned worker) override {
    return std::make_unique<BlockReader>(*source_, chain_, blocks_, worker);
  }
  void stop() override { chain_.stop(); }
  bool is_stopped() const override { return chain_.is_stopped(); }
  std::uint64_t file_bytes_read() const override { return source_->file_bytes_read(); }

 private:
  std::unique_ptr<ByteSource> source_;
  BlockOptions blocks_;
  BlockChain chain_;
};

}  // namespace

std::unique_ptr<Reading> read_delimited(std::unique_ptr<ByteSource> source, const FileProbe& probe,
                                        const ReadingLimits& limits, unsigned threads) {
  return std::make_unique<DelimitedReading>(std::move(source), probe, limits, threads);
}

}  // namespace hark::tabular

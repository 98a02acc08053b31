#include <algorithm>
#include <mutex>
#include <utility>

#include "hark/tabular/json_record.h"
#include "hark/tabular/reading.h"
#include "hark/tabular/text_block.h"

namespace hark::tabular {
namespace {

/// Records are cut by one worker at a time and parsed by all of them.
class JsonReading final : public Reading {
 public:
  JsonReading(std::unique_ptr<ByteSource> source, const JsonLayout& layout,
              const ReadingLimits& limits)
      : source_(std::move(source)),
        layout_(layout),
        block_bytes_(limits.block_bytes),
        max_records_(std::max<std::size_t>(
            1, kMaxBlockFields / std::max<std::size_t>(1, layout.num_columns()))),
        cutter_(*source_, layout.shape, limits.max_record_bytes) {}

  std::unique_ptr<RecordBlock> worker(unsigned worker) override;
  void stop() override {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  bool is_stopped() const override {
    const std::lock_guard lock(mutex_);
    return is_stopped_;
  }
  std::uint64_t file_bytes_read() const override { return source_->file_bytes_read(); }

 private:
  friend class JsonBlock;

  std::unique_ptr<ByteSource> source_;
  const JsonLayout& layout_;
  const std::size_t block_bytes_;
  const std::size_t max_records_;
  mutable std::mutex mutex_;
  bool is_stopped_ = false;
  JsonCutter cutter_;
  std::uint64_t next_block_ = 0;
  std::uint64_t num_records_ = 0;
};

class JsonBlock final : public TextBlock {
 public:
  explicit JsonBlock(JsonReading& reading) : reading_(reading), parser_(reading.layout_) {}

  Result<bool> next() override {
    {
      const std::lock_guard lock(reading_.mutex_);
      if (reading_.is_stopped_ || (reading_.cutter_.is_at_end() && reading_.next_block_ > 0))
        return false;
      begin_block(reading_.next_block_, reading_.num_records_);
      HARK_TRY_VOID(reading_.cutter_.cut(reading_.block_bytes_, reading_.max_records_, cut_));
      ++reading_.next_block_;
      reading_.num_records_ += cut_.records.size();
    }
    num_plain_bytes_ = cut_.num_plain_bytes;
    num_blank_lines_ = cut_.num_blank_lines;
    cut_.bytes.resize(cut_.bytes.size() + JsonRecordParser::padding());
    for (const JsonRecord& record : cut_.records) {
      if (record.problem != RecordProblem::kNone) {
        add_refused(record.problem, record.reason == nullptr ? "" : record.reason, record.place);
      } else if (const char* const reason = parser_.parse(text_of(record))) {
        add_refused(RecordProblem::kMalformed, reason, record.place);
      } else {
        add_record(parser_.fields(), record.place);
      }
    }
    return true;
  }

  std::string_view source_text(const RecordSpan& record) const noexcept override {
    return text_of(cut_.records[record.index]);
  }

 private:
  std::string_view text_of(const JsonRecord& record) const noexcept {
    return {cut_.bytes.data() + record.begin, record.end - record.begin};
  }

  JsonReading& reading_;
  JsonRecordParser parser_;
  JsonCut cut_;
};

std::unique_ptr<RecordBlock> JsonReading::worker(unsigned) {
  return std::make_unique<JsonBlock>(*this);
}

}  // namespace

std::unique_ptr<Reading> read_json(std::unique_ptr<ByteSource> source, const FileProbe& probe,
                                   const ReadingLimits& limits) {
  return std::make_unique<JsonReading>(std::move(source), probe.json, limits);
}

}  // namespace hark::tabular

#include <algorithm>
#include <mutex>
#include <utility>

#include "hark/tabular/reading.h"
#include "hark/tabular/row_reader.h"

namespace hark::tabular {
namespace {

/// More than blocks of rows ever hold, and far from where their places would overflow.
constexpr std::size_t kMaxBlockBytes = std::size_t{256} << 20;

/// Rows are read by one worker at a time and typed by all of them.
class RowsReading final : public Reading {
 public:
  RowsReading(std::unique_ptr<RowReader> reader, const ReadingLimits& limits)
      : reader_(std::move(reader)),
        block_bytes_(limits.block_bytes),
        max_record_bytes_(limits.max_record_bytes),
        max_rows_(std::max<std::size_t>(
            1, kMaxBlockFields / std::max<std::size_t>(1, reader_->header().size()))) {}

  std::unique_ptr<RecordBlock> worker(unsigned worker) override;
  void stop() override {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  bool is_stopped() const override {
    const std::lock_guard lock(mutex_);
    return is_stopped_;
  }
  std::uint64_t file_bytes_read() const override {
    const std::lock_guard lock(mutex_);
    return reader_->file_bytes_read();
  }

 private:
  friend class RowsBlock;

  mutable std::mutex mutex_;
  std::unique_ptr<RowReader> reader_;
  const std::size_t block_bytes_;
  const std::size_t max_record_bytes_;
  const std::size_t max_rows_;
  bool is_stopped_ = false;
  bool is_at_end_ = false;
  std::uint64_t next_block_ = 0;
  std::uint64_t num_records_ = 0;
};

class RowsBlock final : public TextBlock {
 public:
  explicit RowsBlock(RowsReading& reading) : reading_(reading) {}

  Result<bool> next() override {
    const std::lock_guard lock(reading_.mutex_);
    if (reading_.is_stopped_ || (reading_.is_at_end_ && reading_.next_block_ > 0)) return false;
    begin_block(reading_.next_block_, reading_.num_records_);
    bool is_too_large = false;
    const RowTaker take = [&](std::span<const std::string_view> fields, const RecordPlace& place) {
      std::size_t num_bytes = 0;
      for (const std::string_view field : fields) num_bytes += field.size() + 1;
      num_plain_bytes_ += num_bytes;
      is_too_large =
          is_too_large || buffer_.size() + std::min(num_bytes, reading_.max_record_bytes_) >
                              kMaxBlockBytes + reading_.block_bytes_;
      if (is_too_large) return;
      if (num_bytes > reading_.max_record_bytes_) {
        add_refused(RecordProblem::kTooLong, {}, place);
      } else {
        add_record(fields, place);
      }
    };
    while (!reading_.is_at_end_ && num_plain_bytes_ < reading_.block_bytes_ &&
           records_.size() < reading_.max_rows_) {
      HARK_TRY(const bool has_more, reading_.reader_->next(take));
      reading_.is_at_end_ = !has_more;
      if (is_too_large)
        return Error(ErrorCode::kExhausted,
                     "some rows that are read at once are larger than 256 MiB")
            .hint("is a column with documents or pictures in it? Write the file without it");
    }
    ++reading_.next_block_;
    reading_.num_records_ += records_.size();
    return true;
  }

 private:
  RowsReading& reading_;
};

std::unique_ptr<RecordBlock> RowsReading::worker(unsigned) {
  return std::make_unique<RowsBlock>(*this);
}

}  // namespace

std::unique_ptr<Reading> read_rows(std::unique_ptr<RowReader> reader, const ReadingLimits& limits) {
  return std::make_unique<RowsReading>(std::move(reader), limits);
}

}  // namespace hark::tabular

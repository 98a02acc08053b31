#include "hark/tabular/block_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace hark::tabular {
namespace {

/// Read with each block, so that its last record is mostly there without a second read.
constexpr std::size_t kSlackBytes = std::size_t{8} << 10;
/// Scanned at a time when looking for the end of a block's last record.
constexpr std::size_t kStepBytes = std::size_t{4} << 10;
/// What is kept of a record that is too long.
constexpr std::size_t kKeptBytes = 4096;

bool is_line_end(char c) noexcept { return c == '\n' || c == '\r'; }

/// Tells of ranges of a block, one behind the other, whether a mark of its lines lies in them.
class MarkedLines {
 public:
  explicit MarkedLines(std::span<const std::uint8_t> marks) : marks_(marks) {}
  bool has_any(std::size_t begin, std::size_t end) noexcept {
    const std::size_t first = begin / simd::kLineBytes;
    if (next_ < first || !is_known_) find_from(first);
    return next_ * simd::kLineBytes < end;
  }

 private:
  void find_from(std::size_t line) noexcept {
    const void* const found = line == marks_.size()
                                  ? nullptr
                                  : std::memchr(marks_.data() + line, 1, marks_.size() - line);
    next_ = found == nullptr
                ? marks_.size()
                : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - marks_.data());
    is_known_ = true;
  }
  std::span<const std::uint8_t> marks_;
  std::size_t next_ = 0;  // the first marked line from the last range on
  bool is_known_ = false;
};

}  // namespace

Result<void> BlockReader::load() {
  const std::size_t ahead = std::min(kSlackBytes, options_.block_bytes);
  const std::size_t wanted = 1 + options_.block_bytes + ahead;
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  std::size_t num_read = 0;
  if (offset() == 0) {
    HARK_TRY(num_read, source_.read_at(0, std::span(buffer_).subspan(1, wanted - 1)));
    ++num_read;
  } else {
    HARK_TRY(num_read, source_.read_at(offset() - 1, std::span(buffer_).first(wanted)));
  }
  loaded_ = num_read == 0 ? 0 : num_read - 1;
  size_ = std::min(loaded_, options_.block_bytes);
  // The first block begins a record, whatever stands before it.
  if (index_ == 0) buffer_[0] = '\n';
  return {};
}

Result<bool> BlockReader::next() {
  const std::optional<std::uint64_t> taken = chain_.take(worker_);
  if (!taken) return false;
  index_ = *taken;
  // The byte before a block is read with it.
  const std::uint64_t needed = options_.data_offset + chain_.first_needed() * options_.block_bytes;
  source_.release_before(needed == 0 ? 0 : needed - 1);
  HARK_TRY_VOID(load());
  if (size_ == 0 && index_ > 0) {
    chain_.finish();
    return false;
  }
  ScanState start;
  if (const auto known = chain_.carry_if_known(index_)) {
    start = known->state;
  } else {
    const auto guess = chain_.guess_is_quoted(
        index_, options_.kernel->has_odd_quotes(data(), size_, options_.dialect.quote));
    if (!guess) return false;
    start = guess_state(*guess);
  }
  simd::ScanResult scanned = scan_block(start);
  split(start);

  const std::optional<BlockChain::Carry> carry = chain_.wait_for_carry(index_);
  if (!carry) return false;
  carry_ = *carry;
  records_before_ = carry_.num_records;
  if (carry_.state != start) {
    scanned = scan_block(carry_.state);
    split(carry_.state);
  }
  chain_.publish(index_, {.state = scanned.end,
                          .num_records = carry_.num_records + records_.size(),
                          .num_line_ends = carry_.num_line_ends + scanned.num_line_ends});
  if (has_open_record_) HARK_TRY_VOID(complete_open_record(scanned.end));
  return true;
}

std::int64_t BlockReader::num_unaccounted_bytes() const noexcept {
  auto left = static_cast<std::int64_t>(size_);
  for (const RecordSpan& record : records_)
    if (record.problem == RecordProblem::kNone) left -= record.end - record.begin + std::int64_t{1};
  return left;
}

ScanState BlockReader::guess_state(bool is_quoted) const noexcept {
  if (is_quoted) return ScanState::kQuoted;
  const char before = buffer_[0];
  if (before == options_.dialect.delimiter || is_line_end(before)) return ScanState::kFieldStart;
  return before == options_.dialect.quote ? ScanState::kQuoteInQuoted : ScanState::kUnquoted;
}

simd::ScanResult BlockReader::scan_block(ScanState start) {
  if (positions_.size() < size_ + simd::kScanSlack) {
    positions_.resize(size_ + simd::kScanSlack);
    record_ends_.resize(size_ + simd::kScanSlack);
    non_ascii_.resize(simd::num_lines(size_));
    quoted_lines_.resize(simd::num_lines(size_));
  }
  const simd::ScanResult result = options_.kernel->scan(
      {.bytes = data(),
       .size = size_,
       .delimiter = options_.dialect.delimiter,
       .quote = options_.dialect.quote,
       .before = buffer_[0],
       .start = start},
      {positions_.data(), record_ends_.data(), non_ascii_.data(), quoted_lines_.data()});
  num_positions_ = result.num_positions;
  num_record_ends_ = result.num_record_ends;
  return result;
}

void BlockReader::check_length(RecordSpan& record) const noexcept {
  if (record.end - record.begin <= options_.max_record_bytes) return;
  record.problem = RecordProblem::kTooLong;
  // The same bytes whatever was at hand when its length was found out.
  record.end =
      record.begin + static_cast<std::uint32_t>(std::min(kKeptBytes, options_.max_record_bytes));
}

void BlockReader::split(ScanState state) {
  records_.clear();
  num_blank_lines_ = 0;
  // A block that begins inside a record has none before its first line end.
  bool is_in_own_record = state == ScanState::kFieldStart && is_line_end(buffer_[0]);
  std::uint32_t begin = 0;
  std::uint32_t first_position = 0;
  MarkedLines non_ascii({non_ascii_.data(), simd::num_lines(size_)});
  MarkedLines quoted_lines({quoted_lines_.data(), simd::num_lines(size_)});
  const auto add = [&](std::uint32_t end, std::uint32_t next_position) {
    RecordSpan record{.begin = begin,
                      .end = end,
                      .first_position = first_position,
                      .num_fields = next_position - first_position,
                      .index = static_cast<std::uint32_t>(records_.size()),
                      .is_ascii = !non_ascii.has_any(begin, end),
                      .may_hold_lines = quoted_lines.has_any(begin, end)};
    check_length(record);
    records_.push_back(record);
  };
  for (std::size_t r = 0; r < num_record_ends_; ++r) {
    const std::uint32_t i = record_ends_[r];
    const std::uint32_t at = positions_[i];
    if (is_in_own_record) {
      if (at > begin) {
        add(at, i + 1);
      } else if (data()[at] == '\r' || byte_before(at) != '\r') {
        ++num_blank_lines_;
      }
    }
    is_in_own_record = true;
    begin = at + 1;
    first_position = i + 1;
  }
  has_open_record_ = is_in_own_record && begin < size_;
  if (!has_open_record_) return;
  add(begin, first_position);
  // It goes on behind the block.
  records_.back().is_ascii = false;
  records_.back().may_hold_lines = true;
}

Result<void> BlockReader::complete_open_record(ScanState state) {
  RecordSpan& record = records_.back();
  std::uint32_t at = static_cast<std::uint32_t>(size_);
  const auto finish = [&](std::uint32_t end) {
    record.end = end;
    record.num_fields = static_cast<std::uint32_t>(num_positions_) - record.first_position;
    check_length(record);
  };
  for (;;) {
    if (at == loaded_) {
      HARK_TRY(const bool has_more, load_more(record.begin));
      if (!has_more) {
        // The end of the file ends the record as a line end would.
        if (positions_.size() == num_positions_) positions_.resize(num_positions_ + 1);
        positions_[num_positions_++] = at;
        if (state == ScanState::kQuoted) record.problem = RecordProblem::kUnterminatedQuote;
        finish(at);
        return {};
      }
    }
    const auto step = static_cast<std::uint32_t>(std::min<std::size_t>(kStepBytes, loaded_ - at));
    if (const std::size_t room = num_positions_ + step + simd::kScanSlack; positions_.size() < room)
      positions_.resize(room);
    if (record_ends_.size() < step + simd::kScanSlack) record_ends_.resize(step + simd::kScanSlack);
    std::uint32_t* const found = positions_.data() + num_positions_;
    std::array<std::uint8_t, simd::num_lines(kStepBytes)> non_ascii;
    std::array<std::uint8_t, simd::num_lines(kStepBytes)> quoted_lines;
    const simd::ScanResult result =
        options_.kernel->scan({.bytes = data() + at,
                               .size = step,
                               .delimiter = options_.dialect.delimiter,
                               .quote = options_.dialect.quote,
                               .before = byte_before(at),
                               .start = state},
                              {found, record_ends_.data(), non_ascii.data(), quoted_lines.data()});
    const std::size_t num_found =
        result.num_record_ends == 0 ? result.num_positions : record_ends_[0] + std::size_t{1};
    for (std::size_t i = 0; i < num_found; ++i) found[i] += at;
    num_positions_ += num_found;
    if (result.num_record_ends > 0) {
      finish(found[num_found - 1]);
      return {};
    }
    state = result.end;
    at += step;
    if (at - record.begin > options_.max_record_bytes) {
      finish(at);
      return {};
    }
  }
}

std::vector<std::int64_t> BlockReader::lines_of(std::span<const RecordSpan> records) const {
  std::vector<std::int64_t> lines;
  lines.reserve(records.size());
  std::uint32_t counted = 0;
  auto line = static_cast<std::int64_t>(carry_.num_line_ends + 1);
  for (const RecordSpan& record : records) {
    line += static_cast<std::int64_t>(
        simd::count_line_ends(byte_before(counted), bytes(counted, record.begin)));
    counted = record.begin;
    lines.push_back(line);
  }
  return lines;
}

Result<bool> BlockReader::load_more(std::size_t begin) {
  const std::size_t more = std::clamp(loaded_ - begin, kStepBytes, std::size_t{1} << 20);
  if (buffer_.size() < 1 + loaded_ + more) buffer_.resize(1 + loaded_ + more);
  HARK_TRY(const std::size_t num_read,
           source_.read_at(offset() + loaded_, std::span(buffer_).subspan(1 + loaded_, more)));
  loaded_ += num_read;
  return num_read > 0;
}

}  // namespace hark::tabular

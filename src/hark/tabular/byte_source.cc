#include "hark/tabular/byte_source.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <mutex>
#include <vector>

#include "hark/io/gzip_stream.h"

namespace hark::tabular {
namespace {

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(std::shared_ptr<const io::InputFile> file) : file_(std::move(file)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) override {
    HARK_TRY(const std::size_t num_read, file_->read_at(offset, buffer));
    // Blocks overlap a little, and several threads read: the furthest byte is what was reached.
    std::uint64_t furthest = furthest_.load(std::memory_order_relaxed);
    while (num_read > 0 && offset + num_read > furthest &&
           !furthest_.compare_exchange_weak(furthest, offset + num_read)) {
    }
    return num_read;
  }
  void release_before(std::uint64_t) override {}
  std::uint64_t file_bytes_read() const override { return furthest_.load(); }

 private:
  std::shared_ptr<const io::InputFile> file_;
  std::atomic<std::uint64_t> furthest_{0};
};

/// Counts the packed bytes on their way to the unpacker.
class CountingStream final : public io::InputStream {
 public:
  CountingStream(std::unique_ptr<io::InputStream> stream, std::atomic<std::uint64_t>& count)
      : stream_(std::move(stream)), count_(count) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    HARK_TRY(const std::size_t num_read, stream_->read(buffer));
    count_ += num_read;
    return num_read;
  }

 private:
  std::unique_ptr<io::InputStream> stream_;
  std::atomic<std::uint64_t>& count_;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::shared_ptr<const io::InputFile> file)
      : plain_(io::gunzip(
            std::make_unique<CountingStream>(io::open_stream(std::move(file)), packed_bytes_))) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) override {
    const std::lock_guard lock(mutex_);
    while (!is_at_end_ && end_ < offset + buffer.size()) HARK_TRY_VOID(unpack_more());
    std::size_t copied = 0;
    while (copied < buffer.size() && offset + copied < end_) {
      const std::uint64_t at = offset + copied - begin_;
      const std::vector<char>& chunk = chunks_[at / kChunkBytes];
      const std::size_t from = at % kChunkBytes;
      const std::size_t n = std::min(chunk.size() - from, buffer.size() - copied);
      std::memcpy(buffer.data() + copied, chunk.data() + from, n);
      copied += n;
    }
    return copied;
  }

  void release_before(std::uint64_t offset) override {
    const std::lock_guard lock(mutex_);
    // The last chunk stays: it may still be filling.
    while (chunks_.size() > 1 && begin_ + kChunkBytes <= offset) {
      spare_ = std::move(chunks_.front());
      chunks_.pop_front();
      begin_ += kChunkBytes;
    }
  }

  std::uint64_t file_bytes_read() const override { return packed_bytes_.load(); }

 private:
  static constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

  /// Fills the last chunk up, or begins a new one.
  Result<void> unpack_more() {
    if (chunks_.empty() || chunks_.back().size() == kChunkBytes) {
      chunks_.push_back(std::move(spare_));
      spare_ = {};
      chunks_.back().clear();
      chunks_.back().reserve(kChunkBytes);
    }
    std::vector<char>& chunk = chunks_.back();
    const std::size_t filled = chunk.size();
    chunk.resize(kChunkBytes);
    auto num_read = plain_->read(std::span(chunk).subspan(filled));
    chunk.resize(filled + (num_read ? *num_read : 0));
    if (!num_read) return std::move(num_read).error();
    is_at_end_ = *num_read == 0;
    end_ += *num_read;
    return {};
  }

  std::atomic<std::uint64_t> packed_bytes_{0};
  std::mutex mutex_;
  std::unique_ptr<io::InputStream> plain_;
  std::deque<std::vector<char>> chunks_;  // all of kChunkBytes but the last
  std::vector<char> spare_;
  std::uint64_t begin_ = 0;  // plain offset of the first chunk
  std::uint64_t end_ = 0;    // plain bytes unpacked
  bool is_at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> open_source(std::shared_ptr<const io::InputFile> file,
                                        Compression compression) {
  if (compression == Compression::kGzip) return std::make_unique<GzipSource>(std::move(file));
  return std::make_unique<PlainSource>(std::move(file));
}

}  // namespace hark::tabular

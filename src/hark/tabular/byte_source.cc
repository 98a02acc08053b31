#include "hark/tabular/byte_source.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <mutex>
#include <vector>

#include "hark/core/text.h"
#include "hark/io/gzip_stream.h"
#include "hark/io/zip_archive.h"
#include "hark/io/zstd_stream.h"

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
class CountingFile final : public io::InputFile {
 public:
  explicit CountingFile(std::shared_ptr<const io::InputFile> file) : file_(std::move(file)) {}
  std::uint64_t size() const override { return file_->size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) const override {
    HARK_TRY(const std::size_t num_read, file_->read_at(offset, buffer));
    num_read_ += num_read;
    return num_read;
  }
  std::uint64_t num_read() const noexcept { return std::min(num_read_.load(), file_->size()); }

 private:
  std::shared_ptr<const io::InputFile> file_;
  mutable std::atomic<std::uint64_t> num_read_{0};
};

class PackedSource final : public ByteSource {
 public:
  PackedSource(std::shared_ptr<const CountingFile> file, std::unique_ptr<io::InputStream> plain)
      : file_(std::move(file)), plain_(std::move(plain)) {}

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

  std::uint64_t file_bytes_read() const override { return file_->num_read(); }

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

  std::shared_ptr<const CountingFile> file_;
  std::mutex mutex_;
  std::unique_ptr<io::InputStream> plain_;
  std::deque<std::vector<char>> chunks_;  // all of kChunkBytes but the last
  std::vector<char> spare_;
  std::uint64_t begin_ = 0;  // plain offset of the first chunk
  std::uint64_t end_ = 0;    // plain bytes unpacked
  bool is_at_end_ = false;
};

/// The one member of an archive that is data.
Result<std::uint64_t> data_member(const io::ZipArchive& archive) {
  constexpr std::size_t kMaxNamed = 10;
  std::vector<std::string> names;
  std::uint64_t found = 0;
  for (const io::ZipMember& member : archive.members()) {
    if (member.name.starts_with("__MACOSX/") || io::file_name(member.name).starts_with('.'))
      continue;
    found = member.index;
    names.push_back(member.name);
  }
  if (names.size() == 1) return found;
  if (names.empty())
    return Error(ErrorCode::kInvalidInput, "there is no file in the zip archive")
        .hint("look into it: unzip -l FILE");
  const std::span first = std::span(names).first(std::min(kMaxNamed, names.size()));
  return Error(ErrorCode::kInvalidInput,
               concat("the zip archive holds ", names.size(), " files: ", join(first, ", "),
                      names.size() > kMaxNamed ? ", ..." : ""))
      .hint("take the one that is meant out of it: unzip FILE MEMBER");
}

}  // namespace

std::string_view name_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    case Compression::kZip:
      return "zip";
  }
  return "";
}

Result<std::unique_ptr<ByteSource>> open_source(std::shared_ptr<const io::InputFile> file,
                                                Compression compression) {
  if (compression == Compression::kNone) return std::make_unique<PlainSource>(std::move(file));
  auto counted = std::make_shared<const CountingFile>(std::move(file));
  std::unique_ptr<io::InputStream> plain;
  if (compression == Compression::kZip) {
    HARK_TRY(const auto archive, io::ZipArchive::open(counted));
    HARK_TRY(const std::uint64_t member, data_member(*archive));
    HARK_TRY(plain, archive->open_member(member));
  } else {
    plain = compression == Compression::kGzip ? io::gunzip(io::open_stream(counted))
                                              : io::unzstd(io::open_stream(counted));
  }
  return std::make_unique<PackedSource>(std::move(counted), std::move(plain));
}

}  // namespace hark::tabular

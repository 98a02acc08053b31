#include "hark/io/gzip_stream.h"

#include <zlib.h>

#include <vector>

#include "hark/core/text.h"

namespace hark::io {
namespace {

class FileStream final : public InputStream {
 public:
  explicit FileStream(std::shared_ptr<const InputFile> file) : file_(std::move(file)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    HARK_TRY(const std::size_t n, file_->read_at(offset_, buffer));
    offset_ += n;
    return n;
  }

 private:
  std::shared_ptr<const InputFile> file_;
  std::uint64_t offset_ = 0;
};

class GzipStream final : public InputStream {
 public:
  explicit GzipStream(std::unique_ptr<InputStream> compressed)
      : compressed_(std::move(compressed)), input_(std::size_t{1} << 16) {}
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override {
    if (is_open_) inflateEnd(&z_);
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    if (buffer.empty()) return 0;
    if (!is_open_) {
      // 16 + MAX_WBITS: gzip framing only.
      if (inflateInit2(&z_, 16 + MAX_WBITS) != Z_OK)
        return Error(ErrorCode::kExhausted, "out of memory while unpacking gzip");
      is_open_ = true;
    }
    z_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    z_.avail_out = static_cast<uInt>(buffer.size());
    while (z_.avail_out == buffer.size()) {
      if (z_.avail_in == 0) {
        HARK_TRY(const std::size_t n, compressed_->read(input_));
        if (n == 0) {
          if (is_between_members_) return 0;
          return Error(ErrorCode::kInvalidInput, "the gzip file ends early: it is truncated")
              .hint("fetch the file again; `gzip -t FILE` should print nothing");
        }
        z_.next_in = reinterpret_cast<Bytef*>(input_.data());
        z_.avail_in = static_cast<uInt>(n);
      }
      if (is_between_members_) {
        // Tapes and archives fill up with zeros, which gzip passes over.
        while (z_.avail_in > 0 && *z_.next_in == 0) {
          ++z_.next_in;
          --z_.avail_in;
        }
        if (z_.avail_in == 0) continue;
        inflateReset(&z_);
        is_between_members_ = false;
      }
      const int status = inflate(&z_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        is_between_members_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return Error(ErrorCode::kInvalidInput,
                     concat("the gzip file is damaged: ",
                            z_.msg != nullptr ? z_.msg : "unknown reason"))
            .hint("fetch the file again; `gzip -t FILE` should print nothing");
      }
    }
    return buffer.size() - z_.avail_out;
  }

 private:
  std::unique_ptr<InputStream> compressed_;
  std::vector<char> input_;
  z_stream z_{};
  bool is_open_ = false;
  bool is_between_members_ = false;
};

}  // namespace

std::unique_ptr<InputStream> open_stream(std::shared_ptr<const InputFile> file) {
  return std::make_unique<FileStream>(std::move(file));
}

bool is_gzip(std::string_view first_bytes) noexcept {
  return first_bytes.size() >= 2 && first_bytes[0] == '\x1f' && first_bytes[1] == '\x8b';
}

std::unique_ptr<InputStream> gunzip(std::unique_ptr<InputStream> compressed) {
  return std::make_unique<GzipStream>(std::move(compressed));
}

}  // namespace hark::io

#include "hark/io/zstd_stream.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <vector>

#include "hark/core/text.h"

namespace hark::io {
namespace {

class ZstdStream final : public InputStream {
 public:
  explicit ZstdStream(std::unique_ptr<InputStream> compressed)
      : compressed_(std::move(compressed)),
        context_(ZSTD_createDCtx(), &ZSTD_freeDCtx),
        packed_(ZSTD_DStreamInSize()) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    if (buffer.empty()) return 0;
    if (context_ == nullptr)
      return Error(ErrorCode::kExhausted, "out of memory while unpacking zstd");
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size && !is_flushing_) {
        HARK_TRY(const std::size_t n, compressed_->read(packed_));
        if (n == 0) {
          if (is_between_frames_) return 0;
          return Error(ErrorCode::kInvalidInput, "the zstd file ends early: it is truncated")
              .hint("fetch the file again; `zstd -t FILE` should print no error");
        }
        in_ = {packed_.data(), n, 0};
      }
      const std::size_t status = ZSTD_decompressStream(context_.get(), &out, &in_);
      if (ZSTD_isError(status) != 0) {
        if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge)
          return Error(ErrorCode::kInvalidInput,
                       "the zstd file's window is larger than the 128 MiB that are supported")
              .hint("unpack it first: zstd -d --long=31 FILE");
        return Error(ErrorCode::kInvalidInput,
                     concat("the zstd file is damaged: ", ZSTD_getErrorName(status)))
            .hint("fetch the file again; `zstd -t FILE` should print no error");
      }
      is_between_frames_ = status == 0;
      // A full buffer may have left plain bytes inside.
      is_flushing_ = out.pos == out.size && status != 0;
    }
    return out.pos;
  }

 private:
  std::unique_ptr<InputStream> compressed_;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  std::vector<char> packed_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool is_between_frames_ = true;
  bool is_flushing_ = false;
};

}  // namespace

bool is_zstd(std::string_view first_bytes) noexcept {
  // A frame, or a skippable one in front of it.
  return first_bytes.starts_with("\x28\xB5\x2F\xFD") ||
         (first_bytes.size() >= 4 && (first_bytes[0] & '\xF0') == '\x50' &&
          first_bytes.substr(1, 3) == "\x2A\x4D\x18");
}

std::unique_ptr<InputStream> unzstd(std::unique_ptr<InputStream> compressed) {
  return std::make_unique<ZstdStream>(std::move(compressed));
}

}  // namespace hark::io

#include "hark/io/compression.h"

#include <zstd.h>

#include <memory>

#include "hark/core/text.h"

namespace hark::io {

Result<void> zstd_compress(std::string_view bytes, int level, std::string& out) {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  if (!context) return Error(ErrorCode::kExhausted, "out of memory while compressing");
  out.resize(ZSTD_compressBound(bytes.size()));
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  const std::size_t size =
      ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0)
    return Error(ErrorCode::kInternal, concat("zstd: ", ZSTD_getErrorName(size)));
  out.resize(size);
  return {};
}

Result<void> zstd_decompress(std::string_view frame, std::span<char> out) {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (!context) return Error(ErrorCode::kExhausted, "out of memory while unpacking zstd");
  const std::size_t unpacked =
      ZSTD_decompressDCtx(context.get(), out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(unpacked) != 0)
    return Error(ErrorCode::kCorrupt, concat("zstd: ", ZSTD_getErrorName(unpacked)));
  if (unpacked != out.size())
    return Error(ErrorCode::kCorrupt, concat("zstd: ", unpacked, " bytes instead of ", out.size()));
  return {};
}

}  // namespace hark::io

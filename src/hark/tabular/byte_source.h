// The plain bytes of a file, at any place, for many threads: stored as they are or packed.
//
// A packed file can be unpacked only from its start. Whoever needs bytes that are not there yet
// unpacks them himself, one thread at a time, and everybody shares them; release_before() says what
// nobody needs any more. So there is no thread to feed and no queue to bound: what is held is what
// lies between the slowest reader and the fastest.
// Threads: all functions may be called by any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "hark/io/file_system.h"

namespace hark::tabular {

enum class Compression : std::uint8_t { kNone, kGzip, kZstd, kZip };
std::string_view name_of(Compression compression) noexcept;  ///< "none", "gzip", "zstd", "zip"

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads plain bytes from `offset` on; fewer than asked only at the end. Errors: kIo;
  /// kInvalidInput if a packed file is damaged or truncated.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) = 0;
  /// Promises that no byte before `offset` is read again. Smaller offsets than before are ignored.
  virtual void release_before(std::uint64_t offset) = 0;
  /// Bytes of the file itself that were read so far, for progress.
  virtual std::uint64_t file_bytes_read() const = 0;
};

/// The plain bytes of a file; of a zip archive those of the one data file in it. Files that other
/// programs leave in archives (__MACOSX, names that begin with a dot) do not count.
/// Errors: kInvalidInput for a damaged archive, and one with no or several data files, naming them;
/// kIo.
Result<std::unique_ptr<ByteSource>> open_source(std::shared_ptr<const io::InputFile> file,
                                                Compression compression);

}  // namespace hark::tabular

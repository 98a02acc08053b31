// zip archives: what is inside, and one member as a stream. Read by libzip.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hark/io/file_system.h"

namespace hark::io {

struct ZipMember {
  std::string name;  ///< UTF-8, as the archive says; may be any path
  std::uint64_t index = 0;
};

/// True if these first bytes are those of a zip archive.
bool is_zip(std::string_view first_bytes) noexcept;

/// Threads: an archive and its streams belong to one at a time.
class ZipArchive {
 public:
  /// Reads the directory. Errors: kInvalidInput if it is damaged, cut short or has more than 65,536
  /// members; the file's.
  static Result<std::shared_ptr<const ZipArchive>> open(std::shared_ptr<const InputFile> file);
  virtual ~ZipArchive() = default;

  /// Files, not folders, in the order of the directory.
  virtual const std::vector<ZipMember>& members() const = 0;
  /// A member's plain bytes; the stream keeps the archive. Its read() reports damage at the latest
  /// at the end (checksum). Errors: kUnsupported for a password or an unknown packing;
  /// kInvalidInput; the file's.
  virtual Result<std::unique_ptr<InputStream>> open_member(std::uint64_t index) const = 0;
};

}  // namespace hark::io

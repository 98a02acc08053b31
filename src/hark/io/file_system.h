// The only door to stored bytes: a FileSystem (a folder on this machine; later an object store).
//
// Paths use '/' and are those of the store. A file is written whole and then published: nothing
// here changes bytes in place. Errors: kNotFound, kIo, kExhausted (disk full), each naming the
// path. Threads: a FileSystem may be used by many threads; a stream belongs to one, an InputFile to
// many.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/result.h"

namespace hark::io {

inline constexpr std::size_t kDirectAlignment = 4096;

/// Bytes read in order.
class InputStream {
 public:
  virtual ~InputStream() = default;
  /// Reads up to `buffer.size()` bytes; 0 only at the end. Fewer than asked is normal.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;
};

/// Bytes read at any place, by any thread.
class InputFile {
 public:
  virtual ~InputFile() = default;
  virtual std::uint64_t size() const = 0;
  /// Reads `buffer.size()` bytes from `offset`; fewer only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) const = 0;
};

/// A new file being written. Nothing is durable before sync(); destroying it leaves what was
/// written.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  /// A file copied in blocks of 1 MiB or more whose size and memory are multiples of
  /// kDirectAlignment need not pass through the page cache.
  virtual Result<void> write(std::string_view bytes) = 0;
  /// Returns when the bytes written so far survive a power cut.
  virtual Result<void> sync() = 0;
  /// Writes no more; reports what a late write error would hide.
  virtual Result<void> close() = 0;
};

enum class FileKind { kFile, kDirectory, kOther };

struct FileInfo {
  std::string path;
  FileKind kind = FileKind::kFile;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_us = 0;  ///< microseconds since 1970
};

/// Held by one owner at a time; released when destroyed, also when the process dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<InputFile>> open_input(const std::string& path) const = 0;
  /// Creates `path`; an existing file is replaced.
  virtual Result<std::unique_ptr<OutputFile>> open_output(const std::string& path) = 0;
  virtual Result<FileInfo> stat(const std::string& path) const = 0;
  /// Entries of a directory sorted by path (full paths); kNotFound where there is none.
  virtual Result<std::vector<FileInfo>> list(const std::string& directory) const = 0;
  /// Makes a directory and its parents; existing ones are fine. `mode` holds for `path` itself
  /// where it is made; its parents are for everybody to read.
  virtual Result<void> create_directories(const std::string& path, unsigned mode = 0755) = 0;
  /// Moves a file, replacing `to`, within one store.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Publishes a finished file under `to` only if nothing is there yet, and durably: afterwards the
  /// entry survives a power cut. `from` is gone then. kConflict: `to` exists (and `from` stays).
  virtual Result<void> publish_if_absent(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  /// Makes the bytes of a file durable that somebody else wrote (DuckDB).
  virtual Result<void> sync_file(const std::string& path) = 0;
  /// Makes the entries of a directory durable (after rename or remove).
  virtual Result<void> sync_directory(const std::string& path) = 0;

  /// Takes the lock named by the file `path` (made if absent), waiting up to `patience`.
  /// kConflict: somebody else still holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                 std::chrono::milliseconds patience) = 0;

  /// Where to write what a user calls `path`: a link is followed. Errors: kInvalidArgument for a
  /// device or a pipe, which a file that is written whole would replace.
  virtual Result<std::string> output_target(const std::string& path) const { return path; }

  /// True if something is at `path`; false also where it cannot be looked up.
  bool exists(const std::string& path) const;
  /// Reads a whole small file (at most `limit` bytes, else kExhausted).
  Result<std::string> read_text(const std::string& path,
                                std::size_t limit = std::size_t{1} << 30) const;
  /// Writes a file beside `path`, syncs it and moves it there: `path` is as before or as after.
  Result<void> write_atomically(const std::string& path, std::string_view bytes);
  /// Writes and publishes `bytes` if nothing is at `path` yet (a commit). kConflict: somebody was
  /// faster. kIo: the outcome is unknown; look before retrying.
  Result<void> put_if_absent(const std::string& path, std::string_view bytes);
};

/// The machine's own files. Shared, stateless.
FileSystem& local_file_system();

std::string join_path(std::string_view directory, std::string_view name);
std::string_view file_name(std::string_view path) noexcept;
std::string_view parent_path(std::string_view path) noexcept;
/// A name for a temporary file: unique in this process and machine, starts with '.' and ends in
/// ".tmp".
std::string temporary_name(std::string_view stem);

}  // namespace hark::io

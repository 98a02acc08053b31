// Compound files ([MS-CFB]): streams in one file, as old Office documents have them.
//
// A stream's bytes lie in sectors that a table links; both are checked, and nothing is read twice
// whatever the links say. Memory: 4 bytes for each 512 of the file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "hark/core/result.h"
#include "hark/io/file_system.h"

namespace hark::tabular {

bool is_compound_file(std::string_view first_bytes) noexcept;

/// The bytes of a stream. Keeps the file open.
class CompoundStream {
 public:
  CompoundStream(std::shared_ptr<const io::InputFile> file, std::vector<std::uint64_t> pieces,
                 std::size_t piece_bytes, std::uint64_t size);

  std::uint64_t size() const noexcept { return size_; }
  /// Fills `buffer`, less only at the stream's end. Errors: kInvalidInput if the file ends before
  /// the stream; kIo.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) const;

 private:
  std::shared_ptr<const io::InputFile> file_;
  std::vector<std::uint64_t> pieces_;  // their offsets in the file
  std::size_t piece_bytes_;
  std::uint64_t size_;
};

class CompoundFile {
 public:
  /// Errors: kInvalidInput for a damaged file; kIo.
  static Result<CompoundFile> open(std::shared_ptr<const io::InputFile> file);

  /// A stream of the top folder; nullopt if there is none of that name. Errors: kInvalidInput.
  Result<std::optional<CompoundStream>> find(std::u16string_view name) const;

 private:
  struct Entry {
    std::u16string name;
    std::uint8_t type = 0;
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    std::uint32_t child = 0;
    std::uint32_t first = 0;
    std::uint64_t size = 0;
  };

  Result<std::vector<std::uint32_t>> chain(std::span<const std::uint32_t> links,
                                           std::uint32_t first) const;
  Result<CompoundStream> sector_stream(std::uint32_t first,
                                       std::optional<std::uint64_t> size) const;
  Result<std::vector<std::uint32_t>> read_numbers(const CompoundStream& stream) const;
  Result<void> read_links(std::span<const char> header);
  Result<void> read_folder(std::uint32_t first);

  std::shared_ptr<const io::InputFile> file_;
  std::size_t sector_bytes_ = 512;
  std::uint64_t num_sectors_ = 0;
  std::uint64_t small_below_ = 4096;        // streams shorter than this lie in small sectors
  std::vector<std::uint32_t> links_;        // the sector behind a sector
  std::vector<std::uint32_t> small_links_;  // the same for small sectors
  std::vector<Entry> folder_;
};

}  // namespace hark::tabular

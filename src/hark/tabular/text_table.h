// Small files as they stand: a header and rows of texts (tables for tests, two-column files).
#pragma once

#include <string>
#include <vector>

#include "hark/io/file_system.h"
#include "hark/tabular/probe.h"

namespace hark::tabular {

struct TextTable {
  std::vector<std::string> header;             ///< as written, trimmed
  std::vector<std::vector<std::string>> rows;  ///< each as wide as the header, trimmed
};

struct TextTableLimits {
  std::uint64_t max_file_bytes = std::uint64_t{256} << 20;
  std::size_t max_rows = 5'000'000;
};

/// Reads a whole file. The first row is the header even where it holds numbers.
/// Errors: those of probe_file(); kInvalidInput if a record cannot be taken (the first one, with
/// its line); kExhausted beyond `limits`.
Result<TextTable> read_text_table(const io::FileSystem& files, const std::string& path,
                                  const TextTableLimits& limits = {});

}  // namespace hark::tabular

// Recognises formats by a file's first bytes, never by its name.
#pragma once

#include <cstdint>
#include <string_view>

#include "hark/core/result.h"

namespace hark::tabular {

enum class FileFormat : std::uint8_t { kDelimited, kJson, kParquet, kXlsx, kXls };
std::string_view name_of(FileFormat format) noexcept;  ///< "delimited text", "JSON", ...

/// The format of a file that begins with `head` (plain bytes, unpacked if it was packed);
/// `is_whole`: the file ends with `head`. What is not recognised is taken for delimited text.
/// Errors: kUnsupported for formats that are known and not read; kInvalidInput for what is no data.
/// The messages begin with `name`.
Result<FileFormat> recognise(std::string_view name, std::string_view head, bool is_whole);

}  // namespace hark::tabular

// The path of a data file as the log writes it: an RFC 2396 URI on top of the name on disk.
//
// A folder named "city=New%20York" (as Hive escapes a partition value) is "city=New%2520York" in
// the log. The type keeps the log's own text, because other readers compare texts, and decodes it
// on demand. Source: Delta Lake PROTOCOL.md, "Add File and Remove File".
#pragma once

#include <string>
#include <string_view>

#include "hark/core/result.h"

namespace hark::lake {

/// Percent-encodes a name on disk: all but letters, digits and "-._~/=+,;@$&!'()*".
std::string encode_path(std::string_view name_on_disk);
/// Undoes any percent-encoding. Errors: kCorrupt for a '%' without two hexadecimal digits.
Result<std::string> decode_path(std::string_view log_text);

class LogPath {
 public:
  LogPath() = default;
  /// The path of a file of the table, from its name on disk relative to the table's folder.
  static LogPath of_name(std::string_view name_on_disk);
  /// What a log says. Errors: kCorrupt if it is empty or wrongly encoded.
  static Result<LogPath> from_log(std::string text);

  /// As it stands in the log.
  const std::string& text() const noexcept { return text_; }
  /// True for a file in the table's folder; false for an absolute path or a URI.
  bool is_relative() const noexcept;
  /// Decoded: the name on disk relative to the table's folder, an absolute path (also for
  /// "file:" URIs), or a URI of another store. Two paths name the same file if these are equal.
  std::string name() const;
  /// Path to open with the FileSystem that holds the table at `table_path`. Errors: kUnsupported
  /// for a URI of another store than the table's.
  Result<std::string> resolve(std::string_view table_path) const;

  friend bool operator==(const LogPath&, const LogPath&) = default;

 private:
  explicit LogPath(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace hark::lake

#include "hark/lake/log_path.h"

#include "hark/core/text.h"
#include "hark/io/file_system.h"

namespace hark::lake {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Length of "file:" or "s3:" at the start, 0 where the text has no scheme.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i + 1;
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

/// "scheme://authority" of a URI, else empty.
std::string_view store_of(std::string_view uri) {
  const std::size_t scheme = scheme_length(uri);
  if (scheme == 0 || uri.substr(scheme, 2) != "//") return {};
  return uri.substr(0, uri.find('/', scheme + 2));
}

}  // namespace

std::string encode_path(std::string_view name_on_disk) {
  static constexpr std::string_view kKept = "-._~/=+,;@$&!'()*";
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(name_on_disk.size());
  for (const char c : name_on_disk) {
    if (is_letter(c) || is_digit(c) || kKept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<std::string> decode_path(std::string_view log_text) {
  std::string out;
  out.reserve(log_text.size());
  for (std::size_t i = 0; i < log_text.size(); ++i) {
    if (log_text[i] != '%') {
      out += log_text[i];
      continue;
    }
    const int high = i + 2 < log_text.size() ? hex_value(log_text[i + 1]) : -1;
    const int low = i + 2 < log_text.size() ? hex_value(log_text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return Error(ErrorCode::kCorrupt,
                   concat("path '", log_text, "' has a '%' without two hexadecimal digits"));
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

LogPath LogPath::of_name(std::string_view name_on_disk) {
  return LogPath(encode_path(name_on_disk));
}

Result<LogPath> LogPath::from_log(std::string text) {
  if (text.empty()) return Error(ErrorCode::kCorrupt, "a file has an empty path");
  HARK_TRY(const std::string name, decode_path(text));
  if (name.find('\0') != std::string::npos) {
    return Error(ErrorCode::kCorrupt, concat("path '", text, "' holds a zero byte"));
  }
  return LogPath(std::move(text));
}

bool LogPath::is_relative() const noexcept {
  return !text_.starts_with('/') && scheme_length(text_) == 0;
}

std::string LogPath::name() const {
  std::string_view text = text_;
  // Spark writes one local file as "/a", "file:/a" or "file:///a".
  if (text.starts_with("file:/")) {
    text.remove_prefix(5);
    if (text.starts_with("//")) {
      const std::size_t path = text.find('/', 2);
      text = path == std::string_view::npos ? "/" : text.substr(path);
    }
  }
  if (text.find('%') == std::string_view::npos) return std::string(text);
  auto decoded = decode_path(text);
  return decoded ? *std::move(decoded) : std::string(text);  // checked by from_log()
}

Result<std::string> LogPath::resolve(std::string_view table_path) const {
  if (is_relative()) return io::join_path(table_path, name());
  std::string path = name();
  if (scheme_length(text_) == 0 || text_.starts_with("file:/")) return path;
  const std::string_view store = store_of(text_);
  if (!store.empty() && store == store_of(table_path)) return path;
  return Error(ErrorCode::kUnsupported,
               concat("data file '", text_, "' is in another store than its table"))
      .hint("copy the table with a tool that rewrites its log, or read it where it was written");
}

}  // namespace hark::lake

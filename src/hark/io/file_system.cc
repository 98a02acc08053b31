#include "hark/io/file_system.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <span>

#include "hark/core/text.h"

namespace hark::io {

bool FileSystem::exists(const std::string& path) const { return stat(path).has_value(); }

Result<std::string> FileSystem::read_text(const std::string& path, std::size_t limit) const {
  HARK_TRY(const auto file, open_input(path));
  if (file->size() > limit) {
    return Error(ErrorCode::kExhausted, concat("'", path, "' is larger than ", limit, " bytes"));
  }
  std::string text(file->size(), '\0');
  HARK_TRY(const std::size_t num_read, file->read_at(0, text));
  text.resize(num_read);
  // A pipe (`--token-file <(pass show portal)`) tells no size.
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  for (std::size_t at = text.size(); file->size() == 0; at = text.size()) {
    text.resize(at + kPiece);
    HARK_TRY(const std::size_t more, file->read_at(at, std::span(text).subspan(at)));
    text.resize(at + more);
    if (text.size() > limit)
      return Error(ErrorCode::kExhausted, concat("'", path, "' is larger than ", limit, " bytes"));
    if (more == 0) break;
  }
  return text;
}

Result<void> FileSystem::write_atomically(const std::string& path, std::string_view bytes) {
  const std::string temporary = join_path(parent_path(path), temporary_name(file_name(path)));
  const auto write = [&]() -> Result<void> {
    HARK_TRY(const auto file, open_output(temporary));
    HARK_TRY_VOID(file->write(bytes));
    HARK_TRY_VOID(file->sync());
    HARK_TRY_VOID(file->close());
    HARK_TRY_VOID(rename(temporary, path));
    return sync_directory(std::string(parent_path(path)));
  };
  Result<void> result = write();
  if (!result && exists(temporary)) (void)remove(temporary);
  return result;
}

Result<void> FileSystem::put_if_absent(const std::string& path, std::string_view bytes) {
  const std::string temporary = join_path(parent_path(path), temporary_name(file_name(path)));
  const auto write = [&]() -> Result<void> {
    HARK_TRY(const auto file, open_output(temporary));
    HARK_TRY_VOID(file->write(bytes));
    HARK_TRY_VOID(file->sync());
    HARK_TRY_VOID(file->close());
    return publish_if_absent(temporary, path);
  };
  Result<void> result = write();
  if (!result && exists(temporary)) (void)remove(temporary);
  return result;
}

std::string join_path(std::string_view directory, std::string_view name) {
  if (directory.empty() || directory == ".") return std::string(name);
  if (directory.back() == '/') return concat(directory, name);
  return concat(directory, "/", name);
}

std::string_view file_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view parent_path(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string temporary_name(std::string_view stem) {
  static std::atomic<unsigned> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return concat(".", stem, ".", ::getpid(), "-", now, "-", counter.fetch_add(1), ".tmp");
}

}  // namespace hark::io

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>

#include "hark/core/text.h"
#include "hark/io/file_system.h"

namespace hark::io {
namespace {

Error system_error(std::string_view what, const std::string& path, int code) {
  const ErrorCode kind = code == ENOENT || code == ENOTDIR  ? ErrorCode::kNotFound
                         : code == EEXIST                   ? ErrorCode::kConflict
                         : code == ENOSPC || code == EDQUOT ? ErrorCode::kExhausted
                                                            : ErrorCode::kIo;
  Error error(kind, concat(what, " '", path, "': ", std::strerror(code)));
  if (code == EACCES || code == EPERM)
    return std::move(error).hint("check the permissions of the file and its folder");
  if (kind == ErrorCode::kExhausted)
    return std::move(error).hint("free some disk space and run it again");
  return error;
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

class LocalInputFile final : public InputFile {
 public:
  LocalInputFile(Descriptor fd, std::uint64_t size, std::string path)
      : fd_(std::move(fd)), size_(size), path_(std::move(path)) {}

  std::uint64_t size() const override { return size_; }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) const override {
    std::size_t total = 0;
    while (total < buffer.size()) {
      ssize_t n = ::pread(fd_.get(), buffer.data() + total, buffer.size() - total,
                          static_cast<off_t>(offset + total));
      // A pipe has no places; its bytes come in order.
      if (n < 0 && errno == ESPIPE)
        n = ::read(fd_.get(), buffer.data() + total, buffer.size() - total);
      if (n < 0) {
        if (errno == EINTR) continue;
        return system_error("cannot read", path_, errno);
      }
      if (n == 0) break;
      total += static_cast<std::size_t>(n);
    }
    return total;
  }

 private:
  Descriptor fd_;
  std::uint64_t size_;
  std::string path_;
};

constexpr std::size_t kLargeWrite = std::size_t{1} << 20;

class LocalOutputFile final : public OutputFile {
 public:
  LocalOutputFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<void> write(std::string_view bytes) override {
    pass_by_cache(is_large_and_aligned(bytes));
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
      if (n < 0) {
        if (errno == EINTR) continue;
        if (errno == EINVAL && is_direct_) {
          // A file system that says yes to the flag and no to the write.
          can_be_direct_ = false;
          pass_by_cache(false);
          continue;
        }
        return system_error("cannot write", path_, errno);
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
      written_ += static_cast<std::uint64_t>(n);
      if (!bytes.empty()) pass_by_cache(is_large_and_aligned(bytes));
    }
    return {};
  }

  Result<void> sync() override {
    if (::fsync(fd_.get()) != 0) return system_error("cannot sync", path_, errno);
    return {};
  }

  Result<void> close() override {
    if (::close(fd_.release()) != 0) return system_error("cannot close", path_, errno);
    return {};
  }

 private:
  bool is_large_and_aligned(std::string_view bytes) const noexcept {
    return bytes.size() >= kLargeWrite && bytes.size() % kDirectAlignment == 0 &&
           reinterpret_cast<std::uintptr_t>(bytes.data()) % kDirectAlignment == 0 &&
           written_ % kDirectAlignment == 0;
  }

  /// Large aligned blocks go to the disk straight from the caller's memory: copying them into the
  /// page cache, and waiting there for their turn, took four times as long.
  void pass_by_cache(bool is_wanted) noexcept {
#ifdef O_DIRECT
    if (is_wanted == is_direct_ || (is_wanted && !can_be_direct_)) return;
    const int flags = ::fcntl(fd_.get(), F_GETFL);
    const int wanted = is_wanted ? flags | O_DIRECT : flags & ~O_DIRECT;
    if (flags >= 0 && ::fcntl(fd_.get(), F_SETFL, wanted) == 0) {
      is_direct_ = is_wanted;
    } else {
      can_be_direct_ = false;
    }
#else
    (void)is_wanted;
#endif
  }

  Descriptor fd_;
  std::string path_;
  std::uint64_t written_ = 0;
  bool is_direct_ = false;
  bool can_be_direct_ = true;
};

class LocalFileLock final : public FileLock {
 public:
  explicit LocalFileLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;  // closing it releases the lock; the kernel closes it when the process dies
};

FileInfo info_of(const std::string& path, const struct stat& st) {
  FileInfo info;
  info.path = path;
  info.kind = S_ISREG(st.st_mode)   ? FileKind::kFile
              : S_ISDIR(st.st_mode) ? FileKind::kDirectory
                                    : FileKind::kOther;
  info.size_bytes = static_cast<std::uint64_t>(st.st_size);
  info.modified_us = st.st_mtim.tv_sec * std::int64_t{1'000'000} + st.st_mtim.tv_nsec / 1000;
  return info;
}

Result<void> sync_path(const std::string& path, int flags) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (fd.get() < 0) return system_error("cannot open", path, errno);
  if (::fsync(fd.get()) != 0) return system_error("cannot sync", path, errno);
  return {};
}

class LocalFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<InputFile>> open_input(const std::string& path) const override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return system_error("cannot open", path, errno);
    struct stat st{};
    if (::fstat(fd.get(), &st) != 0) return system_error("cannot open", path, errno);
    if (S_ISDIR(st.st_mode))
      return Error(ErrorCode::kInvalidInput, concat("'", path, "' is a directory"));
    return std::unique_ptr<InputFile>(
        new LocalInputFile(std::move(fd), static_cast<std::uint64_t>(st.st_size), path));
  }

  Result<std::unique_ptr<OutputFile>> open_output(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) return system_error("cannot create", path, errno);
    return std::unique_ptr<OutputFile>(new LocalOutputFile(std::move(fd), path));
  }

  Result<FileInfo> stat(const std::string& path) const override {
    struct stat st{};
    if (::stat(path.c_str(), &st) != 0) return system_error("cannot look up", path, errno);
    return info_of(path, st);
  }

  Result<std::vector<FileInfo>> list(const std::string& directory) const override {
    std::error_code ec;
    std::vector<FileInfo> entries;
    std::filesystem::directory_iterator it(directory, ec);
    if (ec) return system_error("cannot list", directory, ec.value());
    for (; it != std::filesystem::directory_iterator(); it.increment(ec)) {
      // An entry that vanished since is no entry.
      if (auto info = stat(it->path().string())) entries.push_back(*std::move(info));
      if (ec) return system_error("cannot list", directory, ec.value());
    }
    std::ranges::sort(entries, {}, &FileInfo::path);
    return entries;
  }

  Result<void> create_directories(const std::string& path, unsigned mode) override {
    std::string made;
    for (std::size_t at = 0; at < path.size();) {
      at = std::min(path.find('/', at + 1), path.size());
      made = path.substr(0, at);
      const mode_t wanted = at == path.size() ? static_cast<mode_t>(mode) : 0755;
      if (::mkdir(made.c_str(), wanted) == 0) {
        HARK_TRY_VOID(sync_directory(std::string(parent_path(made))));
      } else if (errno != EEXIST) {
        // A parent on a read-only or foreign file system is fine as long as it is there.
        const int code = errno;
        struct stat st{};
        if (::stat(made.c_str(), &st) != 0 || !S_ISDIR(st.st_mode))
          return system_error("cannot make directory", made, code);
      }
    }
    struct stat st{};
    if (::stat(path.c_str(), &st) == 0 && !S_ISDIR(st.st_mode))
      return system_error("cannot make directory", path, EEXIST);
    return {};
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("cannot move to", to, errno);
    return {};
  }

  Result<void> publish_if_absent(const std::string& from, const std::string& to) override {
    // link(2) fails with EEXIST where rename(2) would overwrite: that is the whole commit protocol.
    if (::link(from.c_str(), to.c_str()) != 0) return system_error("cannot publish", to, errno);
    HARK_TRY_VOID(sync_directory(std::string(parent_path(to))));
    return remove(from);
  }

  Result<void> remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return system_error("cannot remove", path, errno);
    return {};
  }

  Result<void> sync_file(const std::string& path) override { return sync_path(path, 0); }
  Result<void> sync_directory(const std::string& path) override {
    return sync_path(path, O_DIRECTORY);
  }

  Result<std::string> output_target(const std::string& path) const override {
    // /dev/stdout may lead to the very file that a shell redirects to.
    const auto is_special = [](std::string_view name) {
      return name.starts_with("/dev/") || name.starts_with("/proc/");
    };
    std::string target = path;
    struct stat info{};
    bool is_file = !is_special(path);
    if (is_file) {
      if (::lstat(path.c_str(), &info) != 0) return path;  // nothing there, or the writer tells why
      if (S_ISLNK(info.st_mode)) {
        const std::unique_ptr<char, decltype(&::free)> real(::realpath(path.c_str(), nullptr),
                                                            &::free);
        if (real == nullptr || ::stat(real.get(), &info) != 0)
          return system_error("cannot follow the link", path, errno);
        target = real.get();
      }
      is_file = !is_special(target) && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode));
    }
    if (is_file) return target;
    return Error(ErrorCode::kInvalidArgument,
                 concat("'", path, "' is no file but a device or a pipe"))
        .hint("name a file; a command that prints goes to a pipe or a device with `> PATH`");
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                         std::chrono::milliseconds patience) override {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (fd.get() < 0) return system_error("cannot lock", path, errno);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return system_error("cannot lock", path, errno);
      if (std::chrono::steady_clock::now() >= deadline) {
        return Error(ErrorCode::kConflict,
                     concat("'", parent_path(path), "' is in use by another hark"))
            .hint("wait for the other load to end and run it again");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return std::unique_ptr<FileLock>(new LocalFileLock(std::move(fd)));
  }
};

}  // namespace

FileSystem& local_file_system() {
  static LocalFileSystem instance;
  return instance;
}

}  // namespace hark::io

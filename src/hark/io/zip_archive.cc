#include "hark/io/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <optional>

#include "hark/core/text.h"

namespace hark::io {
namespace {

constexpr zip_int64_t kMaxMembers = 65'536;

/// An InputFile as libzip wants to read it.
struct FileAccess {
  std::shared_ptr<const InputFile> file;
  std::uint64_t at = 0;
  zip_error_t error{};
  std::optional<Error> file_error;  // of our own file, said instead of libzip's words

  static zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
    auto& access = *static_cast<FileAccess*>(self);
    switch (command) {
      case ZIP_SOURCE_OPEN:
        access.at = 0;
        return 0;
      case ZIP_SOURCE_READ: {
        auto num_read = access.file->read_at(
            access.at, {static_cast<char*>(data), static_cast<std::size_t>(length)});
        if (!num_read) {
          access.file_error = std::move(num_read).error();
          zip_error_set(&access.error, ZIP_ER_READ, 0);
          return -1;
        }
        access.at += *num_read;
        return static_cast<zip_int64_t>(*num_read);
      }
      case ZIP_SOURCE_SEEK: {
        const auto at = zip_source_seek_compute_offset(access.at, access.file->size(), data, length,
                                                       &access.error);
        if (at < 0) return -1;
        access.at = static_cast<std::uint64_t>(at);
        return 0;
      }
      case ZIP_SOURCE_TELL:
        return static_cast<zip_int64_t>(access.at);
      case ZIP_SOURCE_STAT: {
        auto& stat = *static_cast<zip_stat_t*>(data);
        zip_stat_init(&stat);
        stat.valid = ZIP_STAT_SIZE;
        stat.size = access.file->size();
        return sizeof stat;
      }
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&access.error, data, length);
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, ZIP_SOURCE_FREE, -1);
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_FREE:
        return 0;
      default:
        zip_error_set(&access.error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }
};

Error damaged(std::string_view why) {
  return Error(ErrorCode::kInvalidInput, concat("the zip archive is damaged or cut short: ", why))
      .hint("fetch the file again; `unzip -t FILE` should print no error");
}

class Archive final : public ZipArchive, public std::enable_shared_from_this<Archive> {
 public:
  explicit Archive(std::shared_ptr<const InputFile> file) { access_.file = std::move(file); }
  ~Archive() override {
    if (archive_ != nullptr) zip_discard(archive_);
  }

  Result<void> read_directory() {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = zip_source_function_create(&FileAccess::call, &access_, &error);
    if (source == nullptr) return Error(ErrorCode::kExhausted, "out of memory");
    archive_ = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (archive_ == nullptr) {
      zip_source_free(source);
      const std::string why = zip_error_strerror(&error);
      zip_error_fini(&error);
      if (access_.file_error) return *access_.file_error;
      return damaged(why);
    }
    const zip_int64_t num_entries = zip_get_num_entries(archive_, 0);
    if (num_entries > kMaxMembers)
      return Error(ErrorCode::kInvalidInput,
                   concat("the zip archive has ", num_entries, " members"))
          .hint("unpack it and name the file that is meant");
    for (zip_int64_t i = 0; i < num_entries; ++i) {
      const auto index = static_cast<zip_uint64_t>(i);
      const char* const name = zip_get_name(archive_, index, ZIP_FL_ENC_GUESS);
      if (name == nullptr) return damaged("a member has no name");
      if (!std::string_view(name).ends_with('/')) members_.push_back({name, index});
    }
    return {};
  }

  const std::vector<ZipMember>& members() const override { return members_; }
  Result<std::unique_ptr<InputStream>> open_member(std::uint64_t index) const override;

  /// What went wrong last, in the archive or in its file.
  Error error_of(zip_error_t* error) const {
    if (access_.file_error) return *access_.file_error;
    const int code = zip_error_code_zip(error);
    if (code == ZIP_ER_NOPASSWD || code == ZIP_ER_ENCRNOTSUPP)
      return Error(ErrorCode::kUnsupported, "the zip archive is locked with a password")
          .hint("unpack it with its password and name the file inside");
    if (code == ZIP_ER_COMPNOTSUPP)
      return Error(ErrorCode::kUnsupported, "the zip archive is packed in a way that is not read")
          .hint("unpack it and name the file inside");
    return damaged(zip_error_strerror(error));
  }

 private:
  FileAccess access_;
  zip_t* archive_ = nullptr;
  std::vector<ZipMember> members_;
};

class MemberStream final : public InputStream {
 public:
  MemberStream(std::shared_ptr<const Archive> archive, zip_file_t* member)
      : archive_(std::move(archive)), member_(member) {}
  MemberStream(const MemberStream&) = delete;
  MemberStream& operator=(const MemberStream&) = delete;
  ~MemberStream() override { zip_fclose(member_); }

  Result<std::size_t> read(std::span<char> buffer) override {
    const zip_int64_t n = zip_fread(member_, buffer.data(), buffer.size());
    if (n < 0) return archive_->error_of(zip_file_get_error(member_));
    return static_cast<std::size_t>(n);
  }

 private:
  std::shared_ptr<const Archive> archive_;  // outlives the member
  zip_file_t* member_;
};

Result<std::unique_ptr<InputStream>> Archive::open_member(std::uint64_t index) const {
  zip_file_t* const member = zip_fopen_index(archive_, index, 0);
  if (member == nullptr) return error_of(zip_get_error(archive_));
  return std::make_unique<MemberStream>(shared_from_this(), member);
}

}  // namespace

bool is_zip(std::string_view first_bytes) noexcept {
  using std::string_view_literals::operator""sv;
  return first_bytes.starts_with("PK\x03\x04"sv) || first_bytes.starts_with("PK\x05\x06"sv);
}

Result<std::shared_ptr<const ZipArchive>> ZipArchive::open(std::shared_ptr<const InputFile> file) {
  auto archive = std::make_shared<Archive>(std::move(file));
  HARK_TRY_VOID(archive->read_directory());
  return std::shared_ptr<const ZipArchive>(std::move(archive));
}

}  // namespace hark::io

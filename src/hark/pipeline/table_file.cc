#include "hark/pipeline/table_file.h"

#include <memory>
#include <utility>

#include "hark/core/text.h"
#include "hark/crypto/sha256.h"
#include "hark/lake/data_file.h"

namespace hark::pipeline {
namespace {

constexpr std::size_t kHashBlock = std::size_t{4} << 20;

class HashedOutput final : public io::OutputFile {
 public:
  HashedOutput(std::unique_ptr<io::OutputFile> file, std::shared_ptr<std::string> sha256)
      : file_(std::move(file)), sha256_(std::move(sha256)) {}

  Result<void> write(std::string_view bytes) override {
    hasher_.update(bytes);
    return file_->write(bytes);
  }
  Result<void> sync() override { return file_->sync(); }
  Result<void> close() override {
    *sha256_ = crypto::to_hex(hasher_.finish());
    return file_->close();
  }

 private:
  std::unique_ptr<io::OutputFile> file_;
  crypto::Sha256 hasher_;
  std::shared_ptr<std::string> sha256_;
};

}  // namespace

Result<TableFileWriter> TableFileWriter::create(io::FileSystem& files,
                                                const std::string& table_path,
                                                std::vector<columnar::Field> fields,
                                                columnar::ParquetOptions options) {
  std::string name = lake::data_file_name(0, lake::random_uuid());
  HARK_TRY(auto output, files.open_output(io::join_path(table_path, name)));
  auto sha256 = std::make_shared<std::string>();
  HARK_TRY(auto writer, columnar::ParquetWriter::create(
                            std::make_unique<HashedOutput>(std::move(output), sha256),
                            std::move(fields), std::move(options)));
  return TableFileWriter(std::move(name), std::move(writer), std::move(sha256));
}

Result<WrittenFile> TableFileWriter::finish(std::string_view late_text) && {
  HARK_TRY(columnar::FileStats stats, std::move(writer_).finish(late_text));
  return WrittenFile{std::move(name_), std::move(stats), *sha256_};
}

Result<NewFile> new_file(WrittenFile written, std::span<const std::string> private_columns) {
  NewFile file;
  file.name = std::move(written.name);
  file.size_bytes = static_cast<std::int64_t>(written.stats.size_bytes);
  HARK_TRY(file.stats, log_stats(std::move(written.stats), private_columns));
  file.tags.emplace_back(kHashTag, std::move(written.sha256));
  return file;
}

Result<std::string> hash_of_file(const io::FileSystem& files, const std::string& path) {
  HARK_TRY(const auto input, files.open_input(path));
  crypto::Sha256 hasher;
  std::vector<char> block(kHashBlock);
  for (std::uint64_t offset = 0;;) {
    HARK_TRY(const std::size_t n, input->read_at(offset, block));
    if (n == 0) return crypto::to_hex(hasher.finish());
    hasher.update(std::string_view(block.data(), n));
    offset += n;
  }
}

Result<void> check_unchanged(const io::FileSystem& files, const std::string& table_path,
                             std::span<const lake::AddFile> replaced) {
  for (const lake::AddFile& file : replaced) {
    const auto expected = file.tags.find(kHashTag);
    if (expected == file.tags.end()) continue;
    HARK_TRY(const std::string path, file.path.resolve(table_path));
    HARK_TRY(const std::string found, hash_of_file(files, path));
    if (found == expected->second) continue;
    return Error(
               ErrorCode::kCorrupt,
               concat("'", path, "' is damaged: its bytes have another SHA-256 than the log says"))
        .hint("`hark doctor --lake LAKE` says what to do; nothing was changed");
  }
  return {};
}

}  // namespace hark::pipeline

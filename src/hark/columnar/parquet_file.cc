#include "hark/columnar/parquet_file.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "hark/core/parallel.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

/// In front of the version in ParquetWriter's created_by.
constexpr std::string_view kWriter = "hark version ";
/// Most footers fit: one look at the file's end is enough.
constexpr std::uint64_t kFirstLook = 64 * 1024;
/// Row groups of more rows are left to the engine, which reads them piece by piece.
constexpr std::int64_t kMostRows = std::int64_t{1} << 24;
constexpr std::size_t kLengthAndMagic = sizeof(std::uint32_t) + kParquetMagic.size();

/// The error with the path, and with what to try where the file is damaged.
Error in_file(Error error, std::string_view doing, std::string_view path) {
  Error told = std::move(error).while_doing(concat(doing, " '", path, "'"));
  if (told.code() != ErrorCode::kCorrupt) return told;
  return std::move(told).hint(
      "the file is damaged; `hark doctor --lake LAKE` names all such files");
}

Result<std::string_view> read_bytes(const io::InputFile& file, std::uint64_t offset,
                                    std::uint64_t size, RawVector<char>& buffer) {
  if (offset > file.size() || size > file.size() - offset)
    return Error(ErrorCode::kCorrupt, "the Parquet file is cut short");
  buffer.resize(size);
  HARK_TRY(const std::size_t read, file.read_at(offset, buffer));
  if (read != size) return Error(ErrorCode::kCorrupt, "the Parquet file is cut short");
  return std::string_view(buffer.data(), buffer.size());
}

Result<FileMetadata> read_metadata(const io::InputFile& file) {
  const Error no_file(ErrorCode::kCorrupt, "it is no Parquet file");
  const std::uint64_t size = file.size();
  if (size < kParquetMagic.size() + kLengthAndMagic) return no_file;
  RawVector<char> buffer;
  const std::uint64_t looked_at = std::min(size, kFirstLook);
  HARK_TRY(std::string_view end, read_bytes(file, size - looked_at, looked_at, buffer));
  if (!end.ends_with(kParquetMagic)) return no_file;
  std::uint32_t length = 0;
  std::memcpy(&length, end.data() + end.size() - kLengthAndMagic, sizeof length);
  if (length > size - kParquetMagic.size() - kLengthAndMagic) return no_file;
  const std::uint64_t needed = length + kLengthAndMagic;
  if (needed > looked_at) {
    HARK_TRY(end, read_bytes(file, size - needed, needed, buffer));
  }
  return read_footer(end.substr(end.size() - needed, length));
}

class FilesSource final : public BatchSource {
 public:
  FilesSource(std::vector<ParquetFile> files, std::vector<Field> fields)
      : files_(std::move(files)), fields_(std::move(fields)) {
    for (const ParquetFile& file : files_) {
      for (std::size_t group = 0; group < file.metadata().row_groups.size(); ++group)
        groups_.push_back({&file, group});
    }
  }

  std::span<const Field> fields() const override { return fields_; }

  Result<void> stream(const std::vector<std::string>& columns, unsigned threads,
                      BatchSink& sink) override {
    std::vector<Field> wanted;
    for (const std::string& name : columns) {
      const auto field = std::ranges::find(fields_, name, &Field::name);
      if (field == fields_.end())
        return Error(ErrorCode::kInvalidArgument, concat("there is no column '", name, "'"));
      wanted.push_back(*field);
    }
    std::atomic<std::size_t> next{0};
    // Not parallel_for: each worker keeps its own scratch memory.
    return run_workers(threads, [&](unsigned worker) -> Result<void> {
      DecodeScratch scratch;
      for (std::size_t i = next.fetch_add(1); i < groups_.size(); i = next.fetch_add(1)) {
        auto taken = pass_on(i, wanted, worker, scratch, sink);
        if (taken) continue;
        next = groups_.size();
        return taken;
      }
      return {};
    });
  }

 private:
  struct Group {
    const ParquetFile* file;
    std::size_t index;
  };

  Result<void> pass_on(std::size_t i, std::span<const Field> wanted, unsigned worker,
                       DecodeScratch& scratch, BatchSink& sink) const {
    HARK_TRY(Batch batch, groups_[i].file->read(groups_[i].index, wanted, scratch));
    batch.ordinal = i;
    return sink.consume(std::move(batch), worker);
  }

  const std::vector<ParquetFile> files_;
  const std::vector<Field> fields_;
  std::vector<Group> groups_;
};

}  // namespace

Result<ParquetFile> ParquetFile::open(const io::FileSystem& files, std::string path) {
  HARK_TRY(const auto file, files.open_input(path));
  auto metadata = read_metadata(*file);
  if (!metadata) return in_file(std::move(metadata).error(), "opening", path);
  if (!metadata->created_by.starts_with(kWriter)) {
    return Error(ErrorCode::kUnsupported,
                 concat("'", path, "' is a Parquet file of another writer"));
  }
  if (std::ranges::any_of(metadata->row_groups,
                          [](const RowGroupMetadata& group) { return group.num_rows > kMostRows; }))
    return Error(ErrorCode::kUnsupported, concat("'", path, "' has very large row groups"));
  return ParquetFile(files, std::move(path), *std::move(metadata));
}

bool ParquetFile::has_types(std::span<const Field> fields) const noexcept {
  return std::ranges::all_of(fields, [&](const Field& field) {
    const auto own = std::ranges::find(metadata_.fields, field.name, &Field::name);
    return own == metadata_.fields.end() || own->type == field.type;
  });
}

Result<Column> ParquetFile::read_column(const io::InputFile& file, const RowGroupMetadata& group,
                                        const Field& field, DecodeScratch& scratch) const {
  const auto own = std::ranges::find(metadata_.fields, field.name, &Field::name);
  Column column(field);
  const auto num_rows = static_cast<std::size_t>(group.num_rows);
  const auto blank = [&] {
    column.set_blank(num_rows);
    // Whoever reads a text column asks its dictionary, values or none.
    if (field.type == Type::kString) column.set_dictionary(std::make_shared<Dictionary>());
    return std::move(column);
  };
  if (own == metadata_.fields.end()) return blank();
  if (own->type != field.type) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("column '", field.name, "' is of type ", name_of(own->type)));
  }
  const ChunkMetadata& chunk =
      group.chunks[static_cast<std::size_t>(own - metadata_.fields.begin())];
  if (chunk.null_count == chunk.num_rows) return blank();
  const std::int64_t start = chunk.dictionary_page_offset.value_or(chunk.data_page_offset);
  HARK_TRY(const std::string_view bytes,
           read_bytes(file, static_cast<std::uint64_t>(start),
                      static_cast<std::uint64_t>(chunk.compressed_bytes), scratch.chunk));
  auto decoded = decode_chunk(field, num_rows, bytes, scratch);
  if (!decoded)
    return std::move(decoded).error().while_doing(concat("reading column '", field.name, "'"));
  return decoded;
}

Result<Batch> ParquetFile::read(std::size_t row_group, std::span<const Field> fields,
                                DecodeScratch& scratch) const {
  const RowGroupMetadata& group = metadata_.row_groups[row_group];
  Batch batch;
  batch.num_rows = static_cast<std::size_t>(group.num_rows);
  batch.columns.reserve(fields.size());
  HARK_TRY(const auto file, files_->open_input(path_));
  for (const Field& field : fields) {
    auto column = read_column(*file, group, field, scratch);
    if (!column) return in_file(std::move(column).error(), "reading", path_);
    batch.columns.push_back(*std::move(column));
  }
  return batch;
}

std::unique_ptr<BatchSource> parquet_files_source(std::vector<ParquetFile> files,
                                                  std::vector<Field> fields) {
  return std::make_unique<FilesSource>(std::move(files), std::move(fields));
}

}  // namespace hark::columnar

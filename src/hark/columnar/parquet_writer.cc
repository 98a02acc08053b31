#include "hark/columnar/parquet_writer.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <numeric>
#include <set>

#include "hark/columnar/parquet_column.h"
#include "hark/columnar/parquet_metadata.h"
#include "hark/core/parallel.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

constexpr std::size_t kStatCodePoints = 32;

Error incomplete() {
  return {ErrorCode::kIo, "the Parquet file is incomplete: an earlier write failed"};
}

bool starts_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// Bytes of the first `count` code points of `text`.
std::size_t prefix_bytes(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (starts_code_point(text[at]) && count-- == 0) return at;
  }
  return at;
}

/// The least text of at most 32 code points and a tie breaker that is not below `text`; nullopt if
/// there is none within 64. Source: delta-io/delta, StatisticsCollection.truncateMaxStringAgg.
std::optional<std::string> cut_max(std::string_view text) {
  constexpr std::string_view kGreatest = "\xF4\x8F\xBF\xBF";  // U+10FFFF
  for (std::size_t points = kStatCodePoints; points <= 2 * kStatCodePoints; ++points) {
    const std::size_t bytes = prefix_bytes(text, points);
    if (bytes == text.size()) return std::string(text);
    const std::string_view rest = text.substr(bytes);
    if (rest.starts_with(kGreatest)) continue;  // nothing is greater: look further on
    const bool is_ascii = static_cast<unsigned char>(rest.front()) < 0x7F;
    return std::string(text.substr(0, bytes)).append(is_ascii ? "\x7F" : kGreatest);
  }
  return std::nullopt;
}

/// What all row groups of a file know of one column.
struct FileRange {
  std::int64_t null_count = 0;
  std::optional<std::pair<StatValue, StatValue>> range;
  bool is_unordered = false;

  void add(EncodedChunk& chunk) {
    null_count += chunk.metadata.null_count;
    is_unordered |= chunk.is_unordered;
    if (!chunk.range) return;
    if (!range) {
      range = std::move(chunk.range);
      return;
    }
    if (chunk.range->first < range->first) range->first = std::move(chunk.range->first);
    if (chunk.range->second > range->second) range->second = std::move(chunk.range->second);
  }

  ColumnStats stats(const Field& field) && {
    ColumnStats out{field.name, field.type, null_count, std::nullopt, std::nullopt};
    if (!range || is_unordered) return out;
    auto& [least, greatest] = *range;
    if (const auto* text = std::get_if<std::string>(&greatest)) {
      auto cut = cut_max(*text);
      if (!cut) return out;
      greatest = *std::move(cut);
      auto& prefix = std::get<std::string>(least);
      prefix.resize(prefix_bytes(prefix, kStatCodePoints));
    }
    out.min = std::move(least);
    out.max = std::move(greatest);
    return out;
  }
};

/// The order to encode columns in: the heaviest are begun first, so that threads end together.
/// Without the late one.
std::vector<std::size_t> heaviest_first(const std::vector<Field>& fields,
                                        std::optional<std::size_t> late) {
  std::vector<std::size_t> order(fields.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (late) std::erase(order, *late);
  std::ranges::stable_partition(
      order, [&](std::size_t column) { return fields[column].type == Type::kString; });
  return order;
}

Column constant_column(const Field& field, std::size_t num_rows, std::string_view text) {
  Column column(field);
  column.set(std::vector<Presence>(num_rows, Presence::kValue),
             std::vector<std::uint32_t>(num_rows, 0));
  auto dictionary = std::make_shared<Dictionary>();
  dictionary->add(text);
  column.set_dictionary(std::move(dictionary));
  return column;
}

Result<void> check_column(const Column& column, const Field& field, std::size_t num_rows) {
  if (column.field() != field) {
    return Error(ErrorCode::kInvalidArgument,
                 "the batch's columns are not those of the Parquet file");
  }
  if (column.size() == num_rows) return {};
  return Error(ErrorCode::kInvalidArgument, concat("column '", column.name(), "' has ",
                                                   column.size(), " rows, its batch ", num_rows));
}

}  // namespace

struct ParquetWriter::State {
  std::unique_ptr<io::OutputFile> file;
  ParquetOptions options;
  FileMetadata metadata;
  std::vector<FileRange> ranges;
  std::optional<std::size_t> late;  ///< the late column
  std::uint64_t size_bytes = 0;
  bool has_failed = false;
  // Kept from one row group to the next, for their memory.
  std::vector<ChunkScratch> scratch;  ///< one a worker
  std::vector<EncodedChunk> chunks;   ///< one a column

  Result<void> write_bytes(std::string_view bytes) {
    if (auto written = file->write(bytes); !written) {
      has_failed = true;
      return written;
    }
    size_bytes += bytes.size();
    return {};
  }

  /// Encodes one column into chunks[column], with scratch[worker].
  using EncodeColumn = std::function<Result<void>(std::size_t column, unsigned worker)>;
  Result<void> write_group(std::size_t num_rows, const EncodeColumn& encode_column);
  Result<void> encode(const EncodeColumn& encode_column);
  Result<void> encode(const Column& column, std::size_t index, unsigned worker) {
    return encode_chunk(column, {options.zstd_level, options.page_bytes}, scratch[worker],
                        chunks[index]);
  }
  Result<void> write_chunks(std::size_t num_rows);
  /// Writes chunks[column] and makes it the chunk of a row group.
  Result<void> write_chunk(std::size_t column, RowGroupMetadata& group);
  Result<void> write_late_column(std::string_view text);
  void make_scratch() {
    chunks.resize(metadata.fields.size());
    scratch.resize(std::min<std::size_t>(options.threads, metadata.fields.size()));
  }
};

ParquetWriter::ParquetWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ParquetWriter::ParquetWriter(ParquetWriter&&) noexcept = default;
ParquetWriter& ParquetWriter::operator=(ParquetWriter&&) noexcept = default;
ParquetWriter::~ParquetWriter() = default;

Result<ParquetWriter> ParquetWriter::create(std::unique_ptr<io::OutputFile> file,
                                            std::vector<Field> fields, ParquetOptions options) {
  if (fields.empty())
    return Error(ErrorCode::kInvalidArgument, "a Parquet file needs at least one column");
  std::set<std::string_view> names;
  for (const Field& field : fields) {
    if (!names.insert(field.name).second)
      return Error(ErrorCode::kInvalidArgument, concat("column '", field.name, "' is there twice"));
  }
  if (options.zstd_level < 1 || options.zstd_level > 19)
    return Error(ErrorCode::kInvalidArgument, "the zstd level must be 1 to 19");
  if (options.page_bytes < 1024 || options.page_bytes > (std::size_t{1} << 28))
    return Error(ErrorCode::kInvalidArgument, "a page must have 1 KiB to 256 MiB");
  auto state = std::make_unique<State>();
  if (!options.late_column.empty()) {
    const auto found =
        std::ranges::find(fields, Field{options.late_column, Type::kString}, std::identity());
    if (found == fields.end())
      return Error(ErrorCode::kInvalidArgument,
                   concat("the file has no text column '", options.late_column, "'"));
    state->late = static_cast<std::size_t>(found - fields.begin());
  }
  state->file = std::move(file);
  state->options = std::move(options);
  state->options.threads = std::max(1U, state->options.threads);
  state->ranges.resize(fields.size());
  state->metadata.fields = std::move(fields);
  state->make_scratch();
  HARK_TRY_VOID(state->write_bytes(kParquetMagic));
  return ParquetWriter(std::move(state));
}

Result<void> ParquetWriter::State::encode(const EncodeColumn& encode_column) {
  const std::vector<std::size_t> order = heaviest_first(metadata.fields, late);
  std::atomic<std::size_t> next{0};
  // Not parallel_for: each worker keeps its own scratch memory.
  return run_workers(static_cast<unsigned>(scratch.size()), [&](unsigned worker) -> Result<void> {
    for (std::size_t i = next.fetch_add(1); i < order.size(); i = next.fetch_add(1)) {
      HARK_TRY_VOID(encode_column(order[i], worker));
    }
    return {};
  });
}

Result<void> ParquetWriter::State::write_chunks(std::size_t num_rows) {
  RowGroupMetadata group;
  group.num_rows = static_cast<std::int64_t>(num_rows);
  group.chunks.resize(chunks.size());
  for (std::size_t column = 0; column < chunks.size(); ++column) {
    if (column != late) HARK_TRY_VOID(write_chunk(column, group));
  }
  metadata.num_rows += group.num_rows;
  metadata.row_groups.push_back(std::move(group));
  return {};
}

Result<void> ParquetWriter::State::write_chunk(std::size_t column, RowGroupMetadata& group) {
  EncodedChunk& chunk = chunks[column];
  const auto start = static_cast<std::int64_t>(size_bytes);
  HARK_TRY_VOID(write_bytes(chunk.bytes));
  chunk.metadata.data_page_offset += start;
  if (chunk.metadata.dictionary_page_offset) *chunk.metadata.dictionary_page_offset += start;
  ranges[column].add(chunk);
  group.chunks[column] = std::move(chunk.metadata);
  return {};
}

Result<void> ParquetWriter::State::write_late_column(std::string_view text) {
  make_scratch();
  for (RowGroupMetadata& group : metadata.row_groups) {
    HARK_TRY_VOID(encode(
        constant_column(metadata.fields[*late], static_cast<std::size_t>(group.num_rows), text),
        *late, 0));
    HARK_TRY_VOID(write_chunk(*late, group));
  }
  return {};
}

Result<void> ParquetWriter::State::write_group(std::size_t num_rows,
                                               const EncodeColumn& encode_column) {
  if (num_rows > std::numeric_limits<std::int32_t>::max())
    return Error(ErrorCode::kInvalidArgument, "the batch has too many rows for one row group");
  if (num_rows == 0) return {};
  make_scratch();
  if (metadata.row_groups.size() == std::numeric_limits<std::int16_t>::max())
    return Error(ErrorCode::kInvalidArgument, "a Parquet file holds 32,767 row groups at most");
  auto written = encode(encode_column);
  if (written) written = write_chunks(num_rows);
  if (!written) has_failed = true;
  if (late) {
    // There may be many files that wait for their text.
    chunks = {};
    scratch = {};
  }
  return written;
}

Result<void> ParquetWriter::write(const Batch& batch) {
  State& state = *state_;
  if (state.has_failed) return incomplete();
  const std::vector<Field>& fields = state.metadata.fields;
  if (batch.columns.size() != fields.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 "the batch's columns are not those of the Parquet file");
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != state.late) HARK_TRY_VOID(check_column(batch.columns[i], fields[i], batch.num_rows));
  }
  return state.write_group(batch.num_rows, [&](std::size_t column, unsigned worker) {
    return state.encode(batch.columns[column], column, worker);
  });
}

Result<void> ParquetWriter::write(
    std::size_t num_rows, const std::function<Result<Column>(std::size_t column)>& column_of) {
  State& state = *state_;
  if (state.has_failed) return incomplete();
  return state.write_group(num_rows, [&](std::size_t index, unsigned worker) -> Result<void> {
    HARK_TRY(const Column column, column_of(index));
    HARK_TRY_VOID(check_column(column, state.metadata.fields[index], num_rows));
    return state.encode(column, index, worker);
  });
}

Result<FileStats> ParquetWriter::finish(std::string_view late_text) && {
  const std::unique_ptr<State> state = std::move(state_);
  if (state->has_failed) return incomplete();
  if (state->late) HARK_TRY_VOID(state->write_late_column(late_text));
  state->metadata.created_by =
      state->options.created_by.empty() ? "hark version " HARK_VERSION : state->options.created_by;
  state->metadata.key_values = state->options.key_values;
  std::string footer;
  append_footer(footer, state->metadata);
  HARK_TRY_VOID(state->write_bytes(footer));
  HARK_TRY_VOID(state->file->sync());
  HARK_TRY_VOID(state->file->close());
  FileStats stats{state->metadata.num_rows, state->size_bytes, {}};
  for (std::size_t i = 0; i < state->ranges.size(); ++i)
    stats.columns.push_back(std::move(state->ranges[i]).stats(state->metadata.fields[i]));
  return stats;
}

}  // namespace hark::columnar

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

/// Bytes that encoding a column will look at, about: the heaviest are begun first, so that threads
/// end together.
std::size_t weight_of(const Column& column) {
  const std::size_t texts = column.dictionary() ? column.dictionary()->size_bytes() : 0;
  return texts + column.size() * (column.type() == Type::kBool ? 1 : 8);
}

Result<void> check_batch(const Batch& batch, const std::vector<Field>& fields) {
  const bool same =
      std::equal(batch.columns.begin(), batch.columns.end(), fields.begin(), fields.end(),
                 [](const Column& column, const Field& field) { return column.field() == field; });
  if (!same) {
    return Error(ErrorCode::kInvalidArgument,
                 "the batch's columns are not those of the Parquet file");
  }
  for (const Column& column : batch.columns) {
    if (column.size() != batch.num_rows) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("column '", column.name(), "' has ", column.size(), " rows, its batch ",
                          batch.num_rows));
    }
  }
  if (batch.num_rows > std::numeric_limits<std::int32_t>::max())
    return Error(ErrorCode::kInvalidArgument, "the batch has too many rows for one row group");
  return {};
}

}  // namespace

struct ParquetWriter::State {
  std::unique_ptr<io::OutputFile> file;
  ParquetOptions options;
  FileMetadata metadata;
  std::vector<FileRange> ranges;
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

  Result<void> encode(const Batch& batch);
  Result<void> write_chunks(const Batch& batch);
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
  state->file = std::move(file);
  state->options = std::move(options);
  state->options.threads = std::max(1U, state->options.threads);
  state->ranges.resize(fields.size());
  state->chunks.resize(fields.size());
  state->scratch.resize(std::min<std::size_t>(state->options.threads, fields.size()));
  state->metadata.fields = std::move(fields);
  HARK_TRY_VOID(state->write_bytes(kParquetMagic));
  return ParquetWriter(std::move(state));
}

Result<void> ParquetWriter::State::encode(const Batch& batch) {
  std::vector<std::size_t> order(batch.columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return weight_of(batch.columns[a]) > weight_of(batch.columns[b]);
  });
  const ChunkOptions chunk_options{options.zstd_level, options.page_bytes};
  std::atomic<std::size_t> next{0};
  // Not parallel_for: each worker keeps its own scratch memory.
  return run_workers(static_cast<unsigned>(scratch.size()), [&](unsigned worker) -> Result<void> {
    for (std::size_t i = next.fetch_add(1); i < order.size(); i = next.fetch_add(1)) {
      const std::size_t column = order[i];
      HARK_TRY_VOID(
          encode_chunk(batch.columns[column], chunk_options, scratch[worker], chunks[column]));
    }
    return {};
  });
}

Result<void> ParquetWriter::State::write_chunks(const Batch& batch) {
  RowGroupMetadata group;
  group.num_rows = static_cast<std::int64_t>(batch.num_rows);
  for (std::size_t column = 0; column < chunks.size(); ++column) {
    EncodedChunk& chunk = chunks[column];
    const auto start = static_cast<std::int64_t>(size_bytes);
    HARK_TRY_VOID(write_bytes(chunk.bytes));
    chunk.metadata.data_page_offset += start;
    if (chunk.metadata.dictionary_page_offset) *chunk.metadata.dictionary_page_offset += start;
    ranges[column].add(chunk);
    group.chunks.push_back(std::move(chunk.metadata));
  }
  metadata.num_rows += group.num_rows;
  metadata.row_groups.push_back(std::move(group));
  return {};
}

Result<void> ParquetWriter::write(const Batch& batch) {
  State& state = *state_;
  if (state.has_failed) return incomplete();
  HARK_TRY_VOID(check_batch(batch, state.metadata.fields));
  if (batch.num_rows == 0) return {};
  if (state.metadata.row_groups.size() == std::numeric_limits<std::int16_t>::max())
    return Error(ErrorCode::kInvalidArgument, "a Parquet file holds 32,767 row groups at most");
  auto written = state.encode(batch);
  if (written) written = state.write_chunks(batch);
  if (!written) state.has_failed = true;
  return written;
}

Result<FileStats> ParquetWriter::finish() && {
  const std::unique_ptr<State> state = std::move(state_);
  if (state->has_failed) return incomplete();
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

#include "hark/pipeline/existing_rows.h"

#include <algorithm>
#include <mutex>

#include "hark/columnar/stream.h"
#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/engine/parquet_source.h"
#include "hark/pipeline/trusted_rows.h"
#include "hark/stats/sorting.h"

namespace hark::pipeline {
namespace {

/// Keeps batches in the order of their source.
class Collector final : public columnar::BatchSink {
 public:
  Result<void> consume(columnar::Batch batch, unsigned) override {
    const std::lock_guard lock(mutex_);
    batches_.push_back(std::move(batch));
    return {};
  }
  std::vector<columnar::Batch> take() && {
    std::ranges::sort(batches_, {}, &columnar::Batch::ordinal);
    return std::move(batches_);
  }

 private:
  std::mutex mutex_;
  std::vector<columnar::Batch> batches_;
};

class KeySink final : public columnar::BatchSink {
 public:
  KeySink(const contract::Contract& contract, std::uint32_t file, std::vector<ExistingRow>& rows)
      : contract_(contract), file_(file), rows_(rows) {}

  Result<void> consume(columnar::Batch batch, unsigned) override {
    const columnar::Column* hashes = batch.find(kRowHashColumn);
    if (hashes == nullptr)
      return Error(ErrorCode::kInternal, "the trusted table gave no row hashes");
    const std::vector<std::uint64_t> keys = row_keys(batch, contract_);
    const std::lock_guard lock(mutex_);
    rows_.reserve(rows_.size() + batch.num_rows);
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      rows_.push_back({keys[row], static_cast<std::uint64_t>(hashes->int64s()[row]), file_});
    }
    return {};
  }

 private:
  const contract::Contract& contract_;
  std::uint32_t file_;
  std::vector<ExistingRow>& rows_;
  std::mutex mutex_;
};

}  // namespace

Result<ExistingRows> ExistingRows::load(engine::Engine& engine, std::vector<std::string> files,
                                        const contract::Contract& contract, unsigned threads) {
  ExistingRows existing;
  existing.files_ = std::move(files);
  std::vector<std::string> columns(contract.key.begin(), contract.key.end());
  columns.emplace_back(kRowHashColumn);
  for (std::uint32_t i = 0; i < existing.files_.size(); ++i) {
    const auto source =
        engine::parquet_source(engine, {existing.files_[i]}, trusted_fields(contract));
    KeySink sink(contract, i, existing.rows_);
    HARK_TRY_VOID(source->stream(columns, threads, sink));
  }
  HARK_TRY_VOID(stats::radix_sort_by(
      existing.rows_, [](const ExistingRow& row) { return row.key; }, threads));
  return existing;
}

std::span<const ExistingRow> ExistingRows::find(std::uint64_t key) const noexcept {
  const auto range = std::ranges::equal_range(rows_, key, {}, &ExistingRow::key);
  return {range.begin(), range.end()};
}

Result<std::vector<columnar::Batch>> read_trusted_file(engine::Engine& engine,
                                                       const std::string& file,
                                                       const contract::Contract& contract) {
  const std::vector<columnar::Field> fields = trusted_fields(contract);
  std::vector<std::string> columns;
  for (const columnar::Field& field : fields) columns.push_back(field.name);
  const auto source = engine::parquet_source(engine, {file}, fields);
  Collector collector;
  HARK_TRY_VOID(source->stream(columns, 1, collector));
  return std::move(collector).take();
}

}  // namespace hark::pipeline

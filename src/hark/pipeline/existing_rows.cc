#include "hark/pipeline/existing_rows.h"

#include <algorithm>
#include <mutex>

#include "hark/columnar/stream.h"
#include "hark/core/parallel.h"
#include "hark/core/raw_vector.h"
#include "hark/core/text.h"
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

/// Key and hash of every row of one file, which one thread reads.
class KeySink final : public columnar::BatchSink {
 public:
  KeySink(const contract::Contract& contract, std::uint32_t file, std::vector<ExistingRow>& rows)
      : contract_(contract), file_(file), rows_(rows) {}

  Result<void> consume(columnar::Batch batch, unsigned) override {
    const columnar::Column* hashes = batch.find(kRowHashColumn);
    if (hashes == nullptr)
      return Error(ErrorCode::kInternal, "the trusted table gave no row hashes");
    const std::vector<std::uint64_t> keys = row_keys(batch, contract_);
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      rows_.push_back({keys[row], static_cast<std::uint64_t>(hashes->int64s()[row]), file_});
    }
    return {};
  }

 private:
  const contract::Contract& contract_;
  std::uint32_t file_;
  std::vector<ExistingRow>& rows_;
};

/// The key of every row of one file.
class KeysOnlySink final : public columnar::BatchSink {
 public:
  KeysOnlySink(const contract::Contract& contract, std::vector<std::uint64_t>& keys)
      : contract_(contract), keys_(keys) {}
  Result<void> consume(columnar::Batch batch, unsigned) override {
    const std::vector<std::uint64_t> keys = row_keys(batch, contract_);
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    return {};
  }

 private:
  const contract::Contract& contract_;
  std::vector<std::uint64_t>& keys_;
};

}  // namespace

Result<void> ExistingRows::update(TrustedReader& reader, std::vector<std::string> files,
                                  const contract::Contract& contract, unsigned threads) {
  auto changed = change_files(reader, std::move(files), contract, threads);
  if (!changed) *this = ExistingRows();
  return changed;
}

Result<void> ExistingRows::change_files(TrustedReader& reader, std::vector<std::string> files,
                                        const contract::Contract& contract, unsigned threads) {
  const auto end = static_cast<std::uint32_t>(files.size());
  std::vector<bool> is_known(files.size(), false);
  std::vector<std::uint32_t> place;  // of the files so far among the new ones; `end`: gone
  for (const std::string& file : files_) {
    place.push_back(static_cast<std::uint32_t>(std::ranges::find(files, file) - files.begin()));
    if (place.back() < end) is_known[place.back()] = true;
  }
  std::erase_if(rows_, [&](const ExistingRow& row) { return place[row.file] == end; });
  for (ExistingRow& row : rows_) row.file = place[row.file];
  files_ = std::move(files);
  std::vector<std::string> columns(contract.key.begin(), contract.key.end());
  columns.emplace_back(kRowHashColumn);
  // A file each for the threads: the rows of a file are mostly one row group, which one thread
  // reads.
  std::vector<std::vector<ExistingRow>> read(end);
  HARK_TRY_VOID(parallel_for(end, threads, [&](std::size_t i) -> Result<void> {
    if (is_known[i]) return {};
    HARK_TRY(const auto source, reader.open({files_[i]}, contract));
    KeySink sink(contract, static_cast<std::uint32_t>(i), read[i]);
    return source->stream(columns, 1, sink);
  }));
  // All at once: a table has very many rows, and to make room file by file would copy them as
  // often.
  std::size_t num_rows = rows_.size();
  for (const auto& of_file : read) num_rows += of_file.size();
  rows_.reserve(num_rows);
  for (auto& of_file : read) {
    rows_.insert(rows_.end(), of_file.begin(), of_file.end());
    of_file = {};
  }
  return stats::radix_sort_by(rows_, [](const ExistingRow& row) { return row.key; }, threads);
}

std::span<const ExistingRow> ExistingRows::find(std::uint64_t key) const noexcept {
  const auto range = std::ranges::equal_range(rows_, key, {}, &ExistingRow::key);
  return {range.begin(), range.end()};
}

Result<bool> may_share_keys(TrustedReader& reader, const std::vector<std::string>& files,
                            const contract::Contract& contract, unsigned threads) {
  std::vector<std::vector<std::uint64_t>> of_file(files.size());
  HARK_TRY_VOID(parallel_for(files.size(), threads, [&](std::size_t i) -> Result<void> {
    HARK_TRY(const auto source, reader.open({files[i]}, contract));
    KeysOnlySink sink(contract, of_file[i]);
    return source->stream(contract.key, 1, sink);
  }));
  std::size_t num_keys = 0;
  for (const auto& keys : of_file) num_keys += keys.size();
  RawVector<std::uint64_t> all;
  all.reserve(num_keys);
  for (auto& keys : of_file) {
    all.insert(all.end(), keys.begin(), keys.end());
    keys = {};
  }
  HARK_TRY_VOID(stats::radix_sort(all, 0, 64, threads));
  return std::ranges::adjacent_find(all) != all.end();
}

Result<std::vector<columnar::Batch>> read_trusted_file(TrustedReader& reader,
                                                       const std::string& file,
                                                       const contract::Contract& contract) {
  HARK_TRY(const auto source, reader.open({file}, contract));
  std::vector<std::string> columns;
  for (const columnar::Field& field : source->fields()) columns.push_back(field.name);
  Collector collector;
  HARK_TRY_VOID(source->stream(columns, 1, collector));
  return std::move(collector).take();
}

}  // namespace hark::pipeline

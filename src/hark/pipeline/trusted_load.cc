#include "hark/pipeline/trusted_load.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/stats/sorting.h"

namespace hark::pipeline {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::RowRange;

std::vector<const Batch*> pointers_to(const std::vector<Batch>& batches) {
  std::vector<const Batch*> pointers;
  pointers.reserve(batches.size());
  for (const Batch& batch : batches) pointers.push_back(&batch);
  return pointers;
}

/// Files that wait to be named are open.
constexpr std::size_t kMostUnnamed = 128;
/// Keys of undecided rows that a message names.
constexpr std::size_t kMostNamedKeys = 3;

/// The clock that rows are sorted by, or nullptr.
const contract::ColumnSpec* time_column(const contract::Contract& contract) {
  return contract.with_role(contract::time_role(contract.kind));
}

/// Sorting value of each row of a batch: its time, or 0 where there is none.
std::vector<std::int64_t> times_of(const Batch& batch, const contract::ColumnSpec* spec) {
  std::vector<std::int64_t> times(batch.num_rows, 0);
  const Column* column = spec == nullptr ? nullptr : batch.find(spec->name);
  if (column == nullptr) return times;
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    if (!column->is_value(row)) continue;
    times[row] = column->type() == columnar::Type::kDate ? std::int64_t{column->int32s()[row]}
                                                         : column->int64s()[row];
  }
  return times;
}

std::int64_t record_of(const Batch& batch, std::size_t row) {
  return batch.find(kRecordColumn)->int64s()[row];
}

std::uint64_t hash_of(const Batch& batch, std::size_t row) {
  return static_cast<std::uint64_t>(batch.find(kRowHashColumn)->int64s()[row]);
}

/// Rows of a stored file whose key is wanted, as one batch.
Result<Batch> extract(TrustedReader& reader, const std::string& file,
                      const contract::Contract& contract, const std::set<std::uint64_t>& wanted) {
  HARK_TRY(const auto batches, read_trusted_file(reader, file, contract));
  std::vector<RowRange> rows;
  for (std::uint32_t b = 0; b < batches.size(); ++b) {
    const auto keys = row_keys(batches[b], contract);
    for (std::uint32_t row = 0; row < keys.size(); ++row) {
      if (wanted.contains(keys[row])) columnar::add_row(rows, b, row);
    }
  }
  return columnar::gather(pointers_to(batches), std::move(rows));
}

/// For stats::radix_sort_by(): the sign bit turned makes negative times the smaller.
std::uint64_t sorting_key(std::int64_t time) noexcept {
  return static_cast<std::uint64_t>(time) ^ (std::uint64_t{1} << 63);
}

/// Sorts the rows of a batch by time, so that those of any span of time follow each other. Done
/// while the batch is in the cache still.
Result<void> sort_by_time(Batch& batch, const contract::ColumnSpec* clock) {
  const std::vector<std::int64_t> times = times_of(batch, clock);
  if (std::ranges::is_sorted(times)) return {};
  struct TimedRow {
    std::int64_t time;
    std::uint32_t row;
  };
  RawVector<TimedRow> rows(times.size());
  for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row] = {times[row], row};
  HARK_TRY_VOID(
      stats::radix_sort_by(rows, [](const TimedRow& row) { return sorting_key(row.time); }));
  std::vector<std::uint32_t> order(rows.size());
  std::ranges::transform(rows, order.begin(), &TimedRow::row);
  columnar::reorder(batch, order);
  return {};
}

}  // namespace

TrustedLoad::TrustedLoad(io::FileSystem& files, std::string table_path,
                         const contract::Contract& contract, const Completer& completer,
                         const ExistingRows& existing, TrustedReader& reader,
                         TrustedLoadOptions options)
    : files_(files),
      table_path_(std::move(table_path)),
      contract_(contract),
      completer_(completer),
      existing_(existing),
      reader_(reader),
      options_(std::move(options)),
      fields_(trusted_fields(contract)) {}

Result<void> TrustedLoad::consume(Batch batch, unsigned) {
  if (batch.num_rows == 0) return {};
  HARK_TRY_VOID(completer_.complete(batch));
  HARK_TRY_VOID(sort_by_time(batch, time_column(contract_)));
  std::unique_lock lock(mutex_);
  run_.add(std::move(batch));
  // Two runs are in memory, one being filled and one being written; one thread does one after the
  // other.
  const bool is_beside = options_.threads > 1;
  if (run_.bytes < options_.budget_bytes / (is_beside ? 2 : 1)) return {};
  Run run = std::exchange(run_, {});
  const std::lock_guard flushing(flushing_);
  lock.unlock();
  return flush(std::move(run), std::max(1U, options_.threads / 2), false);
}

void TrustedLoad::Run::add(Batch batch) {
  for (const Column& column : batch.columns) {
    bytes += column.values_bytes();
    const columnar::Dictionary* const dictionary = column.dictionary().get();
    if (dictionary == nullptr) continue;
    std::size_t& counted = texts[dictionary->lineage()];
    if (counted < dictionary->size_bytes())
      bytes += dictionary->size_bytes() - std::exchange(counted, dictionary->size_bytes());
  }
  batches.push_back(std::move(batch));
}

Result<void> TrustedLoad::flush(Run run, unsigned threads, bool is_last) {
  std::vector<Batch>& batches = run.batches;
  if (batches.empty()) return {};
  // A file that the lake has already is read in vain.
  if (options_.landing_hash.is_there()) {
    HARK_TRY_VOID(options_.landing_hash.get());
  }
  // Workers hand batches over in any order; records have one.
  std::ranges::sort(batches, {}, &Batch::ordinal);
  Dropped dropped(batches.size());
  RawVector<RunKey> keys;
  for (std::uint32_t b = 0; b < batches.size(); ++b) dropped[b].assign(batches[b].num_rows, 0);
  if (!contract_.key.empty()) {
    for (std::uint32_t b = 0; b < batches.size(); ++b) {
      const auto batch_keys = row_keys(batches[b], contract_);
      for (std::uint32_t row = 0; row < batch_keys.size(); ++row)
        keys.push_back({batch_keys[row], b, row});
    }
    HARK_TRY_VOID(drop_copies(run, threads, keys, dropped));
    HARK_TRY_VOID(compare_with_table(run, keys, threads, dropped));
  }
  for (const auto& rows : dropped) counts_.inserted += std::ranges::count(rows, 0);
  // Rows that replace one of the table were counted as updated by compare_with_table().
  HARK_TRY_VOID(write_run(run, dropped, threads, is_last));
  ++num_runs_;
  if (options_.landing_hash.is_there() || unnamed_.size() >= kMostUnnamed)
    HARK_TRY_VOID(name_files());
  return {};
}

Result<void> TrustedLoad::drop_copies(const Run& run, unsigned threads, RawVector<RunKey>& keys,
                                      Dropped& dropped) {
  // Rows of one key stay in their order: of two that say the same, which are of the same time, the
  // first record is kept.
  HARK_TRY_VOID(stats::radix_sort_by(keys, [](const RunKey& key) { return key.key; }, threads));
  bool has_copies = false;
  for (std::size_t first = 0; first < keys.size();) {
    std::size_t last = first + 1;
    while (last < keys.size() && keys[last].key == keys[first].key) ++last;
    if (last == first + 1) {
      first = last;
      continue;
    }
    has_copies = true;
    for (std::size_t i = first; i < last; ++i) {
      if (dropped[keys[i].batch][keys[i].row] != 0) continue;
      RunKey best = keys[i];
      for (std::size_t j = i + 1; j < last; ++j) {
        if (dropped[keys[j].batch][keys[j].row] != 0) continue;
        const contract::RowView ours{&run.batches[best.batch], best.row};
        const contract::RowView other{&run.batches[keys[j].batch], keys[j].row};
        if (!contract::have_same_key(ours, other, contract_))
          continue;  // a hash collision of two keys
        const auto order = order_of(other, ours);
        ++counts_.duplicate;
        if (order != 0) ++counts_.superseded;
        RunKey& loser = order > 0 ? best : keys[j];
        dropped[loser.batch][loser.row] = 1;
        if (order > 0) best = keys[j];
      }
    }
    first = last;
  }
  if (has_copies)
    std::erase_if(keys, [&](const RunKey& key) { return dropped[key.batch][key.row] != 0; });
  return {};
}

Result<void> TrustedLoad::compare_with_table(const Run& run, std::span<const RunKey> keys,
                                             unsigned threads, Dropped& dropped) {
  if (existing_.size() == 0) return {};
  std::map<std::uint32_t, std::vector<RunKey>> by_file;
  for (const RunKey& key : keys) {
    const auto found = existing_.find(key.key);
    if (found.empty()) continue;
    const std::uint64_t hash = hash_of(run.batches[key.batch], key.row);
    if (std::ranges::any_of(found, [&](const ExistingRow& row) { return row.row_hash == hash; })) {
      // Key and content agree in 128 bits.
      dropped[key.batch][key.row] = 1;
      ++counts_.unchanged;
      continue;
    }
    for (const ExistingRow& row : found) by_file[row.file].push_back(key);
  }
  std::vector<std::uint32_t> files;
  for (const auto& [file, candidates] : by_file) files.push_back(file);
  std::vector<Batch> stored(files.size());
  const auto extract_rows = [&](std::size_t i) -> Result<void> {
    std::set<std::uint64_t> wanted;
    for (const RunKey& key : by_file.at(files[i])) wanted.insert(key.key);
    HARK_TRY(stored[i], extract(reader_, existing_.files()[files[i]], contract_, wanted));
    return {};
  };
  HARK_TRY_VOID(parallel_for(files.size(), files_at_once(threads), extract_rows));
  for (std::size_t i = 0; i < files.size(); ++i)
    compare_with_file(run, files[i], stored[i], by_file[files[i]], dropped);
  return {};
}

std::strong_ordering TrustedLoad::order_of(const contract::RowView& a, const contract::RowView& b) {
  const contract::VersionOrder found = contract::compare_versions(a, b, contract_);
  if (!found.is_by_hash) return found.order;
  ++undecided_.rows;
  for (std::string& name : contract::differing_columns(a, b, contract_))
    ++undecided_.columns[std::move(name)];
  if (std::string key = contract::key_text(a, contract_);
      !key.empty() && undecided_.keys.size() < kMostNamedKeys)
    undecided_.keys.push_back(std::move(key));
  return found.order;
}

unsigned TrustedLoad::files_at_once(unsigned threads) const noexcept {
  // Of a row of New York's, which has 87 columns, 175 to 300 were measured.
  constexpr std::size_t kBytesOfRow = 512;
  const std::size_t most = options_.budget_bytes / (options_.rows_per_file * kBytesOfRow);
  return static_cast<unsigned>(std::clamp<std::size_t>(most, 1, std::max(1U, threads)));
}

void TrustedLoad::compare_with_file(const Run& run, std::uint32_t file, const Batch& stored,
                                    std::span<const RunKey> candidates, Dropped& dropped) {
  std::multimap<std::uint64_t, std::size_t> stored_rows;
  const auto stored_keys = row_keys(stored, contract_);
  for (std::size_t row = 0; row < stored_keys.size(); ++row)
    stored_rows.emplace(stored_keys[row], row);

  for (const RunKey& key : candidates) {
    const contract::RowView ours{&run.batches[key.batch], key.row};
    const auto [begin, end] = stored_rows.equal_range(key.key);
    for (auto it = begin; it != end; ++it) {
      const contract::RowView theirs{&stored, it->second};
      if (!contract::have_same_key(ours, theirs, contract_)) continue;
      if (superseded_.contains(file) && superseded_[file].contains(key.key)) {
        continue;  // an earlier run of this load replaced it already; settle_runs() decides between
                   // the two
      }
      if (order_of(ours, theirs) > 0) {
        superseded_[file][key.key] = hash_of(stored, it->second);
        for (const std::string& name : options_.absent_columns) {
          const columnar::Column* const column = stored.find(name);
          if (column != nullptr && column->is_value(it->second)) ++emptied_[name];
        }
        ++counts_.updated;
        --counts_.inserted;  // flush() counts every row it writes as inserted
      } else {
        dropped[key.batch][key.row] = 1;
        ++counts_.duplicate;
        ++counts_.superseded;
      }
    }
  }
}

Result<std::vector<std::vector<RowRange>>> TrustedLoad::cut_by_time(const Run& run,
                                                                    const Dropped& dropped,
                                                                    unsigned threads) const {
  std::vector<std::vector<std::int64_t>> times_by_batch;
  RawVector<std::int64_t> times;  // of the rows that stay
  for (std::uint32_t b = 0; b < run.batches.size(); ++b) {
    times_by_batch.push_back(times_of(run.batches[b], time_column(contract_)));
    for (std::uint32_t row = 0; row < run.batches[b].num_rows; ++row)
      if (dropped[b][row] == 0) times.push_back(times_by_batch[b][row]);
  }
  // Equal pieces, so that no file is left with a handful of rows.
  const std::size_t num_pieces =
      (times.size() + options_.rows_per_file - 1) / options_.rows_per_file;
  std::vector<std::vector<RowRange>> pieces(num_pieces);
  if (num_pieces > 1) HARK_TRY_VOID(stats::radix_sort_by(times, sorting_key, threads));
  std::vector<std::uint32_t> next(run.batches.size(),
                                  0);  // first row of each batch that is not cut off
  for (std::size_t i = 0; i < num_pieces; ++i) {
    const std::size_t num_before = times.size() * (i + 1) / num_pieces;
    const bool is_last = i + 1 == num_pieces;
    const std::int64_t time = is_last ? 0 : times[num_before];
    // Of the rows of that very time, this many are still of this piece.
    auto num_equal = static_cast<std::ptrdiff_t>(num_before) -
                     (std::ranges::lower_bound(times, time) - times.begin());
    for (std::uint32_t b = 0; b < run.batches.size(); ++b) {
      const auto& mine = times_by_batch[b];
      auto end = static_cast<std::uint32_t>(
          is_last ? mine.size()
                  : static_cast<std::size_t>(std::ranges::lower_bound(mine, time) - mine.begin()));
      for (; !is_last && num_equal > 0 && end < mine.size() && mine[end] == time; ++end)
        num_equal -= dropped[b][end] == 0 ? 1 : 0;
      for (std::uint32_t row = next[b]; row < end; ++row)
        if (dropped[b][row] == 0) columnar::add_row(pieces[i], b, row);
      next[b] = std::max(next[b], end);
    }
  }
  return pieces;
}

Result<void> TrustedLoad::write_run(const Run& run, const Dropped& dropped, unsigned threads,
                                    bool is_last) {
  HARK_TRY(const auto pieces, cut_by_time(run, dropped, threads));
  std::vector<std::optional<TableFileWriter>> begun(pieces.size());
  const auto pointers = pointers_to(run.batches);
  const auto write_piece = [&](std::size_t i, unsigned file_threads) -> Result<void> {
    HARK_TRY(begun[i], begin_file(pointers, pieces[i], file_threads, true));
    return {};
  };
  // A file each for the threads, as long as there are enough; all of them on each that is left.
  const std::size_t num_apart = pieces.size() - pieces.size() % threads;
  HARK_TRY_VOID(parallel_for(num_apart, threads, [&](std::size_t i) { return write_piece(i, 1); }));
  for (std::size_t i = num_apart; i < pieces.size(); ++i) HARK_TRY_VOID(write_piece(i, threads));
  for (auto& file : begun) {
    written_.emplace_back().written.name = file->name();
    unnamed_.push_back(*std::move(file));
  }
  // Only a load of several runs must know later where each key went.
  if (!contract_.key.empty() && (num_runs_ > 0 || !is_last)) {
    std::vector<std::vector<std::uint64_t>> keys_of;
    for (const Batch& batch : run.batches) keys_of.push_back(row_keys(batch, contract_));
    for (const std::vector<RowRange>& piece : pieces) {
      for (const RowRange& range : piece) {
        for (std::uint32_t row = range.begin; row < range.end; ++row) {
          const std::uint64_t key = keys_of[range.batch][row];
          written_keys_[key % kKeyShares].keys.push_back(key);
        }
      }
      for (KeyShare& share : written_keys_) share.end_of_file.push_back(share.keys.size());
    }
  }
  return {};
}

Result<void> TrustedLoad::name_files() {
  if (unnamed_.empty()) return {};
  HARK_TRY(const std::string landing_hash, options_.landing_hash.get());
  const std::span files = std::span(written_).last(unnamed_.size());
  HARK_TRY_VOID(parallel_for(files.size(), options_.threads, [&](std::size_t i) -> Result<void> {
    HARK_TRY(files[i].written, std::move(unnamed_[i]).finish(landing_hash));
    return {};
  }));
  unnamed_.clear();
  return {};
}

Result<TableFileWriter> TrustedLoad::begin_file(std::vector<const Batch*> batches,
                                                std::vector<RowRange> rows, unsigned threads,
                                                bool is_unnamed) {
  HARK_TRY(const columnar::Gatherer gatherer,
           columnar::Gatherer::create(std::move(batches), std::move(rows)));
  columnar::ParquetOptions parquet;
  parquet.threads = threads;
  if (is_unnamed) parquet.late_column = kFileColumn;
  HARK_TRY(auto writer, TableFileWriter::create(files_, table_path_, fields_, std::move(parquet)));
  // Column by column, as the rows of a file in memory once more are what a load would need most.
  HARK_TRY_VOID(writer.write(gatherer.num_rows(), [&](std::size_t index) -> Result<Column> {
    return gatherer.column(index);
  }));
  return writer;
}

Result<WrittenFile> TrustedLoad::write_file(std::vector<const Batch*> batches,
                                            std::vector<RowRange> rows, unsigned threads) {
  HARK_TRY(TableFileWriter begun,
           begin_file(std::move(batches), std::move(rows), std::max(1U, threads), false));
  return std::move(begun).finish();
}

Result<void> TrustedLoad::settle_runs() {
  if (num_runs_ < 2) return {};
  std::map<std::uint32_t, std::set<std::uint64_t>>
      repeated;  // file -> keys that stand elsewhere too
  std::mutex mutex;
  const auto look_at_share = [&](std::size_t i) -> Result<void> {
    const KeyShare share = std::exchange(written_keys_[i], {});
    RawVector<WrittenKey> keys;
    keys.reserve(share.keys.size());
    for (std::uint32_t file = 0; file < share.end_of_file.size(); ++file) {
      while (keys.size() < share.end_of_file[file]) keys.push_back({share.keys[keys.size()], file});
    }
    HARK_TRY_VOID(stats::radix_sort_by(keys, [](const WrittenKey& key) { return key.key; }));
    for (std::size_t begin = 0; begin < keys.size();) {
      std::size_t end = begin + 1;
      while (end < keys.size() && keys[end].key == keys[begin].key) ++end;
      if (end - begin > 1) {
        const std::lock_guard lock(mutex);
        for (std::size_t k = begin; k < end; ++k) repeated[keys[k].file].insert(keys[k].key);
      }
      begin = end;
    }
    return {};
  };
  HARK_TRY_VOID(parallel_for(kKeyShares, options_.threads, look_at_share));
  if (repeated.empty()) return {};

  struct Candidate {
    contract::RowView view;
    std::uint32_t file;
    std::int64_t record;
    bool is_dropped;
  };
  std::vector<Batch> extracts;
  extracts.reserve(repeated.size());
  std::map<std::uint64_t, std::vector<Candidate>> by_key;
  for (const auto& [file, keys] : repeated) {
    HARK_TRY(Batch rows, extract(reader_, io::join_path(table_path_, written_[file].written.name),
                                 contract_, keys));
    extracts.push_back(std::move(rows));
    const auto row_key = row_keys(extracts.back(), contract_);
    for (std::size_t row = 0; row < row_key.size(); ++row) {
      by_key[row_key[row]].push_back(
          {{&extracts.back(), row}, file, record_of(extracts.back(), row), false});
    }
  }
  std::map<std::uint32_t, std::set<std::int64_t>> losers;  // file -> records
  for (auto& [key, candidates] : by_key) {
    std::ranges::sort(candidates, {}, &Candidate::record);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (candidates[i].is_dropped) continue;
      Candidate* best = &candidates[i];
      for (std::size_t j = i + 1; j < candidates.size(); ++j) {
        Candidate& other = candidates[j];
        if (other.is_dropped || !contract::have_same_key(best->view, other.view, contract_))
          continue;
        const auto order = order_of(other.view, best->view);
        Candidate& loser = order > 0 ? *best : other;
        loser.is_dropped = true;
        losers[loser.file].insert(loser.record);
        --counts_.inserted;
        ++counts_.duplicate;
        if (order != 0) ++counts_.superseded;
        if (order > 0) best = &other;
      }
    }
  }
  for (const auto& [file, records] : losers) {
    const std::string old_path = io::join_path(table_path_, written_[file].written.name);
    HARK_TRY(const auto batches, read_trusted_file(reader_, old_path, contract_));
    std::vector<RowRange> kept;
    for (std::uint32_t b = 0; b < batches.size(); ++b) {
      for (std::uint32_t row = 0; row < batches[b].num_rows; ++row) {
        if (!records.contains(record_of(batches[b], row))) columnar::add_row(kept, b, row);
      }
    }
    HARK_TRY_VOID(files_.remove(old_path));
    written_[file].written.name.clear();
    if (kept.empty()) continue;
    HARK_TRY(written_[file].written,
             write_file(pointers_to(batches), std::move(kept), options_.threads));
  }
  std::erase_if(written_, [](const LoadedFile& file) { return file.written.name.empty(); });
  return {};
}

std::set<std::uint32_t> TrustedLoad::changed_files() const {
  std::set<std::uint32_t> files;
  for (const auto& [file, keys] : superseded_) files.insert(file);
  for (const auto& [file, rows] : flag_changes_.vanished) files.insert(file);
  for (const auto& [file, rows] : flag_changes_.returned) files.insert(file);
  return files;
}

Result<void> TrustedLoad::rewrite_table_files() {
  const auto in_file = [](const auto& by_file, std::uint32_t file) {
    const auto found = by_file.find(file);
    return found == by_file.end() ? nullptr : &found->second;
  };
  const std::set<std::uint32_t> changed = changed_files();
  const std::vector<std::uint32_t> old_files(changed.begin(), changed.end());
  std::vector<std::optional<LoadedFile>> new_files(old_files.size());
  const unsigned at_once = files_at_once(options_.threads);
  const auto rewrite = [&](std::size_t i) -> Result<void> {
    const std::uint32_t file = old_files[i];
    const auto* const superseded = in_file(superseded_, file);
    const auto* const vanished = in_file(flag_changes_.vanished, file);
    const auto* const returned = in_file(flag_changes_.returned, file);
    HARK_TRY(auto batches, read_trusted_file(reader_, existing_.files()[file], contract_));
    std::vector<RowRange> kept;
    bool has_vanished = false;
    for (std::uint32_t b = 0; b < batches.size(); ++b) {
      if (vanished != nullptr || returned != nullptr)
        pipeline::change_flags(batches[b], contract_, vanished, returned);
      has_vanished = has_vanished || has_vanished_rows(batches[b]);
      const auto batch_keys = row_keys(batches[b], contract_);
      for (std::uint32_t row = 0; row < batch_keys.size(); ++row) {
        const bool is_superseded = superseded != nullptr && superseded->contains(batch_keys[row]) &&
                                   superseded->at(batch_keys[row]) == hash_of(batches[b], row);
        if (!is_superseded) columnar::add_row(kept, b, row);
      }
    }
    if (kept.empty()) return {};
    HARK_TRY(auto written,
             write_file(pointers_to(batches), std::move(kept), options_.threads / at_once));
    new_files[i] = {std::move(written), has_vanished};
    return {};
  };
  HARK_TRY_VOID(parallel_for(old_files.size(), at_once, rewrite));
  for (auto& file : new_files) {
    if (file) written_.push_back(*std::move(file));
  }
  return {};
}

Result<LoadedFiles> TrustedLoad::finish() {
  HARK_TRY_VOID(flush(std::exchange(run_, {}), options_.threads, true));
  HARK_TRY_VOID(name_files());
  HARK_TRY_VOID(settle_runs());
  HARK_TRY_VOID(rewrite_table_files());
  LoadedFiles loaded;
  loaded.counts = counts_;
  loaded.undecided = std::move(undecided_);
  loaded.emptied = std::move(emptied_);
  loaded.added = std::move(written_);
  for (const std::uint32_t file : changed_files())
    loaded.removed.push_back(existing_.files()[file]);
  return loaded;
}

}  // namespace hark::pipeline

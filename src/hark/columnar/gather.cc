#include "hark/columnar/gather.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "hark/core/parallel.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

constexpr std::uint32_t kNoCode = std::numeric_limits<std::uint32_t>::max();
/// Rows ahead whose values are fetched into the cache while the current one is copied.
constexpr std::size_t kAhead = 16;

Result<void> check(std::span<const Batch* const> batches, std::span<const RowRef> rows) {
  for (const Batch* batch : batches) {
    const auto& first = batches.front()->columns;
    const bool same =
        std::equal(batch->columns.begin(), batch->columns.end(), first.begin(), first.end(),
                   [](const Column& a, const Column& b) { return a.field() == b.field(); });
    if (!same) {
      return Error(ErrorCode::kInvalidArgument,
                   "the batches to gather from have different columns");
    }
    for (const Column& column : batch->columns) {
      if (column.size() != batch->num_rows) {
        return Error(ErrorCode::kInvalidArgument,
                     concat("column '", column.name(), "' has ", column.size(), " rows, its batch ",
                            batch->num_rows));
      }
    }
  }
  for (const RowRef ref : rows) {
    if (ref.batch >= batches.size() || ref.row >= batches[ref.batch]->num_rows) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("there is no row ", ref.row, " in batch ", ref.batch, " to gather"));
    }
  }
  return {};
}

/// Copies one value a row out of `sources`, one array a batch.
template <typename T>
std::vector<T> take(const std::vector<const T*>& sources, std::span<const RowRef> rows) {
  std::vector<T> out(rows.size());
  const std::size_t fetched = rows.size() < kAhead ? 0 : rows.size() - kAhead;
  std::size_t i = 0;
  for (; i < fetched; ++i) {
    const RowRef later = rows[i + kAhead];
    __builtin_prefetch(sources[later.batch] + later.row);
    out[i] = sources[rows[i].batch][rows[i].row];
  }
  for (; i < rows.size(); ++i) out[i] = sources[rows[i].batch][rows[i].row];
  return out;
}

/// The codes of several dictionaries made into those of one.
class CodeMerger {
 public:
  /// `columns` are one column of every batch.
  explicit CodeMerger(const std::vector<const Column*>& columns) {
    std::vector<std::pair<const Dictionary*, std::size_t>> seen;
    std::size_t total = 0;
    for (const Column* column : columns) {
      const Dictionary* dictionary = column->dictionary().get();
      dictionaries_.push_back(dictionary);
      const auto at = std::find_if(seen.begin(), seen.end(),
                                   [&](const auto& entry) { return entry.first == dictionary; });
      if (at != seen.end()) {
        first_code_.push_back(at->second);
        continue;
      }
      seen.emplace_back(dictionary, total);
      first_code_.push_back(total);
      total += dictionary == nullptr ? 0 : dictionary->size();
    }
    code_of_.assign(total, kNoCode);
  }

  /// Replaces the source codes of `rows` by merged ones where there is a value.
  void merge(std::span<const RowRef> rows, std::span<const Presence> presence,
             std::span<std::uint32_t> codes) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (presence[i] != Presence::kValue) continue;
      const std::uint32_t batch = rows[i].batch;
      std::uint32_t& code = code_of_[first_code_[batch] + codes[i]];
      if (code == kNoCode) code = builder_.code_of((*dictionaries_[batch])[codes[i]]);
      codes[i] = code;
    }
  }

  std::shared_ptr<const Dictionary> finish() { return builder_.finish(); }

 private:
  std::vector<const Dictionary*> dictionaries_;  ///< of each batch; null where it has no values
  std::vector<std::size_t> first_code_;          ///< of each batch, in code_of_
  std::vector<std::uint32_t> code_of_;
  DictionaryBuilder builder_;
};

template <typename T, typename Values>
std::vector<T> take_values(const std::vector<const Column*>& columns, std::span<const RowRef> rows,
                           const Values& values_of) {
  std::vector<const T*> sources;
  for (const Column* column : columns) sources.push_back(values_of(*column).data());
  return take<T>(sources, rows);
}

Column gather_column(const std::vector<const Column*>& columns, std::span<const RowRef> rows) {
  Column out(columns.front()->field());
  auto presence =
      take_values<Presence>(columns, rows, [](const Column& c) { return c.presence(); });
  switch (out.type()) {
    case Type::kBool:
      out.set(std::move(presence),
              take_values<std::uint8_t>(columns, rows, [](const Column& c) { return c.bools(); }));
      break;
    case Type::kInt32:
    case Type::kDate:
      out.set(std::move(presence),
              take_values<std::int32_t>(columns, rows, [](const Column& c) { return c.int32s(); }));
      break;
    case Type::kInt64:
    case Type::kTimestamp:
      out.set(std::move(presence),
              take_values<std::int64_t>(columns, rows, [](const Column& c) { return c.int64s(); }));
      break;
    case Type::kDouble:
      out.set(std::move(presence),
              take_values<double>(columns, rows, [](const Column& c) { return c.doubles(); }));
      break;
    case Type::kString: {
      auto codes =
          take_values<std::uint32_t>(columns, rows, [](const Column& c) { return c.codes(); });
      const auto& shared = columns.front()->dictionary();
      const bool is_shared = std::all_of(columns.begin(), columns.end(), [&](const Column* column) {
        return column->dictionary() == shared;
      });
      if (is_shared) {
        out.set_dictionary(shared);
      } else {
        CodeMerger merger(columns);
        merger.merge(rows, presence, codes);
        out.set_dictionary(merger.finish());
      }
      out.set(std::move(presence), std::move(codes));
      break;
    }
  }
  return out;
}

}  // namespace

Result<Batch> gather(std::span<const Batch* const> batches, std::span<const RowRef> rows,
                     unsigned threads) {
  HARK_TRY_VOID(check(batches, rows));
  Batch out;
  out.num_rows = rows.size();
  if (batches.empty()) return out;
  for (const Column& column : batches.front()->columns) out.columns.emplace_back(column.field());
  HARK_TRY_VOID(parallel_for(out.columns.size(), threads, [&](std::size_t index) -> Result<void> {
    std::vector<const Column*> columns;
    for (const Batch* batch : batches) columns.push_back(&batch->columns[index]);
    out.columns[index] = gather_column(columns, rows);
    return {};
  }));
  return out;
}

}  // namespace hark::columnar

#include "hark/columnar/gather.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hark/core/parallel.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

constexpr std::uint32_t kNoCode = std::numeric_limits<std::uint32_t>::max();

/// One row to copy.
struct Move {
  std::uint32_t from = 0;  ///< row of the source batch
  std::uint32_t to = 0;    ///< row of the result
};

/// The rows to copy in an order that suits the memory: batch by batch, and within a batch about in
/// the order they lie there. A source is then read from front to back however the result is sorted;
/// only the writes jump, within the one batch being made.
struct Plan {
  std::vector<Move> moves;
  std::vector<std::size_t> first_move;  ///< of each batch, and one past the last

  std::span<const Move> of_batch(std::size_t batch) const {
    return std::span(moves).subspan(first_move[batch], first_move[batch + 1] - first_move[batch]);
  }
};

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
  if (rows.size() >= kNoCode)
    return Error(ErrorCode::kInvalidArgument, "too many rows to gather into one batch");
  for (const RowRef ref : rows) {
    if (ref.batch >= batches.size() || ref.row >= batches[ref.batch]->num_rows) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("there is no row ", ref.row, " in batch ", ref.batch, " to gather"));
    }
  }
  return {};
}

/// A counting sort by blocks of 256 rows: 2 KiB of 8-byte values, which any cache holds.
Plan make_plan(std::span<const Batch* const> batches, std::span<const RowRef> rows) {
  constexpr unsigned kBlockShift = 8;
  std::vector<std::size_t> first_block;
  std::size_t num_blocks = 0;
  for (const Batch* batch : batches) {
    first_block.push_back(num_blocks);
    num_blocks += (batch->num_rows >> kBlockShift) + 1;
  }
  std::vector<std::uint32_t> next(num_blocks + 1);
  for (const RowRef ref : rows) ++next[first_block[ref.batch] + (ref.row >> kBlockShift) + 1];
  for (std::size_t block = 0; block < num_blocks; ++block) next[block + 1] += next[block];
  Plan plan;
  for (const std::size_t block : first_block) plan.first_move.push_back(next[block]);
  plan.first_move.push_back(rows.size());
  plan.moves.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RowRef ref = rows[i];
    const std::size_t block = first_block[ref.batch] + (ref.row >> kBlockShift);
    plan.moves[next[block]++] = {ref.row, static_cast<std::uint32_t>(i)};
  }
  return plan;
}

/// Whether all values have the bytes of the first.
template <typename T>
bool is_constant(std::span<const T> values) {
  return values.size() > 1 &&
         std::memcmp(values.data(), values.data() + 1, (values.size() - 1) * sizeof(T)) == 0;
}

/// Copies one column; `values_of(column)` is its span of T.
///
/// Much of an export is the same in every row of a batch: always there, never there, no fold. To
/// see that costs far less than to copy it row by row.
template <typename T, typename ValuesOf>
std::vector<T> take(const std::vector<const Column*>& columns, const Plan& plan,
                    const ValuesOf& values_of) {
  std::optional<T> usual;
  std::vector<T> out;
  for (std::size_t batch = 0; batch < columns.size(); ++batch) {
    const auto moves = plan.of_batch(batch);
    if (moves.empty()) continue;
    const std::span<const T> source = values_of(*columns[batch]);
    const bool is_same = is_constant(source);
    if (!usual) {
      usual = is_same ? source.front() : T{};
      out.assign(plan.moves.size(), *usual);
    }
    if (is_same && std::memcmp(source.data(), &*usual, sizeof(T)) == 0) continue;
    for (const Move move : moves) out[move.to] = source[move.from];
  }
  return out;
}

bool share_dictionary(const std::vector<const Column*>& columns) {
  return std::all_of(columns.begin(), columns.end(), [&](const Column* column) {
    return column->dictionary() == columns.front()->dictionary();
  });
}

/// Copies the texts of one column: codes of several dictionaries become those of one.
void take_texts(const std::vector<const Column*>& columns, const Plan& plan, Column& out) {
  // First the texts that occur get numbers; then all of them are looked up together, as each
  // look-up alone would wait for memory; then the numbers become codes.
  std::vector<std::uint32_t> codes(plan.moves.size());
  std::vector<HashedText> texts;
  // Batches share dictionaries; a text of one is numbered once.
  std::unordered_map<const Dictionary*, std::vector<std::uint32_t>> numbers_of;
  for (std::size_t batch = 0; batch < columns.size(); ++batch) {
    const Dictionary* dictionary = columns[batch]->dictionary().get();
    const auto moves = plan.of_batch(batch);
    if (dictionary == nullptr || moves.empty()) continue;
    const auto presence = columns[batch]->presence();
    const auto source = columns[batch]->codes();
    if (presence.front() != Presence::kValue && is_constant(presence)) continue;
    std::vector<std::uint32_t>& number_of = numbers_of[dictionary];
    number_of.resize(dictionary->size(), kNoCode);
    for (const Move move : moves) {
      if (presence[move.from] != Presence::kValue) continue;
      std::uint32_t& number = number_of[source[move.from]];
      if (number == kNoCode) {
        number = static_cast<std::uint32_t>(texts.size());
        texts.push_back({(*dictionary)[source[move.from]], dictionary->hash(source[move.from])});
      }
      codes[move.to] = number;
    }
  }
  std::vector<std::uint32_t> code_of(texts.size());
  DictionaryBuilder builder;
  builder.codes_of(texts, code_of);
  if (builder.dictionary().size() < texts.size()) {
    const auto presence = out.presence();
    for (std::size_t row = 0; row < codes.size(); ++row)
      if (presence[row] == Presence::kValue) codes[row] = code_of[codes[row]];
  }
  out.set_dictionary(builder.finish());
  out.mutable_values() = std::move(codes);
}

Column gather_column(const std::vector<const Column*>& columns, const Plan& plan) {
  Column out(columns.front()->field());
  out.mutable_presence() =
      take<Presence>(columns, plan, [](const Column& c) { return c.presence(); });
  switch (out.type()) {
    case Type::kBool:
      out.mutable_values() =
          take<std::uint8_t>(columns, plan, [](const Column& c) { return c.bools(); });
      break;
    case Type::kInt32:
    case Type::kDate:
      out.mutable_values() =
          take<std::int32_t>(columns, plan, [](const Column& c) { return c.int32s(); });
      break;
    case Type::kInt64:
    case Type::kTimestamp:
      out.mutable_values() =
          take<std::int64_t>(columns, plan, [](const Column& c) { return c.int64s(); });
      break;
    case Type::kDouble:
      out.mutable_values() =
          take<double>(columns, plan, [](const Column& c) { return c.doubles(); });
      break;
    case Type::kString:
      if (share_dictionary(columns)) {
        out.mutable_values() =
            take<std::uint32_t>(columns, plan, [](const Column& c) { return c.codes(); });
        out.set_dictionary(columns.front()->dictionary());
      } else {
        take_texts(columns, plan, out);
      }
      break;
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
  const Plan plan = make_plan(batches, rows);
  for (const Column& column : batches.front()->columns) out.columns.emplace_back(column.field());
  HARK_TRY_VOID(parallel_for(out.columns.size(), threads, [&](std::size_t index) -> Result<void> {
    std::vector<const Column*> columns;
    for (const Batch* batch : batches) columns.push_back(&batch->columns[index]);
    out.columns[index] = gather_column(columns, plan);
    return {};
  }));
  return out;
}

}  // namespace hark::columnar

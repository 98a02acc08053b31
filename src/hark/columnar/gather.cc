#include "hark/columnar/gather.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "hark/core/parallel.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

constexpr std::uint32_t kNoCode = std::numeric_limits<std::uint32_t>::max();

/// The rows to take, and the column of each batch to take them from.
struct Source {
  std::span<const Batch* const> batches;
  std::span<const RowRange> rows;
  std::size_t num_rows = 0;
  std::size_t column = 0;

  const Column& of(std::uint32_t batch) const { return batches[batch]->columns[column]; }
};

Result<void> check_batches(std::span<const Batch* const> batches) {
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
  return {};
}

/// Copies one column's values, or presence; `values_of(column)` is its span of T.
template <typename T, typename ValuesOf>
std::vector<T> take(const Source& source, const ValuesOf& values_of) {
  std::vector<T> out;
  out.reserve(source.num_rows);
  for (const RowRange& range : source.rows) {
    const T* const values = values_of(source.of(range.batch)).data();
    out.insert(out.end(), values + range.begin, values + range.end);
  }
  return out;
}

bool is_blank(const Source& source) {
  return std::ranges::all_of(
      source.rows, [&](const RowRange& range) { return source.of(range.batch).is_blank(); });
}

/// The dictionary that all chosen rows have, or nullptr.
const std::shared_ptr<const Dictionary>* shared_dictionary(const Source& source) {
  if (source.rows.empty()) return nullptr;
  const auto& first = source.of(source.rows.front().batch).dictionary();
  const bool is_shared = std::ranges::all_of(source.rows, [&](const RowRange& range) {
    return source.of(range.batch).dictionary() == first;
  });
  return is_shared ? &first : nullptr;
}

/// Whether as good as no text is there twice, told by a share of them that any copy falls into too:
/// to look each up would be in vain.
bool hardly_repeat(std::span<const HashedText> texts) {
  constexpr std::uint64_t kShare = 32;
  constexpr std::size_t kFew = 8192;
  if (texts.size() < kFew) return false;
  std::vector<std::uint64_t> hashes;
  for (const HashedText& text : texts)
    if (text.hash % kShare == 0) hashes.push_back(text.hash);
  std::ranges::sort(hashes);
  std::size_t num_different = 0;
  for (std::size_t i = 0; i < hashes.size(); ++i)
    num_different += i == 0 || hashes[i] != hashes[i - 1] ? 1 : 0;
  return num_different * 16 > hashes.size() * 15;
}

/// How many texts the dictionaries of the chosen rows have, each lineage counted once.
std::size_t count_texts(const Source& source) {
  std::unordered_map<const void*, std::size_t> sizes;
  for (const RowRange& range : source.rows) {
    const Dictionary* const texts = source.of(range.batch).dictionary().get();
    if (texts == nullptr) continue;
    std::size_t& size = sizes[texts->lineage()];
    size = std::max<std::size_t>(size, texts->size());
  }
  std::size_t count = 0;
  for (const auto& [lineage, size] : sizes) count += size;
  return count;
}

/// Gives each text that occurs its code: `code_of(text)`, called once per text and lineage.
template <typename CodeOf>
std::vector<std::uint32_t> take_codes(const Source& source, const CodeOf& code_of) {
  std::vector<std::uint32_t> codes(source.num_rows);
  std::unordered_map<const void*, std::vector<std::uint32_t>> codes_by_lineage;
  std::uint32_t* to = codes.data();
  for (const RowRange& range : source.rows) {
    const Column& column = source.of(range.batch);
    const Dictionary* const texts = column.dictionary().get();
    const std::uint32_t count = range.end - range.begin;
    if (texts != nullptr && !column.is_blank()) {
      std::vector<std::uint32_t>& known = codes_by_lineage[texts->lineage()];
      if (known.size() < texts->size()) known.resize(texts->size(), kNoCode);
      const Presence* const presence = column.presence().data() + range.begin;
      const std::uint32_t* const from = column.codes().data() + range.begin;
      for (std::uint32_t row = 0; row < count; ++row) {
        if (presence[row] != Presence::kValue) continue;
        std::uint32_t& code = known[from[row]];
        if (code == kNoCode)
          code = code_of(HashedText{(*texts)[from[row]], texts->hash(from[row])});
        to[row] = code;
      }
    }
    to += count;
  }
  return codes;
}

/// Copies the texts of one column: codes of several dictionaries become those of one.
void take_texts(const Source& source, Column& out) {
  if (count_texts(source) * 4 < source.num_rows) {
    DictionaryBuilder builder;
    out.mutable_values() =
        take_codes(source, [&builder](const HashedText& text) { return builder.code_of(text); });
    out.set_dictionary(builder.finish());
    return;
  }
  // First the texts that occur get numbers; then all of them are looked up together, as each
  // look-up alone would wait for memory; then the numbers become codes.
  std::vector<HashedText> texts;
  std::vector<std::uint32_t> codes = take_codes(source, [&texts](const HashedText& text) {
    texts.push_back(text);
    return static_cast<std::uint32_t>(texts.size() - 1);
  });
  if (hardly_repeat(texts)) {
    auto dictionary = std::make_shared<Dictionary>();
    std::size_t num_bytes = 0;
    for (const HashedText& text : texts) num_bytes += text.text.size();
    dictionary->reserve(texts.size(), num_bytes);
    for (const HashedText& text : texts) dictionary->add(text.text, text.hash);
    out.set_dictionary(std::move(dictionary));
    out.mutable_values() = std::move(codes);
    return;
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

/// Whether all values have the bytes of the first.
template <typename T>
bool is_constant(const std::vector<T>& values) {
  return values.size() < 2 ||
         std::memcmp(values.data(), values.data() + 1, (values.size() - 1) * sizeof(T)) == 0;
}

template <typename T>
void reorder(std::vector<T>& values, std::span<const std::uint32_t> order,
             std::vector<std::uint64_t>& scratch) {
  // Much of an export says the same in every row: to see that costs less than to move it.
  if (is_constant(values)) return;
  std::memcpy(scratch.data(), values.data(), values.size() * sizeof(T));
  const T* const before = reinterpret_cast<const T*>(scratch.data());
  for (std::size_t row = 0; row < order.size(); ++row) values[row] = before[order[row]];
}

}  // namespace

void add_row(std::vector<RowRange>& rows, std::uint32_t batch, std::uint32_t row) {
  if (!rows.empty() && rows.back().batch == batch && rows.back().end == row) {
    ++rows.back().end;
  } else {
    rows.push_back({batch, row, row + 1});
  }
}

Result<Gatherer> Gatherer::create(std::vector<const Batch*> batches, std::vector<RowRange> rows) {
  HARK_TRY_VOID(check_batches(batches));
  Gatherer gatherer;
  for (const RowRange& range : rows) {
    if (range.batch >= batches.size() || range.begin > range.end ||
        range.end > batches[range.batch]->num_rows) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("there are no rows ", range.begin, " to ", range.end, " in batch ",
                          range.batch, " to gather"));
    }
    gatherer.num_rows_ += range.end - range.begin;
  }
  if (gatherer.num_rows_ >= kNoCode)
    return Error(ErrorCode::kInvalidArgument, "too many rows to gather into one batch");
  gatherer.batches_ = std::move(batches);
  gatherer.rows_ = std::move(rows);
  return gatherer;
}

Column Gatherer::column(std::size_t index) const {
  const Source source{batches_, rows_, num_rows_, index};
  Column out(batches_.front()->columns[index].field());
  if (is_blank(source)) {
    out.set_blank(num_rows_);
    if (out.type() == Type::kString) out.set_dictionary(std::make_shared<Dictionary>());
    return out;
  }
  out.mutable_presence() = take<Presence>(source, [](const Column& c) { return c.presence(); });
  switch (out.type()) {
    case Type::kBool:
      out.mutable_values() = take<std::uint8_t>(source, [](const Column& c) { return c.bools(); });
      break;
    case Type::kInt32:
    case Type::kDate:
      out.mutable_values() = take<std::int32_t>(source, [](const Column& c) { return c.int32s(); });
      break;
    case Type::kInt64:
    case Type::kTimestamp:
      out.mutable_values() = take<std::int64_t>(source, [](const Column& c) { return c.int64s(); });
      break;
    case Type::kDouble:
      out.mutable_values() = take<double>(source, [](const Column& c) { return c.doubles(); });
      break;
    case Type::kString:
      if (const auto* const dictionary = shared_dictionary(source)) {
        out.mutable_values() =
            take<std::uint32_t>(source, [](const Column& c) { return c.codes(); });
        out.set_dictionary(*dictionary);
      } else {
        take_texts(source, out);
      }
      break;
  }
  return out;
}

Result<Batch> gather(std::vector<const Batch*> batches, std::vector<RowRange> rows,
                     unsigned threads) {
  HARK_TRY(const Gatherer gatherer, Gatherer::create(std::move(batches), std::move(rows)));
  Batch out;
  out.num_rows = gatherer.num_rows();
  out.columns.resize(gatherer.num_columns(), Column(Field{}));
  HARK_TRY_VOID(parallel_for(out.columns.size(), threads, [&](std::size_t index) -> Result<void> {
    out.columns[index] = gatherer.column(index);
    return {};
  }));
  return out;
}

void reorder(Batch& batch, std::span<const std::uint32_t> order) {
  std::vector<std::uint64_t> scratch(order.size());
  for (Column& column : batch.columns) {
    if (column.is_blank()) continue;
    reorder(column.mutable_presence(), order, scratch);
    std::visit([&](auto& values) { reorder(values, order, scratch); }, column.mutable_values());
  }
}

}  // namespace hark::columnar

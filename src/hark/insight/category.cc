#include "hark/insight/category.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "hark/core/text.h"

namespace hark::insight {
namespace {

std::string text_of(const columnar::Column& column, std::size_t row) {
  switch (column.type()) {
    case columnar::Type::kBool:
      return column.bools()[row] != 0 ? "true" : "false";
    case columnar::Type::kInt32:
    case columnar::Type::kDate:
      return std::to_string(column.int32s()[row]);
    case columnar::Type::kInt64:
    case columnar::Type::kTimestamp:
      return std::to_string(column.int64s()[row]);
    case columnar::Type::kDouble:
      return concat(column.doubles()[row]);
    case columnar::Type::kString:
      return std::string(column.text(row));
  }
  return {};
}

}  // namespace

CategoryPart::CategoryPart(const columnar::Batch& batch, const std::string& name)
    : codes_(batch.num_rows, kNoCode) {
  const columnar::Column* column = batch.find(name);
  columnar::DictionaryBuilder builder;
  std::vector<std::uint32_t> rows_of;  // by code
  const auto count = [&](std::size_t row, std::uint32_t code) {
    codes_[row] = code;
    if (rows_of[code]++ == 0) used_.push_back({code, 0});
  };
  if (column != nullptr && column->type() == columnar::Type::kString &&
      column->dictionary() != nullptr) {
    spellings_ = column->dictionary();
    rows_of.resize(spellings_->size());
    const auto presence = column->presence();
    const auto codes = column->codes();
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      if (presence[row] == columnar::Presence::kValue) count(row, codes[row]);
    }
  } else if (column != nullptr && column->type() != columnar::Type::kString) {
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      if (!column->is_value(row)) continue;
      const std::uint32_t code = builder.code_of(text_of(*column, row));
      if (code == rows_of.size()) rows_of.push_back(0);
      count(row, code);
    }
  }
  if (spellings_ == nullptr) spellings_ = builder.finish();
  for (Used& used : used_) used.rows = rows_of[used.spelling];
}

Category merge_parts(const contract::ColumnSpec& column,
                     const std::vector<const CategoryPart*>& parts, Translation& translation) {
  const bool is_folded = column.role == contract::Role::kComplaintType;
  columnar::DictionaryBuilder spellings;
  std::vector<std::int64_t> counts;
  translation.clear();
  // Parts share dictionaries; a text of one is looked up once.
  std::unordered_map<const void*, std::shared_ptr<std::vector<std::uint32_t>>> known;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const columnar::Dictionary& texts = parts[p]->spellings();
    auto& shared = known[texts.lineage()];
    if (shared == nullptr) shared = std::make_shared<std::vector<std::uint32_t>>();
    std::vector<std::uint32_t>& spelling_of = *shared;
    if (spelling_of.size() < texts.size()) spelling_of.resize(texts.size(), kNoCode);
    for (const CategoryPart::Used& used : parts[p]->used()) {
      std::uint32_t& spelling = spelling_of[used.spelling];
      if (spelling == kNoCode) spelling = spellings.code_of(texts[used.spelling]);
      if (spelling == counts.size()) counts.push_back(0);
      counts[spelling] += used.rows;
    }
    translation.push_back(shared);
  }
  const auto all = spellings.finish();
  columnar::DictionaryBuilder keys;
  std::vector<std::uint32_t> key_of(all->size());
  std::vector<std::uint32_t> best;  // per key: its most frequent spelling
  for (std::uint32_t s = 0; s < all->size(); ++s) {
    key_of[s] = is_folded ? keys.code_of(fold_category((*all)[s])) : keys.code_of((*all)[s]);
    if (key_of[s] == best.size()) {
      best.push_back(s);
    } else {
      std::uint32_t& kept = best[key_of[s]];
      if (counts[s] > counts[kept] || (counts[s] == counts[kept] && (*all)[s] < (*all)[kept]))
        kept = s;
    }
  }
  const auto names = keys.finish();
  // Codes in the order of the keys: figures must not depend on the order of the rows.
  std::vector<std::uint32_t> in_order(names->size());
  std::iota(in_order.begin(), in_order.end(), std::uint32_t{0});
  std::ranges::sort(in_order, {}, [&](std::uint32_t key) { return (*names)[key]; });
  std::vector<std::uint32_t> place(names->size());
  for (std::uint32_t code = 0; code < in_order.size(); ++code) place[in_order[code]] = code;
  for (auto& [lineage, codes] : known) {
    for (std::uint32_t& code : *codes) {
      if (code != kNoCode) code = place[key_of[code]];
    }
  }
  Category category;
  category.column = column.name;
  category.title = column.title.empty() ? column.name : column.title;
  category.num_spellings = all->size();
  for (const std::uint32_t key : in_order) {
    category.keys.emplace_back((*names)[key]);
    category.labels.emplace_back((*all)[best[key]]);
    const std::string folded = fold_category((*names)[key]);
    category.is_missing_in_tests.push_back(
        std::any_of(column.missing_in_tests.begin(), column.missing_in_tests.end(),
                    [&](const std::string& marker) { return fold_category(marker) == folded; }));
  }
  return category;
}

}  // namespace hark::insight

#include "hark/insight/category.h"

#include <algorithm>

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
  columnar::DictionaryBuilder builder;
  const columnar::Column* column = batch.find(name);
  const auto count = [&](std::size_t row, std::uint32_t code) {
    codes_[row] = code;
    if (code == counts_.size()) counts_.push_back(0);
    ++counts_[code];
  };
  if (column != nullptr && column->type() == columnar::Type::kString && column->size() > 0 &&
      column->dictionary() != nullptr) {
    // Each text of the batch's dictionary is looked up once, and only if a row uses it.
    std::vector<std::uint32_t> code_of(column->dictionary()->size(), kNoCode);
    const auto codes = column->codes();
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      if (!column->is_value(row)) continue;
      std::uint32_t& code = code_of[codes[row]];
      if (code == kNoCode) code = builder.code_of((*column->dictionary())[codes[row]]);
      count(row, code);
    }
  } else if (column != nullptr && column->type() != columnar::Type::kString) {
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      if (column->is_value(row)) count(row, builder.code_of(text_of(*column, row)));
    }
  }
  spellings_ = builder.finish();
}

Category merge_parts(const contract::ColumnSpec& column,
                     const std::vector<const CategoryPart*>& parts,
                     std::vector<std::vector<std::uint32_t>>& translate) {
  const bool is_folded = column.role == contract::Role::kComplaintType;
  columnar::DictionaryBuilder spellings;
  std::vector<std::int64_t> counts;
  translate.assign(parts.size(), {});
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const columnar::Dictionary& texts = parts[p]->spellings();
    for (std::uint32_t s = 0; s < texts.size(); ++s) {
      const std::uint32_t spelling = spellings.code_of(texts[s]);
      if (spelling == counts.size()) counts.push_back(0);
      counts[spelling] += parts[p]->count_of(s);
      translate[p].push_back(spelling);
    }
  }
  const auto all = spellings.finish();
  columnar::DictionaryBuilder keys;
  std::vector<std::uint32_t> key_of(all->size());
  std::vector<std::uint32_t> best;  // per key: its most frequent spelling
  for (std::uint32_t s = 0; s < all->size(); ++s) {
    key_of[s] = is_folded ? keys.code_of(fold_category((*all)[s])) : keys.code_of((*all)[s]);
    if (key_of[s] == best.size()) {
      best.push_back(s);
    } else if (counts[s] > counts[best[key_of[s]]]) {
      best[key_of[s]] = s;
    }
  }
  for (auto& codes : translate) {
    for (std::uint32_t& code : codes) code = key_of[code];
  }
  Category category;
  category.column = column.name;
  category.title = column.title.empty() ? column.name : column.title;
  category.num_spellings = all->size();
  const auto names = keys.finish();
  for (std::uint32_t key = 0; key < names->size(); ++key) {
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

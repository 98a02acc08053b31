// Batches for this module's tests.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/core/text.h"

namespace hark::columnar::testing {

/// A column of each type, two for texts.
inline std::vector<Field> all_fields() {
  return {{"flag", Type::kBool},    {"small", Type::kInt32}, {"big", Type::kInt64},
          {"ratio", Type::kDouble}, {"day", Type::kDate},    {"instant", Type::kTimestamp},
          {"few", Type::kString},   {"many", Type::kString}};
}

/// A value of the column, of about `variety` different ones.
inline void append_random(Column& column, DictionaryBuilder& texts, std::mt19937_64& random,
                          std::uint64_t variety) {
  const std::uint64_t drawn = random() % variety;
  const auto spread = static_cast<std::int64_t>(drawn * 0x9E3779B97F4A7C15ULL);
  switch (column.type()) {
    case Type::kBool:
      return column.append_bool(drawn % 2 == 0);
    case Type::kInt32:
    case Type::kDate:
      return column.append_int32(static_cast<std::int32_t>(spread));
    case Type::kInt64:
    case Type::kTimestamp:
      return column.append_int64(spread);
    case Type::kDouble:
      return column.append_double(static_cast<double>(spread) / 3);
    case Type::kString:
      return column.append_code(texts.code_of(
          drawn == 0 ? std::string() : concat("text ", drawn, std::string(drawn % 40, 'x'))));
  }
}

/// `num_rows` rows of all_fields(); each column has a share of absent rows and a variety of its
/// own.
inline Batch random_batch(std::uint64_t seed, std::size_t num_rows) {
  std::mt19937_64 random(seed);
  Batch batch;
  batch.num_rows = num_rows;
  for (const Field& field : all_fields()) {
    Column column(field);
    DictionaryBuilder texts;
    constexpr std::uint64_t kShares[] = {0, 0, 5, 50, 99, 100};
    constexpr std::uint64_t kVarieties[] = {1, 2, 20, 300, 5000, 1'000'000'000};
    const std::uint64_t absent = kShares[random() % std::size(kShares)];
    const std::uint64_t variety = kVarieties[random() % std::size(kVarieties)];
    // Texts that no row has: readers' dictionaries may hold some.
    texts.code_of("\xF4\x8F\xBF\xBF unused");
    const bool is_blank = random() % 8 == 0;
    if (is_blank) column.set_blank(num_rows);
    for (std::size_t row = 0; row < (is_blank ? 0 : num_rows); ++row) {
      if (random() % 100 < absent) {
        column.append_absent(random() % 4 == 0 ? Presence::kInvalid : Presence::kNull);
      } else {
        append_random(column, texts, random, variety);
      }
    }
    if (field.type == Type::kString) column.set_dictionary(texts.finish());
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

inline std::vector<Field> fields_of(const Batch& batch) {
  std::vector<Field> fields;
  for (const Column& column : batch.columns) fields.push_back(column.field());
  return fields;
}

inline Batch one_column(Column column) {
  Batch batch;
  batch.num_rows = column.size();
  batch.columns.push_back(std::move(column));
  return batch;
}

}  // namespace hark::columnar::testing

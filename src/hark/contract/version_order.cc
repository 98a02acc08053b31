#include "hark/contract/version_order.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

#include "hark/calendar/civil.h"
#include "hark/core/clock.h"
#include "hark/core/text.h"
#include "hark/crypto/sha256.h"

namespace hark::contract {
namespace {

using columnar::Column;
using columnar::Type;

/// Appends the value in a form that two equal values share whatever their dictionaries.
void append_value(std::string& out, const Column& column, std::size_t row) {
  const auto append_bits = [&](std::uint64_t bits) {
    for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift & 0xFF);
  };
  switch (column.type()) {
    case Type::kBool:
      return append_bits(column.bools()[row]);
    case Type::kInt32:
    case Type::kDate:
      return append_bits(static_cast<std::uint64_t>(std::int64_t{column.int32s()[row]}));
    case Type::kInt64:
    case Type::kTimestamp:
      return append_bits(static_cast<std::uint64_t>(column.int64s()[row]));
    case Type::kDouble:
      return append_bits(std::bit_cast<std::uint64_t>(column.doubles()[row]));
    case Type::kString:
      append_bits(column.text(row).size());
      out += column.text(row);
  }
}

std::string value_text(const Column& column, std::size_t row) {
  switch (column.type()) {
    case Type::kBool:
      return column.bools()[row] != 0 ? "true" : "false";
    case Type::kDate:
      return calendar::format_date(column.int32s()[row]);
    case Type::kInt32:
      return std::to_string(column.int32s()[row]);
    case Type::kInt64:
      return std::to_string(column.int64s()[row]);
    case Type::kTimestamp:
      return format_instant(Instant(std::chrono::microseconds(column.int64s()[row])));
    case Type::kDouble:
      return concat(column.doubles()[row]);
    case Type::kString:
      return std::string(column.text(row));
  }
  return {};
}

std::int64_t version_of(const RowView& view, const Contract& contract) {
  const ColumnSpec* spec = contract.with_role(Role::kVersion);
  const Column* column = spec == nullptr ? nullptr : view.batch->find(spec->name);
  if (column == nullptr || !column->is_value(view.row))
    return std::numeric_limits<std::int64_t>::min();
  if (column->type() == Type::kTimestamp || column->type() == Type::kInt64)
    return column->int64s()[view.row];
  if (column->type() == Type::kDate || column->type() == Type::kInt32)
    return column->int32s()[view.row];
  return std::numeric_limits<std::int64_t>::min();
}

bool has_closing_time(const RowView& view, const Contract& contract) {
  const ColumnSpec* spec = contract.with_role(Role::kClosed);
  const Column* column = spec == nullptr ? nullptr : view.batch->find(spec->name);
  return column != nullptr && column->is_value(view.row);
}

int num_values(const RowView& view, const Contract& contract) {
  int count = 0;
  for (const ColumnSpec& spec : contract.columns) {
    const Column* column = view.batch->find(spec.name);
    count += column != nullptr && column->is_value(view.row) ? 1 : 0;
  }
  return count;
}

/// Appends nothing where the row has no value in the column.
void append_column(std::string& out, const RowView& view, const std::string& name) {
  const Column* column = view.batch->find(name);
  if (column == nullptr || !column->is_value(view.row)) return;
  out += name;
  out += '=';
  append_value(out, *column, view.row);
}

std::string standardised_record(const RowView& view, const Contract& contract) {
  std::string record;
  for (const ColumnSpec& spec : contract.columns) append_column(record, view, spec.name);
  return record;
}

std::array<std::uint64_t, 2> hash_of(const std::string& record) {
  const crypto::Sha256Digest digest = crypto::sha256(record);
  std::array<std::uint64_t, 2> hash{};
  for (std::size_t i = 0; i < 16; ++i) hash[i / 8] = hash[i / 8] << 8 | digest[i];
  return hash;
}

}  // namespace

bool VersionRank::differs_by_hash_alone(const VersionRank& other) const noexcept {
  return version == other.version && has_closing == other.has_closing &&
         num_values == other.num_values && hash != other.hash;
}

VersionRank version_rank(const RowView& row, const Contract& contract) {
  return {version_of(row, contract), has_closing_time(row, contract), num_values(row, contract),
          hash_of(standardised_record(row, contract))};
}

bool have_same_key(const RowView& a, const RowView& b, const Contract& contract) {
  for (const std::string& name : contract.key) {
    std::string left;
    std::string right;
    const Column* column_a = a.batch->find(name);
    const Column* column_b = b.batch->find(name);
    if (column_a != nullptr && column_a->is_value(a.row)) append_value(left, *column_a, a.row);
    if (column_b != nullptr && column_b->is_value(b.row)) append_value(right, *column_b, b.row);
    if (left != right) return false;
  }
  return true;
}

VersionOrder compare_versions(const RowView& a, const RowView& b, const Contract& contract) {
  if (const auto order = version_of(a, contract) <=> version_of(b, contract); order != 0)
    return {order};
  if (const auto order = has_closing_time(a, contract) <=> has_closing_time(b, contract);
      order != 0)
    return {order};
  if (const auto order = num_values(a, contract) <=> num_values(b, contract); order != 0)
    return {order};
  const std::string record_a = standardised_record(a, contract);
  const std::string record_b = standardised_record(b, contract);
  if (record_a == record_b) return {std::strong_ordering::equal};
  return {hash_of(record_a) <=> hash_of(record_b), true};
}

std::vector<std::string> differing_columns(const RowView& a, const RowView& b,
                                           const Contract& contract) {
  std::vector<std::string> names;
  for (const ColumnSpec& spec : contract.columns) {
    std::string ours;
    std::string theirs;
    append_column(ours, a, spec.name);
    append_column(theirs, b, spec.name);
    if (ours != theirs) names.push_back(spec.name);
  }
  return names;
}

std::string key_text(const RowView& row, const Contract& contract) {
  std::string text;
  for (const ColumnSpec& spec : contract.columns) {
    if (std::ranges::find(contract.key, spec.name) == contract.key.end()) continue;
    if (spec.is_personal) return {};
    const Column* column = row.batch->find(spec.name);
    if (column == nullptr) continue;
    if (!text.empty()) text += ", ";
    text += column->is_value(row.row) ? value_text(*column, row.row) : "none";
  }
  return text;
}

}  // namespace hark::contract

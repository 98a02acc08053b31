#include "hark/insight/columns.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "hark/core/text.h"

namespace hark::insight {

bool ColumnWish::add(std::string_view name) {
  const bool is_offered = std::any_of(fields_.begin(), fields_.end(),
                                      [&](const auto& field) { return field.name == name; });
  if (!is_offered || name.empty()) return false;
  if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.emplace_back(name);
  return true;
}

bool ColumnWish::add_clock(std::string_view name) {
  if (!add(name)) return false;
  for (const char* part : {"_offset_s", "_fold", "_gap"}) add(concat(name, part));
  return true;
}

void ColumnWish::add_where(const Selection& selection) {
  if (selection.where) {
    for (const std::string& name : selection.where->columns()) add(name);
  }
  add(kFlagsColumn);
}

void restore_invalid(columnar::Batch& batch) {
  const columnar::Column* flags = batch.find(kFlagsColumn);
  if (flags == nullptr || flags->dictionary() == nullptr) return;
  constexpr std::string_view kPrefix = "invalid:";
  const columnar::Dictionary& texts = *flags->dictionary();
  std::vector<std::vector<columnar::Column*>> columns_of(texts.size());
  for (std::uint32_t code = 0; code < texts.size(); ++code) {
    for (std::string_view flag : split(texts[code], ',')) {
      flag = trim(flag);
      if (!flag.starts_with(kPrefix)) continue;
      const auto column = std::find_if(
          batch.columns.begin(), batch.columns.end(),
          [&](const columnar::Column& c) { return c.name() == flag.substr(kPrefix.size()); });
      if (column != batch.columns.end()) columns_of[code].push_back(&*column);
    }
  }
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    if (!flags->is_value(row)) continue;
    for (columnar::Column* column : columns_of[flags->codes()[row]]) {
      columnar::Presence& presence = column->mutable_presence()[row];
      if (presence == columnar::Presence::kNull) presence = columnar::Presence::kInvalid;
    }
  }
}

Result<std::vector<std::uint8_t>> Selection::rows_of(const columnar::Batch& batch) const {
  std::vector<std::uint8_t> rows(batch.num_rows, 1);
  if (!where) return rows;
  HARK_TRY(const auto truths, where->evaluate(batch));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    rows[row] = truths[row] == contract::Truth::kTrue ? 1 : 0;
  }
  return rows;
}

Numbers::Numbers(const columnar::Batch& batch, std::string_view name) : column_(batch.find(name)) {}

std::optional<double> Numbers::number(std::size_t row) const {
  if (column_ == nullptr || !column_->is_value(row)) return std::nullopt;
  switch (column_->type()) {
    case columnar::Type::kInt32:
      return column_->int32s()[row];
    case columnar::Type::kInt64:
      return static_cast<double>(column_->int64s()[row]);
    case columnar::Type::kDouble:
      return column_->doubles()[row];
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> Numbers::integer(std::size_t row) const {
  if (column_ != nullptr && column_->type() == columnar::Type::kInt64 && column_->is_value(row)) {
    return column_->int64s()[row];
  }
  const auto value = number(row);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

ClockColumn::ClockColumn(const columnar::Batch& batch, std::string_view name) {
  if (name.empty()) return;
  clock_ = batch.find(name);
  offset_ = batch.find(concat(name, "_offset_s"));
  fold_ = batch.find(concat(name, "_fold"));
  gap_ = batch.find(concat(name, "_gap"));
}

bool ClockColumn::is_date() const noexcept {
  return clock_ != nullptr && clock_->type() == columnar::Type::kDate;
}

bool ClockColumn::has_set(const columnar::Column* flag) {
  if (flag == nullptr) return false;
  const auto flags = flag->bools();
  return !flags.empty() && std::memchr(flags.data(), 1, flags.size()) != nullptr;
}

void ClockColumn::copy_instants(std::span<std::int64_t> us, std::span<std::int32_t> offsets_s,
                                std::int64_t no_value) const {
  std::ranges::fill(offsets_s, 0);
  if (clock_ == nullptr) {
    std::ranges::fill(us, no_value);
    return;
  }
  const auto presence = clock_->presence();
  const auto instants = clock_->int64s();
  for (std::size_t row = 0; row < us.size(); ++row)
    us[row] = presence[row] == columnar::Presence::kValue ? instants[row] : no_value;
  if (offset_ == nullptr) return;
  const auto known = offset_->presence();
  const auto offsets = offset_->int32s();
  for (std::size_t row = 0; row < us.size(); ++row) {
    const bool has_offset = known[row] == columnar::Presence::kValue && us[row] != no_value;
    offsets_s[row] = has_offset ? offsets[row] : 0;
  }
}

std::int32_t ClockColumn::offset_s(std::size_t row) const {
  return offset_ != nullptr && offset_->is_value(row) ? offset_->int32s()[row] : 0;
}

std::int32_t ClockColumn::local_day(std::size_t row) const {
  if (is_date()) return clock_->int32s()[row];
  const std::int64_t local_s = floor_div(clock_->int64s()[row], kMicrosPerSecond) + offset_s(row);
  return static_cast<std::int32_t>(floor_div(local_s, kSecondsPerDay));
}

std::uint8_t ClockColumn::local_hour(std::size_t row) const {
  const std::int64_t local_s = floor_div(clock_->int64s()[row], kMicrosPerSecond) + offset_s(row);
  return static_cast<std::uint8_t>((local_s - floor_div(local_s, kSecondsPerDay) * kSecondsPerDay) /
                                   3600);
}

std::string_view name_with_role(const contract::Contract& contract, contract::Role role) noexcept {
  const contract::ColumnSpec* column = contract.with_role(role);
  return column == nullptr ? std::string_view() : std::string_view(column->name);
}

}  // namespace hark::insight

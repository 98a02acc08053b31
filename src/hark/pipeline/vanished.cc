#include "hark/pipeline/vanished.h"

#include <algorithm>
#include <optional>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/engine/parquet_source.h"
#include "hark/pipeline/trusted_rows.h"

namespace hark::pipeline {
namespace {

using columnar::Batch;
using columnar::Column;

constexpr std::int64_t kDayUs = 86'400'000'000;
// METRICS section 2: outside of these years a time is a mark.
const std::int64_t kFirstUs = calendar::days_from_civil(1990, 1, 1) * kDayUs;
const std::int64_t kEndUs = calendar::days_from_civil(2100, 1, 1) * kDayUs;

const Column* time_column(const Batch& batch, const contract::Contract& contract) {
  const contract::ColumnSpec* const clock = contract.with_role(contract::time_role(contract.kind));
  return clock == nullptr ? nullptr : batch.find(clock->name);
}

/// Microseconds; days are their first.
std::optional<std::int64_t> time_of(const Column* column, std::size_t row) {
  if (column == nullptr || !column->is_value(row)) return std::nullopt;
  return column->type() == columnar::Type::kDate ? column->int32s()[row] * kDayUs
                                                 : column->int64s()[row];
}

bool has_flag(std::string_view flags) {
  const auto parts = split(flags, ',');
  return std::ranges::any_of(parts,
                             [](std::string_view part) { return trim(part) == kVanishedFlag; });
}

/// For each code of the column's texts whether it has the flag: rows are many, texts few.
std::vector<std::uint8_t> codes_with_flag(const Column& flags) {
  if (flags.dictionary() == nullptr) return {};
  std::vector<std::uint8_t> has(flags.dictionary()->size());
  for (std::uint32_t code = 0; code < has.size(); ++code)
    has[code] = has_flag((*flags.dictionary())[code]) ? 1 : 0;
  return has;
}

std::string with_flag(std::string_view flags) {
  return flags.empty() ? std::string(kVanishedFlag) : concat(flags, ",", kVanishedFlag);
}

std::string without_flag(std::string_view flags) {
  std::string kept;
  for (const std::string_view part : split(flags, ',')) {
    if (trim(part) == kVanishedFlag) continue;
    if (!kept.empty()) kept += ',';
    kept += part;
  }
  return kept;
}

class FlagSink final : public columnar::BatchSink {
 public:
  FlagSink(const contract::Contract& contract, const Coverage& coverage, bool is_complete,
           std::uint32_t file, FlagChanges& changes)
      : contract_(contract),
        coverage_(coverage),
        is_complete_(is_complete),
        file_(file),
        changes_(changes) {}

  Result<void> consume(Batch batch, unsigned) override {
    const auto keys = row_keys(batch, contract_);
    const Column* const time = time_column(batch, contract_);
    const Column* const flags = batch.find(kFlagsColumn);
    const Column* const hashes = batch.find(kRowHashColumn);
    if (flags == nullptr || hashes == nullptr)
      return Error(ErrorCode::kInternal, "the trusted table gave no flags or row hashes");
    const auto has_flag = codes_with_flag(*flags);
    const std::lock_guard lock(mutex_);
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      const bool is_flagged = flags->is_value(row) && has_flag[flags->codes()[row]] != 0;
      const FlagChanges::Row id{keys[row], static_cast<std::uint64_t>(hashes->int64s()[row])};
      if (is_flagged && coverage_.has_key(keys[row])) changes_.returned[file_].insert(id);
      if (!is_complete_ || is_flagged || coverage_.has_key(keys[row])) continue;
      const auto at = time_of(time, row);
      if (at && coverage_.is_within(*at)) changes_.vanished[file_].insert(id);
    }
    return {};
  }

 private:
  const contract::Contract& contract_;
  const Coverage& coverage_;
  bool is_complete_;
  std::uint32_t file_;
  FlagChanges& changes_;
  std::mutex mutex_;
};

}  // namespace

Coverage::Coverage(const contract::Contract& contract, Instant now, columnar::BatchSink& next)
    : contract_(contract), now_us_(now.time_since_epoch().count()), next_(next) {}

Result<void> Coverage::consume(Batch batch, unsigned worker) {
  const auto keys = row_keys(batch, contract_);
  const Column* const column = time_column(batch, contract_);
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    const auto at = time_of(column, row);
    if (!at || *at < kFirstUs || *at >= kEndUs || *at > now_us_) continue;
    first = std::min(first, *at);
    last = std::max(last, *at);
  }
  {
    const std::lock_guard lock(mutex_);
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    first_ = std::min(first_, first);
    last_ = std::max(last_, last);
  }
  return next_.consume(std::move(batch), worker);
}

void Coverage::finish() { std::ranges::sort(keys_); }

bool Coverage::has_key(std::uint64_t key) const { return std::ranges::binary_search(keys_, key); }

std::int64_t FlagChanges::count(const std::map<std::uint32_t, std::set<Row>>& rows) noexcept {
  std::int64_t sum = 0;
  for (const auto& [file, of_file] : rows) sum += static_cast<std::int64_t>(of_file.size());
  return sum;
}

Result<FlagChanges> find_flag_changes(TrustedReader& reader, const ExistingRows& existing,
                                      const contract::Contract& contract, const Coverage& coverage,
                                      bool is_complete,
                                      const std::set<std::string>& flagged_files) {
  std::vector<bool> is_wanted(existing.files().size());
  for (std::size_t i = 0; i < is_wanted.size(); ++i)
    is_wanted[i] = flagged_files.contains(existing.files()[i]);
  if (is_complete) {
    for (const ExistingRow& row : existing.rows()) {
      if (!is_wanted[row.file] && !coverage.has_key(row.key)) is_wanted[row.file] = true;
    }
  }
  std::vector<std::string> columns(contract.key.begin(), contract.key.end());
  const auto ask_for = [&](std::string_view name) {
    if (std::ranges::find(columns, name) == columns.end()) columns.emplace_back(name);
  };
  if (const auto* clock = contract.with_role(contract::time_role(contract.kind)))
    ask_for(clock->name);
  ask_for(kFlagsColumn);
  ask_for(kRowHashColumn);
  FlagChanges changes;
  for (std::uint32_t file = 0; file < is_wanted.size(); ++file) {
    if (!is_wanted[file]) continue;
    HARK_TRY(const auto source, reader.open({existing.files()[file]}, contract));
    FlagSink sink(contract, coverage, is_complete, file, changes);
    HARK_TRY_VOID(source->stream(columns, 1, sink));
  }
  return changes;
}

void change_flags(Batch& batch, const contract::Contract& contract,
                  const std::set<FlagChanges::Row>* vanished,
                  const std::set<FlagChanges::Row>* returned) {
  const auto keys = row_keys(batch, contract);
  const auto hashes = batch.find(kRowHashColumn)->int64s();
  const auto flags = std::ranges::find(batch.columns, kFlagsColumn, &Column::name);
  Column changed(flags->field());
  changed.reserve(batch.num_rows);
  columnar::DictionaryBuilder texts;
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    const FlagChanges::Row id{keys[row], static_cast<std::uint64_t>(hashes[row])};
    std::string_view text = flags->text(row);
    std::string other;
    if (vanished != nullptr && vanished->contains(id)) text = other = with_flag(text);
    if (returned != nullptr && returned->contains(id)) text = other = without_flag(text);
    if (text.empty())
      changed.append_absent(columnar::Presence::kNull);
    else
      changed.append_code(texts.code_of(text));
  }
  changed.set_dictionary(texts.finish());
  *flags = std::move(changed);
}

bool has_vanished_rows(const Batch& batch) {
  const Column* const flags = batch.find(kFlagsColumn);
  if (flags == nullptr) return false;
  const auto has_flag = codes_with_flag(*flags);
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    if (flags->is_value(row) && has_flag[flags->codes()[row]] != 0) return true;
  }
  return false;
}

}  // namespace hark::pipeline

#include "hark/pipeline/trusted_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::pipeline {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Field;
using columnar::Presence;
using columnar::Type;

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::size_t kMaxFlags = 64;

std::uint64_t mix(std::uint64_t value) noexcept {
  // The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit reaches every output
  // bit.
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

/// Calls `use(row, 64-bit image of the value, whether there is one)` for every row: without a
/// branch on it, as which rows have a value is hard to guess. Not called for a column of no values.
template <typename Use>
void for_each_row(const Column& column, const Use& use) {
  if (column.is_blank()) return;
  const auto presence = column.presence();
  const auto visit = [&](const auto& image_of) {
    for (std::size_t row = 0; row < presence.size(); ++row)
      use(row, image_of(row), presence[row] == Presence::kValue);
  };
  switch (column.type()) {
    case Type::kBool:
      return visit([values = column.bools()](std::size_t r) { return std::uint64_t{values[r]}; });
    case Type::kInt32:
    case Type::kDate:
      return visit([values = column.int32s()](std::size_t r) {
        return static_cast<std::uint64_t>(std::int64_t{values[r]});
      });
    case Type::kInt64:
    case Type::kTimestamp:
      return visit([values = column.int64s()](std::size_t r) {
        return static_cast<std::uint64_t>(values[r]);
      });
    case Type::kDouble:
      return visit([values = column.doubles()](std::size_t r) {
        return std::bit_cast<std::uint64_t>(values[r] == 0 ? 0.0
                                                           : values[r]);  // -0 and 0 are one value
      });
    case Type::kString: {
      // Rows without a value have code 0.
      if (column.dictionary() == nullptr || column.dictionary()->size() == 0) return;
      return visit([codes = column.codes(), &dictionary = *column.dictionary()](std::size_t r) {
        return dictionary.hash(codes[r]);
      });
    }
  }
}

/// c_local_date and c_local_s of a clock, from its instant and offset.
void add_local_parts(const Column& clock, const Column& offset, std::vector<Column>& out) {
  const std::size_t n = clock.size();
  Column date({clock.name() + "_local_date", Type::kDate});
  Column second({clock.name() + "_local_s", Type::kInt32});
  if (clock.is_blank()) {
    date.set_blank(n);
    second.set_blank(n);
    out.push_back(std::move(date));
    out.push_back(std::move(second));
    return;
  }
  std::vector<std::int32_t> dates(n);
  std::vector<std::int32_t> seconds(n);
  const auto instants = clock.int64s();
  const auto offsets = offset.int32s();
  for (std::size_t row = 0; row < n; ++row) {
    if (!clock.is_value(row)) continue;
    // Floor division: instants before 1970 are negative.
    std::int64_t local =
        instants[row] / kMicros - (instants[row] % kMicros < 0 ? 1 : 0) + offsets[row];
    std::int64_t day = local / kDay - (local % kDay < 0 ? 1 : 0);
    dates[row] = static_cast<std::int32_t>(day);
    seconds[row] = static_cast<std::int32_t>(local - day * kDay);
  }
  const std::vector<Presence> presence(clock.presence().begin(), clock.presence().end());
  date.set(presence, std::move(dates));
  second.set(presence, std::move(seconds));
  out.push_back(std::move(date));
  out.push_back(std::move(second));
}

bool is_clock(const contract::ColumnSpec& spec) {
  return contract::storage_type(spec.type) == Type::kTimestamp;
}

}  // namespace

std::vector<Field> trusted_fields(const contract::Contract& contract) {
  std::vector<Field> fields;
  for (const contract::ColumnSpec& spec : contract.columns) {
    fields.push_back({spec.name, contract::storage_type(spec.type)});
    if (!is_clock(spec)) continue;
    fields.push_back({spec.name + "_local_date", Type::kDate});
    fields.push_back({spec.name + "_local_s", Type::kInt32});
    fields.push_back({spec.name + "_offset_s", Type::kInt32});
    fields.push_back({spec.name + "_fold", Type::kBool});
    fields.push_back({spec.name + "_gap", Type::kBool});
  }
  fields.push_back({std::string(kFileColumn), Type::kString});
  fields.push_back({std::string(kRecordColumn), Type::kInt64});
  fields.push_back({std::string(kIngestedAtColumn), Type::kTimestamp});
  fields.push_back({std::string(kFlagsColumn), Type::kString});
  fields.push_back({std::string(kRowHashColumn), Type::kInt64});
  return fields;
}

std::vector<std::string> columns_to_read(const contract::Contract& contract) {
  std::vector<std::string> names;
  for (const contract::ColumnSpec& spec : contract.columns) {
    names.push_back(spec.name);
    if (!is_clock(spec)) continue;
    for (const char* part : {"_offset_s", "_fold", "_gap"}) names.push_back(spec.name + part);
  }
  names.emplace_back(kRecordColumn);
  return names;
}

std::vector<std::uint64_t> row_hashes(const Batch& batch, const contract::Contract& contract) {
  std::vector<std::uint64_t> hashes(batch.num_rows, 0);
  for (const contract::ColumnSpec& spec : contract.columns) {
    const Column* column = batch.find(spec.name);
    if (column == nullptr) continue;
    const std::uint64_t seed = columnar::hash_bytes(spec.name);
    // XOR keeps the order of columns out of it, and absent values too.
    if (const columnar::Dictionary* const texts = column->dictionary().get();
        texts != nullptr && texts->size() > 0 && texts->size() * 2 < batch.num_rows) {
      // Few texts: each is mixed once.
      std::vector<std::uint64_t> mixed(texts->size());
      for (std::uint32_t code = 0; code < texts->size(); ++code)
        mixed[code] = mix(seed ^ mix(texts->hash(code)));
      const auto presence = column->presence();
      const auto codes = column->codes();
      for (std::size_t row = 0; row < batch.num_rows; ++row)
        hashes[row] ^= mixed[codes[row]] & (0 - std::uint64_t{presence[row] == Presence::kValue});
      continue;
    }
    for_each_row(*column, [&](std::size_t row, std::uint64_t image, bool is_value) {
      hashes[row] ^= mix(seed ^ mix(image)) & (0 - std::uint64_t{is_value});
    });
  }
  return hashes;
}

std::vector<std::uint64_t> row_keys(const Batch& batch, const contract::Contract& contract) {
  std::vector<std::uint64_t> keys(batch.num_rows, 0);
  const bool is_exact = keys_are_exact(contract);
  for (const std::string& name : contract.key) {
    const Column* column = batch.find(name);
    if (column == nullptr) continue;
    for_each_row(*column, [&](std::size_t row, std::uint64_t image, bool is_value) {
      if (is_value) keys[row] = is_exact ? image : mix(keys[row] ^ image);
    });
  }
  return keys;
}

bool keys_are_exact(const contract::Contract& contract) {
  if (contract.key.size() != 1) return false;
  const contract::ColumnSpec* spec = contract.find(contract.key.front());
  return spec != nullptr && contract::storage_type(spec->type) != Type::kString;
}

Result<Completer> Completer::create(const contract::Contract& contract, Instant ingested_at,
                                    const std::function<bool(std::string_view)>& has_column) {
  Completer completer;
  completer.contract_ = &contract;
  completer.fields_ = trusted_fields(contract);
  completer.ingested_at_ = ingested_at;
  for (const contract::Rule& rule : contract.rules) {
    HARK_TRY(auto expression, contract::Expression::parse(rule.expression, contract));
    if (!std::ranges::all_of(expression.contract_columns(), has_column)) continue;
    completer.rules_.push_back({rule.name, std::move(expression)});
  }
  for (const contract::ColumnSpec& spec : contract.columns) {
    if (spec.on_invalid == contract::OnInvalid::kFlag && spec.type != contract::ValueType::kString)
      completer.flaggable_.push_back(spec.name);
  }
  if (completer.rules_.size() > kMaxFlags || completer.flaggable_.size() > kMaxFlags) {
    return Error(ErrorCode::kUnsupported, concat("contract '", contract.name, "' has more than ",
                                                 kMaxFlags, " rules or typed columns"));
  }
  return completer;
}

Result<void> Completer::complete(Batch& batch) const {
  const std::size_t n = batch.num_rows;
  const std::vector<std::uint64_t> hashes = row_hashes(batch, *contract_);

  // One bit per broken rule and per unreadable value; rows with the same bits share one text.
  std::vector<std::uint64_t> broken(n, 0);
  std::vector<std::uint64_t> unreadable(n, 0);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    HARK_TRY(const auto truth, rules_[i].expression.evaluate(batch));
    for (std::size_t row = 0; row < n; ++row) {
      if (truth[row] == contract::Truth::kFalse) broken[row] |= std::uint64_t{1} << i;
    }
  }
  for (std::size_t i = 0; i < flaggable_.size(); ++i) {
    const Column* column = batch.find(flaggable_[i]);
    if (column == nullptr || column->is_blank()) continue;
    const auto presence = column->presence();
    for (std::size_t row = 0; row < n; ++row) {
      if (presence[row] == Presence::kInvalid) unreadable[row] |= std::uint64_t{1} << i;
    }
  }
  columnar::DictionaryBuilder flag_texts;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> code_of;
  Column flags({std::string(kFlagsColumn), Type::kString});
  flags.reserve(n);
  for (std::size_t row = 0; row < n; ++row) {
    if (broken[row] == 0 && unreadable[row] == 0) {
      flags.append_absent(Presence::kNull);
      continue;
    }
    const auto [entry, is_new] = code_of.try_emplace({broken[row], unreadable[row]}, 0);
    if (is_new) {
      std::string text;
      for (std::size_t i = 0; i < rules_.size(); ++i) {
        if ((broken[row] >> i & 1) != 0) text += (text.empty() ? "" : ",") + rules_[i].name;
      }
      for (std::size_t i = 0; i < flaggable_.size(); ++i) {
        if ((unreadable[row] >> i & 1) != 0)
          text += (text.empty() ? "invalid:" : ",invalid:") + flaggable_[i];
      }
      entry->second = flag_texts.code_of(text);
    }
    flags.append_code(entry->second);
  }
  flags.set_dictionary(flag_texts.finish());

  std::vector<Column> columns;
  columns.reserve(fields_.size());
  const auto take = [&](const std::string& name) -> Result<void> {
    for (Column& column : batch.columns) {
      if (column.name() != name) continue;
      columns.push_back(std::move(column));
      return {};
    }
    return Error(ErrorCode::kInternal, concat("the reader gave no column '", name, "'"));
  };
  for (const contract::ColumnSpec& spec : contract_->columns) {
    if (is_clock(spec)) {
      const Column* clock = batch.find(spec.name);
      const Column* offset = batch.find(spec.name + "_offset_s");
      if (clock == nullptr || offset == nullptr)
        return Error(ErrorCode::kInternal, concat("the reader gave no clock '", spec.name, "'"));
      std::vector<Column> local;
      add_local_parts(*clock, *offset, local);
      HARK_TRY_VOID(take(spec.name));
      for (Column& column : local) columns.push_back(std::move(column));
      for (const char* part : {"_offset_s", "_fold", "_gap"}) HARK_TRY_VOID(take(spec.name + part));
    } else {
      HARK_TRY_VOID(take(spec.name));
    }
  }
  Column file({std::string(kFileColumn), Type::kString});
  file.set_blank(n);
  file.set_dictionary(std::make_shared<columnar::Dictionary>());
  columns.push_back(std::move(file));
  HARK_TRY_VOID(take(std::string(kRecordColumn)));
  Column ingested({std::string(kIngestedAtColumn), Type::kTimestamp});
  ingested.set(std::vector<Presence>(n, Presence::kValue),
               std::vector<std::int64_t>(n, ingested_at_.time_since_epoch().count()));
  columns.push_back(std::move(ingested));
  columns.push_back(std::move(flags));
  Column row_hash({std::string(kRowHashColumn), Type::kInt64});
  std::vector<std::int64_t> stored(n);
  std::memcpy(stored.data(), hashes.data(), n * sizeof(std::uint64_t));
  row_hash.set(std::vector<Presence>(n, Presence::kValue), std::move(stored));
  columns.push_back(std::move(row_hash));
  batch.columns = std::move(columns);
  return {};
}

}  // namespace hark::pipeline

#include "hark/insight/memory_source_test.h"

#include <cstdio>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::insight::test {
namespace {

using columnar::Column;
using columnar::Presence;
using columnar::Type;

Column slice(const Column& column, std::size_t from, std::size_t until) {
  Column out(column.field());
  out.set_dictionary(column.dictionary());
  for (std::size_t row = from; row < until; ++row) {
    if (!column.is_value(row)) {
      out.append_absent(column.presence()[row]);
      continue;
    }
    switch (column.type()) {
      case Type::kBool:
        out.append_bool(column.bools()[row] != 0);
        break;
      case Type::kInt32:
      case Type::kDate:
        out.append_int32(column.int32s()[row]);
        break;
      case Type::kInt64:
      case Type::kTimestamp:
        out.append_int64(column.int64s()[row]);
        break;
      case Type::kDouble:
        out.append_double(column.doubles()[row]);
        break;
      case Type::kString:
        out.append_code(column.codes()[row]);
        break;
    }
  }
  return out;
}

std::int32_t day_of(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  std::sscanf(text.c_str(), "%d-%u-%u", &year, &month, &day);
  return calendar::days_from_civil(year, month, day);
}

Presence absence_of(const std::string& text) {
  return text == kUnreadable ? Presence::kInvalid : Presence::kNull;
}

bool is_absent(const std::string& text) { return text.empty() || text == kUnreadable; }

}  // namespace

Column& MemorySource::add(const std::string& name, Type type) {
  fields_.push_back({name, type});
  return columns_.emplace_back(columnar::Field{name, type});
}

MemorySource& MemorySource::texts(const std::string& name,
                                  const std::vector<std::optional<std::string>>& rows) {
  Column& column = add(name, Type::kString);
  columnar::DictionaryBuilder builder;
  for (const auto& row : rows) {
    if (row) {
      column.append_code(builder.code_of(*row));
    } else {
      column.append_absent(Presence::kNull);
    }
  }
  column.set_dictionary(builder.finish());
  return *this;
}

MemorySource& MemorySource::integers(const std::string& name,
                                     const std::vector<std::optional<std::int64_t>>& rows) {
  Column& column = add(name, Type::kInt64);
  for (const auto& row : rows) {
    if (row) {
      column.append_int64(*row);
    } else {
      column.append_absent(Presence::kNull);
    }
  }
  return *this;
}

MemorySource& MemorySource::numbers(const std::string& name,
                                    const std::vector<std::optional<double>>& rows) {
  Column& column = add(name, Type::kDouble);
  for (const auto& row : rows) {
    if (row) {
      column.append_double(*row);
    } else {
      column.append_absent(Presence::kNull);
    }
  }
  return *this;
}

MemorySource& MemorySource::dates(const std::string& name, const std::vector<std::string>& rows) {
  Column& column = add(name, Type::kDate);
  for (const std::string& row : rows) {
    if (is_absent(row)) {
      column.append_absent(absence_of(row));
    } else {
      column.append_int32(day_of(row));
    }
  }
  return *this;
}

MemorySource& MemorySource::clocks(const std::string& name, const std::vector<std::string>& rows,
                                   const std::string& zone_name) {
  const auto zone = calendar::TimeZone::load(zone_name).value();
  Column clock({name, Type::kTimestamp});
  Column offset({name + "_offset_s", Type::kInt32});
  Column fold({name + "_fold", Type::kBool});
  Column gap({name + "_gap", Type::kBool});
  for (const std::string& row : rows) {
    if (is_absent(row)) {
      clock.append_absent(absence_of(row));
      offset.append_absent(Presence::kNull);
      fold.append_absent(Presence::kNull);
      gap.append_absent(Presence::kNull);
      continue;
    }
    int hour = 0;
    int minute = 0;
    double second = 0;
    std::sscanf(row.c_str() + 10, "%*c%d:%d:%lf", &hour, &minute, &second);
    const auto whole = static_cast<std::int64_t>(second);
    const auto read =
        zone->from_local(std::int64_t{day_of(row)} * 86'400 + hour * 3600 + minute * 60 + whole);
    clock.append_int64(read.utc_s * 1'000'000 +
                       static_cast<std::int64_t>((second - static_cast<double>(whole)) * 1e6));
    offset.append_int32(read.offset_s);
    fold.append_bool(read.is_fold);
    gap.append_bool(read.is_gap);
  }
  for (Column* column : {&clock, &offset, &fold, &gap}) {
    fields_.push_back(column->field());
    columns_.push_back(std::move(*column));
  }
  return *this;
}

MemorySource& MemorySource::offsets(const std::string& clock,
                                    const std::vector<std::int32_t>& rows) {
  for (Column& column : columns_) {
    if (column.name() != clock + "_offset_s") continue;
    column = Column(column.field());
    for (const std::int32_t row : rows) column.append_int32(row);
  }
  return *this;
}

Result<void> MemorySource::stream(const std::vector<std::string>& columns, unsigned threads,
                                  columnar::BatchSink& sink) {
  const std::size_t num_rows = columns_.empty() ? 0 : columns_.front().size();
  const std::size_t num_batches = (num_rows + rows_per_batch_ - 1) / rows_per_batch_;
  std::atomic<std::size_t> next = 0;
  return run_workers(threads, [&](unsigned worker) -> Result<void> {
    for (std::size_t i = next++; i < num_batches; i = next++) {
      // The last batch first: a sink must not count on any order.
      const std::size_t ordinal = num_batches - 1 - i;
      const std::size_t from = ordinal * rows_per_batch_;
      const std::size_t until = std::min(num_rows, from + rows_per_batch_);
      columnar::Batch batch;
      batch.ordinal = ordinal;
      batch.num_rows = until - from;
      for (const std::string& name : columns) {
        const Column* found = nullptr;
        for (const Column& column : columns_) {
          if (column.name() == name) found = &column;
        }
        if (found == nullptr) {
          return Error(ErrorCode::kInvalidArgument, concat("no column '", name, "'"));
        }
        batch.columns.push_back(slice(*found, from, until));
      }
      HARK_TRY_VOID(sink.consume(std::move(batch), worker));
    }
    return {};
  });
}

contract::Contract request_contract() {
  contract::Contract contract;
  contract.name = "test311";
  contract.kind = contract::Kind::kServiceRequests;
  contract.time_zone = "America/New_York";
  contract.key = {"unique_key"};
  contract.closed_statuses = {"closed"};
  const auto add = [&](const char* name, contract::ValueType type, contract::Role role) {
    contract::ColumnSpec column;
    column.name = name;
    column.type = type;
    column.role = role;
    contract.columns.push_back(std::move(column));
  };
  using contract::Role;
  using contract::ValueType;
  add("unique_key", ValueType::kInteger, Role::kKey);
  add("updated_date", ValueType::kTimestamp, Role::kVersion);
  add("created_date", ValueType::kTimestamp, Role::kCreated);
  add("closed_date", ValueType::kTimestamp, Role::kClosed);
  add("status", ValueType::kString, Role::kStatus);
  add("complaint_type", ValueType::kString, Role::kComplaintType);
  add("agency", ValueType::kString, Role::kAgency);
  add("borough", ValueType::kString, Role::kArea);
  contract.columns.back().missing_in_tests = {"Unspecified"};
  add("latitude", ValueType::kNumber, Role::kLatitude);
  add("longitude", ValueType::kNumber, Role::kLongitude);
  add("vehicle", ValueType::kString, Role::kNone);
  add("distance", ValueType::kNumber, Role::kNone);
  return contract;
}

contract::Contract contact_contract() {
  contract::Contract contract;
  contract.name = "testcentre";
  contract.kind = contract::Kind::kContactCentre;
  contract.time_zone = "America/Vancouver";
  contract.key = {"period_start"};
  contract.holidays = "CA-BC";
  const auto add = [&](const char* name, contract::ValueType type, contract::Role role) {
    contract::ColumnSpec column;
    column.name = name;
    column.type = type;
    column.role = role;
    contract.columns.push_back(std::move(column));
  };
  using contract::Role;
  using contract::ValueType;
  add("period_start", ValueType::kDate, Role::kPeriodStart);
  add("offered", ValueType::kInteger, Role::kOffered);
  add("handled", ValueType::kInteger, Role::kHandled);
  add("abandoned", ValueType::kInteger, Role::kAbandoned);
  add("asa_s", ValueType::kNumber, Role::kAsaS);
  add("service_level", ValueType::kNumber, Role::kServiceLevel);
  add("aht_s", ValueType::kNumber, Role::kAhtS);
  return contract;
}

RequestTable requests_created_at(const std::vector<std::string>& created) {
  MemorySource source;
  source.clocks("created_date", created);
  RequestLoad load;
  load.now = *parse_instant("2026-11-01T00:00:00Z");
  return load_requests(source, request_contract(), load).value();
}

}  // namespace hark::insight::test

#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include <cmath>
#include <limits>

#include "hark/core/text.h"
#include "hark/engine/chunk_converter.h"

namespace hark::engine {
namespace {

using columnar::Column;
using columnar::Presence;
using columnar::Type;

// The compiler's 128-bit integers, which ISO C++ does not have.
__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

/// A column's part of one slice.
struct Part {
  const void* data;
  const std::uint64_t* validity;  ///< null: all rows have values
  std::size_t from;
  std::size_t num_rows;

  template <typename T>
  const T* values() const {
    return static_cast<const T*>(data) + from;
  }
  bool is_value(std::size_t row) const {
    const std::size_t at = from + row;
    return validity == nullptr || (validity[at / 64] >> (at % 64) & 1) != 0;
  }
};

Part part_of(const Slice& slice, std::size_t column) {
  const DuckdbApi& api = slice.chunk->api();
  const duckdb_vector vector = api.data_chunk_get_vector(slice.chunk->handle(), column);
  return {api.vector_get_data(vector), api.vector_get_validity(vector), slice.from,
          slice.to - slice.from};
}

/// Calls `convert(values, row)` for each row that has a value, in order, and notes what is there.
template <typename From, typename To, typename Convert>
void convert_part(const Part& part, std::vector<Presence>& presence, std::vector<To>& out,
                  Convert convert) {
  const From* const values = part.values<From>();
  const std::size_t start = out.size();
  out.resize(start + part.num_rows);
  presence.resize(start + part.num_rows, Presence::kValue);
  if (part.validity == nullptr) {
    for (std::size_t row = 0; row < part.num_rows; ++row) out[start + row] = convert(values[row]);
    return;
  }
  for (std::size_t row = 0; row < part.num_rows; ++row) {
    if (part.is_value(row)) {
      out[start + row] = convert(values[row]);
    } else {
      presence[start + row] = Presence::kNull;
    }
  }
}

Wide to_wide(const duckdb_hugeint& value) {
  return static_cast<Wide>(
      static_cast<UnsignedWide>(static_cast<std::uint64_t>(value.upper)) << 64 | value.lower);
}
Wide to_wide(const duckdb_uhugeint& value) {
  // Beyond the signed range: any value that does not fit 64 bits says the same.
  constexpr std::uint64_t kTop = std::uint64_t{1} << 63;
  if (value.upper >= kTop) return static_cast<Wide>(1) << 100;
  return static_cast<Wide>(static_cast<UnsignedWide>(value.upper) << 64 | value.lower);
}
template <typename Integer>
Wide to_wide(Integer value) {
  return value;
}

long double to_long_double(const duckdb_uhugeint& value) {
  return std::ldexp(static_cast<long double>(value.upper), 64) +
         static_cast<long double>(value.lower);
}
template <typename Integer>
long double to_long_double(const Integer& value) {
  return static_cast<long double>(to_wide(value));
}

bool fits_64(Wide value) {
  return value >= std::numeric_limits<std::int64_t>::min() &&
         value <= std::numeric_limits<std::int64_t>::max();
}

/// Integers of any width to kInt64, or to kDouble with `scale` digits behind the point.
template <typename From>
bool convert_integers(const ColumnPlan& plan, const Part& part, Column& column) {
  auto& presence = column.mutable_presence();
  if (plan.type == Type::kDouble) {
    // Quotient of two exact numbers in 64 bits of mantissa, then rounded: the double nearest to
    // the decimal, but for ties of the last bit.
    const long double divisor = std::pow(10.0L, static_cast<long double>(plan.scale));
    convert_part<From>(
        part, presence, std::get<3>(column.mutable_values()),
        [&](const From& value) { return static_cast<double>(to_long_double(value) / divisor); });
    return true;
  }
  bool fits = true;
  convert_part<From>(part, presence, std::get<2>(column.mutable_values()), [&](const From& value) {
    const Wide wide = to_wide(value);
    fits = fits && fits_64(wide);
    return static_cast<std::int64_t>(wide);
  });
  return fits;
}

template <typename From>
void convert_small_integers(const Part& part, Column& column) {
  convert_part<From>(part, column.mutable_presence(), std::get<1>(column.mutable_values()),
                     [](From value) { return static_cast<std::int32_t>(value); });
}

template <typename From>
void convert_floats(const Part& part, Column& column) {
  convert_part<From>(part, column.mutable_presence(), std::get<3>(column.mutable_values()),
                     [](From value) { return static_cast<double>(value); });
}

/// Dates and timestamps: DuckDB's infinities have no instant, so they are kInvalid.
template <typename Integer>
void convert_times(const Part& part, Column& column) {
  auto& presence = column.mutable_presence();
  auto& values = std::get<std::vector<Integer>>(column.mutable_values());
  const std::size_t start = values.size();
  bool has_infinity = false;
  const auto is_infinite = [](Integer value) {
    return value == std::numeric_limits<Integer>::max() ||
           value == -std::numeric_limits<Integer>::max();
  };
  convert_part<Integer>(part, presence, values, [&](Integer value) {
    has_infinity = has_infinity || is_infinite(value);
    return value;
  });
  if (!has_infinity) return;
  for (std::size_t row = start; row < values.size(); ++row) {
    if (!is_infinite(values[row])) continue;
    presence[row] = Presence::kInvalid;
    values[row] = 0;
  }
}

void convert_strings(const Part& part, Column& column, columnar::DictionaryBuilder& dictionary) {
  convert_part<duckdb_string_t>(
      part, column.mutable_presence(), std::get<4>(column.mutable_values()),
      [&](const duckdb_string_t& text) { return dictionary.code_of(text_of(text)); });
}

/// False if an integer does not fit the column.
bool convert(const ColumnPlan& plan, const Part& part, Column& column,
             columnar::DictionaryBuilder& dictionary) {
  switch (plan.physical) {
    case DUCKDB_TYPE_BOOLEAN:
      convert_part<bool>(part, column.mutable_presence(), std::get<0>(column.mutable_values()),
                         [](bool value) { return std::uint8_t{value}; });
      return true;
    case DUCKDB_TYPE_TINYINT:
      return convert_small_integers<std::int8_t>(part, column), true;
    case DUCKDB_TYPE_UTINYINT:
      return convert_small_integers<std::uint8_t>(part, column), true;
    case DUCKDB_TYPE_SMALLINT:
      // Of type kInt32, or the inside of a decimal.
      if (plan.type != Type::kInt32) return convert_integers<std::int16_t>(plan, part, column);
      return convert_small_integers<std::int16_t>(part, column), true;
    case DUCKDB_TYPE_USMALLINT:
      return convert_small_integers<std::uint16_t>(part, column), true;
    case DUCKDB_TYPE_INTEGER:
      if (plan.type != Type::kInt32) return convert_integers<std::int32_t>(plan, part, column);
      return convert_small_integers<std::int32_t>(part, column), true;
    case DUCKDB_TYPE_UINTEGER:
      return convert_integers<std::uint32_t>(plan, part, column);
    case DUCKDB_TYPE_BIGINT:
      return convert_integers<std::int64_t>(plan, part, column);
    case DUCKDB_TYPE_UBIGINT:
      return convert_integers<std::uint64_t>(plan, part, column);
    case DUCKDB_TYPE_HUGEINT:
      return convert_integers<duckdb_hugeint>(plan, part, column);
    case DUCKDB_TYPE_UHUGEINT:
      return convert_integers<duckdb_uhugeint>(plan, part, column);
    case DUCKDB_TYPE_FLOAT:
      return convert_floats<float>(part, column), true;
    case DUCKDB_TYPE_DOUBLE:
      return convert_floats<double>(part, column), true;
    case DUCKDB_TYPE_DATE:
      return convert_times<std::int32_t>(part, column), true;
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return convert_times<std::int64_t>(part, column), true;
    default:
      return convert_strings(part, column, dictionary), true;
  }
}

}  // namespace

Result<std::vector<Slice>> SliceReader::next(std::size_t num_rows) {
  std::vector<Slice> slices;
  while (num_rows > 0) {
    if (!rest_.chunk) {
      HARK_TRY(rest_.chunk, stream_.next());
      if (!rest_.chunk) break;
      rest_.from = 0;
      rest_.to = rest_.chunk->num_rows();
    }
    const std::size_t taken = std::min(num_rows, rest_.to - rest_.from);
    slices.push_back({rest_.chunk, rest_.from, rest_.from + taken});
    rest_.from += taken;
    num_rows -= taken;
    if (rest_.from == rest_.to) rest_.chunk.reset();
  }
  return slices;
}

void widen_types(std::vector<ColumnPlan>& columns, std::span<const Slice> slices) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].may_not_fit_64) continue;
    Column probe({columns[i].name, columns[i].type});
    columnar::DictionaryBuilder unused;
    for (const Slice& slice : slices) {
      if (convert(columns[i], part_of(slice, i), probe, unused)) continue;
      columns[i].type = Type::kDouble;
      break;
    }
  }
}

Result<columnar::Batch> to_batch(std::span<const ColumnPlan> columns, std::span<const Slice> slices,
                                 std::uint64_t ordinal) {
  columnar::Batch batch;
  batch.ordinal = ordinal;
  for (const Slice& slice : slices) batch.num_rows += slice.to - slice.from;
  batch.columns.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Column column({columns[i].name, columns[i].type});
    column.reserve(batch.num_rows);
    columnar::DictionaryBuilder dictionary;
    for (const Slice& slice : slices) {
      if (convert(columns[i], part_of(slice, i), column, dictionary)) continue;
      return Error(ErrorCode::kUnsupported,
                   concat("column '", columns[i].name, "' has an integer of more than 64 bits"))
          .hint("cast it to DOUBLE or VARCHAR");
    }
    if (column.type() == Type::kString) column.set_dictionary(dictionary.finish());
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

}  // namespace hark::engine

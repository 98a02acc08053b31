// Any text parses or is refused; what parses can be evaluated.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "hark/contract/expression.h"

namespace {

using hark::columnar::Batch;
using hark::columnar::Column;
using hark::columnar::Dictionary;
using hark::columnar::Presence;
using hark::contract::ColumnSpec;
using hark::contract::Contract;

/// One column of each type, with extreme values and both kinds of absence.
Batch make_batch() {
  using hark::columnar::Type;
  Batch batch;
  batch.num_rows = 4;
  const auto add = [&batch](const char* name, Type type, auto fill) {
    Column column({name, type});
    fill(column);
    column.append_absent(Presence::kNull);
    column.append_absent(Presence::kInvalid);
    batch.columns.push_back(std::move(column));
  };
  const auto integers = [](Column& c) {
    c.append_int64(INT64_MIN);
    c.append_int64(INT64_MAX);
  };
  const auto days = [](Column& c) {
    c.append_int32(INT32_MIN);
    c.append_int32(INT32_MAX);
  };
  add("n", Type::kInt64, integers);
  add("x", Type::kDouble, [](Column& c) {
    c.append_double(-1e308);
    c.append_double(0);
  });
  add("s", Type::kString, [](Column& c) {
    auto dictionary = std::make_shared<Dictionary>();
    c.append_code(dictionary->add("caf\xC3\x83\xC2\xA9 \xFF"));
    c.append_code(dictionary->add(""));
    c.set_dictionary(std::move(dictionary));
  });
  add("b", Type::kBool, [](Column& c) {
    c.append_bool(true);
    c.append_bool(false);
  });
  add("c", Type::kTimestamp, integers);
  add("c_offset_s", Type::kInt32, days);
  add("d", Type::kDate, days);
  return batch;
}

Contract make_contract() {
  using hark::contract::ValueType;
  Contract contract;
  contract.name = "fuzz";
  for (const auto& [name, type] :
       {std::pair("n", ValueType::kInteger), std::pair("x", ValueType::kNumber),
        std::pair("s", ValueType::kString), std::pair("b", ValueType::kBoolean),
        std::pair("c", ValueType::kTimestamp), std::pair("d", ValueType::kDate)}) {
    ColumnSpec column;
    column.name = name;
    column.type = type;
    contract.columns.push_back(std::move(column));
  }
  return contract;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Contract contract = make_contract();
  static const Batch batch = make_batch();
  const auto expression =
      hark::contract::Expression::parse({reinterpret_cast<const char*>(data), size}, contract);
  if (!expression) return 0;
  const auto truths = expression->evaluate(batch);
  // Every column is there and of its type, so nothing may fail; and one truth per row.
  if (!truths || truths->size() != batch.num_rows) std::abort();
  for (const auto truth : *truths)
    if (truth > hark::contract::Truth::kNull) std::abort();
  return 0;
}

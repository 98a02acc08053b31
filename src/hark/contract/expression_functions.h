// The functions of the expression language: name, what each takes and gives.
#pragma once

#include <array>
#include <string_view>

#include "hark/contract/expression_node.h"

namespace hark::contract {

/// How a function is written, what it takes and gives.
struct Function {
  enum class Takes { kText, kTextAndLiteral, kDay, kTime, kNumber, kTwoClocks, kColumn };
  std::string_view name;
  Takes takes;
  Operation operation;
  ValueKind gives;
};
constexpr std::array<Function, 19> kFunctions = {{
    {"lower", Function::Takes::kText, Operation::kLower, ValueKind::kText},
    {"upper", Function::Takes::kText, Operation::kUpper, ValueKind::kText},
    {"trim", Function::Takes::kText, Operation::kTrim, ValueKind::kText},
    {"fold", Function::Takes::kText, Operation::kFold, ValueKind::kText},
    {"length", Function::Takes::kText, Operation::kLength, ValueKind::kInteger},
    {"has_shape", Function::Takes::kTextAndLiteral, Operation::kHasShape, ValueKind::kTruth},
    {"has_mojibake", Function::Takes::kText, Operation::kHasMojibake, ValueKind::kTruth},
    {"year", Function::Takes::kDay, Operation::kYear, ValueKind::kInteger},
    {"month", Function::Takes::kDay, Operation::kMonth, ValueKind::kInteger},
    {"day", Function::Takes::kDay, Operation::kDay, ValueKind::kInteger},
    {"weekday", Function::Takes::kDay, Operation::kWeekday, ValueKind::kInteger},
    {"date", Function::Takes::kDay, Operation::kLocalDate, ValueKind::kDate},
    {"hour", Function::Takes::kTime, Operation::kHour, ValueKind::kInteger},
    {"minute", Function::Takes::kTime, Operation::kMinute, ValueKind::kInteger},
    {"second", Function::Takes::kTime, Operation::kSecond, ValueKind::kInteger},
    {"second_of_day", Function::Takes::kTime, Operation::kSecondOfDay, ValueKind::kInteger},
    {"abs", Function::Takes::kNumber, Operation::kAbs, ValueKind::kNumber},
    {"hours_between", Function::Takes::kTwoClocks, Operation::kHoursBetweenClocks,
     ValueKind::kNumber},
    {"is_invalid", Function::Takes::kColumn, Operation::kIsInvalid, ValueKind::kTruth},
}};

}  // namespace hark::contract

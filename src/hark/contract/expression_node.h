// The parsed form of an expression: checked, with literals of their final type.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hark/contract/expression.h"

namespace hark::contract {

/// What a part of an expression yields.
enum class ValueKind {
  kTruth,
  kInteger,  ///< std::int64_t
  kNumber,   ///< double
  kText,
  kDate,   ///< days since 1970-01-01
  kClock,  ///< an instant in microseconds; only a column is one
  kLocal,  ///< local wall time in microseconds since 1970-01-01T00:00
  kNull,   ///< the literal null
};

enum class Operation {
  kConstant,
  kColumn,
  kLocalTime,  ///< local wall time of the clock `column`
  kLocalDate,  ///< local date of the clock `column`
  kAnd,        ///< of two or more
  kOr,
  kNot,
  kIsNull,
  kIsInvalid,  ///< of `column`
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kInTexts,  ///< `texts`, sorted
  kLike,     ///< `text` is the pattern
  kHasShape,
  kHasMojibake,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
  kAbs,
  kToNumber,  ///< integer to double
  kLower,
  kUpper,
  kTrim,
  kFold,
  kLength,
  kYear,   ///< of a date
  kMonth,  ///< of a date
  kDay,
  kWeekday,
  kHour,  ///< of a local time
  kMinute,
  kSecond,
  kSecondOfDay,
  kHoursBetweenClocks,
  kHoursBetweenDates,
};

struct ExpressionNode {
  Operation operation = Operation::kConstant;
  ValueKind kind = ValueKind::kTruth;
  std::vector<std::shared_ptr<const ExpressionNode>> arguments;
  std::string column;  ///< stored name
  int depth = 1;
  // The constant, by kind: integer also holds dates, local times and truths.
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<std::string> texts;
};
using NodePointer = std::shared_ptr<const ExpressionNode>;

}  // namespace hark::contract

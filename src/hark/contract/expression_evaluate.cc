// A checked expression over a batch: one pass over whole columns per operation.
#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "hark/calendar/civil.h"
#include "hark/contract/expression_node.h"
#include "hark/contract/expression_values.h"
#include "hark/contract/text_match.h"
#include "hark/core/text.h"

namespace hark::contract {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Dictionary;
using columnar::Presence;
using Truths = std::vector<Truth>;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
/// Days beyond this have no year (and would overflow the calendar's arithmetic).
constexpr std::int32_t kMaxDay = 100'000'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

template <typename T>
struct Operand {
  const T* data;
  const Presence* presence;
  std::size_t step;  ///< 0 for a constant

  Operand(std::span<const T> values, const Values& of)
      : data(values.data()), presence(of.presence.data()), step(of.is_constant ? 0 : 1) {}
};

template <typename T, typename Compare>
void compare_rows(const Operand<T>& a, const Operand<T>& b, Compare compare, Truths& out) {
  const auto truth = [&](std::size_t i, T left, T right, Presence other) {
    out[i] = a.presence[i * a.step] == Presence::kValue && other == Presence::kValue
                 ? static_cast<Truth>(compare(left, right))
                 : Truth::kNull;
  };
  if (b.step == 0) {
    // Nearly always: a column against a literal.
    const T right = *b.data;
    const Presence presence = *b.presence;
    for (std::size_t i = 0; i < out.size(); ++i) truth(i, a.data[i * a.step], right, presence);
    return;
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    truth(i, a.data[i * a.step], b.data[i], b.presence[i]);
}

/// Calls `use` with the function object that the comparison is.
template <typename Use>
void with_comparison(Operation operation, Use use) {
  switch (operation) {
    case Operation::kEqual:
      return use(std::equal_to<>());
    case Operation::kNotEqual:
      return use(std::not_equal_to<>());
    case Operation::kLess:
      return use(std::less<>());
    case Operation::kLessOrEqual:
      return use(std::less_equal<>());
    case Operation::kGreater:
      return use(std::greater<>());
    default:
      return use(std::greater_equal<>());
  }
}

/// Asks `question` of each text that a row has, once.
template <typename Question>
void ask_texts(const Values& values, Question question, Truths& out) {
  const auto truth = [&question](std::string_view text) {
    return question(text) ? Truth::kTrue : Truth::kFalse;
  };
  if (values.is_constant) {
    std::ranges::fill(out, values.is_value(0) ? truth(values.text(0)) : Truth::kNull);
    return;
  }
  // A dictionary may go on from batch to batch: only what this batch uses is asked about.
  std::vector<std::optional<Truth>> of_code(values.dictionary->size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = Truth::kNull;
    if (!values.is_value(i)) continue;
    std::optional<Truth>& known = of_code[values.codes[i]];
    if (!known) known = truth(values.text(i));
    out[i] = *known;
  }
}

void change_text(Operation operation, std::string_view text, std::string& out) {
  switch (operation) {
    case Operation::kTrim:
      out.assign(trim(text));
      return;
    case Operation::kFold:
      out = fold_category(text);
      return;
    default:
      out.assign(text);
      for (char& c : out) {
        if (operation == Operation::kLower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        if (operation == Operation::kUpper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      }
  }
}

std::int64_t count_characters(std::string_view text) noexcept {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
}

/// What the calendar says of a day.
std::int64_t day_part(Operation operation, std::int32_t day) noexcept {
  if (operation == Operation::kWeekday) return calendar::weekday_from_days(day);
  const calendar::Date date = calendar::civil_from_days(day);
  if (operation == Operation::kYear) return date.year;
  return operation == Operation::kMonth ? date.month : date.day;
}

std::int64_t time_part(Operation operation, std::int64_t local) noexcept {
  const std::int64_t second = floor_divide(local - floor_divide(local, kDay) * kDay, kSecond);
  switch (operation) {
    case Operation::kHour:
      return second / 3600;
    case Operation::kMinute:
      return second / 60 % 60;
    case Operation::kSecond:
      return second % 60;
    default:
      return second;
  }
}

/// False where the result has no value (overflow, division by zero).
bool calculate(Operation operation, std::int64_t a, std::int64_t b, std::int64_t& out) noexcept {
  switch (operation) {
    case Operation::kAdd:
      return !__builtin_add_overflow(a, b, &out);
    case Operation::kSubtract:
      return !__builtin_sub_overflow(a, b, &out);
    default:
      return !__builtin_mul_overflow(a, b, &out);
  }
}
bool calculate(Operation operation, double a, double b, double& out) noexcept {
  switch (operation) {
    case Operation::kAdd:
      out = a + b;
      break;
    case Operation::kSubtract:
      out = a - b;
      break;
    case Operation::kMultiply:
      out = a * b;
      break;
    default:
      out = a / b;
  }
  return std::isfinite(out);
}

class Evaluator {
 public:
  explicit Evaluator(const Batch& batch) : batch_(batch) {}

  Result<Truths> truths(const ExpressionNode& node) const {
    Truths out(batch_.num_rows);
    switch (node.operation) {
      case Operation::kConstant:
        std::ranges::fill(out, static_cast<Truth>(node.integer));
        break;
      case Operation::kColumn:
        HARK_TRY_VOID(read_bools(node, out));
        break;
      case Operation::kAnd:
      case Operation::kOr:
        HARK_TRY_VOID(combine(node, out));
        break;
      case Operation::kNot: {
        HARK_TRY(out, truths(*node.arguments[0]));
        for (Truth& truth : out)
          if (truth != Truth::kNull) truth = truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
        break;
      }
      case Operation::kIsNull:
        HARK_TRY_VOID(find_nulls(*node.arguments[0], out));
        break;
      case Operation::kIsInvalid:
        if (const Column* column = batch_.find(node.column)) {
          for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<Truth>(column->presence()[i] == Presence::kInvalid);
        }
        break;
      case Operation::kInTexts:
      case Operation::kLike:
      case Operation::kHasShape:
      case Operation::kHasMojibake:
        HARK_TRY_VOID(match_texts(node, out));
        break;
      default:
        HARK_TRY_VOID(compare(node, out));
    }
    return out;
  }

 private:
  Error wrong_column(const std::string& name) const {
    return Error(ErrorCode::kInternal,
                 concat("column '", name, "' is not stored as its contract says"));
  }

  Result<void> read_bools(const ExpressionNode& node, Truths& out) const {
    const Column* column = batch_.find(node.column);
    if (column == nullptr) {
      std::ranges::fill(out, Truth::kNull);
      return {};
    }
    if (column->type() != columnar::Type::kBool) return wrong_column(node.column);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = column->is_value(i) ? static_cast<Truth>(column->bools()[i] != 0) : Truth::kNull;
    return {};
  }

  Result<void> combine(const ExpressionNode& node, Truths& out) const {
    // The truth that decides alone: false for AND, true for OR; then null; then the other one.
    const bool is_and = node.operation == Operation::kAnd;
    const Truth decides = is_and ? Truth::kFalse : Truth::kTrue;
    HARK_TRY(out, truths(*node.arguments[0]));
    for (std::size_t k = 1; k < node.arguments.size(); ++k) {
      HARK_TRY(const Truths other, truths(*node.arguments[k]));
      for (std::size_t i = 0; i < out.size(); ++i) {
        const Truth a = out[i], b = other[i];
        out[i] = a == decides || b == decides             ? decides
                 : a == Truth::kNull || b == Truth::kNull ? Truth::kNull
                                                          : a;
      }
    }
    return {};
  }

  Result<void> find_nulls(const ExpressionNode& argument, Truths& out) const {
    if (argument.kind == ValueKind::kTruth || argument.kind == ValueKind::kNull) {
      HARK_TRY(out, truths(argument));
      for (Truth& truth : out) truth = static_cast<Truth>(truth == Truth::kNull);
      return {};
    }
    HARK_TRY(const Values values, this->values(argument));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Truth>(!values.is_value(i));
    return {};
  }

  Result<void> match_texts(const ExpressionNode& node, Truths& out) const {
    HARK_TRY(const Values values, this->values(*node.arguments[0]));
    switch (node.operation) {
      case Operation::kInTexts:
        ask_texts(
            values,
            [&node](std::string_view text) {
              return std::ranges::binary_search(node.texts, text, std::less<>());
            },
            out);
        break;
      case Operation::kLike:
        ask_texts(values, [&node](std::string_view text) { return is_like(text, node.text); }, out);
        break;
      case Operation::kHasShape:
        ask_texts(
            values, [&node](std::string_view text) { return has_shape(text, node.text); }, out);
        break;
      default:
        ask_texts(values, has_mojibake, out);
    }
    return {};
  }

  Result<void> compare(const ExpressionNode& node, Truths& out) const {
    const ExpressionNode& left = *node.arguments[0];
    const ExpressionNode& right = *node.arguments[1];
    if (left.kind == ValueKind::kTruth) {
      HARK_TRY(const Truths a, truths(left));
      HARK_TRY(const Truths b, truths(right));
      const bool wants_equal = node.operation == Operation::kEqual;
      for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = a[i] == Truth::kNull || b[i] == Truth::kNull
                     ? Truth::kNull
                     : static_cast<Truth>((a[i] == b[i]) == wants_equal);
      return {};
    }
    HARK_TRY(const Values a, values(left));
    HARK_TRY(const Values b, values(right));
    with_comparison(node.operation, [&](auto comparison) {
      switch (left.kind) {
        case ValueKind::kNumber:
          return compare_rows(Operand(a.numbers, a), Operand(b.numbers, b), comparison, out);
        case ValueKind::kDate:
          return compare_rows(Operand(a.days, a), Operand(b.days, b), comparison, out);
        case ValueKind::kText:
          if (b.is_constant && b.is_value(0)) {
            const std::string_view text = b.text(0);
            return ask_texts(
                a, [&](std::string_view other) { return comparison(other, text); }, out);
          }
          for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = a.is_value(i) && b.is_value(i)
                         ? static_cast<Truth>(comparison(a.text(i), b.text(i)))
                         : Truth::kNull;
          return;
        default:
          return compare_rows(Operand(a.integers, a), Operand(b.integers, b), comparison, out);
      }
    });
    return {};
  }

  // --- values

  Result<Values> values(const ExpressionNode& node) const {
    switch (node.operation) {
      case Operation::kConstant:
        return constant_values(node,
                               node.kind == ValueKind::kNull ? Presence::kNull : Presence::kValue);
      case Operation::kColumn:
        return read_column(node, node.kind);
      case Operation::kLocalTime:
      case Operation::kLocalDate:
        return local(node);
      case Operation::kAdd:
      case Operation::kSubtract:
      case Operation::kMultiply:
      case Operation::kDivide:
        return arithmetic(node);
      case Operation::kHoursBetweenClocks:
      case Operation::kHoursBetweenDates:
        return hours_between(node);
      case Operation::kLower:
      case Operation::kUpper:
      case Operation::kTrim:
      case Operation::kFold:
        return changed_texts(node);
      case Operation::kLength:
        return lengths(node);
      default:
        return of_one(node);
    }
  }

  Result<Values> read_column(const ExpressionNode& node, ValueKind kind) const {
    const Column* column = batch_.find(node.column);
    if (column == nullptr) return constant_values(ExpressionNode(), Presence::kNull);
    Values values;
    values.presence = column->presence();
    using columnar::Type;
    const auto is_stored = [column](Type type) { return column->type() == type; };
    switch (kind) {
      case ValueKind::kInteger:
        if (!is_stored(Type::kInt64)) return wrong_column(node.column);
        values.integers = column->int64s();
        break;
      case ValueKind::kClock:
        if (!is_stored(Type::kTimestamp)) return wrong_column(node.column);
        values.integers = column->int64s();
        break;
      case ValueKind::kNumber:
        if (!is_stored(Type::kDouble)) return wrong_column(node.column);
        values.numbers = column->doubles();
        break;
      case ValueKind::kDate:
        if (!is_stored(Type::kDate)) return wrong_column(node.column);
        values.days = column->int32s();
        break;
      default:
        if (!is_stored(Type::kString) || (column->size() > 0 && column->dictionary() == nullptr))
          return wrong_column(node.column);
        values.codes = column->codes();
        values.dictionary =
            column->dictionary() != nullptr ? column->dictionary() : std::make_shared<Dictionary>();
    }
    return values;
  }

  /// Local time or date of a clock, from the instant and `c_offset_s`.
  Result<Values> local(const ExpressionNode& node) const {
    HARK_TRY(const Values clock, read_column(node, ValueKind::kClock));
    if (clock.is_constant) return constant_values(ExpressionNode(), Presence::kNull);
    const Column* offsets = batch_.find(node.column + "_offset_s");
    if (offsets == nullptr || offsets->type() != columnar::Type::kInt32) {
      return Error(ErrorCode::kInternal,
                   concat("clock '", node.column, "' comes without its offset from UTC"));
    }
    const std::span<const std::int32_t> offset = offsets->int32s();
    Values out = results_like(clock);
    const bool is_date = node.operation == Operation::kLocalDate;
    (is_date ? out.own_days.resize(batch_.num_rows) : out.own_integers.resize(batch_.num_rows));
    for (std::size_t i = 0; i < batch_.num_rows; ++i) {
      if (!clock.is_value(i)) continue;
      std::int64_t time = 0;
      const std::int64_t day = __builtin_add_overflow(clock.integers[i], offset[i] * kSecond, &time)
                                   ? kMaxDay + 1
                                   : floor_divide(time, kDay);
      if (day > kMaxDay || day < -kMaxDay)
        out.own_presence[i] = Presence::kNull;
      else if (is_date)
        out.own_days[i] = static_cast<std::int32_t>(day);
      else
        out.own_integers[i] = time;
    }
    out.view_own();
    return out;
  }

  Result<Values> arithmetic(const ExpressionNode& node) const {
    HARK_TRY(const Values a, values(*node.arguments[0]));
    HARK_TRY(const Values b, values(*node.arguments[1]));
    Values out;
    out.is_constant = a.is_constant && b.is_constant;
    const std::size_t count = out.is_constant ? 1 : batch_.num_rows;
    out.own_presence.assign(count, Presence::kNull);
    const auto run = [&]<typename T>(const Operand<T>& x, const Operand<T>& y,
                                     std::vector<T>& results) {
      results.resize(count);
      for (std::size_t i = 0; i < count; ++i) {
        if (a.is_value(i) && b.is_value(i) &&
            calculate(node.operation, x.data[i * x.step], y.data[i * y.step], results[i]))
          out.own_presence[i] = Presence::kValue;
      }
    };
    if (node.kind == ValueKind::kInteger)
      run(Operand(a.integers, a), Operand(b.integers, b), out.own_integers);
    else
      run(Operand(a.numbers, a), Operand(b.numbers, b), out.own_numbers);
    out.view_own();
    return out;
  }

  Result<Values> hours_between(const ExpressionNode& node) const {
    HARK_TRY(const Values a, values(*node.arguments[0]));
    HARK_TRY(const Values b, values(*node.arguments[1]));
    Values out;
    out.is_constant = a.is_constant && b.is_constant;
    const std::size_t count = out.is_constant ? 1 : batch_.num_rows;
    out.own_presence.assign(count, Presence::kNull);
    out.own_numbers.resize(count);
    const bool is_days = node.operation == Operation::kHoursBetweenDates;
    for (std::size_t i = 0; i < count; ++i) {
      if (!a.is_value(i) || !b.is_value(i)) continue;
      const std::size_t ia = a.is_constant ? 0 : i, ib = b.is_constant ? 0 : i;
      std::int64_t difference = 0;
      if (is_days)
        difference = std::int64_t{b.days[ib]} - a.days[ia];
      else if (__builtin_sub_overflow(b.integers[ib], a.integers[ia], &difference))
        continue;
      out.own_numbers[i] =
          is_days ? 24.0 * static_cast<double>(difference)
                  : static_cast<double>(difference) / (3600.0 * static_cast<double>(kSecond));
      out.own_presence[i] = Presence::kValue;
    }
    out.view_own();
    return out;
  }

  /// The texts changed, each dictionary entry once where there are fewer of them than rows.
  Result<Values> changed_texts(const ExpressionNode& node) const {
    HARK_TRY(Values in, values(*node.arguments[0]));
    const std::size_t count = in.is_constant ? 1 : batch_.num_rows;
    auto dictionary = std::make_shared<Dictionary>();
    std::string text;
    if (in.dictionary->size() > count) {
      in.own_codes.resize(count);
      for (std::size_t i = 0; i < count; ++i) {
        if (in.is_value(i))
          change_text(node.operation, in.text(i), text);
        else
          text.clear();
        in.own_codes[i] = dictionary->add(text);
      }
      in.codes = in.own_codes;
    } else {
      for (std::uint32_t code = 0; code < in.dictionary->size(); ++code) {
        change_text(node.operation, (*in.dictionary)[code], text);
        dictionary->add(text);
      }
    }
    in.dictionary = std::move(dictionary);
    return in;
  }

  Result<Values> lengths(const ExpressionNode& node) const {
    HARK_TRY(const Values in, values(*node.arguments[0]));
    Values out = results_like(in);
    out.own_integers.resize(out.own_presence.size());
    std::vector<std::int64_t> of_code;
    if (in.dictionary->size() <= out.own_integers.size()) {
      for (std::uint32_t code = 0; code < in.dictionary->size(); ++code)
        of_code.push_back(count_characters((*in.dictionary)[code]));
    }
    for (std::size_t i = 0; i < out.own_integers.size(); ++i) {
      if (in.is_value(i))
        out.own_integers[i] = of_code.empty() ? count_characters(in.text(i)) : of_code[in.codes[i]];
    }
    out.view_own();
    return out;
  }

  /// Numbers that come of one operand.
  Result<Values> of_one(const ExpressionNode& node) const {
    HARK_TRY(const Values in, values(*node.arguments[0]));
    Values out = results_like(in);
    const std::size_t count = in.is_constant ? 1 : batch_.num_rows;
    if (node.kind == ValueKind::kNumber)
      out.own_numbers.resize(count);
    else
      out.own_integers.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (!in.is_value(i)) continue;
      switch (node.operation) {
        case Operation::kToNumber:
          out.own_numbers[i] = static_cast<double>(in.integers[i]);
          break;
        case Operation::kNegate:
        case Operation::kAbs: {
          const bool is_kept = node.operation == Operation::kAbs;
          if (node.kind == ValueKind::kNumber)
            out.own_numbers[i] = is_kept ? std::abs(in.numbers[i]) : -in.numbers[i];
          else if (is_kept && in.integers[i] >= 0)
            out.own_integers[i] = in.integers[i];
          else if (!calculate(Operation::kSubtract, std::int64_t{0}, in.integers[i],
                              out.own_integers[i]))
            out.own_presence[i] = Presence::kNull;
          break;
        }
        case Operation::kYear:
        case Operation::kMonth:
        case Operation::kDay:
        case Operation::kWeekday:
          if (in.days[i] > kMaxDay || in.days[i] < -kMaxDay)
            out.own_presence[i] = Presence::kNull;
          else
            out.own_integers[i] = day_part(node.operation, in.days[i]);
          break;
        default:
          out.own_integers[i] = time_part(node.operation, in.integers[i]);
      }
    }
    out.view_own();
    return out;
  }

  const Batch& batch_;
};

}  // namespace

Result<std::vector<Truth>> Expression::evaluate(const Batch& batch) const {
  return Evaluator(batch).truths(*root_);
}

}  // namespace hark::contract

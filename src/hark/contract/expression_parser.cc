// Text to a checked expression: precedence climbing, then types.
#include <algorithm>
#include <array>

#include "hark/contract/expression_functions.h"
#include "hark/contract/expression_lexer.h"
#include "hark/contract/expression_node.h"
#include "hark/contract/moment.h"
#include "hark/core/text.h"

namespace hark::contract {
namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxNodes = 10'000;

std::string_view word_of(ValueKind kind) noexcept {
  switch (kind) {
    case ValueKind::kTruth:
      return "a condition";
    case ValueKind::kInteger:
    case ValueKind::kNumber:
      return "a number";
    case ValueKind::kText:
      return "a text";
    case ValueKind::kDate:
      return "a date";
    case ValueKind::kClock:
      return "a clock";
    case ValueKind::kLocal:
      return "a time";
    case ValueKind::kNull:
      return "null";
  }
  return "";
}

bool is_numeric(ValueKind kind) noexcept {
  return kind == ValueKind::kInteger || kind == ValueKind::kNumber;
}

ValueKind kind_of(ValueType type) noexcept {
  switch (type) {
    case ValueType::kString:
      return ValueKind::kText;
    case ValueType::kInteger:
      return ValueKind::kInteger;
    case ValueType::kNumber:
      return ValueKind::kNumber;
    case ValueType::kBoolean:
      return ValueKind::kTruth;
    case ValueType::kDate:
      return ValueKind::kDate;
    case ValueType::kTimestamp:
      return ValueKind::kClock;
  }
  return ValueKind::kText;
}

/// A part of the expression and the place it began at.
struct Part {
  NodePointer node;
  std::size_t at = 0;
};

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Function& function : kFunctions) names.emplace_back(function.name);
  return names;
}

class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, const Contract& contract, std::vector<Token> tokens)
      : text_(text), contract_(contract), tokens_(std::move(tokens)) {}

  Result<NodePointer> parse() {
    HARK_TRY(const Part whole, parse_or());
    if (next().kind != Token::Kind::kEnd)
      return fail(next().at, concat("'", next().text, "' does not belong here"));
    HARK_TRY_VOID(want_condition(whole));
    return whole.node;
  }
  std::vector<std::string> take_contract_columns() { return std::move(contract_columns_); }
  std::vector<std::string> take_columns() { return std::move(columns_); }

 private:
  // --- tokens

  const Token& next() const { return tokens_[at_]; }
  bool is_symbol(std::string_view symbol) const {
    return next().kind == Token::Kind::kSymbol && next().text == symbol;
  }
  bool is_keyword(std::string_view word) const {
    return next().kind == Token::Kind::kWord && lower(next().text) == word;
  }
  bool take_symbol(std::string_view symbol) {
    if (!is_symbol(symbol)) return false;
    ++at_;
    return true;
  }
  bool take_keyword(std::string_view word) {
    if (!is_keyword(word)) return false;
    ++at_;
    return true;
  }
  Error fail(std::size_t at, std::string_view message) const {
    return error_at(text_, at, message);
  }
  Result<void> want_symbol(std::string_view symbol) {
    if (take_symbol(symbol)) return {};
    return fail(next().at, concat("'", symbol, "' is missing here"));
  }

  // --- nodes

  Result<Part> make(ExpressionNode node, std::size_t at) {
    for (const NodePointer& argument : node.arguments)
      node.depth = std::max(node.depth, argument->depth + 1);
    if (node.depth > kMaxDepth) return fail(at, "this nests too deeply");
    if (++num_nodes_ > kMaxNodes) return fail(at, "this expression is too long");
    return Part{std::make_shared<const ExpressionNode>(std::move(node)), at};
  }
  Result<Part> make(Operation operation, ValueKind kind, std::vector<NodePointer> arguments,
                    std::size_t at) {
    ExpressionNode node;
    node.operation = operation;
    node.kind = kind;
    node.arguments = std::move(arguments);
    return make(std::move(node), at);
  }
  Result<Part> constant(ValueKind kind, std::int64_t integer, std::size_t at) {
    ExpressionNode node;
    node.kind = kind;
    node.integer = integer;
    return make(std::move(node), at);
  }
  static void remember(std::vector<std::string>& names, const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  Result<void> want_condition(const Part& part) const {
    if (part.node->kind == ValueKind::kTruth || part.node->kind == ValueKind::kNull) return {};
    return fail(part.at, concat("this is ", word_of(part.node->kind), ", a condition is needed"));
  }
  static bool is_constant(const Part& part) { return part.node->operation == Operation::kConstant; }

  // --- clocks

  /// The local date of a clock; a date as it is.
  Result<Part> as_date(const Part& part) {
    if (part.node->kind != ValueKind::kClock) return part;
    return local_part(part, Operation::kLocalDate, ValueKind::kDate);
  }
  Result<Part> local_part(const Part& part, Operation operation, ValueKind kind) {
    remember(columns_, part.node->column + "_offset_s");
    ExpressionNode node;
    node.operation = operation;
    node.kind = kind;
    node.column = part.node->column;
    return make(std::move(node), part.at);
  }

  Result<Part> moment(std::string_view text, std::size_t at) {
    const auto value = parse_moment(text);
    if (!value) return fail(at, value.error().message());
    return constant(value->is_date ? ValueKind::kDate : ValueKind::kLocal, value->value, at);
  }

  /// Brings two parts to one kind that compares, reading texts as dates beside clocks.
  Result<void> make_comparable(Part& a, Part& b) {
    for (Part* part : {&a, &b}) {
      if (part->node->kind == ValueKind::kNull)
        return fail(part->at, "nothing equals null; write IS NULL or IS NOT NULL");
    }
    const auto is_day_or_clock = [](const Part& part) {
      return part.node->kind == ValueKind::kDate || part.node->kind == ValueKind::kClock ||
             part.node->kind == ValueKind::kLocal;
    };
    for (auto [one, other] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      if (is_day_or_clock(*one) && is_constant(*other) && other->node->kind == ValueKind::kText) {
        HARK_TRY(*other, moment(other->node->text, other->at));
      }
    }
    const auto either = [&a, &b](ValueKind kind) {
      return a.node->kind == kind || b.node->kind == kind;
    };
    if (is_day_or_clock(a) && is_day_or_clock(b) && a.node->kind != b.node->kind) {
      if (either(ValueKind::kDate) && either(ValueKind::kLocal))
        return fail(b.at, "a date has no time of day; compare with '2024-01-31'");
      for (Part* part : {&a, &b}) {
        if (part->node->kind != ValueKind::kClock) continue;
        if (either(ValueKind::kLocal)) {
          HARK_TRY(*part, local_part(*part, Operation::kLocalTime, ValueKind::kLocal));
        } else {
          HARK_TRY(*part, as_date(*part));
        }
        break;
      }
    }
    if (is_numeric(a.node->kind) && is_numeric(b.node->kind)) return make_same_number(a, b);
    if (a.node->kind == b.node->kind) return {};
    std::string_view advice;
    for (const auto& [one, other] : {std::pair(a, b), std::pair(b, a)}) {
      if (is_constant(one) && is_numeric(one.node->kind) && other.node->kind == ValueKind::kText)
        advice = "; write the number in quotes";
      if (is_constant(one) && one.node->kind == ValueKind::kText && is_numeric(other.node->kind))
        advice = "; leave the quotes out";
    }
    return fail(b.at, concat(word_of(a.node->kind), " does not compare with ",
                             word_of(b.node->kind), advice));
  }

  Result<void> make_same_number(Part& a, Part& b) {
    for (auto [one, other] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      if (one->node->kind == ValueKind::kInteger && other->node->kind == ValueKind::kNumber) {
        HARK_TRY(*one, make(Operation::kToNumber, ValueKind::kNumber, {one->node}, one->at));
      }
    }
    return {};
  }

  Result<Part> comparison(Operation operation, Part a, Part b, std::size_t at) {
    HARK_TRY_VOID(make_comparable(a, b));
    if (a.node->kind == ValueKind::kTruth && operation != Operation::kEqual &&
        operation != Operation::kNotEqual)
      return fail(at, "conditions compare with = and <> only");
    return make(operation, ValueKind::kTruth, {a.node, b.node}, a.at);
  }

  // --- grammar, weakest first

  Result<Part> parse_or() { return parse_chain("or", Operation::kOr); }

  Result<Part> parse_chain(std::string_view word, Operation operation) {
    const auto item = [this, operation] {
      return operation == Operation::kOr ? parse_chain("and", Operation::kAnd) : parse_not();
    };
    HARK_TRY(Part first, item());
    if (!is_keyword(word)) return first;
    HARK_TRY_VOID(want_condition(first));
    std::vector<NodePointer> arguments = {first.node};
    while (take_keyword(word)) {
      HARK_TRY(const Part other, item());
      HARK_TRY_VOID(want_condition(other));
      arguments.push_back(other.node);
    }
    return make(operation, ValueKind::kTruth, std::move(arguments), first.at);
  }

  Result<Part> parse_not() {
    const std::size_t at = next().at;
    if (!take_keyword("not")) return parse_predicate();
    HARK_TRY_VOID(enter(at));
    HARK_TRY(const Part inner, parse_not());
    --depth_;
    HARK_TRY_VOID(want_condition(inner));
    return make(Operation::kNot, ValueKind::kTruth, {inner.node}, at);
  }

  Result<Part> parse_predicate() {
    HARK_TRY(Part left, parse_sum());
    for (;;) {
      const std::size_t at = next().at;
      if (next().kind == Token::Kind::kSymbol) {
        static constexpr std::array<std::pair<std::string_view, Operation>, 6> kComparisons = {
            {{"=", Operation::kEqual},
             {"<>", Operation::kNotEqual},
             {"<", Operation::kLess},
             {"<=", Operation::kLessOrEqual},
             {">", Operation::kGreater},
             {">=", Operation::kGreaterOrEqual}}};
        const auto found = std::ranges::find(kComparisons, next().text,
                                             &std::pair<std::string_view, Operation>::first);
        if (found == kComparisons.end()) return left;
        ++at_;
        HARK_TRY(const Part right, parse_sum());
        HARK_TRY(left, comparison(found->second, left, right, at));
        continue;
      }
      if (take_keyword("is")) {
        const bool is_negated = take_keyword("not");
        if (!take_keyword("null")) return fail(next().at, "NULL is missing here");
        HARK_TRY(left, make(Operation::kIsNull, ValueKind::kTruth, {left.node}, left.at));
        HARK_TRY(left, negated(left, is_negated));
        continue;
      }
      const bool is_negated = is_keyword("not");
      if (is_negated) ++at_;
      if (take_keyword("in")) {
        HARK_TRY(left, parse_in(left));
      } else if (take_keyword("between")) {
        HARK_TRY(left, parse_between(left));
      } else if (take_keyword("like")) {
        HARK_TRY(left, parse_like(left));
      } else if (is_negated) {
        return fail(next().at, "IN, BETWEEN or LIKE is missing here");
      } else {
        return left;
      }
      HARK_TRY(left, negated(left, is_negated));
    }
  }

  Result<Part> negated(const Part& part, bool is_negated) {
    if (!is_negated) return part;
    return make(Operation::kNot, ValueKind::kTruth, {part.node}, part.at);
  }

  Result<Part> parse_in(const Part& left) {
    HARK_TRY_VOID(want_symbol("("));
    std::vector<std::string> texts;
    std::vector<NodePointer> choices;
    do {
      const std::size_t at = next().at;
      HARK_TRY(const Part item, parse_sum());
      if (!is_constant(item)) return fail(at, "IN takes values, not columns");
      if (item.node->kind == ValueKind::kNull) {
        choices.push_back(item.node);
      } else if (left.node->kind == ValueKind::kText && item.node->kind == ValueKind::kText) {
        texts.push_back(item.node->text);
      } else {
        HARK_TRY(const Part equal, comparison(Operation::kEqual, left, item, at));
        choices.push_back(equal.node);
      }
    } while (take_symbol(","));
    HARK_TRY_VOID(want_symbol(")"));
    if (!texts.empty()) {
      std::ranges::sort(texts);
      ExpressionNode node;
      node.operation = Operation::kInTexts;
      node.arguments = {left.node};
      node.texts = std::move(texts);
      HARK_TRY(const Part in, make(std::move(node), left.at));
      choices.push_back(in.node);
    }
    if (choices.size() == 1) return Part{choices.front(), left.at};
    return make(Operation::kOr, ValueKind::kTruth, std::move(choices), left.at);
  }

  Result<Part> parse_between(const Part& left) {
    const std::size_t at = next().at;
    HARK_TRY(const Part low, parse_sum());
    if (!take_keyword("and")) return fail(next().at, "AND is missing here (BETWEEN a AND b)");
    HARK_TRY(const Part high, parse_sum());
    HARK_TRY(const Part above, comparison(Operation::kGreaterOrEqual, left, low, at));
    HARK_TRY(const Part below, comparison(Operation::kLessOrEqual, left, high, at));
    return make(Operation::kAnd, ValueKind::kTruth, {above.node, below.node}, left.at);
  }

  Result<Part> parse_like(const Part& left) {
    const std::size_t at = next().at;
    if (left.node->kind != ValueKind::kText)
      return fail(left.at, concat("this is ", word_of(left.node->kind), ", LIKE needs a text"));
    if (next().kind != Token::Kind::kText) return fail(at, "a pattern in quotes is missing here");
    return with_literal(Operation::kLike, left);
  }

  /// A question about a text whose second operand is the literal that comes next.
  Result<Part> with_literal(Operation operation, const Part& left) {
    ExpressionNode node;
    node.operation = operation;
    node.arguments = {left.node};
    node.text = next().text;
    ++at_;
    return make(std::move(node), left.at);
  }

  Result<Part> parse_sum() {
    HARK_TRY(Part left, parse_product());
    while (is_symbol("+") || is_symbol("-")) {
      const Operation operation = is_symbol("+") ? Operation::kAdd : Operation::kSubtract;
      ++at_;
      HARK_TRY(const Part right, parse_product());
      HARK_TRY(left, arithmetic(operation, left, right));
    }
    return left;
  }

  Result<Part> parse_product() {
    HARK_TRY(Part left, parse_unary());
    while (is_symbol("*") || is_symbol("/")) {
      const Operation operation = is_symbol("*") ? Operation::kMultiply : Operation::kDivide;
      ++at_;
      HARK_TRY(const Part right, parse_unary());
      HARK_TRY(left, arithmetic(operation, left, right));
    }
    return left;
  }

  Result<Part> arithmetic(Operation operation, Part a, Part b) {
    for (const Part& part : {a, b})
      if (!is_numeric(part.node->kind))
        return fail(part.at, concat("this is ", word_of(part.node->kind), ", a number is needed"));
    if (operation == Operation::kDivide) {
      for (Part* part : {&a, &b}) {
        if (part->node->kind != ValueKind::kInteger) continue;
        HARK_TRY(*part, make(Operation::kToNumber, ValueKind::kNumber, {part->node}, part->at));
      }
    }
    HARK_TRY_VOID(make_same_number(a, b));
    return make(operation, a.node->kind, {a.node, b.node}, a.at);
  }

  Result<Part> parse_unary() {
    const std::size_t at = next().at;
    if (!take_symbol("-")) return parse_primary();
    HARK_TRY_VOID(enter(at));
    HARK_TRY(const Part inner, parse_unary());
    --depth_;
    if (!is_numeric(inner.node->kind))
      return fail(inner.at, concat("this is ", word_of(inner.node->kind), ", a number is needed"));
    if (is_constant(inner)) {
      ExpressionNode node = *inner.node;
      node.integer = -node.integer;
      node.number = -node.number;
      return make(std::move(node), at);
    }
    return make(Operation::kNegate, inner.node->kind, {inner.node}, at);
  }

  Result<void> enter(std::size_t at) {
    if (++depth_ > kMaxDepth) return fail(at, "this nests too deeply");
    return {};
  }

  Result<Part> parse_primary() {
    const Token token = next();
    ExpressionNode node;
    switch (token.kind) {
      case Token::Kind::kNumber: {
        ++at_;
        if (const auto integer = parse_int(token.text))
          return constant(ValueKind::kInteger, *integer, token.at);
        const auto number = parse_double(token.text);
        if (!number) return fail(token.at, "this number is too large");
        node.kind = ValueKind::kNumber;
        node.number = *number;
        return make(std::move(node), token.at);
      }
      case Token::Kind::kText:
        ++at_;
        node.kind = ValueKind::kText;
        node.text = token.text;
        return make(std::move(node), token.at);
      case Token::Kind::kQuotedName:
        ++at_;
        return column(token);
      case Token::Kind::kSymbol: {
        if (!take_symbol("("))
          return fail(token.at, concat("a value is missing before '", token.text, "'"));
        HARK_TRY_VOID(enter(token.at));
        HARK_TRY(const Part inner, parse_or());
        --depth_;
        HARK_TRY_VOID(want_symbol(")"));
        return inner;
      }
      case Token::Kind::kEnd:
        return fail(token.at, "the expression ends too soon");
      case Token::Kind::kWord:
        break;
    }
    return parse_word(token);
  }

  Result<Part> parse_word(const Token& token) {
    const std::string word = lower(token.text);
    ++at_;
    if (word == "true" || word == "false")
      return constant(ValueKind::kTruth, word == "true" ? 1 : 0, token.at);
    if (word == "null")
      return constant(ValueKind::kNull, static_cast<std::int64_t>(Truth::kNull), token.at);
    if ((word == "date" || word == "timestamp") && next().kind == Token::Kind::kText) {
      const Token literal = next();
      ++at_;
      HARK_TRY(const Part value, moment(literal.text, literal.at));
      if (value.node->kind != (word == "date" ? ValueKind::kDate : ValueKind::kLocal))
        return fail(literal.at, word == "date" ? "a DATE has no time of day"
                                               : "a TIMESTAMP needs a time of day");
      return value;
    }
    if (is_symbol("(")) return call(token, word);
    for (const std::string_view keyword : {"and", "or", "not", "in", "is", "like", "between"})
      if (word == keyword) return fail(token.at, concat("a value is missing before ", token.text));
    return column(token);
  }

  Result<Part> column(const Token& token) {
    const auto found = contract_.resolve(token.text);
    if (!found) {
      return fail(token.at, concat(found.error().message(),
                                   found.error().hint().empty() ? "" : "; ", found.error().hint()));
    }
    const ColumnSpec& spec = **found;
    remember(contract_columns_, spec.name);
    remember(columns_, spec.name);
    ExpressionNode node;
    node.operation = Operation::kColumn;
    node.kind = kind_of(spec.type);
    node.column = spec.name;
    return make(std::move(node), token.at);
  }

  Result<Part> call(const Token& token, const std::string& name) {
    const auto function = std::ranges::find(kFunctions, name, &Function::name);
    if (function == kFunctions.end()) {
      const auto near = nearest(name, function_names());
      return fail(token.at, concat("there is no function ", token.text,
                                   near ? concat("; did you mean ", *near, "?") : ""));
    }
    HARK_TRY_VOID(enter(token.at));
    HARK_TRY_VOID(want_symbol("("));
    HARK_TRY(Part argument, parse_or());
    HARK_TRY(Part result, apply(*function, argument));
    --depth_;
    if (is_symbol(",")) return fail(next().at, concat(name, " takes no more arguments"));
    HARK_TRY_VOID(want_symbol(")"));
    result.at = token.at;
    return result;
  }

  Result<Part> apply(const Function& function, Part argument) {
    const auto wrong = [this, &function](const Part& part, std::string_view needed) {
      return fail(part.at, concat("this is ", word_of(part.node->kind), ", ", function.name,
                                  " needs ", needed));
    };
    const auto is_day = [](const Part& part) {
      return part.node->kind == ValueKind::kClock || part.node->kind == ValueKind::kDate;
    };
    switch (function.takes) {
      case Function::Takes::kText:
        if (argument.node->kind != ValueKind::kText) return wrong(argument, "a text");
        break;
      case Function::Takes::kTextAndLiteral:
        if (argument.node->kind != ValueKind::kText) return wrong(argument, "a text");
        HARK_TRY_VOID(want_symbol(","));
        if (next().kind != Token::Kind::kText)
          return fail(next().at, concat(function.name, " needs a text in quotes here"));
        return with_literal(function.operation, argument);
      case Function::Takes::kDay: {
        if (!is_day(argument)) return wrong(argument, "a clock or a date");
        HARK_TRY(argument, as_date(argument));
        if (function.operation == Operation::kLocalDate) return argument;
        break;
      }
      case Function::Takes::kTime: {
        if (argument.node->kind != ValueKind::kClock) return wrong(argument, "a clock");
        HARK_TRY(argument, local_part(argument, Operation::kLocalTime, ValueKind::kLocal));
        break;
      }
      case Function::Takes::kNumber:
        if (!is_numeric(argument.node->kind)) return wrong(argument, "a number");
        return make(function.operation, argument.node->kind, {argument.node}, argument.at);
      case Function::Takes::kTwoClocks: {
        HARK_TRY_VOID(want_symbol(","));
        HARK_TRY(Part other, parse_sum());
        if (!is_day(argument)) return wrong(argument, "a clock or a date");
        if (!is_day(other)) return wrong(other, "a clock or a date");
        if (argument.node->kind == ValueKind::kClock && other.node->kind == ValueKind::kClock)
          return make(function.operation, function.gives, {argument.node, other.node}, argument.at);
        HARK_TRY(argument, as_date(argument));
        HARK_TRY(other, as_date(other));
        return make(Operation::kHoursBetweenDates, function.gives, {argument.node, other.node},
                    argument.at);
      }
      case Function::Takes::kColumn: {
        if (argument.node->operation != Operation::kColumn)
          return fail(argument.at, concat(function.name, " needs a column"));
        ExpressionNode node;
        node.operation = function.operation;
        node.column = argument.node->column;
        return make(std::move(node), argument.at);
      }
    }
    return make(function.operation, function.gives, {argument.node}, argument.at);
  }

  std::string_view text_;
  const Contract& contract_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t num_nodes_ = 0;
  std::vector<std::string> contract_columns_;
  std::vector<std::string> columns_;
};

}  // namespace

Result<Expression> Expression::parse(std::string_view text, const Contract& contract) {
  HARK_TRY(std::vector<Token> tokens, read_tokens(text));
  ExpressionParser parser(text, contract, std::move(tokens));
  Expression expression;
  HARK_TRY(expression.root_, parser.parse());
  expression.text_ = std::string(text);
  expression.contract_columns_ = parser.take_contract_columns();
  expression.columns_ = parser.take_columns();
  return expression;
}

}  // namespace hark::contract

#include "hark/contract/expression_lexer.h"

#include <algorithm>

#include "hark/core/text.h"

namespace hark::contract {
namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_word_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Byte after the number that starts at `at`: digits, fraction, exponent.
std::size_t end_of_number(std::string_view text, std::size_t at) noexcept {
  const auto digits = [text](std::size_t i) {
    while (i < text.size() && is_digit(text[i])) ++i;
    return i;
  };
  at = digits(at);
  if (at < text.size() && text[at] == '.') at = digits(at + 1);
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    if (exponent < text.size() && is_digit(text[exponent])) at = digits(exponent);
  }
  return at;
}

}  // namespace

Error error_at(std::string_view expression, std::size_t at, std::string_view message) {
  at = std::min(at, expression.size());
  constexpr std::size_t kWindow = 60;
  std::size_t begin = 0;
  if (at > 0)
    if (const auto line = expression.rfind('\n', at - 1); line != std::string_view::npos)
      begin = line + 1;
  std::size_t end = std::min(expression.find('\n', at), expression.size());
  if (at - begin > kWindow) begin = at - kWindow;
  if (end - at > kWindow) end = at + kWindow;
  // A window may cut a character in two; a whole one is shown or none.
  const auto is_tail = [expression](std::size_t i) {
    return i < expression.size() && (static_cast<unsigned char>(expression[i]) & 0xC0U) == 0x80;
  };
  while (begin < at && is_tail(begin)) ++begin;
  while (end > at && is_tail(end)) --end;
  std::string carets;
  for (std::size_t i = begin; i < at; ++i)
    if (!is_tail(i)) carets += expression[i] == '\t' ? '\t' : ' ';
  return Error(ErrorCode::kInvalidArgument,
               concat(message, "\n  ", expression.substr(begin, end - begin), "\n  ", carets, "^"));
}

Result<std::vector<Token>> read_tokens(std::string_view expression) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < expression.size();) {
    const char c = expression[at];
    if (is_space(c)) {
      ++at;
      continue;
    }
    Token token;
    token.at = at;
    if (is_word_start(c)) {
      while (at < expression.size() && (is_word_start(expression[at]) || is_digit(expression[at])))
        ++at;
      token.kind = Token::Kind::kWord;
      token.text = expression.substr(token.at, at - token.at);
    } else if (is_digit(c) ||
               (c == '.' && at + 1 < expression.size() && is_digit(expression[at + 1]))) {
      at = end_of_number(expression, at);
      if (at < expression.size() && is_word_start(expression[at]))
        return error_at(expression, token.at, "this is no number");
      token.kind = Token::Kind::kNumber;
      token.text = expression.substr(token.at, at - token.at);
    } else if (c == '\'' || c == '"') {
      for (++at;; ++at) {
        if (at >= expression.size())
          return error_at(expression, token.at, concat("this ", c, " is not closed"));
        if (expression[at] != c) {
          token.text += expression[at];
        } else if (at + 1 < expression.size() && expression[at + 1] == c) {
          token.text += c;
          ++at;
        } else {
          break;
        }
      }
      ++at;
      token.kind = c == '"' ? Token::Kind::kQuotedName : Token::Kind::kText;
    } else {
      const std::string_view two = expression.substr(at, 2);
      token.kind = Token::Kind::kSymbol;
      if (two == "<=" || two == ">=" || two == "<>" || two == "!=") {
        token.text = two == "!=" ? "<>" : two;
        at += 2;
      } else if (two == "==") {
        return error_at(expression, at, "equality is written with one =");
      } else if (std::string_view("()=<>,+-*/").find(c) != std::string_view::npos) {
        token.text = c;
        ++at;
      } else {
        return error_at(expression, at, "this character means nothing here");
      }
    }
    tokens.push_back(std::move(token));
  }
  tokens.push_back({Token::Kind::kEnd, "", expression.size()});
  return tokens;
}

}  // namespace hark::contract

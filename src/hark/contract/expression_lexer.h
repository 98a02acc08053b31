// Words of an expression, with their places for messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hark/core/result.h"

namespace hark::contract {

struct Token {
  enum class Kind {
    kWord,        ///< name or keyword as written
    kQuotedName,  ///< "Complaint Type", unquoted
    kText,        ///< 'text', unquoted
    kNumber,
    kSymbol,  ///< ( ) , = <> < <= > >= + - * / ; != is written <>
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string text;
  std::size_t at = 0;  ///< byte of the expression
};

/// Errors: kInvalidArgument with the place.
Result<std::vector<Token>> read_tokens(std::string_view expression);

/// An error that ends with the line of the expression and a caret under byte `at`.
Error error_at(std::string_view expression, std::size_t at, std::string_view message);

}  // namespace hark::contract

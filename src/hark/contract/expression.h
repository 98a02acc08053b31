// The expression language of rules, --where and filters: a condition over contract columns.
//
// Language: docs/formats/contract.md, "Expressions". An expression is parsed once, with every
// column and type checked, and then evaluated batch by batch: texts are compared once per
// dictionary code, not per row. Threads: immutable, may be shared; copies are cheap.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/contract/contract.h"
#include "hark/core/result.h"

namespace hark::contract {

/// Three-valued logic. A filter keeps kTrue; a rule is broken by kFalse only.
enum class Truth : std::uint8_t { kFalse = 0, kTrue = 1, kNull = 2 };

struct ExpressionNode;

class Expression {
 public:
  /// Errors: kInvalidArgument; the message ends with the line of the text and a caret under the
  /// place.
  static Result<Expression> parse(std::string_view text, const Contract& contract);

  const std::string& text() const noexcept { return text_; }
  /// Contract columns named, by standard name, each once in order of first use. Where a file lacks
  /// one of them a rule is not checked.
  const std::vector<std::string>& contract_columns() const noexcept { return contract_columns_; }
  /// Stored columns that evaluate() reads: the above, and `c_offset_s` for each clock whose local
  /// time is asked for.
  const std::vector<std::string>& columns() const noexcept { return columns_; }

  /// One truth per row. A column the batch lacks is null everywhere; other columns are ignored.
  /// Errors: kInternal if a column is not of its stored type, or a clock comes without the
  /// `c_offset_s` it needs.
  Result<std::vector<Truth>> evaluate(const columnar::Batch& batch) const;

 private:
  Expression() = default;
  std::string text_;
  std::vector<std::string> contract_columns_;
  std::vector<std::string> columns_;
  std::shared_ptr<const ExpressionNode> root_;
};

}  // namespace hark::contract

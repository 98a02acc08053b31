// What the parts of an expression yield over a batch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "hark/columnar/batch.h"
#include "hark/contract/expression_node.h"

namespace hark::contract {

/// The values of a part of the expression, one per row or one for all rows. Views either into the
/// batch or into its own storage (moving a vector keeps its buffer, so the views stay good).
struct Values {
  bool is_constant = false;
  std::span<const columnar::Presence> presence;
  std::span<const std::int64_t> integers;  ///< kInteger, kClock, kLocal
  std::span<const std::int32_t> days;      ///< kDate
  std::span<const double> numbers;
  std::span<const std::uint32_t> codes;
  std::shared_ptr<const columnar::Dictionary> dictionary;

  std::vector<columnar::Presence> own_presence;
  std::vector<std::int64_t> own_integers;
  std::vector<std::int32_t> own_days;
  std::vector<double> own_numbers;
  std::vector<std::uint32_t> own_codes;

  Values() = default;
  Values(Values&&) = default;
  Values& operator=(Values&&) = default;

  bool is_value(std::size_t row) const noexcept {
    return presence[is_constant ? 0 : row] == columnar::Presence::kValue;
  }
  std::string_view text(std::size_t row) const noexcept {
    return (*dictionary)[codes[is_constant ? 0 : row]];
  }
  void view_own() {
    presence = own_presence;
    integers = own_integers;
    days = own_days;
    numbers = own_numbers;
    codes = own_codes;
  }
};

/// One value for all rows: a constant, or null.
inline Values constant_values(const ExpressionNode& node, columnar::Presence presence) {
  Values values;
  values.is_constant = true;
  values.own_presence = {presence};
  values.own_integers = {node.integer};
  values.own_days = {static_cast<std::int32_t>(node.kind == ValueKind::kDate ? node.integer : 0)};
  values.own_numbers = {node.number};
  values.own_codes = {0};
  auto dictionary = std::make_shared<columnar::Dictionary>();
  dictionary->add(node.text);
  values.dictionary = std::move(dictionary);
  values.view_own();
  return values;
}

/// Room for results: as many as `like` has, with its presence.
inline Values results_like(const Values& like) {
  Values values;
  values.is_constant = like.is_constant;
  values.own_presence.assign(like.presence.begin(), like.presence.end());
  return values;
}

}  // namespace hark::contract

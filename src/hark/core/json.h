// A JSON value: what hark prints with --json, reads from Delta logs and gets from YAML contracts.
//
// Object members keep their order of insertion, so the same value always prints the same bytes.
// Parsing is done by nlohmann-json, whose header stays in json.cc.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hark/core/result.h"

namespace hark {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;  ///< null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(unsigned value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {}
  Json(long long value) : value_(static_cast<std::int64_t>(value)) {}
  /// NaN and infinities become null: a figure that cannot be computed is absent, never 0.
  Json(double value);
  Json(const char* text) : value_(std::string(text)) {}
  Json(std::string text) : value_(std::move(text)) {}
  Json(std::string_view text) : value_(std::string(text)) {}
  Json(Array items) : value_(std::move(items)) {}
  template <typename T>
  Json(const std::optional<T>& value) {
    if (value) *this = Json(*value);
  }

  static Json object() { return Json(Object{}); }
  static Json object(std::initializer_list<Member> members) { return Json(Object(members)); }
  static Json array() { return Json(Array{}); }

  /// Parses one JSON text (RFC 8259, UTF-8). Errors: kInvalidInput with the byte position.
  /// Integers beyond int64 become doubles. Of repeated members the last one counts.
  static Result<Json> parse(std::string_view text);

  bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const noexcept { return std::holds_alternative<bool>(value_); }
  bool is_int() const noexcept { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const noexcept { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
  bool is_array() const noexcept { return std::holds_alternative<Array>(value_); }
  bool is_object() const noexcept { return std::holds_alternative<Object>(value_); }

  /// The value, or `fallback` if this is of another kind.
  bool as_bool(bool fallback = false) const noexcept;
  std::int64_t as_int(std::int64_t fallback = 0) const noexcept;
  double as_double(double fallback = 0) const noexcept;
  /// Empty if this is not a string. The view dies with this value.
  std::string_view as_string() const noexcept;
  /// Items of an array, else empty.
  const Array& items() const noexcept;
  /// Members of an object in order, else empty.
  const Object& members() const noexcept;

  /// The member, or null (a shared constant) where there is none.
  const Json& operator[](std::string_view key) const noexcept;
  bool contains(std::string_view key) const noexcept;
  /// Sets a member; on null this becomes an object first. Returns the member.
  Json& set(std::string_view key, Json value);
  /// Appends an item; on null this becomes an array first.
  void push_back(Json item);

  /// Compact for `indent` < 0, else indented. Doubles print as the shortest text that reads back
  /// equal.
  std::string dump(int indent = -1) const;

  /// Line this value was read from (1-based) where the adapter knows it (YAML), else 0.
  int line() const noexcept { return line_; }
  void set_line(int line) noexcept { line_ = line; }

  friend bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

 private:
  explicit Json(Object members) : value_(std::move(members)) {}
  void dump_to(std::string& out, int indent, int depth) const;

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
  int line_ = 0;
};

/// Appends `text` as a quoted JSON string; bytes that are no UTF-8 are replaced by U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace hark

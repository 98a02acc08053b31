// Result<T>: a T or an Error (C++20 has no std::expected; this has its shape).
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "hark/core/error.h"

namespace hark {

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  template <typename U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error>)
  Result(U&& value)  // NOLINT(google-explicit-constructor): `return value;` is the point
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /// Requires has_value().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Requires !has_value().
  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  bool has_value() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace hark

#define HARK_CONCAT_INNER(a, b) a##b
#define HARK_CONCAT(a, b) HARK_CONCAT_INNER(a, b)

/// HARK_TRY(const auto text, files.read_text(path)); returns the error to the caller, else
/// declares.
#define HARK_TRY(declaration, ...) \
  HARK_TRY_IMPL(HARK_CONCAT(hark_try_, __COUNTER__), declaration, __VA_ARGS__)
#define HARK_TRY_IMPL(temporary, declaration, ...)                 \
  auto temporary = (__VA_ARGS__);                                  \
  if (!temporary.has_value()) return std::move(temporary).error(); \
  declaration = std::move(temporary).value()

/// For a Result<void>, or when the value is not needed.
#define HARK_TRY_VOID(...)                                                                     \
  do {                                                                                         \
    if (auto hark_result = (__VA_ARGS__); !hark_result) return std::move(hark_result).error(); \
  } while (false)

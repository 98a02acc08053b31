// Reading a YAML map key by key, so that every problem of a file is reported and none is read over.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/json.h"

namespace hark::contract {

/// Collects what is wrong with a file.
class Problems {
 public:
  void add(int line, std::string what) { all_.push_back({line, std::move(what)}); }
  bool empty() const noexcept { return all_.empty(); }
  /// All of them as one kInvalidInput, in the order of the file.
  Error to_error() &&;

 private:
  struct Problem {
    int line;
    std::string what;
  };
  std::vector<Problem> all_;
};

/// Returns `what` with the nearest known word: "unknown key 'nmae'; did you mean 'name'?".
std::string unknown_word(std::string_view what, std::string_view word,
                         const std::vector<std::string>& known);

/// A map of the file. Each take_* reports a value of the wrong kind; finish() reports keys that
/// nobody took. The map must outlive this.
class YamlObject {
 public:
  /// `what` names it in messages: "column 'borough'".
  YamlObject(const Json& value, std::string what, Problems& problems);
  /// From a customProperties list: its names and values as one map.
  static YamlObject of_custom_properties(const Json& list, std::string what, Problems& problems);

  int line() const noexcept { return line_; }
  const std::string& what() const noexcept { return what_; }
  /// The value under `key`, or nullptr where there is none (null counts as none).
  const Json* take(std::string_view key);
  /// The same, reporting its absence.
  const Json* require(std::string_view key);
  std::string take_text(std::string_view key);
  std::string require_text(std::string_view key);
  bool take_bool(std::string_view key, bool fallback);
  std::optional<double> take_number(std::string_view key);
  /// A list of texts, or one text.
  std::vector<std::string> take_texts(std::string_view key);
  /// Items of a list.
  const Json::Array& take_list(std::string_view key);

  /// Reports every key that was neither taken nor is in `unread` nor begins with "x-".
  void finish(std::initializer_list<std::string_view> unread);

 private:
  YamlObject(std::string what, Problems& problems) : what_(std::move(what)), problems_(problems) {}
  void wrong(const Json& value, std::string_view key, std::string_view wanted);

  std::vector<std::pair<std::string, const Json*>> members_;
  std::vector<std::string> known_;
  std::string what_;
  std::string member_word_ = "key";
  Problems& problems_;
  int line_ = 0;
};

}  // namespace hark::contract

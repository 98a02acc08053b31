// Reference values from the folder beside the project; only tests include this.
#pragma once

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "hark/core/json.h"

namespace hark::stats {

/// A file of ../shared/golden, or nullopt where the folder is absent.
inline std::optional<Json> golden(const std::string& name) {
  std::ifstream file(std::string(HARK_SHARED_DIR "/golden/") + name);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  auto value = Json::parse(text.str());
  if (!value) return std::nullopt;
  return *std::move(value);
}

/// The entry of published.json with that name, or null.
inline Json published(std::string_view name) {
  const auto file = golden("published.json");
  if (!file) return {};
  for (const Json& entry : (*file)["entries"].items()) {
    if (entry["name"].as_string() == name) return entry;
  }
  return {};
}

template <typename T>
std::vector<T> numbers(const Json& array) {
  std::vector<T> values;
  for (const Json& item : array.items()) values.push_back(static_cast<T>(item.as_double()));
  return values;
}

}  // namespace hark::stats

#define HARK_SKIP_WITHOUT_GOLDEN()            \
  if (!hark::stats::golden("published.json")) \
  GTEST_SKIP() << "the folder of reference values is not here"

// What several tests of this module share: sample charts and a strict little XML reader.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/chart/chart_spec.h"

namespace hark::chart::testing {

/// Small, seeded, the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// In [0, 1).
  double unit();
  /// In [0, n).
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  /// Roughly normal: mean 0, deviation 1.
  double normal();

 private:
  std::uint64_t state_;
};

/// One chart of every kind and every corner the README names; invented numbers.
std::vector<ChartSpec> sample_charts();

Column numbers(std::string name, std::string title, std::vector<double> values,
               std::string unit = {}, Format format = Format::kNumber);
Column texts(std::string name, std::string title, std::vector<std::string> values);

/// An XML element; text is what its children do not cover.
struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;
  std::vector<Element> children;

  /// This and all elements below, depth first.
  std::vector<const Element*> all() const;
  std::string attribute(const std::string& key) const;
};

/// Reads a document or fragment with one root. nullopt where XML 1.0 says it is not well formed:
/// tags that do not match, repeated attributes, unknown entities, bad characters, bad UTF-8.
std::optional<Element> parse_xml(std::string_view text);

}  // namespace hark::chart::testing

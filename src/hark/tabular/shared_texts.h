// The texts that the sheets of a workbook share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::tabular {

/// Texts by number, held as one.
class SharedTexts {
 public:
  void append(std::string_view part) { bytes_ += part; }
  void end_text() { ends_.push_back(bytes_.size()); }
  std::size_t num_bytes() const noexcept { return bytes_.size() + ends_.size() * sizeof ends_[0]; }
  /// Dies with this object.
  std::optional<std::string_view> get(std::size_t number) const noexcept {
    if (number >= ends_.size()) return std::nullopt;
    const std::uint64_t begin = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(bytes_).substr(begin, ends_[number] - begin);
  }

 private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
};

}  // namespace hark::tabular

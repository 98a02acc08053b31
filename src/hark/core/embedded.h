// Files of the source tree that live inside the binary (contracts, models); see hark_embed in
// CMake.
#pragma once

#include <span>
#include <string_view>

namespace hark::core {

struct EmbeddedFile {
  std::string_view name;      ///< file name without its folder
  std::string_view contents;  ///< lives as long as the program
};

}  // namespace hark::core

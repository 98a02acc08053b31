// Something the user should know although the work went on.
#pragma once

#include <string>

namespace hark {

struct Warning {
  std::string code;     ///< snake_case, for scripts: "unknown_columns"
  std::string message;  ///< one sentence, for people
  std::string where;    ///< file, table or column; may be empty
};

}  // namespace hark

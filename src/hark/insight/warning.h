// What is worth saying beside a figure; cli/ prints it and puts it into `--json`.
#pragma once

#include <string>

namespace hark::insight {

struct Warning {
  std::string code;  ///< "as_of_outlier"
  std::string message;
};

}  // namespace hark::insight

// The program: words in, exit status out.
#pragma once

#include <string>
#include <vector>

#include "hark/core/error.h"

namespace hark::cli {

/// Runs one command. The result goes to stdout, everything else to stderr. Never throws.
int run(const std::vector<std::string>& words);

/// The exit status of CLI.md for a failure.
int exit_status(ErrorCode code) noexcept;

}  // namespace hark::cli

// Completion scripts, made from the table of commands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hark/cli/command.h"

namespace hark::cli {

/// The script for "bash", "zsh" or "fish"; empty for another shell.
std::string completion_script(std::string_view shell, const std::vector<Command>& commands);

}  // namespace hark::cli

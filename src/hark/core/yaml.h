// YAML in, Json out: contracts and assumption files are read this way.
#pragma once

#include <string_view>

#include "hark/core/json.h"

namespace hark {

/// Parses one YAML document. Plain scalars follow the YAML 1.2 core schema (null, true/false,
/// integers, floats); quoted ones stay strings. Each value knows its line. Aliases are expanded; a
/// document that grows past 1,000,000 values, or nests deeper than 100, is refused. Errors:
/// kInvalidInput with the line.
Result<Json> parse_yaml(std::string_view text);

}  // namespace hark

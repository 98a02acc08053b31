// A contact centre's diagnostics for people on a terminal.
#pragma once

#include <string>

#include "hark/insight/contact_diagnostics.h"

namespace hark::cli {

/// What moves the volume, and what does not add up; begins with an empty line.
std::string diagnostics_text(const insight::ContactDiagnostics& diagnostics);

}  // namespace hark::cli

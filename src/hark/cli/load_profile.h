// Profiles made while files are loaded.
#pragma once

#include "hark/pipeline/load_profiler.h"

namespace hark::cli {

/// Makes `hark profile`'s answer of the rows that go into the lake, in the pass that loads them.
pipeline::LoadProfilerMaker load_profiler();

}  // namespace hark::cli

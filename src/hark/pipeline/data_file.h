// A plain data file of any format: tabular's, and Parquet, which the engine reads for it.
#pragma once

#include <string>

#include "hark/io/file_system.h"
#include "hark/tabular/probe.h"

namespace hark::pipeline {

/// tabular::probe_file(), Parquet included: its columns as texts, read by the engine. A damaged
/// Parquet file is kInvalidInput like any other. Rows are numbered in place of lines; they have no
/// offset.
Result<tabular::FileProbe> probe_data_file(const io::FileSystem& files, const std::string& path,
                                           tabular::ProbeOptions options = {});

}  // namespace hark::pipeline

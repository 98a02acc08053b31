// Rows of Parquet files of any writer as batches: what figures read of a lake that another engine
// wrote. hark's own files are read by columnar/parquet_file.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/engine/engine.h"

namespace hark::engine {

/// A source over Parquet files, in the order of the list.
///
/// `fields` are the columns and types it offers; a column a file lacks is null there. Each stream()
/// runs one query over just the columns asked for; its workers take turns fetching rows and convert
/// them side by side. Batches have 65,536 rows (the last one fewer) and are the same at every run
/// and number of threads, if the engine preserves insertion order. The engine's database outlives
/// the source by itself.
std::unique_ptr<columnar::BatchSource> parquet_source(Engine& engine,
                                                      std::vector<std::string> files,
                                                      std::vector<columnar::Field> fields);

}  // namespace hark::engine

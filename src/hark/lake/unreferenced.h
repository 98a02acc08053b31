// Files that a crash left behind: in the table's folder, but in no version of the table.
#pragma once

#include <string>
#include <vector>

#include "hark/core/clock.h"
#include "hark/io/file_system.h"
#include "hark/lake/table.h"

namespace hark::lake {

/// All data files ("part-*.parquet") in the table's folder, and temporary files of hark there and
/// in its log, whatever the log says of them. Whatever hark did not make is left out. Errors: kIo;
/// a folder that is not there has none.
Result<std::vector<io::FileInfo>> find_data_files(const io::FileSystem& files,
                                                  const std::string& table_path);

/// Data files whose name no entry of the log has, and temporary files of hark,
/// both last changed before `written_before`, sorted by path. Files of every version the log still
/// tells of are kept; so is whatever hark did not make. `written_before` must be earlier than the
/// start of any load still running, because its files are not in the log yet.
///
/// Errors: kNotFound if there is no table: without a log nothing says what may go. kUnsupported,
/// kCorrupt as Table::snapshot(): a log that cannot be read whole protects everything.
Result<std::vector<io::FileInfo>> find_unreferenced(
    io::FileSystem& files, const std::string& table_path, Instant written_before,
    const CheckpointReader* checkpoint_reader = nullptr);

}  // namespace hark::lake

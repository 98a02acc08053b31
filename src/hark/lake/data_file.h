// Names of data files and ids of tables.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace hark::lake {

/// Makes a new UUID at each call. The program uses random_uuid(), tests a counter.
using UuidSource = std::function<std::string()>;

/// A version-4 UUID (RFC 9562) from the machine's entropy. May be called by any thread.
std::string random_uuid();

/// "part-00003-<uuid>-c000.zstd.parquet": Spark's form, `index` counts the files of one write.
std::string data_file_name(unsigned index, std::string_view uuid);

/// True for a file name that Delta writers give to data files: "part-*.parquet".
bool is_data_file_name(std::string_view name) noexcept;

}  // namespace hark::lake

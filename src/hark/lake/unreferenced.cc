#include "hark/lake/unreferenced.h"

#include <algorithm>
#include <unordered_set>

#include "hark/core/text.h"
#include "hark/lake/data_file.h"

namespace hark::lake {
namespace {

/// Partition folders nest as deep as there are partition columns; deeper is a loop of links.
constexpr int kMaxDepth = 16;

/// "_delta_log", "_change_data" and the like; but "_region=EU" is a partition.
bool is_hidden(std::string_view name) {
  return name.starts_with('.') || (name.starts_with('_') && name.find('=') == name.npos);
}

bool is_temporary(std::string_view name) { return name.starts_with('.') && name.ends_with(".tmp"); }

Result<void> collect(const io::FileSystem& files, const std::string& folder, int depth,
                     std::vector<io::FileInfo>& out) {
  if (depth > kMaxDepth) {
    return Error(ErrorCode::kUnsupported, concat("folder '", folder, "' is nested too deep"));
  }
  HARK_TRY(auto entries, files.list(folder));
  for (io::FileInfo& entry : entries) {
    const std::string_view name = io::file_name(entry.path);
    if (entry.kind == io::FileKind::kDirectory) {
      if (!is_hidden(name)) HARK_TRY_VOID(collect(files, entry.path, depth + 1, out));
    } else if (is_temporary(name) || is_data_file_name(name)) {
      out.push_back(std::move(entry));
    }
  }
  return {};
}

/// Adds the file names that one log entry or checkpoint mentions.
void note_names(const Action& action, std::unordered_set<std::string>& names) {
  if (const auto* add = std::get_if<AddFile>(&action)) {
    names.emplace(io::file_name(add->path.name()));
  } else if (const auto* remove = std::get_if<RemoveFile>(&action)) {
    names.emplace(io::file_name(remove->path.name()));
  }
}

}  // namespace

Result<std::vector<io::FileInfo>> find_data_files(const io::FileSystem& files,
                                                  const std::string& table_path) {
  std::vector<io::FileInfo> found;
  if (auto collected = collect(files, table_path, 0, found); !collected) {
    if (collected.error().code() != ErrorCode::kNotFound) return std::move(collected).error();
  }
  if (auto in_log = files.list(log_folder(table_path))) {
    for (io::FileInfo& entry : *in_log) {
      if (is_temporary(io::file_name(entry.path))) found.push_back(std::move(entry));
    }
  } else if (in_log.error().code() != ErrorCode::kNotFound) {
    return std::move(in_log).error();
  }
  std::ranges::sort(found, {}, &io::FileInfo::path);
  return found;
}

Result<std::vector<io::FileInfo>> find_unreferenced(io::FileSystem& files,
                                                    const std::string& table_path,
                                                    Instant written_before,
                                                    const CheckpointReader* checkpoint_reader) {
  // Files first, log second: a commit made in between is seen.
  HARK_TRY(auto found, find_data_files(files, table_path));
  HARK_TRY(const Table table, Table::open(files, table_path, checkpoint_reader));

  // Names are enough, because they hold a UUID: a file reached by an absolute path or through a
  // linked folder is kept as well.
  std::unordered_set<std::string> names;
  HARK_TRY(const Snapshot latest, table.snapshot());
  for (const AddFile& file : latest.files()) note_names(file, names);
  for (const RemoveFile& file : latest.tombstones()) note_names(file, names);
  for (const LogListing::Entry& entry : table.log().entries) {
    HARK_TRY(const auto actions, read_log_entry(files, table_path, entry.version));
    for (const LoggedAction& logged : actions) note_names(logged.action, names);
  }

  std::erase_if(found, [&](const io::FileInfo& info) {
    return info.modified_us >= written_before.time_since_epoch().count() ||
           names.contains(std::string(io::file_name(info.path)));
  });
  return found;
}

}  // namespace hark::lake

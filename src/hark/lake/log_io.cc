#include "hark/lake/log_io.h"

#include <algorithm>
#include <map>

#include "hark/core/text.h"

namespace hark::lake {
namespace {

constexpr std::size_t kVersionDigits = 20;
constexpr std::size_t kPartDigits = 10;
/// A commit larger than this is no commit of a table this program can hold in memory.
constexpr std::size_t kMaxEntryBytes = std::size_t{1} << 30;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A number written with just `width` digits.
std::optional<std::int64_t> padded_number(std::string_view text, std::size_t width) {
  if (text.size() != width || !is_number(text)) return std::nullopt;
  return parse_int(text);
}

std::string padded(std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  return std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
}

/// Collects the parts of checkpoints until all are there.
class CheckpointParts {
 public:
  /// True if `name` is that of a checkpoint file.
  bool take(const std::vector<std::string_view>& words, const std::string& path) {
    if (words.size() < 3 || words[1] != "checkpoint" || words.back() != "parquet") return false;
    const auto version = padded_number(words[0], kVersionDigits);
    if (!version) return false;
    if (words.size() == 3) {
      whole_[*version] = {path};
      return true;
    }
    if (words.size() != 5) return false;
    const auto part = padded_number(words[2], kPartDigits);
    const auto count = padded_number(words[3], kPartDigits);
    if (!part || !count || *part < 1 || *part > *count) return false;
    parts_[{*version, *count}].push_back(path);  // listed in the order of the parts
    return true;
  }

  std::vector<Checkpoint> finish() && {
    for (auto& [key, paths] : parts_) {
      if (static_cast<std::int64_t>(paths.size()) == key.second)
        whole_.emplace(key.first, std::move(paths));
    }
    std::vector<Checkpoint> checkpoints;
    for (auto& [version, paths] : whole_) checkpoints.push_back({{version}, std::move(paths)});
    return checkpoints;
  }

 private:
  std::map<std::int64_t, std::vector<std::string>> whole_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::string>> parts_;
};

Error no_table(std::string_view table_path) {
  return Error(ErrorCode::kNotFound, concat("there is no Delta table at '", table_path, "'"));
}

}  // namespace

std::string log_folder(std::string_view table_path) {
  return io::join_path(table_path, "_delta_log");
}

std::string log_entry_path(std::string_view table_path, Version version) {
  return io::join_path(log_folder(table_path), padded(version.value, kVersionDigits) + ".json");
}

Result<LogListing> list_log(const io::FileSystem& files, std::string_view table_path) {
  auto infos = files.list(log_folder(table_path));
  if (!infos) {
    if (infos.error().code() == ErrorCode::kNotFound) return no_table(table_path);
    return std::move(infos).error();
  }
  LogListing listing;
  CheckpointParts parts;
  for (const io::FileInfo& info : *infos) {
    if (info.kind == io::FileKind::kDirectory) continue;
    const std::string_view name = io::file_name(info.path);
    const auto words = split(name, '.');
    if (words.size() == 2 && words[1] == "json" && is_number(words[0])) {
      const auto version = padded_number(words[0], kVersionDigits);
      if (!version) {
        return Error(ErrorCode::kCorrupt, concat("'", info.path,
                                                 "' is no log entry: its name must be a version in "
                                                 "20 digits, and each version has one file"));
      }
      listing.entries.push_back({{*version}, info.modified_us});
    } else if (!parts.take(words, info.path)) {
      listing.has_v2_checkpoint |= words.size() == 4 && words[1] == "checkpoint";
    }
  }
  std::ranges::sort(listing.entries, {}, &LogListing::Entry::version);
  listing.checkpoints = std::move(parts).finish();
  if (listing.entries.empty() && listing.checkpoints.empty() && !listing.has_v2_checkpoint) {
    return no_table(table_path);
  }
  return listing;
}

Result<std::vector<LoggedAction>> read_log_entry(const io::FileSystem& files,
                                                 std::string_view table_path, Version version) {
  const std::string path = log_entry_path(table_path, version);
  HARK_TRY(const std::string bytes, files.read_text(path, kMaxEntryBytes));
  return parse_log_entry(bytes, path);
}

Result<void> write_log_entry(io::FileSystem& files, std::string_view table_path, Version version,
                             std::span<const Action> actions) {
  auto written =
      files.put_if_absent(log_entry_path(table_path, version), format_log_entry(actions));
  if (written) return {};
  if (written.error().code() == ErrorCode::kConflict) {
    return Error(ErrorCode::kConflict, concat("version ", version.value, " of the table at '",
                                              table_path, "' was committed by another writer"))
        .hint("open the table again, check again, and retry");
  }
  return std::move(written).error().while_doing(
      concat("committing version ", version.value, " of the table at '", table_path, "'"));
}

Result<bool> commit_landed(const io::FileSystem& files, std::string_view table_path,
                           Version version, std::string_view id) {
  const auto actions = read_log_entry(files, table_path, version);
  if (!actions) {
    if (actions.error().code() == ErrorCode::kNotFound) return false;
    return actions.error();
  }
  return std::ranges::any_of(*actions, [&](const LoggedAction& logged) {
    const auto* info = std::get_if<CommitInfo>(&logged.action);
    return info && !id.empty() && (info->txn_id == id || info->run_id == id);
  });
}

}  // namespace hark::lake

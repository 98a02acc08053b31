// Is a lake whole? What a doctor looks for, and what may be mended without loss.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/clock.h"
#include "hark/pipeline/lake_folder.h"

namespace hark::pipeline {

enum class DamageKind {
  kContract,         ///< a dataset's contract is missing or cannot be read
  kLog,              ///< a log entry is missing or damaged
  kCheckpoint,       ///< a checkpoint that cannot be read, or contradicts the log
  kMissingFile,      ///< a data file of the latest version is not there
  kWrongSize,        ///< one is there with another size than the log says
  kFileHash,         ///< one has that size and other bytes: another SHA-256 than the log says
  kMissingLanding,   ///< the bytes of a load are not there
  kLandingHash,      ///< they are not the bytes that were loaded: another SHA-256
  kProvenance,       ///< the note beside a landing file is missing or names another hash
  kProfile,          ///< the profile of a load is missing or cannot be read
  kOrphan,           ///< a file that no version and no load names: a crash left it
  kTemporary,        ///< an unfinished file of hark
  kKilledQuarantine  ///< refused records of a load that was killed or tried again
};
/// "contract", "log", "checkpoint", "missing_file" and so on.
std::string_view name_of(DamageKind kind) noexcept;

struct Damage {
  DamageKind kind = DamageKind::kOrphan;
  std::string path;  ///< the file or table concerned
  std::string what;
  std::string fix;
  bool is_repairable = false;  ///< repair() mends it and nothing is lost
};

struct TableHealth {
  std::string path;
  std::int64_t version = -1;
  std::int64_t num_files = 0;
  std::int64_t num_hashed = 0;  ///< of these: the log keeps their hash, and it was compared
};

struct Inspection {
  std::vector<TableHealth> tables;     ///< those that open
  std::int64_t num_landing_files = 0;  ///< read whole, and their hashes compared
  std::vector<Damage> damages;
  /// The lake could be locked. If not, a file that a running load has not named yet is an orphan.
  bool is_locked = true;
};

/// Looks at every dataset: log, checkpoints, data files of the latest version and landing files
/// (presence, size, SHA-256), notes and profiles of these, leftovers. Changes nothing; takes the
/// lake's lock where it may, so that a load that runs is not taken for a crash. Errors: kConflict
/// if the lake is in use; kIo.
Result<Inspection> inspect(const LakeFolder& lake);

/// Mends what inspect() calls repairable: removes orphans, temporary files, unsound checkpoints
/// that the log makes up for, and refused records that belong to no load. Returns what it mended.
/// Errors: kConflict, kIo.
Result<std::vector<Damage>> repair(const LakeFolder& lake, const Clock& clock);

}  // namespace hark::pipeline

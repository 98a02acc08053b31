#include "hark/pipeline/landing.h"

#include <future>
#include <new>
#include <span>

#include "hark/core/text.h"
#include "hark/crypto/sha256.h"
#include "hark/pipeline/table_file.h"

namespace hark::pipeline {
namespace {

constexpr std::string_view kNoteEnding = ".json";
constexpr std::string_view kProfileEnding = ".profile.json";
constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kCopyBlock = std::size_t{4} << 20;
// Where no thread can be started, whoever waits for the work does it.
constexpr auto kBesideIfPossible = std::launch::async | std::launch::deferred;

bool is_hash(std::string_view name) {
  return name.size() == kHashDigits && name.find_first_not_of("0123456789abcdef") == name.npos;
}

/// Memory that a disk can take blocks from directly.
class AlignedBlock {
 public:
  AlignedBlock() : bytes_(new(kAlignment) char[kCopyBlock]) {}
  ~AlignedBlock() { ::operator delete[](bytes_, kAlignment); }
  AlignedBlock(const AlignedBlock&) = delete;
  AlignedBlock& operator=(const AlignedBlock&) = delete;
  std::span<char> bytes() noexcept { return {bytes_, kCopyBlock}; }

 private:
  static constexpr std::align_val_t kAlignment{io::kDirectAlignment};
  char* bytes_;
};

/// Copies `input` to a temporary file and returns the hash of what was copied. A block is hashed
/// while the next one is read and the one before is written.
Result<std::string> copy_and_hash(io::FileSystem& files, const io::InputFile& input,
                                  const std::string& to) {
  HARK_TRY(const auto output, files.open_output(to));
  crypto::Sha256 hasher;
  AlignedBlock blocks[2];
  std::future<void> hashed;
  std::uint64_t offset = 0;
  for (std::size_t turn = 0;; turn = 1 - turn) {
    HARK_TRY(const std::size_t n, input.read_at(offset, blocks[turn].bytes()));
    if (n == 0) break;
    const std::string_view bytes(blocks[turn].bytes().data(), n);
    // Also before the other block is read into again.
    if (hashed.valid()) hashed.get();
    hashed = std::async(kBesideIfPossible, [&hasher, bytes] { hasher.update(bytes); });
    HARK_TRY_VOID(output->write(bytes));
    offset += n;
  }
  if (hashed.valid()) hashed.get();
  HARK_TRY_VOID(output->sync());
  HARK_TRY_VOID(output->close());
  return crypto::to_hex(hasher.finish());
}

}  // namespace

Result<Landed> land(const LakeFolder& lake, std::string_view dataset, const std::string& source,
                    const std::vector<std::string>& header, const Json& origin,
                    const Clock& clock) {
  io::FileSystem& files = lake.files();
  HARK_TRY(const auto input, files.open_input(source));
  const std::string folder = lake.landing_folder(dataset);
  HARK_TRY_VOID(files.create_directories(folder, 0700));

  const std::string temporary = io::join_path(folder, io::temporary_name("landing"));
  auto hash = copy_and_hash(files, *input, temporary);
  if (!hash) {
    if (files.exists(temporary)) (void)files.remove(temporary);
    return std::move(hash).error();
  }
  Landed landed{*hash, io::join_path(folder, *hash), input->size()};
  if (files.exists(landed.path)) {
    const auto stored = hash_of_file(files, landed.path);
    landed.was_damaged = !stored || *stored != landed.hash;
    if (!landed.was_damaged) {
      HARK_TRY_VOID(files.remove(temporary));
      return landed;
    }
  }
  Json provenance = Json::object();
  provenance.set("sha256", landed.hash);
  provenance.set("source", io::file_name(source));
  provenance.set("size_bytes", landed.size_bytes);
  provenance.set("retrieved_at", format_instant(clock.now()));
  Json columns = Json::array();
  for (const std::string& name : header) columns.push_back(name);
  provenance.set("columns", std::move(columns));
  for (const auto& [name, value] : origin.members()) provenance.set(name, value);
  // The note comes first: a landing file always has one. That of a damaged file says when its bytes
  // were first had, and stays.
  const std::string note = concat(landed.path, kNoteEnding);
  if (!landed.was_damaged || !files.exists(note))
    HARK_TRY_VOID(files.write_atomically(note, provenance.dump(2) + "\n"));
  HARK_TRY_VOID(files.rename(temporary, landed.path));
  HARK_TRY_VOID(files.sync_directory(folder));
  return landed;
}

Landing::Landing(bool is_beside, std::function<Result<Landed>()> land,
                 std::function<bool(const Landed&)> is_known)
    : landed_(std::async(is_beside ? kBesideIfPossible : std::launch::deferred,
                         [this, land = std::move(land), is_known = std::move(is_known)] {
                           return run(land, is_known);
                         })) {}

Result<std::string> Landing::hash() const {
  HARK_TRY(const Landed landed, this->landed());
  if (is_known_) return Error(ErrorCode::kConflict, "these bytes are in the lake already");
  return landed.hash;
}

Result<Landed> Landing::run(const std::function<Result<Landed>()>& land,
                            const std::function<bool(const Landed&)>& is_known) {
  try {
    HARK_TRY(Landed landed, land());
    is_known_ = is_known(landed);
    return landed;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kExhausted, "out of memory").hint("try a smaller --memory-limit");
  }
}

std::string profile_path(const std::string& landing_path) {
  return concat(landing_path, kProfileEnding);
}

Result<std::vector<io::FileInfo>> find_unwanted_landings(
    const LakeFolder& lake, std::string_view dataset,
    const std::function<bool(std::string_view hash)>& is_wanted) {
  auto entries = lake.files().list(lake.landing_folder(dataset));
  if (!entries) {
    if (entries.error().code() == ErrorCode::kNotFound) return std::vector<io::FileInfo>();
    return std::move(entries).error();
  }
  std::erase_if(*entries, [&](const io::FileInfo& entry) {
    std::string_view hash = io::file_name(entry.path);
    if (hash.starts_with('.') && hash.ends_with(".tmp")) return false;
    for (const std::string_view ending : {kProfileEnding, kNoteEnding}) {
      if (!hash.ends_with(ending)) continue;
      hash.remove_suffix(ending.size());
      break;
    }
    // What no load makes here is somebody else's, and left alone.
    const bool is_of_load = entry.kind == io::FileKind::kFile && is_hash(hash);
    return !is_of_load || is_wanted(hash);
  });
  return entries;
}

}  // namespace hark::pipeline

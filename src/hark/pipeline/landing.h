// The landing zone: the bytes as they came, named by their hash, immutable.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/json.h"
#include "hark/pipeline/lake_folder.h"

namespace hark::pipeline {

struct Landed {
  std::string hash;  ///< SHA-256 of the bytes, 64 hex digits; also the file's name
  std::string path;
  std::uint64_t size_bytes = 0;
  bool was_damaged = false;  ///< the lake's file of this name held other bytes before
};

/// The landing file's hash, for those who write what names it while the file may still be landing.
struct LandingHash {
  /// Waits for it. Errors: why there will be none; what was written is garbage then.
  std::function<Result<std::string>()> get;
  /// Whether get() need not wait for another thread.
  std::function<bool()> is_there;
};

/// Copies `source` into the landing folder of `dataset` and writes beside it where it came from,
/// its `header`, and the members of `provenance`.
///
/// The copy is durable and complete under its final name, or not there. A file that is there
/// already is left alone, unless its bytes are not those of its name: then the copy replaces it.
/// Errors: kNotFound, kIo, kExhausted.
Result<Landed> land(const LakeFolder& lake, std::string_view dataset, const std::string& source,
                    const std::vector<std::string>& header, const Json& provenance,
                    const Clock& clock);

/// A file on its way into the landing zone, beside the reading of it where there are threads for
/// both. Threads: all but the constructor and destructor, which waits, may be called by many.
class Landing {
 public:
  /// `land` may run until the Landing is gone; `is_known` says whether the lake has those bytes.
  Landing(bool is_beside, std::function<Result<Landed>()> land,
          std::function<bool(const Landed&)> is_known);

  /// Waits. Errors: those of land().
  const Result<Landed>& landed() const { return landed_.get(); }
  /// Waits. Errors: those of land(); kConflict if the lake has these bytes already.
  Result<std::string> hash() const;
  /// Whether hash() need not wait for another thread.
  bool is_done() const {
    return landed_.wait_for(std::chrono::seconds(0)) != std::future_status::timeout;
  }
  /// The lake has these bytes, as far as is known by now: reading on is in vain.
  bool is_known() const noexcept { return is_known_; }

 private:
  Result<Landed> run(const std::function<Result<Landed>()>& land,
                     const std::function<bool(const Landed&)>& is_known);

  std::atomic<bool> is_known_ = false;
  std::shared_future<Result<Landed>> landed_;
};

/// Where the profile of a landing file stands: beside it.
std::string profile_path(const std::string& landing_path);

/// Landing files of `dataset` whose hash `is_wanted` does not name, and unfinished copies. Only the
/// one who holds the lake's lock knows that they are garbage.
Result<std::vector<io::FileInfo>> find_unwanted_landings(
    const LakeFolder& lake, std::string_view dataset,
    const std::function<bool(std::string_view hash)>& is_wanted);

}  // namespace hark::pipeline

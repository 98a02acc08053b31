// Portal → lake: what changed since the last sync, pulled page by page and loaded by ingest().
//
// The watermark is where the last sync that the trusted table knows of came to: it stands in the
// note beside the landing file, and counts because the trusted table has that file's load. So a
// watermark and its rows are in the lake together or not at all.
//
// Pages are kept as they came in sync/<dataset>/ until their load is committed. A sync that is
// broken at any point goes on there. What is loaded is made from all pages of a load alike,
// whatever order the portal gave their records in, and therefore has the same hash. Format:
// docs/formats/sync.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hark/pipeline/ingest.h"
#include "hark/portal/feed.h"

namespace hark::pipeline {

struct SyncOptions {
  portal::Source source;
  std::string dataset;   ///< name of the contract
  bool has_key = true;   ///< the contract has one
  IngestOptions ingest;  ///< with the contract to load with
  std::int64_t page_rows = 10'000;
  int pages_per_load = 20;
  bool is_full = false;  ///< from the beginning, whatever the watermark
  /// Told after each page, of the whole sync: records so far, bytes so far, records the portal has.
  std::function<void(std::int64_t, std::uint64_t, std::int64_t)> progress;
};

struct SyncReport {
  std::vector<LoadReport> loads;            ///< none: nothing new
  std::int64_t pages = 0;                   ///< that came from the portal, empty ones included
  std::int64_t pages_kept = 0;              ///< that a broken sync had left
  portal::Watermark watermark;              ///< afterwards
  std::int64_t total_before = 0;            ///< records the portal had when the sync began
  std::optional<std::int64_t> total_after;  ///< absent if the portal would not say
  std::int64_t version = -1;                ///< of the trusted table, afterwards
  std::vector<Warning> warnings;
};

/// Pulls and loads. One load per `pages_per_load` pages, each all or nothing; an error leaves the
/// loads before it in the lake and the pages after them for the next sync.
///
/// Errors: those of the feed (kRemote) and of ingest(); kConflict if another sync of the dataset is
/// running; kInvalidArgument for a dataset without key that is in the lake already: its changed
/// records could not be told from new ones.
Result<SyncReport> sync(const LakeFolder& lake, portal::Feed& feed, const SyncOptions& options,
                        const Clock& clock);

}  // namespace hark::pipeline

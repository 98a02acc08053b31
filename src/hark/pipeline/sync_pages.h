// Pages of one load to come, kept on disk as they came until the load is committed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "hark/core/json.h"
#include "hark/crypto/sha256.h"
#include "hark/io/file_system.h"
#include "hark/portal/feed.h"

namespace hark::pipeline {

/// What the pages were pulled for. Pages of another plan are of no use.
struct SyncPlan {
  std::string source;  ///< portal::Source::key()
  std::string cursor;
  portal::Watermark from;
  std::int64_t page_rows = 0;
  int pages_per_load = 0;
  std::int64_t load = 0;  ///< loads the dataset had: once there is another, the plan is done with
  std::int64_t total_before = 0;

  Json to_json() const;
  static SyncPlan from_json(const Json& json);
  friend bool operator==(const SyncPlan&, const SyncPlan&) = default;
};

/// A page on disk.
struct KeptPage {
  std::string path;  ///< of its body
  std::string url;
  std::string sha256;  ///< of its body
  std::string etag;
  std::string last_modified;
  std::string retrieved_at;
  std::int64_t rows = 0;
  std::uint64_t size_bytes = 0;
  portal::Watermark after;
  bool is_last = false;

  /// Everything but the path: its note, and its part of the provenance.
  Json to_json() const;
};

/// The folder sync/<dataset> of a lake. For the one who holds its lock.
class SyncPages {
 public:
  SyncPages(io::FileSystem& files, std::string folder, const portal::Source& source)
      : files_(&files), folder_(std::move(folder)), source_(source) {}

  const std::string& folder() const noexcept { return folder_; }

  /// Goes on with the pages that are there if they are of `plan`, whose total need not be known;
  /// else removes them. Returns the plan they were pulled for. Pages after the first one that is
  /// not whole are removed.
  Result<std::optional<SyncPlan>> resume(const SyncPlan& plan);
  /// Begins anew: no pages.
  Result<void> start(const SyncPlan& plan);
  /// Keeps a page: its bytes, then its note. It survives a power cut.
  Result<void> add(const portal::Page& page, Instant retrieved_at);
  const std::vector<KeptPage>& pages() const noexcept { return pages_; }
  /// Writes all records as JSON lines to one file, in the order of their times and then of their
  /// bytes' SHA-256; of records of one portal row with one time and the same bytes only one is
  /// written. Returns how many.
  Result<std::int64_t> assemble(const std::string& path);
  /// Removes everything but the lock. The plan goes first.
  Result<void> clear();

 private:
  /// Where a record stands, and what orders it.
  struct Place {
    Instant instant;
    crypto::Sha256Digest digest;
    std::uint32_t page = 0;
    std::uint32_t size = 0;
    std::uint64_t offset = 0;

    auto key() const { return std::tie(instant, digest); }
  };

  std::string path_of(std::size_t number, std::string_view suffix) const;
  /// Takes the page in, with the places of its records.
  void keep(KeptPage page, std::string_view body, const std::vector<portal::AnswerRecord>& records);
  Result<bool> read_kept(std::size_t number);

  io::FileSystem* files_;
  std::string folder_;
  const portal::Source& source_;
  std::vector<KeptPage> pages_;
  std::vector<Place> places_;  ///< of the records of all pages
};

}  // namespace hark::pipeline

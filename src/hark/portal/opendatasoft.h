// Opendatasoft's Explore API v2.1: exports, whole or in windows of the cursor field.
//
// The records endpoint ends at offset + limit = 10,000 and records have no identifier to go on
// from; an export has no such end. So with a cursor the records endpoint is asked for one time
// only, that of the n-th record to come, and the export for everything before the next time after
// it: records with the same time are never parted, however many they are. Records without a time
// are in the first window. Records with a time to come are in the last one, and the watermark never
// passes the present: it would hide what changes until then. Without a cursor the one page is the
// export of the whole dataset. An export is held against the count of its records, since one that
// breaks off between two records would look whole. Source: help.opendatasoft.com, "Explore API
// v2.1", "ODSQL".
#pragma once

#include "hark/portal/feed.h"

namespace hark::portal {

class OpendatasoftFeed final : public Feed {
 public:
  OpendatasoftFeed(Source source, io::HttpClient& client, const Clock& clock, FeedOptions options)
      : source_(std::move(source)), client_(client), clock_(clock), options_(std::move(options)) {}

  /// The last window starts again at its latest time when more is asked for later: records of that
  /// time may have come since.
  Result<Page> next(const Watermark& mark) override;
  Result<std::int64_t> total() override;

 private:
  io::HttpRequest request(std::string_view endpoint, std::string_view query) const;
  /// The first time after that of the page_rows-th record from `mark` on; empty: fewer are left, or
  /// it is later than `now`.
  Result<std::string> end_of_window(const Watermark& mark, Instant now);
  /// Records the portal has now that `where` holds for.
  Result<std::int64_t> count(std::string_view where);
  /// Refuses an export that ended early, if only at the border of a record: the watermark would
  /// pass what is missing. `before`: the count when the page was asked for.
  Result<void> check_is_whole(const Page& page, std::string_view where, std::int64_t before);

  Source source_;
  io::HttpClient& client_;
  const Clock& clock_;
  FeedOptions options_;
};

}  // namespace hark::portal

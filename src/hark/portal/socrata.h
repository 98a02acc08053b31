// Socrata's SODA 2.1: keyset pages on (:updated_at, :id).
//
// Source: dev.socrata.com, "Paging through Data", "System Fields", "Queries using SODA",
// "Application Tokens".
#pragma once

#include "hark/portal/feed.h"

namespace hark::portal {

class SocrataFeed final : public Feed {
 public:
  SocrataFeed(Source source, io::HttpClient& client, FeedOptions options)
      : source_(std::move(source)), client_(client), options_(std::move(options)) {}

  /// Ends with an empty page: a portal that gives fewer rows than were asked for is not at its end
  /// for that.
  Result<Page> next(const Watermark& mark) override;
  Result<std::int64_t> total() override;

 private:
  io::HttpRequest request(std::string_view query) const;

  Source source_;
  io::HttpClient& client_;
  FeedOptions options_;
};

}  // namespace hark::portal

// A dataset's records in the order they changed, page by page.
//
// A feed remembers nothing between pages: what is to come follows from the watermark alone, so that
// a pull can go on in another process. Every record that the portal has throughout the pull is in
// some page; one that changes meanwhile may be in two. Records inside a page may stand in any
// order. Threads: belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/json.h"
#include "hark/io/http.h"
#include "hark/portal/answer.h"
#include "hark/portal/source.h"

namespace hark::portal {

/// More records than any portal has: a larger count is none.
inline constexpr std::int64_t kMostRecords = 1'000'000'000'000;

/// How far a pull has come: everything up to here has been had. Both empty: nothing yet.
struct Watermark {
  std::string at;  ///< a time as parse_instant() reads it
  /// Socrata: the last record with that time that was had. Opendatasoft, between two windows: the
  /// time of the latest record that was had.
  std::string id;

  bool is_start() const noexcept { return at.empty(); }
  Json to_json() const { return Json::object({{"at", at}, {"id", id}}); }
  static Watermark from_json(const Json& json) {
    return {std::string(json["at"].as_string()), std::string(json["id"].as_string())};
  }
  friend bool operator==(const Watermark&, const Watermark&) = default;
};

struct Page {
  std::string body;  ///< as it came
  std::vector<AnswerRecord> records;
  Watermark after;       ///< where the next page starts
  bool is_last = false;  ///< nothing comes after this
  std::string url;       ///< that was asked; no token in it
  std::string etag;
  std::string last_modified;
};

/// Asks for a page and cuts its records, with the fields that cut_records() reads; `after` and
/// `is_last` are the feed's to set. Errors: the client's; kRemote for an answer that is none.
Result<Page> fetch_page(io::HttpClient& client, const io::HttpRequest& request,
                        std::string_view at_field, std::string_view id_field);

/// What one does with a page when it turns out wrong, for Error::while_doing().
std::string reading(const Page& page);

class Feed {
 public:
  virtual ~Feed() = default;
  /// The page that follows `mark`. Errors: kRemote, also for records that were not asked for and
  /// for a portal that does not get on.
  virtual Result<Page> next(const Watermark& mark) = 0;
  /// Records the portal has now.
  virtual Result<std::int64_t> total() = 0;
};

/// The largest answer that a page may be. Pages are held whole in memory, and read from disk whole
/// when a broken sync is gone on with.
inline constexpr std::size_t kMostPageBytes = std::size_t{1} << 30;

struct FeedOptions {
  std::int64_t page_rows = 10'000;                      ///< 1 to most_page_rows()
  std::string token{};                                  ///< of the portal; empty: none
  std::size_t max_body_bytes = std::size_t{256} << 20;  ///< more than kMostPageBytes is that
};

/// The most records that a page of this kind may be asked for: 50,000 of Socrata (SODA 2.0), 10,000
/// of Opendatasoft (offset + limit of its records endpoint).
std::int64_t most_page_rows(Kind kind) noexcept;

/// `client` and `clock` must outlive the feed; the clock is the true time, which portals live by.
/// Errors: kInvalidArgument for a token that cannot be a header's value (it is not quoted), or for
/// `page_rows`.
Result<std::unique_ptr<Feed>> open_feed(const Source& source, io::HttpClient& client,
                                        const Clock& clock, FeedOptions options);

}  // namespace hark::portal

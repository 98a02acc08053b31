#include "hark/portal/socrata.h"

#include <algorithm>

#include "hark/core/text.h"

namespace hark::portal {
namespace {

/// A SoQL text literal.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

}  // namespace

io::HttpRequest SocrataFeed::request(std::string_view query) const {
  io::HttpRequest request;
  request.url = concat(source_.origin, "/resource/", source_.dataset, ".json?", query);
  request.headers = {{"Accept", "application/json"}};
  if (!options_.token.empty()) request.headers.push_back({"X-App-Token", options_.token});
  request.max_body_bytes = options_.max_body_bytes;
  return request;
}

Result<Page> SocrataFeed::next(const Watermark& mark) {
  std::string query = concat("$select=", io::percent_encode(":*,*"),
                             "&$order=", io::percent_encode(":updated_at,:id"));
  if (!mark.is_start()) {
    const std::string at = quoted(mark.at);
    query += "&$where=" + io::percent_encode(concat(":updated_at > ", at, " OR (:updated_at = ", at,
                                                    " AND :id > ", quoted(mark.id), ")"));
  }
  query += concat("&$limit=", options_.page_rows);
  HARK_TRY(Page page, fetch_page(client_, request(query), ":updated_at", ":id"));
  page.after = mark;
  if (page.records.empty()) {
    page.is_last = true;
    return page;
  }
  Instant before = Instant::min();
  if (!mark.is_start()) {
    HARK_TRY(before, parse_instant(mark.at));
  }
  // Only the portal knows the order of its ids, so they are never compared here. Of the records
  // with the latest time the last one that came is the mark: asking from any record of the page on
  // loses nothing, since the page holds all that come before its last one.
  Instant latest = Instant::min();
  for (const AnswerRecord& record : page.records) {
    if (record.at.empty() || record.id.empty()) {
      return Error(ErrorCode::kRemote, "a record has no :id or no :updated_at")
          .hint("hark needs a dataset with Socrata's system fields (SODA 2.1)")
          .while_doing(reading(page));
    }
    if (record.instant < before) {
      return Error(ErrorCode::kRemote, "the portal gave records that were not asked for")
          .hint("does it understand $where on :updated_at?")
          .while_doing(reading(page));
    }
    if (record.instant >= latest) {
      latest = record.instant;
      page.after = {record.at, record.id};
    }
  }
  if (page.after == mark) {
    return Error(ErrorCode::kRemote, "the portal gives the same records again and again")
        .hint("does it understand $where on :updated_at and :id?")
        .while_doing(reading(page));
  }
  return page;
}

Result<std::int64_t> SocrataFeed::total() {
  const io::HttpRequest asked =
      request(concat("$select=", io::percent_encode("count(*) AS total")));
  HARK_TRY(const io::HttpResponse response, client_.get(asked));
  const auto answer = Json::parse(response.body);
  if (answer && answer->items().size() == 1) {
    const Json& total = answer->items().front()["total"];
    const auto count = total.is_int() ? total.as_int() : parse_int(total.as_string()).value_or(-1);
    if (count >= 0 && count <= kMostRecords) return count;
  }
  return Error(ErrorCode::kRemote, concat(io::shown_url(asked.url), ": the answer is no count"));
}

}  // namespace hark::portal

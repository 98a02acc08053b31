#include "hark/portal/opendatasoft.h"

#include <algorithm>

#include "hark/core/text.h"

namespace hark::portal {
namespace {

using std::chrono::microseconds;

/// The step between the times a portal writes like `text`: its last digit's.
microseconds step_of(std::string_view text) {
  if (text.size() <= 10) return std::chrono::hours(24);
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::chrono::seconds(1);
  microseconds step = std::chrono::seconds(1);
  for (std::size_t at = dot + 1;
       at < text.size() && text[at] >= '0' && text[at] <= '9' && step.count() > 1; ++at)
    step /= 10;
  return step;
}

/// An ODSQL date literal.
std::string date_literal(std::string_view time) { return concat("date'", time, "'"); }

}  // namespace

io::HttpRequest OpendatasoftFeed::request(std::string_view endpoint, std::string_view query) const {
  io::HttpRequest request;
  request.url = concat(source_.origin, "/api/explore/v2.1/catalog/datasets/", source_.dataset, "/",
                       endpoint, "?", query);
  request.headers = {{"Accept", "application/json"}};
  if (!options_.token.empty())
    request.headers.push_back({"Authorization", concat("Apikey ", options_.token)});
  request.max_body_bytes = options_.max_body_bytes;
  return request;
}

Result<std::string> OpendatasoftFeed::end_of_window(const Watermark& mark, Instant now) {
  const std::string& cursor = source_.cursor;
  const std::string where = mark.is_start() ? concat(cursor, " is not null")
                                            : concat(cursor, " >= ", date_literal(mark.at));
  const io::HttpRequest asked =
      request("records", concat("select=", cursor, "&where=", io::percent_encode(where),
                                "&order_by=", io::percent_encode(concat(cursor, " asc")),
                                "&limit=1&offset=", options_.page_rows - 1, "&timezone=UTC"));
  HARK_TRY(const io::HttpResponse response, client_.get(asked));
  const auto answer = Json::parse(response.body);
  if (!answer || !(*answer)["results"].is_array()) {
    return Error(ErrorCode::kRemote,
                 concat(io::shown_url(asked.url), ": the answer has no results"));
  }
  if ((*answer)["results"].items().empty()) return std::string();
  const std::string_view text = (*answer)["results"].items().front()[cursor].as_string();
  const auto time = read_time(text);
  if (!time) {
    return Error(ErrorCode::kRemote,
                 concat(io::shown_url(asked.url), ": field '", cursor, "' holds no time"))
        .hint("--cursor names a date or datetime field, as the API names it");
  }
  if (!mark.is_start()) {
    HARK_TRY(const Instant from, parse_instant(mark.at));
    if (*time < from) {
      return Error(ErrorCode::kRemote, concat(io::shown_url(asked.url),
                                              ": the portal gave records that were not asked for"));
    }
  }
  // Compared like this no odd time can overflow.
  if (*time > now - step_of(text)) return std::string();
  return format_instant(*time + step_of(text));
}

Result<Page> OpendatasoftFeed::next(const Watermark& mark) {
  const std::string& cursor = source_.cursor;
  const Instant now = clock_.now();
  std::string end;
  std::string where;
  std::string query = "timezone=UTC";
  if (!cursor.empty()) {
    HARK_TRY(end, end_of_window(mark, now));
    if (mark.is_start() && !end.empty())
      where = concat(cursor, " is null or ", cursor, " < ", date_literal(end));
    if (!mark.is_start()) where = concat(cursor, " >= ", date_literal(mark.at));
    if (!mark.is_start() && !end.empty())
      where += concat(" and ", cursor, " < ", date_literal(end));
    if (!where.empty()) query += "&where=" + io::percent_encode(where);
    query += "&order_by=" + io::percent_encode(concat(cursor, " asc"));
  }
  HARK_TRY(const std::int64_t before, count(where));
  HARK_TRY(Page page, fetch_page(client_, request("exports/json", query), cursor, ""));
  HARK_TRY_VOID(check_is_whole(page, where, before));
  page.after = mark;
  page.is_last = end.empty();
  if (cursor.empty()) return page;

  Instant from = Instant::min();
  Instant until = Instant::max();
  if (!mark.is_start()) {
    HARK_TRY(from, parse_instant(mark.at));
  }
  if (!end.empty()) {
    HARK_TRY(until, parse_instant(end));
  }
  Instant latest = Instant::min();
  for (const AnswerRecord& record : page.records) {
    const bool is_asked_for =
        record.at.empty() ? mark.is_start() : record.instant >= from && record.instant < until;
    if (!is_asked_for) {
      return Error(ErrorCode::kRemote, "the portal gave records that were not asked for")
          .hint(concat("does it understand a where on '", cursor, "'?"))
          .while_doing(reading(page));
    }
    if (!record.at.empty() && record.instant <= now) latest = std::max(latest, record.instant);
  }
  // A window ends behind its records and the last one may hold none: the watermark is the time of
  // the latest record all the same, as others of that time may come.
  const std::string last = latest == Instant::min() ? mark.id : format_instant(latest);
  if (!end.empty())
    page.after = {end, last};
  else if (!last.empty())
    page.after = {last, {}};
  return page;
}

Result<void> OpendatasoftFeed::check_is_whole(const Page& page, std::string_view where,
                                              std::int64_t before) {
  const auto had = static_cast<std::int64_t>(page.records.size());
  if (had >= before) return {};
  // Records leave a window when they change, and the portal may have taken some away.
  HARK_TRY(const std::int64_t after, count(where));
  if (had >= after) return {};
  return Error(ErrorCode::kRemote,
               concat("the portal gave ", had, " of ", std::min(before, after), " records"))
      .hint("nothing of this answer was taken: `hark sync` asks for it again")
      .while_doing(reading(page));
}

Result<std::int64_t> OpendatasoftFeed::total() { return count({}); }

Result<std::int64_t> OpendatasoftFeed::count(std::string_view where) {
  std::string query = "limit=0";
  if (!where.empty()) query += concat("&where=", io::percent_encode(where), "&timezone=UTC");
  const io::HttpRequest asked = request("records", query);
  HARK_TRY(const io::HttpResponse response, client_.get(asked));
  const auto answer = Json::parse(response.body);
  const std::int64_t count =
      answer && (*answer)["total_count"].is_int() ? (*answer)["total_count"].as_int() : -1;
  if (count < 0 || count > kMostRecords)
    return Error(ErrorCode::kRemote, concat(io::shown_url(asked.url), ": the answer is no count"));
  return count;
}

}  // namespace hark::portal

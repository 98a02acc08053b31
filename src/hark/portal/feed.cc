#include "hark/portal/feed.h"

#include <algorithm>

#include "hark/core/text.h"
#include "hark/portal/opendatasoft.h"
#include "hark/portal/socrata.h"

namespace hark::portal {

std::int64_t most_page_rows(Kind kind) noexcept { return kind == Kind::kSocrata ? 50'000 : 10'000; }

Result<Page> fetch_page(io::HttpClient& client, const io::HttpRequest& request,
                        std::string_view at_field, std::string_view id_field) {
  HARK_TRY(io::HttpResponse response, client.get(request));
  Page page;
  page.url = request.url;
  page.etag = std::string(response.header("etag"));
  page.last_modified = std::string(response.header("last-modified"));
  page.body = std::move(response.body);
  auto records = cut_records(page.body, at_field, id_field);
  if (!records) return std::move(records).error().while_doing(reading(page));
  page.records = *std::move(records);
  return page;
}

std::string reading(const Page& page) {
  return concat("reading the answer of ", io::shown_url(page.url));
}

Result<std::unique_ptr<Feed>> open_feed(const Source& source, io::HttpClient& client,
                                        const Clock& clock, FeedOptions options) {
  if (options.page_rows < 1 || options.page_rows > most_page_rows(source.kind)) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("a page has 1 to ", most_page_rows(source.kind), " rows at ",
                        name_of(source.kind), ", not ", options.page_rows));
  }
  if (options.token.size() > 1000 ||
      !std::ranges::all_of(options.token, [](char c) { return c > ' ' && c <= '~'; })) {
    return Error(ErrorCode::kInvalidArgument, "the token has characters that no token has")
        .hint("the file or variable holds the token alone, on one line");
  }
  options.max_body_bytes = std::min(options.max_body_bytes, kMostPageBytes);
  if (source.kind == Kind::kSocrata)
    return std::unique_ptr<Feed>(std::make_unique<SocrataFeed>(source, client, std::move(options)));
  return std::unique_ptr<Feed>(
      std::make_unique<OpendatasoftFeed>(source, client, clock, std::move(options)));
}

}  // namespace hark::portal

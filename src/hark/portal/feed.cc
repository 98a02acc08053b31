#include "hark/portal/feed.h"

#include <algorithm>

#include "hark/core/text.h"
#include "hark/portal/opendatasoft.h"
#include "hark/portal/socrata.h"

namespace hark::portal {

std::int64_t most_page_rows(Kind kind) noexcept { return kind == Kind::kSocrata ? 50'000 : 10'000; }

Result<std::unique_ptr<Feed>> open_feed(const Source& source, io::HttpClient& client,
                                        FeedOptions options) {
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
  if (source.kind == Kind::kSocrata)
    return std::unique_ptr<Feed>(std::make_unique<SocrataFeed>(source, client, std::move(options)));
  return std::unique_ptr<Feed>(
      std::make_unique<OpendatasoftFeed>(source, client, std::move(options)));
}

}  // namespace hark::portal

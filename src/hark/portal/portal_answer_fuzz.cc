// Whatever a portal answers is cut into whole records or refused; a feed never gets stuck, and what
// it hands on was asked for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "hark/core/json.h"
#include "hark/portal/feed.h"

namespace {

class Answers final : public hark::io::HttpClient {
 public:
  explicit Answers(std::string_view text) : text_(text) {}
  /// The text up to the next zero byte.
  hark::Result<hark::io::HttpResponse> get(const hark::io::HttpRequest&) override {
    const std::size_t end = std::min(text_.find('\0'), text_.size());
    hark::io::HttpResponse response;
    response.status = 200;
    response.body = std::string(text_.substr(0, end));
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return response;
  }

 private:
  std::string_view text_;
};

void check(const char* url, const char* cursor, std::string_view text) {
  const auto source = hark::portal::parse_source(url, cursor);
  if (!source) std::abort();
  Answers answers(text);
  const hark::FixedClock clock(*hark::parse_instant("2026-11-01T00:00:00Z"));
  const auto feed = hark::portal::open_feed(*source, answers, clock, {});
  if (!feed) std::abort();
  hark::portal::Watermark mark;
  for (int i = 0; i < 4; ++i) {
    const auto page = (*feed)->next(mark);
    if (!page) {
      if (page.error().code() != hark::ErrorCode::kRemote) std::abort();
      break;
    }
    std::size_t end = 0;
    for (const auto& record : page->records) {
      if (record.offset < end || record.size > page->body.size() - record.offset) std::abort();
      end = record.offset + record.size;
      const auto json =
          hark::Json::parse(std::string_view(page->body).substr(record.offset, record.size));
      if (!json || !json->is_object()) std::abort();
    }
    if (!page->is_last && page->after == mark) std::abort();
    mark = page->after;
  }
  if (const auto total = (*feed)->total(); total && *total < 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check("https://city.example/resource/abcd-1234.json", "", text);
  check("https://city.example/explore/dataset/requests/", "changed", text);
  check("https://city.example/explore/dataset/requests/", "", text);
  return 0;
}

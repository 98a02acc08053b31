// What of HTTP needs no library: URLs, waiting, asking again.
#include "hark/io/http.h"

#include <algorithm>
#include <array>
#include <thread>

#include "hark/core/text.h"

namespace hark::io {
namespace {

using std::chrono::milliseconds;

bool may_pass(int status) noexcept {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
         status == 504;
}

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Error refused(const HttpRequest& request, int status) {
  Error error(ErrorCode::kRemote,
              concat(shown_url(request.url), ": the server answered with status ", status));
  switch (status) {
    case 400:
      return std::move(error).hint("it did not understand the query; is this the right portal?");
    case 401:
    case 403:
      return std::move(error).hint("it wants a token, or does not take the one it got");
    case 404:
      return std::move(error).hint("no such dataset there; compare the address in a browser");
    case 429:
      return std::move(error).hint("too many requests; a token raises the limit, or wait a while");
    default:
      return std::move(error).hint("run the command again later; what has come is kept");
  }
}

// splitmix64 (Steele, Lea, Flood 2014): spread is all that jitter needs.
std::uint64_t next_random(std::uint64_t& state) noexcept {
  std::uint64_t z = (state += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

/// "Sun, 06 Nov 1994 08:49:37 GMT"; the two obsolete forms of RFC 9110 are not read.
bool parse_http_date(std::string_view text, Instant& out) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return false;
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  if (month == kMonths.end()) return false;
  const std::string number = std::to_string(month - kMonths.begin() + 1);
  const auto instant =
      parse_instant(concat(text.substr(12, 4), "-", number.size() == 1 ? "0" : "", number, "-",
                           text.substr(5, 2), "T", text.substr(17, 8), "Z"));
  if (!instant) return false;
  out = *instant;
  return true;
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const noexcept {
  const auto same = [](char a, char b) {
    const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return low(a) == low(b);
  };
  for (const HttpHeader& header : headers) {
    if (std::ranges::equal(header.name, name, same)) return header.value;
  }
  return {};
}

Result<UrlParts> split_url(std::string_view url) {
  const auto wrong = [](std::string_view why) {
    return Error(ErrorCode::kInvalidArgument, concat("not an address: ", why))
        .hint("an address looks like https://data.example.org/resource/abcd-1234.json");
  };
  if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c > '~'; }))
    return wrong("it has spaces or characters that belong percent-encoded");
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos || colon == 0) return wrong("it has no scheme (https://)");
  UrlParts parts;
  parts.scheme = lower(url.substr(0, colon));
  url.remove_prefix(colon + 3);
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  parts.authority = lower(url.substr(0, end));
  if (parts.authority.empty()) return wrong("it has no host");
  // What looks like a host and is a user name has fooled people: https://city.gov@elsewhere.org/
  if (parts.authority.find_first_of("@\\") != std::string::npos)
    return wrong("a user name does not belong in it");
  parts.target = std::string(url.substr(end, url.find('#') - end));
  if (parts.target.empty() || parts.target.front() != '/') parts.target.insert(0, "/");
  return parts;
}

bool is_safe_to_ask(const UrlParts& url) {
  if (url.scheme == "https") return true;
  const std::string_view authority = url.authority;
  const auto is_host = [&](std::string_view host) {
    return authority == host || (authority.starts_with(host) && authority[host.size()] == ':' &&
                                 parse_int(authority.substr(host.size() + 1)).has_value());
  };
  return url.scheme == "http" && (is_host("localhost") || is_host("127.0.0.1") || is_host("[::1]"));
}

std::string shown_url(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts) return "the address";
  return parts->authority + parts->target.substr(0, parts->target.find('?'));
}

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

milliseconds parse_retry_after(std::string_view value, Instant now) {
  value = trim(value);
  constexpr std::int64_t kLongest = 366LL * 24 * 3600;
  if (const auto seconds = parse_int(value)) {
    return std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, kLongest));
  }
  Instant until;
  if (!parse_http_date(value, until) || until <= now) return milliseconds(0);
  return std::min(std::chrono::ceil<milliseconds>(until - now),
                  milliseconds(std::chrono::seconds(kLongest)));
}

void SystemSleeper::sleep(milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (interrupt_ == nullptr || !interrupt_->load()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero()) return;
    std::this_thread::sleep_for(
        std::min<std::chrono::steady_clock::duration>(left, milliseconds(50)));
  }
}

PoliteClient::PoliteClient(HttpClient& client, const Clock& clock, Sleeper& sleeper,
                           Politeness politeness, const std::atomic<bool>* interrupt)
    : client_(client),
      clock_(clock),
      sleeper_(sleeper),
      politeness_(politeness),
      interrupt_(interrupt),
      random_state_(politeness.seed) {}

void PoliteClient::keep_pace() {
  const Instant now = clock_.now();
  // A clock that was set back must not stop the work for hours.
  const auto gap = std::chrono::microseconds(
      static_cast<std::int64_t>(1e6 / std::max(politeness_.max_requests_per_s, 0.001)));
  const auto wait = std::min<std::chrono::microseconds>(next_allowed_ - now, gap);
  if (num_requests_ > 0 && wait > wait.zero()) {
    sleeper_.sleep(std::chrono::ceil<milliseconds>(wait));
    next_allowed_ = now + wait + gap;
  } else {
    next_allowed_ = now + gap;
  }
}

milliseconds PoliteClient::delay_before_retry(int retry) {
  milliseconds delay = politeness_.first_delay;
  for (int i = 1; i < retry && delay < politeness_.max_delay; ++i) delay *= 2;
  delay = std::min(delay, politeness_.max_delay);
  const std::int64_t half = delay.count() / 2;
  const auto spread = static_cast<std::uint64_t>(delay.count() - half) + 1;
  return milliseconds(half + static_cast<std::int64_t>(next_random(random_state_) % spread));
}

Result<HttpResponse> PoliteClient::ask_once(const HttpRequest& request) {
  keep_pace();
  if (interrupt_ != nullptr && interrupt_->load())
    return Error(ErrorCode::kInterrupted, "interrupted");
  ++num_requests_;
  return client_.get(request);
}

Result<HttpResponse> PoliteClient::get_following(HttpRequest request) {
  HARK_TRY(const UrlParts asked, split_url(request.url));
  for (int redirects = 0;; ++redirects) {
    HARK_TRY(HttpResponse response, ask_once(request));
    if (!response.broken.empty() || !is_redirect(response.status)) return response;
    std::string location(response.header("location"));
    if (location.starts_with("/") && !location.starts_with("//"))
      location = concat(asked.scheme, "://", asked.authority, location);
    const auto to = split_url(location);
    if (redirects >= politeness_.max_redirects || !to || to->scheme != asked.scheme ||
        to->authority != asked.authority) {
      return Error(ErrorCode::kRemote,
                   concat(shown_url(request.url), " sends elsewhere",
                          to ? concat(", to ", to->scheme, "://", to->authority) : std::string()))
          .hint("if the portal has moved, give its new address with --from or in the contract");
    }
    request.url = std::move(location);
  }
}

Result<HttpResponse> PoliteClient::get(const HttpRequest& request) {
  HARK_TRY(const UrlParts parts, split_url(request.url));
  if (!is_safe_to_ask(parts)) {
    return Error(ErrorCode::kInvalidArgument,
                 concat(shown_url(request.url), " would be asked without encryption"))
        .hint("use https://");
  }
  for (int retry = 1;; ++retry) {
    HARK_TRY(HttpResponse response, get_following(request));
    if (response.broken.empty() && response.status == 200) return response;
    const bool is_over = retry > politeness_.max_retries;
    if (response.broken.empty() && (!may_pass(response.status) || is_over))
      return refused(request, response.status);
    if (is_over) {
      return Error(ErrorCode::kRemote, concat(shown_url(request.url), ": ", response.broken))
          .hint(concat("tried ", retry,
                       " times; run the command again later, what has come is "
                       "kept"));
    }
    const milliseconds asked = response.broken.empty()
                                   ? parse_retry_after(response.header("retry-after"), clock_.now())
                                   : milliseconds(0);
    if (asked > politeness_.max_delay) {
      return Error(ErrorCode::kRemote,
                   concat(shown_url(request.url), " asks to wait for ", asked.count() / 1000, " s"))
          .hint("run the command again after that; what has come is kept");
    }
    ++num_retries_;
    sleeper_.sleep(std::max(asked, delay_before_retry(retry)));
  }
}

}  // namespace hark::io

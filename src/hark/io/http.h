// The only door to the network: one GET at a time, with limits; and a polite client around it.
//
// HttpClient is one exchange, made by libcurl (http_curl.cc) or by a test. PoliteClient keeps a
// pace, follows redirects on the same host and asks again after what may pass: 408, 429, 5xx and
// exchanges that broke off. A dataset's portal is asked by one thread over one connection.
//
// Errors are kRemote (kInvalidArgument for a URL that is none, kInterrupted) and name host and
// path. Queries and headers never get into an error: tokens stand there.
// Source: RFC 9110 (methods, redirects, Retry-After), RFC 3986 (URLs).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/result.h"

namespace hark::io {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string url;  ///< https://…; http://… only for this machine (localhost, 127.0.0.1, [::1])
  std::vector<HttpHeader> headers;
  /// Decoded bytes of the answer's body; a longer one is an error.
  std::size_t max_body_bytes = std::size_t{256} << 20;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  /// Not empty: the exchange broke off (time-out, reset, body cut short) and this says how. Nothing
  /// else here holds then.
  std::string broken;

  /// The value of the first header of that name, whatever its case; empty where there is none.
  std::string_view header(std::string_view name) const noexcept;
};

/// One exchange. Threads: belongs to one.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// An answer of any status, also a redirect, which is not followed. Errors: those of the file's
  /// head that asking again will not mend: no such URL, a certificate that is not trusted, a body
  /// over the limit.
  virtual Result<HttpResponse> get(const HttpRequest& request) = 0;
};

struct HttpLimits {
  std::chrono::milliseconds connect_timeout{15'000};
  std::chrono::milliseconds total_timeout{300'000};  ///< of one exchange
  /// An exchange that is slower than this for so long breaks off.
  std::int64_t slow_bytes_per_s = 100;
  std::chrono::seconds slow_patience{30};
  std::string ca_file;  ///< certificates to trust, PEM; empty: the system's
  std::string user_agent = "hark";
  const std::atomic<bool>* interrupt = nullptr;
};

/// The client on libcurl. One connection, kept open; certificates are always checked; gzip is asked
/// for and decoded.
Result<std::unique_ptr<HttpClient>> open_http_client(HttpLimits limits);

/// Waits; tests wait for nothing.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// Returns early once the program is interrupted.
  virtual void sleep(std::chrono::milliseconds time) = 0;
};

class SystemSleeper final : public Sleeper {
 public:
  explicit SystemSleeper(const std::atomic<bool>* interrupt = nullptr) : interrupt_(interrupt) {}
  void sleep(std::chrono::milliseconds time) override;

 private:
  const std::atomic<bool>* interrupt_;
};

struct Politeness {
  double max_requests_per_s = 2;  ///< above 0
  int max_retries = 6;            ///< of one request
  std::chrono::milliseconds first_delay{1'000};
  /// The longest wait that is obeyed, also of Retry-After: a portal that asks for more is left.
  std::chrono::milliseconds max_delay{300'000};
  int max_redirects = 3;
  std::uint64_t seed = 0;  ///< of the jitter
};

/// Asks as its Politeness says, and counts.
///
/// The n-th retry waits between half and all of min(first_delay * 2^(n-1), max_delay), or what
/// Retry-After says if that is longer. A redirect to another scheme, host or port is an error: the
/// request's headers are for that host only.
class PoliteClient final : public HttpClient {
 public:
  /// `client`, `clock`, `sleeper` and `interrupt` must outlive this.
  PoliteClient(HttpClient& client, const Clock& clock, Sleeper& sleeper, Politeness politeness,
               const std::atomic<bool>* interrupt = nullptr);

  /// An answer of status 200. Errors: kRemote for every other status once retries are used up.
  Result<HttpResponse> get(const HttpRequest& request) override;

  std::int64_t num_requests() const noexcept { return num_requests_; }
  std::int64_t num_retries() const noexcept { return num_retries_; }

 private:
  Result<HttpResponse> get_following(HttpRequest request);
  Result<HttpResponse> ask_once(const HttpRequest& request);
  void keep_pace();
  std::chrono::milliseconds delay_before_retry(int retry);

  HttpClient& client_;
  const Clock& clock_;
  Sleeper& sleeper_;
  Politeness politeness_;
  const std::atomic<bool>* interrupt_;
  std::uint64_t random_state_;
  Instant next_allowed_{};
  std::int64_t num_requests_ = 0;
  std::int64_t num_retries_ = 0;
};

/// Scheme, host with port, and path with query of a URL. Errors: kInvalidArgument for one without
/// scheme or host, with a user name in it, or with white space or control characters.
struct UrlParts {
  std::string scheme;     ///< lower case
  std::string authority;  ///< host[:port], lower case
  std::string target;     ///< "/path?query"; at least "/"
};
Result<UrlParts> split_url(std::string_view url);
/// True for https anywhere and http on this machine: what may be asked, and told a token.
bool is_safe_to_ask(const UrlParts& url);
/// "host/path" for messages, without the query.
std::string shown_url(std::string_view url);
/// Percent-encodes everything but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);
/// How long Retry-After asks to wait, seconds or an HTTP date; 0 for a date that is past or a text
/// that is neither.
std::chrono::milliseconds parse_retry_after(std::string_view value, Instant now);

}  // namespace hark::io

// HttpClient on libcurl.
#include <curl/curl.h>

#include <algorithm>

#include "hark/core/text.h"
#include "hark/io/http.h"

namespace hark::io {
namespace {

struct EasyCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListCleanup>;

/// What libcurl's callbacks fill while one exchange runs.
struct Exchange {
  HttpResponse response;
  std::size_t max_body_bytes = 0;
  bool is_too_long = false;
  const std::atomic<bool>* interrupt = nullptr;
};

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (size > exchange.max_body_bytes - exchange.response.body.size()) {
    exchange.is_too_long = true;
    return 0;
  }
  exchange.response.body.append(bytes, size);
  return size;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line = trim({bytes, size});
  const std::size_t colon = line.find(':');
  // A status line starts the headers of an answer; an interim one (100) may have come before.
  if (line.starts_with("HTTP/")) exchange.response.headers.clear();
  if (colon != std::string_view::npos && exchange.response.headers.size() < 1000) {
    exchange.response.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  }
  return size;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* interrupt = static_cast<const Exchange*>(user)->interrupt;
  return interrupt != nullptr && interrupt->load() ? 1 : 0;
}

bool is_certificate_trouble(CURLcode code) noexcept {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CIPHER ||
         code == CURLE_SSL_ENGINE_NOTFOUND;
}

class CurlClient final : public HttpClient {
 public:
  CurlClient(HttpLimits limits, std::unique_ptr<CURL, EasyCleanup> handle)
      : limits_(std::move(limits)), handle_(std::move(handle)) {}

  Result<HttpResponse> get(const HttpRequest& request) override {
    HARK_TRY(const UrlParts parts, split_url(request.url));
    const std::string shown = shown_url(request.url);
    Exchange exchange;
    exchange.max_body_bytes = request.max_body_bytes;
    exchange.interrupt = limits_.interrupt;
    HeaderList headers;
    for (const HttpHeader& header : request.headers) {
      const std::string line = concat(header.name, ": ", header.value);
      if (line.find_first_of("\r\n") != std::string::npos)
        return Error(ErrorCode::kInvalidArgument, "a header's value has a line end");
      // The list's first element is kept in `headers` before anything can fail.
      curl_slist* const longer = curl_slist_append(headers.get(), line.c_str());
      if (longer == nullptr) return Error(ErrorCode::kExhausted, "out of memory");
      (void)headers.release();
      headers.reset(longer);
    }
    CURL* const curl = handle_.get();
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_safe_to_ask(parts) ? "http,https" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_USERAGENT, limits_.user_agent.c_str());
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!limits_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, limits_.ca_file.c_str());
    // A proxy is for the world outside; it cannot reach this machine's own server.
    if (parts.scheme == "http") curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    const auto in_ms = [](std::chrono::milliseconds time) {
      return static_cast<long>(std::max<std::int64_t>(time.count(), 1));
    };
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, in_ms(limits_.connect_timeout));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, in_ms(limits_.total_timeout));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(limits_.slow_bytes_per_s));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(limits_.slow_patience.count()));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);

    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
      long status = 0;
      curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
      exchange.response.status = static_cast<int>(status);
      return std::move(exchange.response);
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) return Error(ErrorCode::kInterrupted, "interrupted");
    if (exchange.is_too_long) {
      return Error(ErrorCode::kRemote,
                   concat(shown, ": the answer is longer than ", request.max_body_bytes, " bytes"))
          .hint("ask for smaller pages (--page-rows; at Opendatasoft name a --cursor)");
    }
    // libcurl's own detailed texts may quote the URL; these are fixed sentences.
    const std::string what = concat(shown, ": ", lower(curl_easy_strerror(code)));
    if (is_certificate_trouble(code)) {
      return Error(ErrorCode::kRemote, what)
          .hint("the server's certificate is not trusted; --ca-file names a city's own authority");
    }
    if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
      return Error(ErrorCode::kInvalidArgument, what).hint("use https://");
    if (code == CURLE_OUT_OF_MEMORY) return Error(ErrorCode::kExhausted, what);
    HttpResponse broken;
    broken.broken = lower(curl_easy_strerror(code));
    return broken;
  }

 private:
  HttpLimits limits_;
  std::unique_ptr<CURL, EasyCleanup> handle_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> open_http_client(HttpLimits limits) {
  // Once in a program, before its first handle.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CURL, EasyCleanup> handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) return Error(ErrorCode::kInternal, "libcurl does not start");
  return std::make_unique<CurlClient>(std::move(limits), std::move(handle));
}

}  // namespace hark::io

#include "hark/io/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <deque>

#include "hark/core/text.h"
#include "hark/io/http_server_for_tests.h"

namespace hark::io {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Time that passes only when somebody sleeps.
class TestTime final : public Clock, public Sleeper {
 public:
  Instant now() const override { return now_; }
  void sleep(milliseconds time) override {
    slept.push_back(time.count());
    now_ += time;
  }

  std::vector<std::int64_t> slept;

 private:
  Instant now_ = *parse_instant("2026-11-01T00:00:00Z");
};

class FakeClient final : public HttpClient {
 public:
  Result<HttpResponse> get(const HttpRequest& request) override {
    asked.push_back(request.url);
    if (answers.empty()) return Error(ErrorCode::kInternal, "nothing more to answer");
    HttpResponse answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  void answer(int status, std::vector<HttpHeader> headers = {}, std::string body = {}) {
    answers.push_back({status, std::move(headers), std::move(body), {}});
  }

  std::deque<HttpResponse> answers;
  std::vector<std::string> asked;
};

struct Polite : testing::Test {
  PoliteClient make() { return PoliteClient(inner, time, time, politeness); }

  FakeClient inner;
  TestTime time;
  Politeness politeness{.max_requests_per_s = 1000};
  HttpRequest request{.url = "https://city.example/resource/abcd-1234.json?$limit=1&key=hidden",
                      .headers = {{"X-App-Token", "sesame"}}};
};

TEST_F(Polite, AnAnswerIsHandedOnWithItsBodyAndHeaders) {
  inner.answer(200, {{"ETag", "\"1\""}}, "[]");
  auto client = make();
  const auto answer = client.get(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "[]");
  EXPECT_EQ(answer->header("etag"), "\"1\"");
  EXPECT_EQ(answer->header("last-modified"), "");
  EXPECT_EQ(client.num_requests(), 1);
  EXPECT_EQ(client.num_retries(), 0);
}

TEST_F(Polite, WhatMayPassIsAskedAgainWithGrowingWaits) {
  for (const int status : {500, 502, 503, 504, 408}) inner.answer(status);
  inner.answers.push_back({0, {}, {}, "timeout was reached"});
  inner.answer(200);
  politeness.max_retries = 6;
  auto client = make();
  ASSERT_TRUE(client.get(request));
  EXPECT_EQ(client.num_retries(), 6);
  EXPECT_EQ(client.num_requests(), 7);
  ASSERT_EQ(time.slept.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    const std::int64_t whole = 1000LL << i;
    EXPECT_GE(time.slept[i], whole / 2) << i;
    EXPECT_LE(time.slept[i], whole) << i;
  }
}

TEST_F(Polite, TheSameSeedWaitsTheSameAndAnotherDoesNot) {
  std::vector<std::vector<std::int64_t>> waits;
  for (const std::uint64_t seed : {1, 1, 2}) {
    inner.answers.clear();
    for (int i = 0; i < 5; ++i) inner.answer(503);
    inner.answer(200);
    politeness.seed = seed;
    time.slept.clear();
    auto client = make();
    ASSERT_TRUE(client.get(request));
    waits.push_back(time.slept);
  }
  EXPECT_EQ(waits[0], waits[1]);
  EXPECT_NE(waits[0], waits[2]);
}

TEST_F(Polite, RetryAfterIsObeyedInSecondsAndAsADate) {
  inner.answer(429, {{"Retry-After", "20"}});
  inner.answer(503, {{"Retry-After", "Sun, 01 Nov 2026 00:01:00 GMT"}});
  inner.answer(200);
  auto client = make();
  ASSERT_TRUE(client.get(request));
  // The clock stands at 20 s and no more when the date is read.
  EXPECT_THAT(time.slept, ElementsAre(20'000, 40'000));
}

TEST_F(Polite, ALongerRetryAfterThanIsBearableEndsTheWork) {
  inner.answer(429, {{"Retry-After", "3600"}});
  auto client = make();
  const auto answer = client.get(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kRemote);
  EXPECT_THAT(answer.error().message(), HasSubstr("asks to wait for 3600 s"));
  EXPECT_THAT(time.slept, ElementsAre());
}

TEST_F(Polite, RetriesEndAndTheErrorNamesHostAndPathOnly) {
  politeness.max_retries = 2;
  for (int i = 0; i < 3; ++i) inner.answer(500);
  auto client = make();
  const auto answer = client.get(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(inner.asked.size(), 3U);
  EXPECT_EQ(answer.error().code(), ErrorCode::kRemote);
  EXPECT_THAT(answer.error().to_string() + answer.error().hint(),
              AllOf(HasSubstr("city.example/resource/abcd-1234.json"), HasSubstr("500"),
                    Not(HasSubstr("hidden")), Not(HasSubstr("sesame"))));
}

TEST_F(Polite, WhatWillNotPassIsNotAskedAgain) {
  for (const int status : {400, 401, 403, 404, 410, 304, 204}) {
    inner.asked.clear();
    inner.answer(status);
    auto client = make();
    const auto answer = client.get(request);
    ASSERT_FALSE(answer) << status;
    EXPECT_EQ(answer.error().code(), ErrorCode::kRemote);
    EXPECT_EQ(inner.asked.size(), 1U) << status;
  }
}

TEST_F(Polite, ThePaceIsKept) {
  politeness.max_requests_per_s = 2;
  for (int i = 0; i < 4; ++i) inner.answer(200);
  auto client = make();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(client.get(request));
  EXPECT_THAT(time.slept, ElementsAre(500, 500, 500));
}

TEST_F(Polite, ARedirectOnTheSameHostIsFollowedAndOneElsewhereIsNot) {
  inner.answer(302, {{"Location", "/resource/wxyz-9876.json"}});
  inner.answer(301, {{"location", "https://city.example/resource/last.json"}});
  inner.answer(200, {}, "[]");
  auto client = make();
  ASSERT_TRUE(client.get(request));
  EXPECT_EQ(inner.asked.back(), "https://city.example/resource/last.json");
  for (const char* location :
       {"https://elsewhere.example/x", "http://city.example/x", "https://city.example:444/x",
        "//elsewhere.example/x", "https://city.example@elsewhere.example/", "", "\\\\elsewhere"}) {
    inner.asked.clear();
    inner.answer(302, {{"Location", location}});
    const auto answer = client.get(request);
    ASSERT_FALSE(answer) << location;
    EXPECT_EQ(answer.error().code(), ErrorCode::kRemote);
    EXPECT_EQ(inner.asked.size(), 1U) << location;
  }
}

TEST_F(Polite, RedirectsInACircleEnd) {
  for (int i = 0; i < 10; ++i) inner.answer(302, {{"Location", "/again"}});
  auto client = make();
  EXPECT_FALSE(client.get(request));
  EXPECT_EQ(inner.asked.size(), 4U);
}

TEST_F(Polite, NothingIsAskedWithoutEncryptionButOfThisMachine) {
  for (const char* url : {"http://city.example/x", "ftp://city.example/x", "city.example",
                          "https://", "http://127.0.0.1.city.example/x", "http://127.0.0.1x80/",
                          "http://localhost:80@city.example/", "https://city.example/a b"}) {
    request.url = url;
    auto client = make();
    const auto answer = client.get(request);
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code(), ErrorCode::kInvalidArgument) << url;
  }
  EXPECT_THAT(inner.asked, ElementsAre());
  request.url = "http://localhost:8080/x";
  inner.answer(200);
  auto client = make();
  EXPECT_TRUE(client.get(request));
}

TEST(Http, RetryAfterThatIsNeitherSecondsNorADateIsNoWait) {
  const Instant now = *parse_instant("2026-11-01T00:00:00Z");
  for (const char* text :
       {"", "soon", "-5", "Sun, 01 Nov 2026 00:00:00 GMT", "Sat, 31 Oct 2026 23:00:00 GMT",
        "Sun, 99 Nov 2026 00:00:00 GMT", "Sun, 01 Foo 2026 00:00:00 GMT"}) {
    EXPECT_EQ(parse_retry_after(text, now).count(), 0) << text;
  }
  EXPECT_EQ(parse_retry_after(" 7 ", now).count(), 7000);
  EXPECT_EQ(parse_retry_after("999999999999999", now), std::chrono::hours(366 * 24));
}

TEST(Http, PercentEncodingKeepsLettersDigitsAndFourSigns) {
  EXPECT_EQ(percent_encode("aZ9-._~"), "aZ9-._~");
  EXPECT_EQ(percent_encode(":id > 'row-1' & ü"), "%3Aid%20%3E%20%27row-1%27%20%26%20%C3%BC");
}

std::string ok(std::string_view body, std::string_view more = "") {
  return concat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(), "\r\n", more, "\r\n", body);
}

Result<HttpResponse> ask(const CannedServer& server, HttpLimits limits = {},
                         std::size_t max_body_bytes = 1 << 20) {
  auto client = open_http_client(std::move(limits));
  if (!client) return std::move(client).error();
  return (*client)->get({.url = server.url("/path?$limit=1"),
                         .headers = {{"X-App-Token", "sesame"}},
                         .max_body_bytes = max_body_bytes});
}

TEST(CurlClient, AsksForThePathWithItsQueryAndHeaders) {
  const CannedServer server(ok("hello", "ETag: \"7\"\r\n"));
  const auto answer = ask(server);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->broken, "");
  EXPECT_EQ(answer->header("etag"), "\"7\"");
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests().front(),
              AllOf(testing::StartsWith("GET /path?$limit=1 HTTP/1.1\r\n"),
                    HasSubstr("X-App-Token: sesame\r\n"), HasSubstr("User-Agent: hark")));
}

TEST(CurlClient, AnyStatusIsAnAnswerAndRedirectsAreNotFollowed) {
  const CannedServer server(
      "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n");
  const auto answer = ask(server);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CurlClient, ABodyCutShortIsBroken) {
  for (const char* bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"a\":1}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n[{\"a\":1}\r\n", ""}) {
    const CannedServer server(bytes);
    const auto answer = ask(server);
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_NE(answer->broken, "") << bytes;
    EXPECT_EQ(answer->body, "");
  }
}

TEST(CurlClient, AServerThatDripsIsLeftAfterTheOverallTime) {
  const CannedServer server(ok(std::string(2000, 'x')), 1, milliseconds(10));
  HttpLimits limits;
  limits.total_timeout = milliseconds(300);
  const auto answer = ask(server, limits);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_THAT(answer->broken, HasSubstr("timeout"));
}

TEST(CurlClient, AServerThatDripsIsLeftForItsSpeed) {
  const CannedServer server(ok(std::string(2000, 'x')), 1, milliseconds(50));
  HttpLimits limits;
  limits.slow_bytes_per_s = 1000;
  limits.slow_patience = std::chrono::seconds(1);
  const auto answer = ask(server, limits);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_THAT(answer->broken, HasSubstr("timeout"));
}

TEST(CurlClient, ABodyOverTheLimitIsAnError) {
  const CannedServer server(ok(std::string(5000, 'x')));
  const auto answer = ask(server, {}, 4999);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kRemote);
  EXPECT_THAT(answer.error().message(), HasSubstr("longer than 4999 bytes"));
  EXPECT_TRUE(ask(server, {}, 5000));
}

TEST(CurlClient, ASmallGzipThatStandsForMuchIsStoppedAtTheLimit) {
  z_stream z{};
  ASSERT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string zeros(1 << 20, '\0');
  std::string packed(8192, '\0');
  z.next_in = reinterpret_cast<Bytef*>(zeros.data());
  z.avail_in = static_cast<uInt>(zeros.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  ASSERT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  packed.resize(z.total_out);
  deflateEnd(&z);
  const CannedServer server(ok(packed, "Content-Encoding: gzip\r\n"));
  const auto answer = ask(server, {}, 1 << 19);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message(), HasSubstr("longer than"));
  const auto whole = ask(server, {}, 1 << 20);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->body.size(), std::size_t{1} << 20);
}

TEST(CurlClient, NobodyThereIsBrokenAndNotAnError) {
  std::string url;
  {
    const CannedServer server("");
    url = server.url("/");
  }
  const auto client = open_http_client({});
  ASSERT_TRUE(client);
  const auto answer = (*client)->get({.url = url, .headers = {}});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_NE(answer->broken, "");
}

TEST(CurlClient, AnInterruptEndsTheExchange) {
  const CannedServer server(ok(std::string(2000, 'x')), 1, milliseconds(10));
  const std::atomic<bool> interrupt{true};
  HttpLimits limits;
  limits.interrupt = &interrupt;
  const auto answer = ask(server, limits);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kInterrupted);
}

TEST(CurlClient, AHeaderValueWithALineEndIsRefused) {
  const CannedServer server(ok("x"));
  const auto client = open_http_client({});
  ASSERT_TRUE(client);
  const auto answer =
      (*client)->get({.url = server.url("/"), .headers = {{"X-App-Token", "a\r\nHost: b"}}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace hark::io

#include "hark/portal/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "hark/portal/fake_portal_for_tests.h"

namespace hark::portal {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Source socrata() {
  return *parse_source("https://city.example/Service/311-Requests/abcd-1234", "");
}
Source opendatasoft(std::string_view cursor) {
  return *parse_source("https://city.example/explore/dataset/requests/", cursor);
}

const FixedClock kClock(*parse_instant("2026-11-01T00:00:00Z"));

struct Pulled {
  std::vector<std::string> records;  ///< in the order they came
  std::vector<Page> pages;
  Watermark after;
};

/// Pulls to the end; a new feed for every page, as a pull that is broken and taken up again.
Result<Pulled> pull(const Source& source, FakePortal& portal, std::int64_t page_rows,
                    Watermark mark = {}) {
  Pulled pulled;
  pulled.after = mark;
  for (int i = 0; i < 1000; ++i) {
    HARK_TRY(const auto feed,
             open_feed(source, portal, kClock, {.page_rows = page_rows, .token = "t0ken"}));
    HARK_TRY(Page page, feed->next(pulled.after));
    for (const AnswerRecord& record : page.records)
      pulled.records.push_back(page.body.substr(record.offset, record.size));
    pulled.after = page.after;
    pulled.pages.push_back(std::move(page));
    if (pulled.pages.back().is_last) return pulled;
  }
  return Error(ErrorCode::kInternal, "this pull has no end");
}

std::set<std::string> distinct(const std::vector<std::string>& records) {
  return {records.begin(), records.end()};
}

std::string time_at(int step) {
  return format_instant(*parse_instant("2024-05-01T00:00:00Z") + std::chrono::milliseconds(step));
}

/// `num_rows` rows of which `ties` in the middle have one time.
void fill(FakeSocrata& portal, int num_rows, int ties) {
  const int first = (num_rows - ties) / 2;
  for (int i = 0; i < num_rows; ++i) {
    const int step = i < first ? i : i < first + ties ? first : i - ties + 1;
    portal.rows.push_back({i, time_at(1 + step * 250), concat("\"n\":\"", i, "\"")});
  }
}

TEST(SocrataFeed, EveryRecordComesOnceWhateverThePageSize) {
  for (const int page_rows : {1, 2, 3, 7, 50, 1000}) {
    FakeSocrata portal;
    fill(portal, 50, 20);
    const auto pulled = pull(socrata(), portal, page_rows);
    ASSERT_TRUE(pulled) << pulled.error().to_string();
    EXPECT_EQ(pulled->records.size(), 50U) << page_rows;
    EXPECT_EQ(distinct(pulled->records).size(), 50U) << page_rows;
  }
}

TEST(SocrataFeed, FifteenHundredRecordsOfOneInstantLoseNothing) {
  FakeSocrata portal;
  fill(portal, 2000, 1500);
  const auto pulled = pull(socrata(), portal, 1000);
  ASSERT_TRUE(pulled) << pulled.error().to_string();
  EXPECT_EQ(pulled->records.size(), 2000U);
  EXPECT_EQ(distinct(pulled->records).size(), 2000U);
}

TEST(SocrataFeed, ShuffledPagesLoseNothing) {
  for (const int ties : {0, 90, 200}) {
    FakeSocrata portal;
    portal.shuffles = true;
    fill(portal, 200, ties);
    const auto pulled = pull(socrata(), portal, 30);
    ASSERT_TRUE(pulled) << pulled.error().to_string();
    EXPECT_EQ(distinct(pulled->records).size(), 200U) << ties;
    // Where every record has a time of its own, none comes twice.
    if (ties == 0) {
      EXPECT_EQ(pulled->records.size(), 200U);
    }
  }
}

TEST(SocrataFeed, APortalThatGivesFewerRowsThanAskedForIsReadToItsEnd) {
  FakeSocrata portal;
  fill(portal, 100, 0);
  std::vector<FakeSocrata::Row> all = portal.rows;
  // It caps pages at 10 by hiding what lies further on than that from the mark.
  class Capping final : public io::HttpClient {
   public:
    explicit Capping(FakeSocrata& inner) : inner_(inner) {}
    Result<io::HttpResponse> get(const io::HttpRequest& request) override {
      io::HttpRequest capped = request;
      capped.url = std::regex_replace(request.url, std::regex(R"(\$limit=1000)"), "$$limit=10");
      return inner_.get(capped);
    }

   private:
    FakeSocrata& inner_;
  } capping(portal);
  const auto feed = open_feed(socrata(), capping, kClock, {.page_rows = 1000});
  ASSERT_TRUE(feed);
  std::size_t num_records = 0;
  Watermark mark;
  for (;;) {
    const auto page = (*feed)->next(mark);
    ASSERT_TRUE(page) << page.error().to_string();
    num_records += page->records.size();
    mark = page->after;
    if (page->is_last) break;
  }
  EXPECT_EQ(num_records, 100U);
}

TEST(SocrataFeed, ARecordThatChangesMeanwhileComesAgainAndNoneIsLost) {
  FakeSocrata portal;
  fill(portal, 60, 0);
  portal.before_answer = [&](std::size_t request) {
    if (request == 3) portal.rows[5].updated_at = time_at(1'000'001);
    if (request == 3) portal.rows[55].updated_at = time_at(1'000'002);
  };
  const auto pulled = pull(socrata(), portal, 10);
  ASSERT_TRUE(pulled) << pulled.error().to_string();
  EXPECT_EQ(distinct(pulled->records).size(), 61U);  // row 5 in both its states
}

TEST(SocrataFeed, AFollowingPullGivesOnlyWhatChanged) {
  FakeSocrata portal;
  fill(portal, 20, 0);
  const auto first = pull(socrata(), portal, 8);
  ASSERT_TRUE(first);
  const auto again = pull(socrata(), portal, 8, first->after);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->records.empty());
  EXPECT_EQ(again->after, first->after);
  portal.rows[3].updated_at = time_at(900'001);
  portal.rows.push_back({20, time_at(900'002), "\"n\":\"new\""});
  const auto second = pull(socrata(), portal, 8, first->after);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->records.size(), 2U);
}

TEST(SocrataFeed, TheTokenGoesInAHeaderAndInNoUrl) {
  FakeSocrata portal;
  fill(portal, 3, 0);
  const auto pulled = pull(socrata(), portal, 10);
  ASSERT_TRUE(pulled);
  EXPECT_EQ(portal.headers.back().name, "X-App-Token");
  EXPECT_EQ(portal.headers.back().value, "t0ken");
  for (const std::string& url : portal.urls) EXPECT_THAT(url, Not(HasSubstr("t0ken")));
  EXPECT_EQ(pulled->pages.front().etag, "\"1\"");
  EXPECT_EQ(pulled->pages.front().last_modified, "Sun, 01 Nov 2026 00:00:00 GMT");
}

TEST(SocrataFeed, TheTotalIsCounted) {
  FakeSocrata portal;
  fill(portal, 42, 0);
  const auto feed = open_feed(socrata(), portal, kClock, {});
  ASSERT_TRUE(feed);
  EXPECT_EQ(*(*feed)->total(), 42);
}

class OneAnswer final : public io::HttpClient {
 public:
  explicit OneAnswer(std::string body) : body_(std::move(body)) {}
  Result<io::HttpResponse> get(const io::HttpRequest&) override {
    io::HttpResponse response;
    response.status = 200;
    response.body = body_;
    return response;
  }

 private:
  std::string body_;
};

TEST(SocrataFeed, APortalThatDoesNotKnowTheWhereIsNotAskedForever) {
  const Watermark mark{"2024-05-02T00:00:00.000Z", "row-b"};
  for (const auto& [body, wanted] : std::vector<std::pair<std::string, std::string>>{
           {R"([{":id":"row-a",":updated_at":"2024-05-01T00:00:00.000Z"}])", "not asked for"},
           {R"([{":id":"row-b",":updated_at":"2024-05-02T00:00:00.000Z"}])", "again and again"},
           {R"([{"id":"row-b"}])", "no :id"},
           {R"([{":id":"row-b",":updated_at":"2024-05-03T00)", "cut short|without end"}}) {
    OneAnswer portal(body);
    const auto feed = open_feed(socrata(), portal, kClock, {});
    ASSERT_TRUE(feed);
    const auto page = (*feed)->next(mark);
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().code(), ErrorCode::kRemote);
    EXPECT_THAT(page.error().to_string(), testing::ContainsRegex(wanted));
  }
}

TEST(Feed, AnAnswerThatIsNoCountIsRefused) {
  for (const char* body :
       {"", "[]", "{}", R"([{"total":"many"}])", R"([{"total":-1}])", R"({"total_count":"5"})",
        R"([{"total":"9223372036854775807"}])", R"({"total_count":9223372036854775807})"}) {
    OneAnswer portal(body);
    for (const Source& source : {socrata(), opendatasoft("")}) {
      const auto feed = open_feed(source, portal, kClock, {});
      ASSERT_TRUE(feed);
      EXPECT_FALSE((*feed)->total()) << body;
    }
  }
}

void fill(FakeOpendatasoft& portal, int num_rows, int ties, int without_time) {
  for (int i = 0; i < num_rows; ++i) {
    const int second = i < num_rows - ties ? i : num_rows - ties;
    std::string at =
        format_instant(*parse_instant("2024-05-01T00:00:00Z") + std::chrono::seconds(second));
    at = at.substr(0, 19) + "+00:00";
    if (i < without_time) at.clear();
    portal.rows.push_back({at, concat("\"n\":", i)});
  }
}

TEST(OpendatasoftFeed, EveryRecordComesOnceWhateverThePageSizeAlsoThoseWithoutATime) {
  for (const int page_rows : {1, 2, 7, 50, 1000}) {
    FakeOpendatasoft portal;
    fill(portal, 60, 20, 5);
    const auto pulled = pull(opendatasoft("changed"), portal, page_rows);
    ASSERT_TRUE(pulled) << pulled.error().to_string();
    EXPECT_EQ(pulled->records.size(), 60U) << page_rows;
    EXPECT_EQ(distinct(pulled->records).size(), 60U) << page_rows;
  }
}

TEST(OpendatasoftFeed, FifteenHundredRecordsOfOneInstantComeTogether) {
  FakeOpendatasoft portal;
  portal.shuffles = true;
  fill(portal, 2000, 1500, 0);
  const auto pulled = pull(opendatasoft("changed"), portal, 1000);
  ASSERT_TRUE(pulled) << pulled.error().to_string();
  EXPECT_EQ(pulled->records.size(), 2000U);
  EXPECT_EQ(distinct(pulled->records).size(), 2000U);
}

TEST(OpendatasoftFeed, MoreThanTenThousandRecordsAreNoLimit) {
  FakeOpendatasoft portal;
  fill(portal, 25'000, 0, 0);
  const auto pulled = pull(opendatasoft("changed"), portal, 10'000);
  ASSERT_TRUE(pulled) << pulled.error().to_string();
  EXPECT_EQ(pulled->records.size(), 25'000U);
  EXPECT_EQ(pulled->pages.size(), 3U);
}

TEST(OpendatasoftFeed, AFollowingPullStartsAgainAtTheLatestTime) {
  FakeOpendatasoft portal;
  fill(portal, 20, 3, 0);
  const auto first = pull(opendatasoft("changed"), portal, 8);
  ASSERT_TRUE(first);
  // One more of the same second comes late.
  portal.rows.push_back({portal.rows.back().changed, "\"n\":\"late\""});
  const auto again = pull(opendatasoft("changed"), portal, 8, first->after);
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->records.size(), 4U);
  EXPECT_EQ(again->after, first->after);
}

TEST(OpendatasoftFeed, ATimeToComeHidesNoLaterChange) {
  for (const int page_rows : {1, 8, 1000}) {
    FakeOpendatasoft portal;
    fill(portal, 20, 3, 0);
    const std::string latest = portal.rows.back().changed;
    for (const char* at : {"2099-01-01T00:00:00+00:00", "2099-01-02T00:00:00+00:00"})
      portal.rows.push_back({at, concat("\"n\":\"", at, "\"")});
    const auto first = pull(opendatasoft("changed"), portal, page_rows);
    ASSERT_TRUE(first) << first.error().to_string();
    EXPECT_EQ(distinct(first->records).size(), 22U);
    EXPECT_LE(*parse_instant(first->after.at), *parse_instant(latest) + std::chrono::seconds(1));
    portal.rows.push_back({"2026-10-31T00:00:00+00:00", "\"n\":\"later\""});
    const auto again = pull(opendatasoft("changed"), portal, page_rows, first->after);
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_THAT(again->records, testing::Contains(HasSubstr("later"))) << page_rows;
  }
}

TEST(OpendatasoftFeed, TheWatermarkIsTheLatestRecordsWhereverPagesEnd) {
  for (const int page_rows : {1, 2, 4, 5, 10, 20, 21, 1000}) {
    FakeOpendatasoft portal;
    fill(portal, 20, 3, 0);
    const std::string latest = portal.rows.back().changed;
    const auto first = pull(opendatasoft("changed"), portal, page_rows);
    ASSERT_TRUE(first) << first.error().to_string();
    EXPECT_EQ(*parse_instant(first->after.at), *parse_instant(latest)) << page_rows;
    // Published later, of the same time.
    portal.rows.push_back({latest, "\"n\":\"later\""});
    const auto again = pull(opendatasoft("changed"), portal, page_rows, first->after);
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_THAT(again->records, testing::Contains(HasSubstr("later"))) << page_rows;
  }
}

TEST(OpendatasoftFeed, WithoutACursorTheWholeDatasetIsOnePage) {
  FakeOpendatasoft portal;
  fill(portal, 50, 0, 0);
  const auto pulled = pull(opendatasoft(""), portal, 10);
  ASSERT_TRUE(pulled) << pulled.error().to_string();
  EXPECT_EQ(pulled->pages.size(), 1U);
  EXPECT_EQ(pulled->records.size(), 50U);
  EXPECT_TRUE(pulled->after.is_start());
  EXPECT_EQ(portal.headers.back().value, "Apikey t0ken");
  const auto feed = open_feed(opendatasoft(""), portal, kClock, {});
  EXPECT_EQ(*(*feed)->total(), 50);
}

TEST(OpendatasoftFeed, AnExportThatBreaksOffBetweenTwoRecordsIsRefused) {
  for (const char* const cursor : {"changed", ""}) {
    for (const int page_rows : {8, 1000}) {
      FakeOpendatasoft portal;
      fill(portal, 20, 3, 2);
      portal.rows_kept_back = 1;
      const auto pulled = pull(opendatasoft(cursor), portal, page_rows);
      ASSERT_FALSE(pulled) << cursor << page_rows;
      EXPECT_EQ(pulled.error().code(), ErrorCode::kRemote);
      EXPECT_THAT(pulled.error().to_string(), HasSubstr("the portal gave "));
      EXPECT_THAT(pulled.error().to_string(), HasSubstr(" records"));
    }
  }
}

TEST(OpendatasoftFeed, ARecordThatLeavesItsWindowMeanwhileIsNotMissed) {
  FakeOpendatasoft portal;
  fill(portal, 20, 3, 0);
  // The end of the window, the count, then the export: before it a record of the window changes.
  portal.before_answer = [&](std::size_t request) {
    if (request == 3) portal.rows[1].changed = "2026-10-30T00:00:00+00:00";
  };
  const auto pulled = pull(opendatasoft("changed"), portal, 8);
  ASSERT_TRUE(pulled) << pulled.error().to_string();
  EXPECT_EQ(distinct(pulled->records).size(), 20U);
}

TEST(OpendatasoftFeed, TimesThatAreFinerThanTheyAreWrittenLoseNothing) {
  for (const std::size_t digits : {0, 3}) {
    FakeOpendatasoft portal;
    portal.digits_written = digits;
    for (int i = 0; i < 400; ++i)
      portal.rows.push_back(
          {concat("2024-05-01T00:00:0", i / 100, ".00", i / 10 % 10, i % 10, "00", "+00:00"),
           concat("\"n\":", i)});
    for (const int page_rows : {3, 7, 150}) {
      const auto pulled = pull(opendatasoft("changed"), portal, page_rows);
      ASSERT_TRUE(pulled) << pulled.error().to_string();
      EXPECT_EQ(pulled->records.size(), 400U) << digits << " " << page_rows;
    }
  }
}

TEST(OpendatasoftFeed, WithoutACursorAWatermarkMeansNothing) {
  FakeOpendatasoft portal;
  fill(portal, 50, 0, 0);
  const Watermark mark{"2024-05-01T00:00:20Z", ""};
  const auto pulled = pull(opendatasoft(""), portal, 10, mark);
  ASSERT_TRUE(pulled) << pulled.error().to_string();
  EXPECT_EQ(pulled->records.size(), 50U);
  EXPECT_EQ(pulled->after, mark);
}

TEST(OpendatasoftFeed, APortalThatDoesNotKnowTheWhereIsNotBelieved) {
  OneAnswer early(R"([{"changed":"2024-04-01T00:00:00+00:00"}])");
  const auto feed = open_feed(opendatasoft("changed"), early, kClock, {});
  ASSERT_TRUE(feed);
  EXPECT_FALSE((*feed)->next({"2024-05-01T00:00:00Z", ""}));  // its records have no results
  class Ignoring final : public io::HttpClient {
   public:
    Result<io::HttpResponse> get(const io::HttpRequest& request) override {
      io::HttpResponse response;
      response.status = 200;
      response.body = request.url.find("/records") != std::string::npos
                          ? results
                          : R"([{"changed":"2024-04-01T00:00:00+00:00"}])";
      return response;
    }
    std::string results = R"({"total_count":1,"results":[]})";
  } ignoring;
  const auto other = open_feed(opendatasoft("changed"), ignoring, kClock, {});
  const auto page = (*other)->next({"2024-05-01T00:00:00Z", ""});
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().message(), HasSubstr("not asked for"));
  for (const char* results : {R"({"results":[{"changed":"2024-04-01T00:00:00+00:00"}]})",
                              R"({"results":[{"changed":7}]})", R"({"results":[{}]})", "{}", ""}) {
    ignoring.results = results;
    EXPECT_FALSE((*other)->next({"2024-05-01T00:00:00Z", ""})) << results;
  }
}

TEST(Feed, NoPageIsLargerThanOneThatCanBeReadFromDiskAgain) {
  class Asked final : public io::HttpClient {
   public:
    Result<io::HttpResponse> get(const io::HttpRequest& request) override {
      largest = std::max(largest, request.max_body_bytes);
      return Error(ErrorCode::kRemote, "away");
    }
    std::size_t largest = 0;
  };
  for (const Source& source : {socrata(), opendatasoft("")}) {
    Asked portal;
    const auto feed = open_feed(source, portal, kClock, {.max_body_bytes = std::size_t{1} << 40});
    ASSERT_TRUE(feed);
    EXPECT_FALSE((*feed)->next({}));
    EXPECT_EQ(portal.largest, kMostPageBytes);
  }
}

TEST(Feed, PagesAndTokensThatCannotBeAreRefusedAndTheTokenIsNotQuoted) {
  FakeSocrata portal;
  EXPECT_FALSE(open_feed(socrata(), portal, kClock, {.page_rows = 0}));
  EXPECT_FALSE(open_feed(socrata(), portal, kClock, {.page_rows = 50'001}));
  EXPECT_FALSE(open_feed(opendatasoft(""), portal, kClock, {.page_rows = 10'001}));
  for (const char* token : {"two words", "line\nend", "\x80"}) {
    const auto feed = open_feed(socrata(), portal, kClock, {.token = token});
    ASSERT_FALSE(feed);
    EXPECT_EQ(feed.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(feed.error().to_string(), Not(HasSubstr(token)));
  }
}

TEST(Source, AddressesOfPagesAndApisAreOneDataset) {
  for (const char* url :
       {"https://data.city.example/resource/erm2-nwe9.json",
        "https://data.city.example/resource/erm2-nwe9", "https://DATA.city.example/d/erm2-nwe9",
        "https://data.city.example/api/views/erm2-nwe9/rows.csv?accessType=x",
        "https://data.city.example/Social-Services/311-Requests/erm2-nwe9/data"}) {
    const auto source = parse_source(url, "");
    ASSERT_TRUE(source) << url;
    EXPECT_EQ(source->kind, Kind::kSocrata);
    EXPECT_EQ(source->key(), "data.city.example/erm2-nwe9");
  }
  for (const char* url :
       {"https://data.city.example/explore/dataset/3-1-1-calls/",
        "https://data.city.example/explore/dataset/3-1-1-calls/information/?disjunctive.x",
        "https://data.city.example/api/explore/v2.1/catalog/datasets/3-1-1-calls/exports/csv"}) {
    const auto source = parse_source(url, "last_modified");
    ASSERT_TRUE(source) << url;
    EXPECT_EQ(source->kind, Kind::kOpendatasoft);
    EXPECT_EQ(source->key(), "data.city.example/3-1-1-calls");
    EXPECT_EQ(source->cursor, "last_modified");
  }
}

TEST(Source, WhatIsNoDatasetsAddressIsRefused) {
  for (const char* url : {"", "data.city.example", "https://data.city.example/", "https://",
                          "http://data.city.example/resource/erm2-nwe9.json",
                          "https://data.city.example/explore/dataset/",
                          "https://data.city.example/resource/abcde-123.json",
                          "https://data.city.example/resource/abcd-12345.json",
                          "https://data.city.example/resource/abcd-1234-5.json",
                          "https://data.city.example/explore/dataset/a%2Fb/",
                          "https://user@data.city.example/resource/erm2-nwe9.json"}) {
    const auto source = parse_source(url, "");
    ASSERT_FALSE(source) << url;
    EXPECT_EQ(source.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(parse_source("https://x.example/explore/dataset/a/", "a b"));
  EXPECT_FALSE(parse_source("https://x.example/resource/abcd-1234.json", "updated"));
}

}  // namespace
}  // namespace hark::portal

// Portal → lake with portals in memory: resuming, and every write failing in turn. The program test
// (tests/cli/sync_test.py) has the faults of the network.
#include "hark/pipeline/sync.h"

#include <gmock/gmock.h>

#include "hark/io/fault_file_system.h"
#include "hark/pipeline/lake_fixture_test.h"
#include "hark/portal/fake_portal_for_tests.h"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Fails for good at the n-th request, from 1.
class Breaking final : public io::HttpClient {
 public:
  Breaking(io::HttpClient& inner, int at) : inner_(inner), left_(at) {}
  Result<io::HttpResponse> get(const io::HttpRequest& request) override {
    if (--left_ <= 0) return Error(ErrorCode::kRemote, "the wire is cut");
    return inner_.get(request);
  }

 private:
  io::HttpClient& inner_;
  int left_;
};

class Sync : public LakeTest {
 protected:
  static portal::Source socrata() {
    return *portal::parse_source("https://city.example/resource/abcd-1234.json", "");
  }
  /// `num_rows` requests of which always five have one time.
  static void fill(portal::FakeSocrata& portal, int num_rows) {
    for (int i = 0; i < num_rows; ++i) {
      const std::string at =
          format_instant(*parse_instant("2024-05-01T00:00:00.123Z") + std::chrono::seconds(i / 5));
      portal.rows.push_back(
          {i, at,
           concat("\"unique_key\":\"", 1000 + i, "\",\"created_date\":\"2024-03-02T01:00:00.000\",",
                  "\"agency\":\"NYPD\",\"complaint_type\":\"Noise\"")});
    }
  }
  static SyncOptions sync_options(std::int64_t page_rows, int pages_per_load = 20) {
    SyncOptions with;
    with.source = socrata();
    with.dataset = "nyc311";
    with.ingest = options();
    with.ingest.contract = "nyc311";
    with.page_rows = page_rows;
    with.pages_per_load = pages_per_load;
    return with;
  }
  Result<SyncReport> run(const LakeFolder& lake, io::HttpClient& client, const SyncOptions& with) {
    HARK_TRY(const auto feed, portal::open_feed(with.source, client, clock_,
                                                {.page_rows = with.page_rows, .token = {}}));
    return sync(lake, *feed, with, clock_);
  }
  std::vector<std::string> left_in(const LakeFolder& lake) {
    std::vector<std::string> names;
    const auto entries = files_.list(lake.root() + "/sync/nyc311");
    EXPECT_TRUE(entries);
    for (const io::FileInfo& entry : *entries) names.emplace_back(io::file_name(entry.path));
    return names;
  }
};

TEST_F(Sync, ALongPullIsSeveralLoadsAndTheWatermarkFollowsEach) {
  portal::FakeSocrata portal;
  fill(portal, 100);
  const LakeFolder lake = make_lake();
  const auto report = run(lake, portal, sync_options(10, 4));
  ASSERT_TRUE(report) << report.error().to_string();
  ASSERT_EQ(report->loads.size(), 3U);
  EXPECT_EQ(report->loads[0].rows.inserted, 40);
  EXPECT_EQ(report->loads[2].rows.inserted, 20);
  EXPECT_EQ(report->version, 2);
  EXPECT_THAT(report->warnings, IsEmpty());
  EXPECT_THAT(left_in(lake), ElementsAre(".lock"));

  // Broken in the second load: the first one stays, and what follows goes on after it.
  const LakeFolder other = make_lake("other");
  portal.urls.clear();
  Breaking breaking(portal, 8);
  ASSERT_FALSE(run(other, breaking, sync_options(10, 4)));
  EXPECT_EQ(picture(other.root(), "nyc311").num_loads, 1);
  const std::size_t asked = portal.urls.size();
  const auto second = run(other, portal, sync_options(10, 4));
  ASSERT_TRUE(second) << second.error().to_string();
  EXPECT_EQ(second->pages_kept, 2);
  EXPECT_EQ(portal.urls.size() - asked, 6U);  // four pages, the empty one, the count
  EXPECT_EQ(picture(other.root(), "nyc311"), picture(lake.root(), "nyc311"));
}

// What the lake refused is not gone on with: the portal may have mended it.
TEST_F(Sync, PagesThatTheLakeRefusesAreAskedForAnew) {
  portal::FakeSocrata portal;
  fill(portal, 40);
  const auto sound = portal.rows;
  for (std::size_t i = 0; i < 20; ++i) portal.rows[i].fields = "\"agency\":\"NYPD\"";
  const LakeFolder lake = make_lake();
  const auto refused = run(lake, portal, sync_options(10));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kCheckFailed);
  EXPECT_THAT(left_in(lake), ElementsAre(".lock"));
  portal.rows = sound;
  const auto report = run(lake, portal, sync_options(10));
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->loads.at(0).rows.inserted, 40);
}

TEST_F(Sync, TheWatermarkOfOneCursorIsNoneForAnother) {
  portal::FakeOpendatasoft portal;
  const auto row = [](int key) {
    return concat("\"unique_key\":\"", key, "\",\"created_date\":\"2024-03-02T01:00:00.000\"");
  };
  portal.rows.push_back({"2024-05-01T00:00:00+00:00", row(1)});
  const LakeFolder lake = make_lake();
  SyncOptions with = sync_options(10);
  with.source = *portal::parse_source("https://city.example/explore/dataset/requests/", "changed");
  const auto first = run(lake, portal, with);
  ASSERT_TRUE(first) << first.error().to_string();
  // As if that load had been made by another field's times.
  const auto entries = files_.list(lake.landing_folder("nyc311"));
  ASSERT_TRUE(entries);
  int num_notes = 0;
  for (const io::FileInfo& entry : *entries) {
    if (!entry.path.ends_with(".json")) continue;
    std::string text = *files_.read_text(entry.path);
    const std::size_t at = text.find("\"changed\"", text.find("\"cursor\""));
    ASSERT_NE(at, std::string::npos) << "the note names the cursor";
    ASSERT_TRUE(files_.write_atomically(entry.path, text.replace(at, 9, "\"due_date\"")));
    ++num_notes;
  }
  EXPECT_EQ(num_notes, 1);
  portal.rows.push_back({"2024-04-01T00:00:00+00:00", row(2)});
  const auto second = run(lake, portal, with);
  ASSERT_TRUE(second) << second.error().to_string();
  ASSERT_EQ(second->loads.size(), 1U);
  EXPECT_EQ(second->loads[0].rows.inserted, 1);
}

TEST_F(Sync, PagesOfAnotherPlanAreNotGoneOnWith) {
  portal::FakeSocrata portal;
  fill(portal, 60);
  const LakeFolder reference = make_lake("reference");
  ASSERT_TRUE(run(reference, portal, sync_options(15)));
  const LakePicture expected = picture(reference.root(), "nyc311");
  const LakeFolder lake = make_lake();
  Breaking breaking(portal, 4);
  ASSERT_FALSE(run(lake, breaking, sync_options(10)));
  EXPECT_EQ(left_in(lake).size(), 6U);  // the lock, the plan, two pages with their notes
  const auto other_size = run(lake, portal, sync_options(15));
  ASSERT_TRUE(other_size) << other_size.error().to_string();
  EXPECT_EQ(other_size->pages_kept, 0);
  EXPECT_EQ(picture(lake.root(), "nyc311"), expected);

  // A load that came between makes the kept pages worthless too.
  fill(portal, 0);
  portal.rows.push_back({60, "2024-06-01T00:00:00.123Z",
                         "\"unique_key\":\"2000\",\"created_date\":\"2024-03-02T01:00:00.000\""});
  Breaking late(portal, 3);
  ASSERT_FALSE(run(lake, late, sync_options(15)));
  load(lake, write("a.csv", "Unique Key,Created Date\n7,03/02/2024 01:00:00 AM\n"));
  const auto after = run(lake, portal, sync_options(15));
  ASSERT_TRUE(after) << after.error().to_string();
  EXPECT_EQ(after->pages_kept, 0);
  ASSERT_EQ(after->loads.size(), 1U);
  EXPECT_EQ(after->loads[0].rows.inserted, 1);
}

TEST_F(Sync, APullThatEndedBeforeTheBreakIsAskedForNewsOnceMore) {
  portal::FakeSocrata portal;
  fill(portal, 20);
  const LakeFolder lake = make_lake();
  // All pages come, and then the disk fails before they are loaded.
  {
    io::FaultPlan plan;
    for (plan.fail_at = 0;; ++plan.fail_at) {
      io::FaultFileSystem faulty(files_, plan);
      const auto broken = LakeFolder::open(faulty, lake.root());
      ASSERT_TRUE(broken);
      ASSERT_FALSE(run(*broken, portal, sync_options(10)));
      if (files_.exists(lake.root() + "/sync/nyc311/000003.note.json")) break;
      ASSERT_EQ(std::system(("rm -rf '" + lake.root() + "/sync'").c_str()), 0);
    }
  }
  portal.rows.push_back({20, "2024-06-01T00:00:00.123Z",
                         "\"unique_key\":\"2000\",\"created_date\":\"2024-03-02T01:00:00.000\""});
  std::int64_t inserted = 0;
  const auto report = run(lake, portal, sync_options(10));
  ASSERT_TRUE(report) << report.error().to_string();
  for (const LoadReport& one : report->loads) inserted += one.rows.inserted;
  EXPECT_EQ(inserted, 21);
}

TEST_F(Sync, APortalThatRepeatsItselfIsLeftHoweverFewPagesALoadHas) {
  class Endless final : public io::HttpClient {
   public:
    Result<io::HttpResponse> get(const io::HttpRequest& request) override {
      io::HttpResponse response;
      response.status = 200;
      if (request.url.find("count") != std::string::npos) {
        response.body = "[{\"total\":1}]";
        return response;
      }
      if (++second_ > 200) return Error(ErrorCode::kRemote, "nothing had an end");
      response.body =
          concat("[{\":id\":\"row-1\",\":updated_at\":\"",
                 format_instant(*parse_instant("2024-05-01") + std::chrono::seconds(second_)),
                 "\",\"unique_key\":\"1\",\"created_date\":\"2024-03-02T01:00:00.000\"}]");
      return response;
    }

   private:
    int second_ = 0;
  };
  for (const int pages_per_load : {1000, 10}) {
    Endless endless;
    const auto report =
        run(make_lake(concat("lake", pages_per_load)), endless, sync_options(1, pages_per_load));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kRemote);
    EXPECT_THAT(report.error().message(), HasSubstr("many more records than it counts"));
  }
}

TEST_F(Sync, APortalThatGivesEmptyPagesWithoutEndIsLeft) {
  // Its records go on and on in time, and its windows hold none of them.
  class Empty final : public io::HttpClient {
   public:
    Result<io::HttpResponse> get(const io::HttpRequest& request) override {
      io::HttpResponse response;
      response.status = 200;
      if (++num_requests > 400) return Error(ErrorCode::kRemote, "nothing had an end");
      if (request.url.find("exports") != std::string::npos) {
        response.body = "[]";
      } else if (request.url.find("limit=0") != std::string::npos) {
        const bool is_of_window = request.url.find("where=") != std::string::npos;
        response.body = concat("{\"total_count\":", is_of_window ? 0 : 5, "}");
      } else {
        response.body = concat(
            "{\"results\":[{\"changed\":\"",
            format_instant(*parse_instant("2024-05-01") + std::chrono::minutes(num_requests)),
            "\"}]}");
      }
      return response;
    }
    int num_requests = 0;
  };
  Empty empty;
  SyncOptions with = sync_options(1);
  with.source = *portal::parse_source("https://city.example/explore/dataset/requests/", "changed");
  const auto report = run(make_lake(), empty, with);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kRemote);
  EXPECT_THAT(report.error().message(), HasSubstr("pages without a record"));
  EXPECT_LT(empty.num_requests, 100);
}

TEST_F(Sync, ADatasetWithoutKeyIsSyncedIntoANewLakeOnly) {
  portal::FakeSocrata portal;
  fill(portal, 20);
  const LakeFolder lake = make_lake();
  SyncOptions with = sync_options(5, 2);
  with.has_key = false;
  Breaking breaking(portal, 4);
  ASSERT_FALSE(run(lake, breaking, with));
  const auto report = run(lake, portal, with);
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->loads.size(), 1U);
  const std::size_t asked = portal.urls.size();
  for (const bool is_full : {false, true}) {
    with.is_full = is_full;
    const auto again = run(lake, portal, with);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(portal.urls.size(), asked);
}

/// Lets something happen before the n-th request, from 1.
class Meanwhile final : public io::HttpClient {
 public:
  Meanwhile(io::HttpClient& inner, int at, std::function<void()> happens)
      : inner_(inner), left_(at), happens_(std::move(happens)) {}
  Result<io::HttpResponse> get(const io::HttpRequest& request) override {
    if (--left_ == 0) happens_();
    return inner_.get(request);
  }

 private:
  io::HttpClient& inner_;
  int left_;
  std::function<void()> happens_;
};

TEST_F(Sync, RecordsThatCameTwiceAreToldOfWhereThereIsNoKeyToKnowThemBy) {
  for (const bool has_key : {true, false}) {
    portal::FakeSocrata portal;
    fill(portal, 20);
    // The first record changes after its page was pulled, and comes again at the end.
    Meanwhile meanwhile(portal, 3, [&] {
      portal.rows[0].updated_at = "2024-05-02T00:00:00.000Z";
      portal.rows[0].fields += ",\"status\":\"Closed\"";
    });
    const LakeFolder lake = make_lake(has_key ? "key" : "no key");
    SyncOptions with = sync_options(5);
    with.has_key = has_key;
    const auto report = run(lake, meanwhile, with);
    ASSERT_TRUE(report) << report.error().to_string();
    EXPECT_EQ(report->loads.at(0).rows_read, 21);
    ASSERT_EQ(report->warnings.size(), has_key ? 0U : 1U);
    if (has_key) continue;
    EXPECT_EQ(report->warnings[0].code, "repeated_records");
    EXPECT_THAT(report->warnings[0].message, HasSubstr("counts 20 records, and gave 21"));
  }
}

TEST_F(Sync, WhatMovedTheTotalIsToldAsWhatItWas) {
  for (const bool is_added : {true, false}) {
    portal::FakeSocrata portal;
    fill(portal, 20);
    Meanwhile meanwhile(portal, 6, [&] {
      if (is_added) {
        portal.rows.push_back(portal.rows.back());
        portal.rows.back().number = 500;
      } else {
        portal.rows.erase(portal.rows.begin());
      }
    });
    const auto report = run(make_lake(is_added ? "added" : "deleted"), meanwhile, sync_options(5));
    ASSERT_TRUE(report) << report.error().to_string();
    ASSERT_EQ(report->warnings.size(), 1U);
    EXPECT_EQ(report->warnings[0].code, "total_changed");
    EXPECT_THAT(report->warnings[0].message, HasSubstr(is_added ? "added" : "deleted"));
  }
}

TEST_F(Sync, TheServersOfTheBuiltInContractsAreDatasetsOfPortals) {
  int num_portals = 0;
  for (const contract::Contract& contract : contract::built_in_contracts()) {
    if (contract.portal_url.empty()) continue;
    ++num_portals;
    const auto source = portal::parse_source(contract.portal_url, contract.portal_cursor);
    EXPECT_TRUE(source) << contract.name << ": " << source.error().to_string();
  }
  EXPECT_GE(num_portals, 7);
}

TEST_F(Sync, AFailureAtAnyWriteLeavesWhatARerunMakesTheSameLakeOf) {
  portal::FakeSocrata portal;
  fill(portal, 12);
  for (const bool is_power_cut : {false, true}) {
    const SyncOptions with = sync_options(5, is_power_cut ? 2 : 20);
    const LakeFolder reference = make_lake(is_power_cut ? "two loads" : "one load");
    ASSERT_TRUE(run(reference, portal, with));
    const LakePicture expected = picture(reference.root(), "nyc311");
    ASSERT_EQ(expected.num_loads, is_power_cut ? 2 : 1);
    bool has_succeeded = false;
    std::uint64_t n = 0;
    for (; !has_succeeded; n += is_power_cut ? 7 : 1) {
      SCOPED_TRACE(concat(is_power_cut ? "power cut" : "EIO", " at change ", n));
      ASSERT_LT(n, 2000U);
      const LakeFolder lake = make_lake(concat("lake", n, is_power_cut ? "cut" : ""));
      io::FaultPlan plan;
      plan.fail_at = n;
      plan.keep_failing = is_power_cut;
      plan.lose_unsynced_bytes = is_power_cut;
      if (is_power_cut) plan.lose_names = io::NameLoss::kAll;
      io::FaultFileSystem faulty(files_, plan);
      const auto broken = LakeFolder::open(faulty, lake.root());
      ASSERT_TRUE(broken);
      has_succeeded = run(*broken, portal, with).has_value() && faulty.num_changes() <= n;
      const auto again = run(lake, portal, with);
      ASSERT_TRUE(again) << again.error().to_string();
      EXPECT_EQ(picture(lake.root(), "nyc311"), expected);
      EXPECT_THAT(left_in(lake), ElementsAre(".lock"));
      ASSERT_EQ(std::system(("rm -rf '" + lake.root() + "'").c_str()), 0);
    }
    EXPECT_GT(n, 60U) << "pages, notes, plans and loads had their turn";
  }
}

}  // namespace
}  // namespace hark::pipeline

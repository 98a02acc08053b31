#include "hark/pipeline/sync_pages.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <random>
#include <set>
#include <tuple>

#include "hark/core/text.h"
#include "hark/io/file_system.h"

namespace hark::pipeline {
namespace {

/// While it lives the process may have so many files open.
class FewFiles {
 public:
  explicit FewFiles(rlim_t most) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit few = before_;
    few.rlim_cur = most;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  ~FewFiles() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// The slow version: all records in one set, by time and hash.
TEST(SyncPages, MorePagesThanMayBeOpenBecomeOneFileInTheOrderOfTimeAndHash) {
  const std::string folder = testing::TempDir() + "sync_pages_test";
  std::filesystem::remove_all(folder);
  io::FileSystem& files = io::local_file_system();
  const auto source = portal::parse_source("https://city.example/resource/abcd-1234.json", "");
  ASSERT_TRUE(source);
  SyncPlan plan;
  plan.source = source->key();
  SyncPages pages(files, folder, *source);
  ASSERT_TRUE(pages.resume(plan));
  ASSERT_TRUE(pages.start(plan));

  std::mt19937 random(5);
  std::set<std::tuple<Instant, crypto::Sha256Digest, std::string>> expected;
  for (int number = 0; number < 90; ++number) {
    portal::Page page;
    page.body = "[";
    for (int i = 0; i < 20; ++i) {
      // Times go back and forth over all pages, and rows come again.
      const Instant at = *parse_instant("2024-05-01") + std::chrono::seconds(random() % 50);
      const std::string begin = concat("{\":updated_at\":\"", format_instant(at), "\",");
      const std::string end = concat("\":id\":\"row-", random() % 10, "\"}");
      if (i > 0) page.body += ",\n";
      page.body += concat(begin, "\r\n", end);
      expected.emplace(at, crypto::sha256(concat(begin, "\r\n", end)), concat(begin, "  ", end));
    }
    page.body += "]";
    auto records = portal::cut_records(page.body, ":updated_at", ":id");
    ASSERT_TRUE(records) << records.error().to_string();
    page.records = *std::move(records);
    ASSERT_TRUE(pages.add(page, *parse_instant("2024-06-01")));
  }
  std::string text;
  for (const auto& record : expected) text += std::get<2>(record) + "\n";

  const FewFiles few(64);
  for (const bool is_resumed : {false, true}) {
    SyncPages other(files, folder, *source);
    if (is_resumed) {
      ASSERT_TRUE(other.resume(plan));
    }
    SyncPages& whole = is_resumed ? other : pages;
    EXPECT_EQ(whole.pages().size(), 90U);
    const auto rows = whole.assemble(folder + "/abcd-1234.jsonl");
    ASSERT_TRUE(rows) << rows.error().to_string();
    EXPECT_EQ(*rows, static_cast<std::int64_t>(expected.size()));
    EXPECT_EQ(*files.read_text(folder + "/abcd-1234.jsonl"), text);
  }
}

}  // namespace
}  // namespace hark::pipeline

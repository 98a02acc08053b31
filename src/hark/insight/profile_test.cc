#include "hark/insight/profile.h"

#include <gtest/gtest.h>

#include <atomic>

#include "hark/core/text.h"
#include "hark/insight/golden_test.h"
#include "hark/insight/memory_source_test.h"
#include "hark/insight/profile_column.h"
#include "hark/io/file_system.h"

namespace hark::insight {
namespace {

using test::MemorySource;
using Texts = std::vector<std::optional<std::string>>;

ColumnProfile profile_of(const Texts& texts) {
  MemorySource source(2);
  source.texts("x", texts);
  return profile(source, nullptr, 2).value().columns.at(0);
}

TEST(ProfileGuess, EveryKnownPatternCompiles) {
  EXPECT_EQ(std::popcount(ClockGuess().all_patterns()), static_cast<int>(ClockGuess::num_known()));
}

TEST(ProfileGuess, TypeIsThatOfAllValues) {
  EXPECT_EQ(profile_of({"1", "-20", std::nullopt}).type, "integer");
  EXPECT_EQ(profile_of({"1", "-20.5", ".5"}).type, "number");
  EXPECT_EQ(profile_of({"1", "two"}).type, "string");
  EXPECT_EQ(profile_of({"Yes", "no", "NO"}).type, "boolean");
  EXPECT_EQ(profile_of({"2024-05-01", "1999-12-31"}).type, "date");
  EXPECT_EQ(profile_of({"2024-05-01T10:00:00.000", "2024-05-01T10:00"}).type, "timestamp");
  EXPECT_EQ(profile_of({"05/01/2024 10:00:00 PM"}).type, "timestamp");
  EXPECT_EQ(profile_of({"10/21/18 0:00", "1/2/19 23:59"}).type, "timestamp");
  EXPECT_EQ(profile_of({std::nullopt, std::nullopt}).type, "empty");
}

TEST(ProfileGuess, CodeWithLeadingZeroIsNoNumber) {
  EXPECT_EQ(profile_of({"02127", "10001"}).type, "string");
  EXPECT_EQ(profile_of({"0", "10001"}).type, "integer");
}

TEST(ProfileGuess, MissingMarkersDoNotSpoilTheType) {
  const auto column = profile_of({"1", "NA", "n/a", "3"});
  EXPECT_EQ(column.type, "integer");
  EXPECT_EQ(column.nulls, 0) << "without a contract a marker is a text like another";
  EXPECT_EQ(column.distinct, 4);
  EXPECT_EQ(column.max.as_int(), 3);
}

TEST(ProfileGuess, DaysFirstIsSeenWhereMonthsFirstCannotBe) {
  const auto column = profile_of({"01/05/2024", "31/05/2024"});
  EXPECT_EQ(column.type, "date");
  EXPECT_EQ(column.min.as_string(), "2024-05-01");
  EXPECT_EQ(column.max.as_string(), "2024-05-31");
}

TEST(Profile, RangesAreByValueAndNotByText) {
  const auto numbers = profile_of({"9", "10", "-2"});
  EXPECT_EQ(numbers.min.as_int(), -2);
  EXPECT_EQ(numbers.max.as_int(), 10);
  const auto clocks = profile_of({"12/01/2023 01:00:00 AM", "02/01/2024 12:30:00 PM"});
  EXPECT_EQ(clocks.min.as_string(), "2023-12-01T01:00:00");
  EXPECT_EQ(clocks.max.as_string(), "2024-02-01T12:30:00");
  const auto texts = profile_of({"b", "a", "c"});
  EXPECT_EQ(texts.min.as_string(), "a");
  EXPECT_EQ(texts.max.as_string(), "c");
}

TEST(Profile, CountsNullsDistinctAndTheMostFrequent) {
  const auto column = profile_of({"b", "a", "b", std::nullopt, "c"});
  EXPECT_EQ(column.nulls, 1);
  EXPECT_DOUBLE_EQ(column.null_share, 0.2);
  EXPECT_EQ(column.distinct, 3);
  EXPECT_TRUE(column.is_distinct_exact);
  ASSERT_EQ(column.top.size(), 3u);
  EXPECT_EQ(column.top[0].value, "b");
  EXPECT_EQ(column.top[0].count, 2);
  EXPECT_EQ(column.top[1].value, "a");
}

TEST(Profile, QuantilesOfFewNumbersAreExact) {
  const auto column = profile_of({"1", "2", "3", "4", "5"});
  ASSERT_TRUE(column.quantiles);
  EXPECT_TRUE(column.are_quantiles_exact);
  EXPECT_DOUBLE_EQ((*column.quantiles)[0], 1.2);
  EXPECT_DOUBLE_EQ((*column.quantiles)[2], 3);
  EXPECT_FALSE(profile_of({"a"}).quantiles);
}

TEST(Profile, ManyDistinctValuesAreEstimatedAndSaidSo) {
  Texts texts;
  for (int i = 0; i < 40'000; ++i) texts.push_back(concat("key ", i));
  MemorySource source(1000);
  source.texts("x", texts);
  const auto column = profile(source, nullptr, 3).value().columns.at(0);
  EXPECT_FALSE(column.is_distinct_exact);
  EXPECT_NEAR(static_cast<double>(column.distinct), 40'000, 4 * 0.0081 * 40'000);
  EXPECT_TRUE(column.top.empty());
}

TEST(Profile, TypedColumnsKeepTheirTypeAndPersonalValuesAreNotShown) {
  MemorySource source(2);
  source.integers("unique_key", {9007199254740993, 7, std::nullopt})
      .clocks("created_date", {"2024-05-01 23:30:00", "", test::kUnreadable})
      .numbers("latitude", {40.5, 40.25, std::nullopt})
      .texts("vehicle", {"a person's", "b", "b"});
  auto contract = test::request_contract();
  for (auto& column : contract.columns) column.is_personal = column.name == "vehicle";
  const auto result = profile(source, &contract, 2).value();
  ASSERT_EQ(result.columns.size(), 4u) << "no parts of clocks";
  EXPECT_EQ(result.rows, 3);
  EXPECT_EQ(result.columns[0].type, "integer");
  EXPECT_EQ(result.columns[0].max.as_int(), 9007199254740993) << "whole beyond 2^53";
  EXPECT_EQ(result.columns[1].type, "timestamp");
  EXPECT_EQ(result.columns[1].min.as_string(), "2024-05-01T23:30:00") << "on the city's clock";
  EXPECT_EQ(result.columns[1].nulls, 1);
  EXPECT_EQ(result.columns[1].invalid, 1);
  EXPECT_DOUBLE_EQ((*result.columns[2].quantiles)[2], 40.375);
  EXPECT_TRUE(result.columns[3].is_personal);
  EXPECT_TRUE(result.columns[3].min.is_null());
  EXPECT_TRUE(result.columns[3].top.empty());
  EXPECT_EQ(result.columns[3].distinct, 2);
  const Json json = to_json(result);
  EXPECT_EQ(json["rows"].as_int(), 3);
  EXPECT_TRUE(json["columns"].items()[0]["pii"].is_array());
}

TEST(Profiler, AScreenSeesEachTextOfABlockOnceAndItsFindingsAreRows) {
  class Signs final : public TextScreen {
   public:
    std::span<const std::string_view> kinds() const noexcept override { return kinds_; }
    std::uint32_t find(std::string_view text) const noexcept override {
      ++num_looked_at;
      return (text.find('@') != text.npos ? 1U : 0U) | (text.find('+') != text.npos ? 4U : 0U);
    }
    mutable std::atomic<int> num_looked_at = 0;

   private:
    std::vector<std::string_view> kinds_ = {"email", "never", "phone"};
  } screen;
  MemorySource source(100);
  source.texts("note", {"a@b", "a@b", "call +1 or a@b", std::nullopt, "nothing", "a@b"});
  source.integers("n", {1, 2, 3, 4, 5, 6});
  const contract::Contract contract;
  Profiler profiler(source.fields(), &contract, 3, {}, &screen);
  class Sink final : public columnar::BatchSink {
   public:
    explicit Sink(Profiler& into) : into_(into) {}
    Result<void> consume(columnar::Batch batch, unsigned worker) override {
      into_.take(batch, worker);
      return {};
    }

   private:
    Profiler& into_;
  } sink(profiler);
  ASSERT_TRUE(source.stream(profiler.columns(), 3, sink));
  const SourceProfile result = profiler.finish();
  EXPECT_EQ(screen.num_looked_at, 3) << "a text that repeats is not looked at again";
  EXPECT_EQ(to_json(result)["columns"].items()[0]["pii"].dump(),
            R"([{"kind":"email","count":4},{"kind":"phone","count":1}])");
  EXPECT_EQ(to_json(result)["columns"].items()[1]["pii"].dump(), "[]");
}

TEST(Profile, OnlyTheColumnsAskedFor) {
  MemorySource source;
  source.texts("a", {"x"}).texts("b", {"y"}).texts("_record", {"1"});
  EXPECT_EQ(profile(source, nullptr, 1).value().columns.size(), 2u);
  const std::vector<std::string> wanted = {"b"};
  const auto result = profile(source, nullptr, 1, wanted).value();
  ASSERT_EQ(result.columns.size(), 1u);
  EXPECT_EQ(result.columns[0].name, "b");
}

TEST(Profile, OfARealFileIsTheSameForAnyNumberOfThreads) {
  const auto path = (test::shared_folder() / "data/nyc/junyan_test_sample3_46col.csv").string();
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no real files in ../shared/data";
  std::string expected;
  for (const unsigned threads : {1U, 4U}) {
    tabular::ReadOptions options;
    options.block_bytes = 64 << 10;
    const auto source =
        tabular::FileSource::open(io::local_file_system(), path, nullptr, options).value();
    const auto result = profile(*source, nullptr, threads).value();
    EXPECT_EQ(result.rows, 4999);
    for (const ColumnProfile& column : result.columns) {
      if (column.name == "Unique Key") {
        EXPECT_EQ(column.type, "integer");
        EXPECT_EQ(column.distinct, 4999);
      }
      if (column.name == "Created Date") {
        EXPECT_EQ(column.type, "timestamp");
      }
      if (column.name == "Latitude") {
        EXPECT_EQ(column.type, "number");
      }
      if (column.name == "Borough") {
        EXPECT_EQ(column.type, "string");
        EXPECT_EQ(column.distinct, 5);
      }
    }
    const std::string answer = to_json(result).dump();
    if (expected.empty()) expected = answer;
    EXPECT_EQ(answer, expected) << threads << " threads";
  }
}

}  // namespace
}  // namespace hark::insight

#include "hark/insight/requests.h"

#include <set>

#include <gtest/gtest.h>

#include "hark/calendar/civil.h"
#include "hark/insight/memory_source_test.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {
namespace {

using test::kUnreadable;
using test::MemorySource;

RequestLoad load_at(const char* now = "2026-01-01T00:00:00Z") {
  RequestLoad load;
  load.now = *parse_instant(now);
  return load;
}

RequestTable load_table(MemorySource& source, const RequestLoad& load = load_at(),
                        const contract::Contract& contract = test::request_contract()) {
  auto table = load_requests(source, contract, load);
  EXPECT_TRUE(table) << table.error().to_string();
  return table ? std::move(*table) : RequestTable();
}

RequestKpis kpis_of(const RequestTable& table,
                    const contract::Contract& contract = test::request_contract()) {
  return request_kpis(table, contract).value();
}

MemorySource two_clocks(const std::vector<std::string>& created,
                        const std::vector<std::string>& closed) {
  MemorySource source;
  source.clocks("created_date", created).clocks("closed_date", closed);
  return source;
}

// --- clocks

TEST(RequestClocks, FoldIsReadAsDaylightTimeUnlessThatAloneIsNegative) {
  // 2023-11-05 01:30 happens twice in New York, at 05:30Z and 06:30Z.
  auto source = two_clocks({"2023-11-05 00:30:00", "2023-11-05 01:45:00", "2023-11-05 01:45:00"},
                           {"2023-11-05 01:30:00", "2023-11-05 01:30:00", "2023-11-05 00:50:00"});
  const auto table = load_table(source);
  EXPECT_EQ(table.duration[0], 3600);
  EXPECT_EQ(table.duration[1], 2700) << "the second 01:30 is 45 minutes after the first 01:45";
  EXPECT_EQ(table.outcome[2], Outcome::kNegative) << "no reading makes it positive";
  for (const std::size_t row : {0, 1}) {
    EXPECT_EQ(table.closed_local_s(row) % 86'400, 90 * 60)
        << "the clock says 01:30 in both readings";
  }
  const auto kpis = kpis_of(table);
  EXPECT_EQ(kpis.fold_rows, 2);
  EXPECT_EQ(kpis.ambiguous_sign, 1);
  ASSERT_EQ(table.fold_ranges.size(), 2u);
  EXPECT_DOUBLE_EQ(table.fold_ranges[0].shortest_hours, 1);
  EXPECT_DOUBLE_EQ(table.fold_ranges[0].longest_hours, 2);
  EXPECT_DOUBLE_EQ(table.fold_ranges[1].shortest_hours, 0.75);
  EXPECT_DOUBLE_EQ(table.fold_ranges[1].longest_hours, 0.75);
}

TEST(RequestClocks, ARowInTheFoldIsTheSameOneWhereRowsBeforeItWereDuplicates) {
  MemorySource source;
  source.integers("unique_key", {1, 1, 2, 2, 3, 4})
      .clocks("created_date", {"2023-11-01 00:30:00", "2023-11-01 00:30:00", "2023-11-05 00:30:00",
                               "2023-11-05 00:30:00", "2023-11-05 00:40:00", "2023-11-05 00:30:00"})
      .clocks("closed_date", {"2023-11-02 01:30:00", "2023-11-02 01:30:00", "2023-11-05 01:30:00",
                              "2023-11-05 01:30:00", "2023-11-05 00:50:00", "2023-11-05 01:30:00"});
  const auto table = load_table(source);
  ASSERT_EQ(table.size(), 4u);
  ASSERT_EQ(table.fold_ranges.size(), 2u);
  EXPECT_EQ(table.fold_ranges[0].row, 1u);
  EXPECT_EQ(table.fold_ranges[1].row, 3u);
  for (const FoldRange& range : table.fold_ranges) EXPECT_TRUE(table.is_marked(range.row, kInFold));
}

TEST(RequestClocks, EachHasItsOwnDistanceFromUtcUpToMoreThanAnyCityKnows) {
  const auto source_of = [](std::int32_t num_rows) {
    const std::vector<std::string> clocks(static_cast<std::size_t>(num_rows),
                                          "2024-01-31 17:30:00");
    std::vector<std::int32_t> created;
    std::vector<std::int32_t> closed;
    for (std::int32_t row = 0; row < num_rows; ++row) {
      created.push_back(row * 60 - 18'000);
      closed.push_back(7200 - row * 60);
    }
    MemorySource source = two_clocks(clocks, clocks);
    return source.offsets("created_date", created).offsets("closed_date", closed);
  };
  MemorySource few = source_of(100);
  const auto table = load_table(few);
  const std::int64_t utc_s = table.created_us[0] / 1'000'000;
  for (std::size_t row = 0; row < 100; ++row) {
    EXPECT_EQ(table.created_local_s(row), utc_s + static_cast<std::int64_t>(row) * 60 - 18'000);
    EXPECT_EQ(table.closed_local_s(row), utc_s + 7200 - static_cast<std::int64_t>(row) * 60);
  }
  MemorySource many = source_of(300);
  const auto refused = load_requests(many, test::request_contract(), load_at());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnsupported);
}

TEST(RequestClocks, SpringGapIsReadWithTheOffsetBeforeAndCounted) {
  auto source = two_clocks({"2023-03-12 01:30:00"}, {"2023-03-12 02:30:00"});
  const auto table = load_table(source);
  EXPECT_EQ(table.duration[0], 3600);
  EXPECT_EQ(kpis_of(table).gap_rows, 1);
}

TEST(RequestClocks, DurationCountsHoursThatPassedAndNotTheClockFace) {
  auto source = two_clocks({"2023-03-12 01:30:00"}, {"2023-03-12 03:30:00"});
  EXPECT_EQ(load_table(source).duration[0], 3600);
}

TEST(RequestClocks, FractionsOfSecondsAreKept) {
  auto source = two_clocks({"2024-05-01 10:00:00"}, {"2024-05-01 10:00:01.500"});
  const auto table = load_table(source);
  EXPECT_DOUBLE_EQ(table.in_unit(table.duration[0]), 1.5 / 3600);
}

// --- outcomes

TEST(RequestOutcomes, EveryKindIsCountedOnceAndOnlyClosedAndOpenHaveADuration) {
  auto source = two_clocks(
      {"2024-05-01 10:00:00", "2024-05-01 10:00:00", "2024-05-01 10:00:00", "2024-05-01 10:00:00",
       "2024-05-01 10:00:00", "2024-05-01 10:00:00", "", "1900-01-01 00:00:00",
       "2027-05-01 10:00:00"},
      {"2024-05-01 12:00:00", "", "2024-05-01 09:00:00", "1900-01-01 00:00:00",
       "2100-01-01 00:00:00", "2030-01-01 00:00:00", "2024-05-01 12:00:00", "", kUnreadable});
  const auto table = load_table(source);
  const auto kpis = kpis_of(table);
  EXPECT_EQ(kpis.count(Outcome::kClosed), 1);
  EXPECT_EQ(kpis.count(Outcome::kOpen), 1);
  EXPECT_EQ(kpis.count(Outcome::kNegative), 1);
  EXPECT_EQ(kpis.count(Outcome::kSentinel), 2);
  EXPECT_EQ(kpis.count(Outcome::kFuture), 1);
  EXPECT_EQ(kpis.count(Outcome::kCreatedMissing), 1);
  EXPECT_EQ(kpis.count(Outcome::kCreatedSentinel), 1);
  EXPECT_EQ(kpis.count(Outcome::kCreatedAfterAsOf), 1) << "a created time later than the extract";
  EXPECT_EQ(table.by_duration.size(), 2u);
  std::int64_t sum = 0;
  for (const std::int64_t count : kpis.outcomes) sum += count;
  EXPECT_EQ(sum, kpis.n);
}

TEST(RequestOutcomes, UnreadableClosingIsNoOpenRequest) {
  auto source = two_clocks({"2024-05-01 10:00:00", "2024-05-01 11:00:00"}, {kUnreadable, ""});
  const auto kpis = kpis_of(load_table(source));
  EXPECT_EQ(kpis.count(Outcome::kUnparsed), 1);
  EXPECT_EQ(kpis.count(Outcome::kOpen), 1);
}

TEST(RequestOutcomes, LakeTellsUnreadableClosingsByItsFlags) {
  auto source = two_clocks({"2024-05-01 10:00:00", "2024-05-01 10:00:00", "2024-05-01 10:00:00"},
                           {"", "", "2024-05-01 12:00:00"});
  source.texts("_flags", {"zip_not_ny,invalid:closed_date", "invalid:closed_date_x", std::nullopt});
  const auto kpis = kpis_of(load_table(source));
  EXPECT_EQ(kpis.count(Outcome::kUnparsed), 1);
  EXPECT_EQ(kpis.count(Outcome::kOpen), 1);
  EXPECT_EQ(kpis.count(Outcome::kClosed), 1);
}

TEST(AsOf, IsTheLatestPlausibleStampOfTheWholeSource) {
  auto source = two_clocks({"2024-05-01 10:00:00", "2024-05-02 10:00:00"},
                           {"2024-05-03 11:00:00", "2100-01-01 00:00:00"});
  const auto table = load_table(source);
  EXPECT_EQ(format_instant(*table.as_of), "2024-05-03T15:00:00Z");
  EXPECT_EQ(table.rows_before_as_of, 1);
  ASSERT_EQ(request_warnings(table).size(), 1u);
  EXPECT_EQ(request_warnings(table)[0].code, "as_of_outlier");
}

TEST(AsOf, OverrideMakesLaterClosingsOpenAndLaterRequestsOutOfScope) {
  auto source = two_clocks({"2024-05-01 10:00:00", "2024-05-02 10:00:00"},
                           {"2024-05-03 11:00:00", "2024-05-02 11:00:00"});
  auto load = load_at();
  load.as_of = *parse_instant("2024-05-01T20:00:00Z");
  const auto table = load_table(source, load);
  EXPECT_EQ(table.outcome[0], Outcome::kOpen);
  EXPECT_EQ(table.in_unit(table.duration[0]), 6) << "censored at as-of";
  EXPECT_EQ(table.outcome[1], Outcome::kCreatedAfterAsOf);
  EXPECT_TRUE(request_warnings(table).empty()) << "who names the time need not be warned of it";
}

TEST(RequestStatus, SaysNothingAboutOpenButContradictionsAreCounted) {
  auto source = two_clocks({"2024-05-01 10:00:00", "2024-05-01 10:00:00", "2024-05-01 10:00:00"},
                           {"", "2024-05-02 10:00:00", ""});
  source.texts("status", {" CLOSED", "Open", std::nullopt});
  const auto kpis = kpis_of(load_table(source));
  EXPECT_EQ(kpis.closed_without_time, 1);
  EXPECT_EQ(kpis.open_with_time, 1);
  EXPECT_EQ(kpis.count(Outcome::kOpen), 2);
  auto unreadable = two_clocks({"2024-05-01 10:00:00"}, {kUnreadable});
  unreadable.texts("status", {"Closed"});
  EXPECT_EQ(kpis_of(load_table(unreadable)).closed_without_time, 0) << "a time stood there";
  auto without = two_clocks({"2024-05-01 10:00:00"}, {""});
  EXPECT_FALSE(kpis_of(load_table(without)).closed_without_time) << "no status, no count";
}

// --- closing classes

// `n` requests of one agency, each closed an hour later; the first `midnights` at local midnight.
MemorySource closings(int n, int midnights, bool is_negative = false) {
  std::vector<std::string> created;
  std::vector<std::string> closed;
  std::vector<std::optional<std::string>> agency;
  for (int i = 0; i < n; ++i) {
    const bool at_midnight = i < midnights;
    created.push_back(is_negative && at_midnight && i > 0 ? "2024-05-02 01:00:00"
                                                          : "2024-05-01 20:00:00");
    closed.push_back(at_midnight ? "2024-05-02 00:00:00" : "2024-05-01 22:13:07");
    agency.push_back("DOT");
  }
  MemorySource source;
  source.clocks("created_date", created).clocks("closed_date", closed).texts("agency", agency);
  return source;
}

TEST(BatchClosings, OneMidnightClosingIsNoBatch) {
  auto source = closings(100, 1);
  EXPECT_EQ(kpis_of(load_table(source)).classes->batch, 0);
}

TEST(BatchClosings, HeapAtMidnightIs) {
  auto source = closings(100, 5);
  const auto kpis = kpis_of(load_table(source));
  EXPECT_EQ(kpis.classes->batch, 5);
  EXPECT_EQ(kpis.classes->normal, 95);
}

TEST(BatchClosings, ClosingsBeforeTheirRequestShowTheHeapToo) {
  auto source = closings(100, 5, true);
  const auto kpis = kpis_of(load_table(source));
  EXPECT_EQ(kpis.count(Outcome::kNegative), 4);
  EXPECT_EQ(kpis.classes->batch, 1) << "only valid closings are classed";
}

TEST(BatchClosings, ClockWithoutSecondsExpectsAMidnightClosingPerDayOfMinutes) {
  // 5 of 2,000 at one of 1,440 minutes is nothing special; at one of 86,400 seconds it would be.
  std::vector<std::string> created(2000, "2024-05-01 20:00:00");
  std::vector<std::string> closed(2000, "2024-05-01 22:13:00");
  for (std::size_t i = 0; i < 5; ++i) closed[i] = "2024-05-02 00:00:00";
  MemorySource by_minute;
  by_minute.clocks("created_date", created).clocks("closed_date", closed);
  const auto table = load_table(by_minute);
  EXPECT_EQ(table.closing_resolution_s, 60);
  EXPECT_EQ(kpis_of(table).classes->batch, 0);
  closed.back() = "2024-05-01 22:13:07";
  MemorySource by_second;
  by_second.clocks("created_date", created).clocks("closed_date", closed);
  EXPECT_EQ(kpis_of(load_table(by_second)).classes->batch, 5);
}

TEST(ClosingClasses, InstantIsUnderTenMinutesAndZeroASubsetOfIt) {
  auto source = two_clocks({"2024-05-01 10:00:00", "2024-05-01 10:00:00", "2024-05-01 10:00:00"},
                           {"2024-05-01 10:00:00", "2024-05-01 10:09:59", "2024-05-01 10:10:00"});
  const auto kpis = kpis_of(load_table(source));
  EXPECT_EQ(kpis.classes->zero, 1);
  EXPECT_EQ(kpis.classes->instant, 2);
  EXPECT_EQ(kpis.classes->normal, 1);
  EXPECT_EQ(kpis.without_instant_and_batch->closed_only.n, 1);
}

// --- duplicates

TEST(Duplicates, BestVersionStays) {
  MemorySource source(2);
  source.integers("unique_key", {1, 1, 2, 2, 3, 3, 4, 4, 5, std::nullopt, std::nullopt})
      .clocks("updated_date",
              {"2024-05-03 00:00:00", "2024-05-02 00:00:00", "", "", "", "", "", "", "", "", ""})
      .clocks("created_date", std::vector<std::string>(11, "2024-05-01 10:00:00"))
      .clocks("closed_date", {"", "2024-05-01 11:00:00", "", "2024-05-01 12:00:00", "", "",
                              "2024-05-01 13:00:00", "2024-05-01 13:00:00", "", "", ""})
      .texts("agency", {"later version", "b", "c", "closed", std::nullopt, "more values", "first",
                        "first", "i", "j", "k"});
  const auto table = load_table(source);
  const Category* agency = table.category("agency");
  std::vector<std::string> kept;
  for (const std::uint32_t code : agency->codes) kept.push_back(agency->keys[code]);
  EXPECT_EQ(kept, (std::vector<std::string>{"later version", "closed", "more values", "first", "i",
                                            "j", "k"}));
  EXPECT_EQ(table.rows_read, 11);
  EXPECT_EQ(table.duplicates, 4);
  EXPECT_EQ(table.superseded, 3) << "the two rows of key 4 are exact copies";
  EXPECT_EQ(kpis_of(table).n, 7);
}

TEST(Duplicates, WhichVersionCountsDoesNotDependOnItsPlace) {
  // The two versions of key 1 are told apart by nothing but what they say, those of key 2 by a
  // column that no figure reads.
  const auto load_rows = [](const std::vector<std::size_t>& order, unsigned threads) {
    const std::vector<std::int64_t> keys{1, 1, 2, 2, 3, 3};
    const std::vector<std::string> agencies{"A", "B", "C", "C", "D", "D"};
    const std::vector<std::optional<std::string>> streets{"x", "x", "y", std::nullopt, "z", "z"};
    std::vector<std::optional<std::int64_t>> key;
    std::vector<std::optional<std::string>> agency;
    std::vector<std::optional<std::string>> street;
    for (const std::size_t row : order) {
      key.emplace_back(keys[row]);
      agency.emplace_back(agencies[row]);
      street.push_back(streets[row]);
    }
    MemorySource source(2);
    source.integers("unique_key", key)
        .clocks("created_date", std::vector<std::string>(6, "2024-05-01 10:00:00"))
        .texts("agency", agency)
        .texts("vehicle", street);
    RequestLoad load = load_at();
    load.threads = threads;
    load.categories = {"vehicle"};
    return load_table(source, load);
  };
  const auto names = [](const RequestTable& table, std::string_view column) {
    std::multiset<std::string> out;
    const Category& category = *table.category(column);
    for (const std::uint32_t code : category.codes)
      out.insert(code == kNoCode ? "" : category.keys[code]);
    return out;
  };
  const auto table = load_rows({0, 1, 2, 3, 4, 5}, 1);
  EXPECT_EQ(table.duplicates, 3);
  EXPECT_EQ(table.superseded, 2) << "the rows of key 3 are copies";
  EXPECT_EQ(table.undecided, 1) << "of key 2 the row with more values counts";
  EXPECT_EQ(names(table, "vehicle"), (std::multiset<std::string>{"x", "y", "z"}));
  for (const unsigned threads : {1U, 3U}) {
    for (const auto& order : {std::vector<std::size_t>{5, 4, 3, 2, 1, 0}, {1, 3, 5, 0, 2, 4}}) {
      const auto other = load_rows(order, threads);
      EXPECT_EQ(names(other, "agency"), names(table, "agency"));
      EXPECT_EQ(names(other, "vehicle"), names(table, "vehicle"));
      EXPECT_EQ(other.undecided, 1);
    }
  }
}

TEST(Duplicates, WithoutKeyNothingIsLeftOutAndTheCountIsNull) {
  MemorySource source;
  source.clocks("created_date", {"2024-05-01 10:00:00", "2024-05-01 10:00:00"});
  auto contract = test::request_contract();
  contract.key.clear();
  const auto table = load_table(source, load_at(), contract);
  EXPECT_EQ(table.size(), 2u);
  EXPECT_TRUE(request_answer(table, kpis_of(table, contract), nullptr)["duplicates"].is_null());
}

TEST(Duplicates, LongTextKeysAndSeveralColumnsAreTold) {
  MemorySource source(2);
  source
      .texts("vehicle", {"a key of more than fifteen bytes", "a key of more than fifteen bytes",
                         "a key of more than fifteen bytez", "short", "short"})
      .texts("borough", {"X", "X", "X", "X", "Y"})
      .clocks("created_date", std::vector<std::string>(5, "2024-05-01 10:00:00"));
  auto contract = test::request_contract();
  contract.key = {"vehicle", "borough"};
  EXPECT_EQ(load_table(source, load_at(), contract).size(), 4u);
}

TEST(Selection, IsAppliedAfterDeduplicationAndLeavesAsOfAlone) {
  MemorySource source;
  source.integers("unique_key", {1, 1, 2, 3})
      .clocks("created_date", {"2024-05-01 10:00:00", "2024-04-01 10:00:00", "2024-05-01 23:59:59",
                               "2024-05-02 00:00:00"})
      .clocks("closed_date",
              {"", "2024-05-01 11:00:00", "2024-05-02 11:00:00", "2024-06-01 11:00:00"});
  auto load = load_at();
  load.selection.since_day = calendar::days_from_civil(2024, 5, 1);
  load.selection.until_day = calendar::days_from_civil(2024, 5, 2);
  const auto table = load_table(source, load);
  EXPECT_EQ(table.rows_read, 2) << "the open version of key 1 and key 2";
  EXPECT_EQ(table.duplicates, 1) << "whose better version lies outside";
  ASSERT_EQ(table.size(), 1u);
  EXPECT_EQ(table.in_unit(table.duration[0]), 11 + 1.0 / 3600);
  EXPECT_EQ(format_instant(*table.as_of), "2024-06-01T15:00:00Z");
}

TEST(Selection, ARequestWithoutACreationIsOfNoDay) {
  auto source = two_clocks({"2024-05-01 10:00:00", "", "2024-05-02 10:00:00"}, {"", "", ""});
  RequestLoad load = load_at();
  EXPECT_EQ(load_table(source, load).size(), 3u);
  load.selection.since_day = calendar::days_from_civil(2024, 5, 2);
  EXPECT_EQ(load_table(source, load).size(), 1u);
  load.selection.since_day.reset();
  load.selection.until_day = calendar::days_from_civil(2024, 5, 2);
  EXPECT_EQ(load_table(source, load).size(), 1u);
}

TEST(Selection, ConditionIsAppliedAfterDeduplicationToo) {
  MemorySource source(2);
  source.integers("unique_key", {1, 1, 2, 3})
      .clocks("created_date", std::vector<std::string>(4, "2024-05-01 10:00:00"))
      .clocks("closed_date", {"", "2024-05-01 11:00:00", "", kUnreadable})
      .texts("borough", {"BRONX", "QUEENS", "BRONX", std::nullopt});
  const auto contract = test::request_contract();
  auto load = load_at();
  load.selection.where = contract::Expression::parse("borough = 'BRONX'", contract).value();
  EXPECT_EQ(load_table(source, load).size(), 1u) << "key 1 moved to Queens";
  load.selection.where = contract::Expression::parse("is_invalid(closed_date)", contract).value();
  EXPECT_EQ(load_table(source, load).size(), 1u);
}

TEST(Selection, InvalidValueIsTheSameFromALake) {
  auto source = two_clocks({"2024-05-01 10:00:00", "2024-05-01 10:00:00"}, {"", ""});
  source.texts("_flags", {"invalid:closed_date", std::nullopt});
  const auto contract = test::request_contract();
  auto load = load_at();
  load.selection.where = contract::Expression::parse("is_invalid(closed_date)", contract).value();
  EXPECT_EQ(load_table(source, load).size(), 1u);
}

// --- categories

TEST(RequestCategories, KeysAndSpellingsThatTieDoNotDependOnTheOrderOfRows) {
  for (const auto& types : {std::vector<std::string>{"Zebra", "NOISE", "Noise"},
                            std::vector<std::string>{"Noise", "Zebra", "NOISE"}}) {
    MemorySource source(2);
    source.clocks("created_date", std::vector<std::string>(3, "2024-05-01 10:00:00"))
        .texts("complaint_type", {types[0], types[1], types[2]});
    const auto table = load_table(source);
    const Category* type = table.category("complaint_type");
    EXPECT_EQ(type->keys, (std::vector<std::string>{"noise", "zebra"}));
    EXPECT_EQ(type->labels, (std::vector<std::string>{"NOISE", "Zebra"}));
  }
}

TEST(RequestCategories, ComplaintTypesAreFoldedAndTheFrequentSpellingIsShown) {
  MemorySource source(2);
  source.clocks("created_date", std::vector<std::string>(4, "2024-05-01 10:00:00"))
      .texts("complaint_type", {"PLUMBING", "Plumbing ", "Plumbing ", "plum  bing"})
      .texts("borough", {"Bronx", "BRONX", std::nullopt, "Unspecified"});
  const auto table = load_table(source);
  const Category* type = table.category("complaint_type");
  EXPECT_EQ(type->keys, (std::vector<std::string>{"plum bing", "plumbing"}));
  EXPECT_EQ(type->labels[1], "Plumbing ");
  EXPECT_EQ(type->num_spellings, 3u);
  const Category* area = table.category("borough");
  EXPECT_EQ(area->num_keys(), 3u) << "other columns stay as written";
  EXPECT_EQ(area->codes[2], kNoCode);
  EXPECT_EQ(area->is_missing_in_tests, (std::vector<bool>{false, false, true}));
}

TEST(LoadRequests, UnknownColumnIsRefused) {
  MemorySource source;
  source.clocks("created_date", {"2024-05-01 10:00:00"});
  auto load = load_at();
  load.categories = {"vehicle"};
  const auto table = load_requests(source, test::request_contract(), load);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code(), ErrorCode::kInvalidArgument);
}

TEST(LoadRequests, EmptySourceGivesAnEmptyTable) {
  MemorySource source;
  source.clocks("created_date", {}).clocks("closed_date", {});
  const auto table = load_table(source);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_FALSE(table.as_of);
  const Json answer = request_answer(table, kpis_of(table), nullptr);
  EXPECT_EQ(answer["rows"].as_int(-1), 0);
  EXPECT_TRUE(answer["as_of"].is_null());
  EXPECT_TRUE(answer["top3_share"].is_null());
}

}  // namespace
}  // namespace hark::insight

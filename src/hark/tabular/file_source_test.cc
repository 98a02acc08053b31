#include "hark/tabular/file_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

#include "hark/core/text.h"
#include "hark/tabular/differential.h"
#include "hark/tabular/memory_files.h"

namespace hark::tabular {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Rows = std::vector<std::vector<std::string>>;

// People and numbers below are invented.
constexpr std::string_view kContract = R"(
apiVersion: v3.1.0
kind: DataContract
id: urn:hark:contract:test
name: test
version: 1.0.0
status: active
customProperties:
  - {property: kind, value: service_requests}
  - {property: timeZone, value: America/New_York}
  - {property: missing, value: ["N/A"]}
  - {property: clockFormats, value: ["MM/dd/yyyy hh:mm:ss a", "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"]}
schema:
  - name: requests
    properties:
      - name: id
        logicalType: integer
        required: true
        primaryKey: true
        customProperties: [{property: role, value: key}]
      - name: created
        logicalType: timestamp
        required: true
        customProperties: [{property: role, value: created}]
      - name: closed
        logicalType: timestamp
        customProperties:
          - {property: role, value: closed}
          - {property: parts, value: [closed date, closed time]}
          - {property: formats, value: ["M/d/yyyy hh:mm a", "M/d/yyyy"]}
      - name: due
        logicalType: date
        customProperties: [{property: formats, value: [yyyy-MM-dd]}]
      - {name: agency, logicalType: string}
      - name: zip
        logicalType: string
        customProperties: [{property: code, value: true}]
      - {name: amount, logicalType: number}
      - {name: urgent, logicalType: boolean}
      - name: phone
        logicalType: integer
        customProperties:
          - {property: personal, value: true}
          - {property: onInvalid, value: reject}
)";

const contract::Contract& test_contract() {
  static const contract::Contract contract = [] {
    auto parsed = contract::parse_contract(kContract);
    EXPECT_TRUE(parsed) << parsed.error().to_string();
    return *std::move(parsed);
  }();
  return contract;
}

/// What one stream() gave.
struct Outcome {
  std::string error;
  Rows rows;
  std::vector<Reject> rejects;
  ReadSummary summary;
};

Outcome read(const std::string& text, const contract::Contract* contract,
             const std::vector<std::string>& columns, ReadOptions options = {},
             unsigned threads = 1) {
  MemoryFiles files;
  files.put("f.csv", text);
  Outcome outcome;
  options.on_rejects = [&](std::uint64_t, std::vector<Reject> rejects) -> Result<void> {
    std::ranges::move(rejects, std::back_inserter(outcome.rejects));
    return {};
  };
  auto source = FileSource::open(files, "f.csv", contract, options);
  if (!source) {
    outcome.error = source.error().to_string();
    return outcome;
  }
  KeepingSink sink;
  if (const auto done = (*source)->stream(columns, threads, sink); !done)
    outcome.error = done.error().to_string();
  outcome.rows = rows_of(sink);
  outcome.summary = (*source)->summary();
  return outcome;
}

std::string requests(std::string_view rows) {
  return concat("id,created,closed date,closed time,due,agency,zip,amount,urgent,phone,unknown\n",
                rows);
}

TEST(FileSource, GivesEveryFileColumnAsTextWithoutAContract) {
  MemoryFiles files;
  files.put("f.csv", "a,,a\n1,\" x \",\n");
  const auto source = FileSource::open(files, "f.csv", nullptr);
  ASSERT_TRUE(source);
  std::vector<std::string> names;
  for (const columnar::Field& field : (*source)->fields()) names.push_back(field.name);
  EXPECT_THAT(names, ElementsAre("a", "column_2", "a_2", "_record", "_line", "_offset"));
  KeepingSink sink;
  ASSERT_TRUE((*source)->stream(names, 1, sink));
  EXPECT_THAT(rows_of(sink), ElementsAre(ElementsAre("1", "x", "<null>", "1", "2", "5")));
}

TEST(FileSource, GivesContractColumnsInTheContractsOrderWithClockPartsAndPlaces) {
  MemoryFiles files;
  files.put("f.csv", "created,id,x\n07/31/2024 05:05:09 PM,1,y\n");
  const auto source = FileSource::open(files, "f.csv", &test_contract());
  ASSERT_TRUE(source) << source.error().to_string();
  std::vector<std::string> names;
  for (const columnar::Field& field : (*source)->fields())
    names.push_back(concat(field.name, ":", columnar::name_of(field.type)));
  EXPECT_THAT(names, ElementsAre("id:long", "created:timestamp", "created_offset_s:integer",
                                 "created_fold:boolean", "created_gap:boolean",
                                 "created_fold_width_s:integer", "closed:timestamp",
                                 "closed_offset_s:integer", "closed_fold:boolean",
                                 "closed_gap:boolean", "closed_fold_width_s:integer", "due:date",
                                 "agency:string", "zip:string", "amount:double", "urgent:boolean",
                                 "phone:long", "_record:long", "_line:long", "_offset:long"));
  EXPECT_TRUE((*source)->has_column("created_gap"));
  EXPECT_TRUE((*source)->has_column("_line"));
  EXPECT_FALSE((*source)->has_column("closed"));
  EXPECT_FALSE((*source)->has_column("x"));
  EXPECT_THAT((*source)->header_match().unknown, ElementsAre("x"));
}

TEST(FileSource, ReadsEveryTypeAsTheContractSays) {
  const Outcome outcome = read(
      requests("\"1,017\",07/31/2024 05:05:09 PM,8/1/2024,02:55 PM,2024-08-02,\" DSNY \",11368.0,"
               "\"1,000.5\",Yes,5550100,z\n"
               "2,2024-07-31T17:05:09.250-07:00,8/1/2024,,n/a,N/A,,,,,\n"),
      &test_contract(),
      {"id", "created", "created_offset_s", "closed", "due", "agency", "zip", "amount", "urgent",
       "phone"});
  EXPECT_EQ(outcome.error, "");
  EXPECT_THAT(outcome.rejects, IsEmpty());
  // Instants by `TZ=America/New_York date -d`.
  EXPECT_THAT(outcome.rows,
              ElementsAre(ElementsAre("1017", "1722459909000000", "-14400", "1722538500000000",
                                      "19937", "DSNY", "11368", "1000.500000", "true", "5550100"),
                          ElementsAre("2", "1722470709250000", "-14400", "1722484800000000",
                                      "<null>", "<null>", "<null>", "<null>", "<null>", "<null>")));
}

TEST(FileSource, FlagsTheFoldInAutumnAndTheGapInSpring) {
  const Outcome outcome = read(requests("1,11/03/2024 01:30:00 AM,,,,,,,,,\n"
                                        "2,03/10/2024 02:30:00 AM,,,,,,,,,\n"
                                        "3,2024-11-03T01:30:00-05:00,,,,,,,,,\n"),
                               &test_contract(),
                               {"created", "created_offset_s", "created_fold", "created_gap",
                                "created_fold_width_s", "closed_fold"});
  EXPECT_THAT(
      outcome.rows,
      ElementsAre(ElementsAre("1730611800000000", "-14400", "true", "false", "3600", "<null>"),
                  ElementsAre("1710055800000000", "-18000", "false", "true", "0", "<null>"),
                  // Written with its offset it is the second reading, and not in doubt.
                  ElementsAre("1730615400000000", "-18000", "false", "false", "0", "<null>")));
}

TEST(FileSource, KeepsARowWhoseOptionalValueIsUnreadableAndCountsIt) {
  const Outcome outcome =
      read(requests("1,07/31/2024 05:05:09 PM,13/13/2024,,soon,DOT,,1.2.3,maybe,,\n"),
           &test_contract(), {"closed", "closed_offset_s", "due", "amount", "urgent"});
  EXPECT_THAT(outcome.rows, ElementsAre(ElementsAre("<invalid>", "<null>", "<invalid>", "<invalid>",
                                                    "<invalid>")));
  EXPECT_EQ(outcome.summary.records_rejected, 0U);
  EXPECT_THAT(outcome.summary.invalid_values,
              ElementsAre(std::pair("closed", 1U), std::pair("due", 1U), std::pair("amount", 1U),
                          std::pair("urgent", 1U)));
}

TEST(FileSource, RefusesRecordsByRuleWithTheirPlaceAndBytes) {
  const std::string text = requests(
      "1,07/31/2024 05:05:09 PM,,,,A,,,,,\n"
      "2,yesterday,,,,\"B\nb\",,,,,\n"
      "\n"
      ",07/31/2024 05:05:09 PM,,,,C,,,,,\n"
      "4,07/31/2024 05:05:09 PM,,,,\xFF,,,,,\n"
      "5,07/31/2024 05:05:09 PM\n"
      "6,07/31/2024 05:05:09 PM,,,,D,,,,,,\n"
      "7,07/31/2024 05:05:09 PM,,,,E,,,,,\n"
      "8,07/31/2024 05:05:09 PM,,,,\"F,,,,,\n");
  const Outcome outcome = read(text, &test_contract(), {"id", "agency", "_record", "_line"});
  EXPECT_EQ(outcome.error, "");
  EXPECT_THAT(outcome.rows,
              ElementsAre(ElementsAre("1", "A", "1", "2"), ElementsAre("7", "E", "7", "10")));
  std::vector<std::string> seen;
  for (const Reject& reject : outcome.rejects) {
    seen.push_back(concat(reject.record, " line ", reject.line, " ", reject.rule, " ",
                          reject.column, ": ", reject.message));
    EXPECT_EQ(text.substr(static_cast<std::size_t>(reject.byte_offset), reject.text.size()),
              reject.text);
  }
  EXPECT_THAT(seen,
              ElementsAre("2 line 3 unreadable_value created: column 'created': not a time as the "
                          "contract writes it, but of the form \"aaaaaaaaa\"",
                          "3 line 6 missing_required id: column 'id' has no value",
                          "4 line 7 invalid_utf8 : byte 29 of the record is no valid UTF-8",
                          "5 line 8 field_count : 2 fields where the header has 11",
                          "6 line 9 field_count : 12 fields where the header has 11",
                          "8 line 11 unterminated_quote : the file ends inside a quoted field"));
  EXPECT_EQ(outcome.rejects[0].text, "2,yesterday,,,,\"B\nb\",,,,,");
  EXPECT_EQ(outcome.summary.records_read, 8U);
  EXPECT_EQ(outcome.summary.records_rejected, 6U);
  EXPECT_EQ(outcome.summary.rows, 2U);
  EXPECT_EQ(outcome.summary.blank_lines, 1U);
  EXPECT_EQ(outcome.summary.plain_bytes, text.size());
}

TEST(FileSource, KeepsTheRightRowsOfALargeBlockWithRefusedRecordsHereAndThere) {
  // Rows are read some at a time: refused ones leave no gap, and no value to the row behind them.
  std::mt19937 random(311);
  std::string text;
  Rows expected;
  std::vector<std::int64_t> refused;
  for (int i = 1; i <= 3000; ++i) {
    const bool is_calm = i > 1000 && i < 2000;
    const auto kind = is_calm ? 9 : random() % 12;
    const std::string agency = concat("A", random() % 5);
    const std::string amount = random() % 3 == 0 ? "" : concat(random() % 100, ".500000");
    const bool has_key = kind != 0;
    const bool has_clock = kind != 1;
    text += concat(has_key ? concat(i) : "", ",", has_clock ? "07/31/2024 05:05:09 PM" : "never",
                   ",,,,", agency, ",,", amount, ",,", kind == 2 ? "none" : "", ",\n");
    if (kind <= 2) {
      refused.push_back(i);
    } else {
      expected.push_back(
          {concat(i), "1722459909000000", agency, amount.empty() ? "<null>" : amount, concat(i)});
    }
  }
  for (const unsigned threads : {1U, 3U}) {
    const Outcome outcome = read(requests(text), &test_contract(),
                                 {"id", "created", "agency", "amount", "_record"}, {}, threads);
    EXPECT_EQ(outcome.error, "");
    EXPECT_EQ(outcome.rows, expected);
    std::vector<std::int64_t> seen;
    for (const Reject& reject : outcome.rejects) seen.push_back(reject.record);
    EXPECT_EQ(seen, refused);
  }
}

TEST(FileSource, ShowsOfAValueItsFormOnly) {
  const Outcome outcome =
      read(requests("1,\"Zoë Doe, 212-555-0147\",,,,A,,,,,\n"), &test_contract(), {"id"});
  ASSERT_EQ(outcome.rejects.size(), 1U);
  EXPECT_EQ(outcome.rejects[0].message,
            "column 'created': not a time as the contract writes it, but of the form \"Aaa Aaa, "
            "999-999-9999\"");
  EXPECT_THAT(outcome.rejects[0].text, HasSubstr("212-555-0147"));
}

TEST(FileSource, ShowsNoTextOfAPersonalColumnInAMessage) {
  const Outcome outcome =
      read(requests("1,07/31/2024 05:05:09 PM,,,,A,,,,call 555-0100,\n"), &test_contract(), {"id"});
  ASSERT_EQ(outcome.rejects.size(), 1U);
  EXPECT_EQ(outcome.rejects[0].column, "phone");
  EXPECT_EQ(outcome.rejects[0].message, "column 'phone': not a whole number");
  EXPECT_THAT(outcome.rejects[0].text, HasSubstr("555-0100"));
}

TEST(FileSource, KeepsTheSameRowsWhateverColumnsAreAskedFor) {
  const std::string text = requests(
      "1,07/31/2024 05:05:09 PM,,,,A,,,,,\n"
      "x,07/31/2024 05:05:09 PM,,,,B,,,,,\n"
      "3,,,,,C,,,,,\n"
      "4,07/31/2024 05:05:09 PM,,,,D,,,,,\n");
  for (const std::vector<std::string>& columns :
       {std::vector<std::string>{}, {"_record"}, {"agency"}, {"id", "created", "agency"}}) {
    const Outcome outcome = read(text, &test_contract(), columns);
    EXPECT_EQ(outcome.rows.size(), 2U);
    EXPECT_EQ(outcome.summary.rows, 2U);
    EXPECT_EQ(outcome.rejects.size(), 2U);
  }
  EXPECT_THAT(read(text, &test_contract(), {"agency", "_record"}).rows,
              ElementsAre(ElementsAre("A", "1"), ElementsAre("D", "4")));
}

TEST(FileSource, RefusesALongRecordAndGoesOnBehindIt) {
  const std::string text = concat("a,b\n1,x\n2,\"", std::string(300, 'y'), "\"\n3,z\n");
  for (const std::size_t block : {5U, 50U, 10'000U}) {
    const Outcome outcome =
        read(text, nullptr, {"a"}, {.block_bytes = block, .max_record_bytes = 100});
    EXPECT_THAT(outcome.rows, ElementsAre(ElementsAre("1"), ElementsAre("3")));
    ASSERT_EQ(outcome.rejects.size(), 1U);
    EXPECT_EQ(outcome.rejects[0].rule, "record_too_long");
    EXPECT_EQ(outcome.rejects[0].record, 2);
  }
}

TEST(FileSource, AcceptsOneMoreEmptyFieldWhereEveryRecordHasIt) {
  std::string text = "a,b\n1,x,\n2,y,\n";
  EXPECT_THAT(read(text, nullptr, {"a", "b"}).rows,
              ElementsAre(ElementsAre("1", "x"), ElementsAre("2", "y")));
  text = "a,b\n1,x,\n2,y\n";
  EXPECT_EQ(read(text, nullptr, {"a", "b"}).rejects.size(), 1U);
}

TEST(FileSource, RefusesAFileThatLacksARequiredColumn) {
  const Outcome outcome = read("id,agency\n1,x\n", &test_contract(), {"id"});
  EXPECT_THAT(outcome.error, HasSubstr("the file lacks the required column created"));
}

TEST(FileSource, RefusesColumnsItDoesNotHaveOrThatAreAskedForTwice) {
  EXPECT_THAT(read("a,b\n1,x\n", nullptr, {"c"}).error, HasSubstr("has no column 'c'"));
  EXPECT_THAT(read("a,b\n1,x\n", nullptr, {"a", "a"}).error, HasSubstr("asked for twice"));
}

TEST(FileSource, RefusesSenselessSizes) {
  EXPECT_THAT(read("a,b\n1,x\n", nullptr, {"a"}, {.block_bytes = 0}).error,
              HasSubstr("block_bytes"));
  EXPECT_THAT(read("a,b\n1,x\n", nullptr, {"a"}, {.max_record_bytes = std::size_t{1} << 40}).error,
              HasSubstr("max_record_bytes"));
}

std::string big_text(std::size_t num_rows) {
  std::string text = "id,name\n";
  for (std::size_t i = 0; i < num_rows; ++i)
    text += concat(i, i % 7 == 0 ? ",\"a\nb, c\"\n" : i % 501 == 0 ? ",st\"ray\n" : ",plain\n");
  return text;
}

TEST(FileSource, ManyThreadsReadOneFileAsOneDoes) {
  const std::string text = big_text(20'000).substr(8);
  for (const std::size_t block : {100U, 1000U, 20'000U}) {
    const Outcome one =
        read("id,name\n" + text, nullptr, {"id", "name", "_line"}, {.block_bytes = block}, 1);
    ASSERT_EQ(one.rows.size(), 20'000U);
    for (int round = 0; round < 3; ++round) {
      const Outcome four =
          read("id,name\n" + text, nullptr, {"id", "name", "_line"}, {.block_bytes = block}, 4);
      ASSERT_TRUE(four.rows == one.rows) << "block " << block;
    }
  }
}

TEST(FileSource, TextsAreTheSameWhetherTheyRepeatOrNot) {
  // Keys first, which are not looked up one by one; then few texts, which are, and whose dictionary
  // goes on from block to block; then many, and more than a dictionary is kept for. Some in quotes
  // that must come off, which are not looked up together with others.
  std::string text = "name\n";
  std::vector<std::string> expected;
  const auto add = [&](std::string value) {
    text += value + "\n";
    expected.push_back(std::move(value));
  };
  for (int i = 0; i < 6000; ++i) add(concat("key ", i));
  // Among them some of the first keys, whose dictionary is gone.
  for (int i = 0; i < 60'000; ++i)
    add(i % 10 == 0 ? concat("key ", i / 10 % 100) : concat("agency ", i % 7));
  std::mt19937 random(311);
  for (int i = 0; i < 20'000; ++i) add(concat("street ", random() % 3000));
  for (int i = 0; i < 20'000; ++i) {
    const auto house = random() % 9000;
    if (house % 10 == 0) {
      text += concat("\"the \"\"old\"\" house ", house, "\"\n");
      expected.push_back(concat("the \"old\" house ", house));
    } else if (house % 10 == 1) {
      // Space that is taken off in front, so that the text begins behind where it was unwrapped.
      text += concat("\"  the \"\"new\"\" house ", house, " \"\n");
      expected.push_back(concat("the \"new\" house ", house));
    } else {
      add(concat("house ", house));
    }
  }
  MemoryFiles files;
  files.put("f.csv", text);
  const auto source = FileSource::open(files, "f.csv", nullptr, {.block_bytes = 8192});
  ASSERT_TRUE(source);
  KeepingSink sink;
  ASSERT_TRUE((*source)->stream({"name"}, 1, sink));
  const Rows rows = rows_of(sink);
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i][0], expected[i]) << "row " << i;

  std::set<const columnar::Dictionary*> dictionaries;
  std::size_t num_batches = 0;
  for (const auto& [ordinal, batch] : sink.batches()) {
    const columnar::Dictionary* const texts = batch.columns[0].dictionary().get();
    EXPECT_LE(texts->size(), std::max<std::size_t>(1024, 8 * batch.num_rows) + 2 * batch.num_rows)
        << "a dictionary does not grow without end";
    dictionaries.insert(texts);
    ++num_batches;
  }
  EXPECT_LT(dictionaries.size(), num_batches * 3 / 4) << "blocks of the same few texts share one";
}

TEST(FileSource, ReadsGzipOfOneAndOfSeveralMembersAsThePlainFile) {
  const std::string text = big_text(3000);
  const Outcome plain = read(text, nullptr, {"id", "name", "_line", "_offset"});
  ASSERT_EQ(plain.rows.size(), 3000U);
  const std::string members =
      stored_gzip(text.substr(0, 10'000)) + stored_gzip("") + stored_gzip(text.substr(10'000));
  for (const std::string& packed : {stored_gzip(text), members}) {
    for (const std::size_t block : {200U, 5000U, 1'000'000U}) {
      for (const unsigned threads : {1U, 4U}) {
        const Outcome outcome = read(packed, nullptr, {"id", "name", "_line", "_offset"},
                                     {.block_bytes = block}, threads);
        ASSERT_EQ(outcome.error, "");
        ASSERT_TRUE(outcome.rows == plain.rows) << "block " << block << " threads " << threads;
        EXPECT_EQ(outcome.summary.plain_bytes, text.size());
        EXPECT_EQ(outcome.summary.file_bytes, packed.size());
      }
    }
  }
}

TEST(FileSource, LetsGoOfUnpackedBytesOnlyWhenNoWorkerNeedsThem) {
  // Several times what is unpacked at a time.
  const std::string text = big_text(150'000);
  for (const unsigned threads : {1U, 4U}) {
    const Outcome outcome =
        read(stored_gzip(text), nullptr, {"id"}, {.block_bytes = 30'000}, threads);
    ASSERT_EQ(outcome.error, "");
    ASSERT_EQ(outcome.rows.size(), 150'000U);
    for (std::size_t i = 0; i < outcome.rows.size(); ++i)
      ASSERT_EQ(outcome.rows[i][0], std::to_string(i));
  }
}

TEST(FileSource, RefusesAGzipThatIsTruncatedBeyondItsHead) {
  const std::string packed = stored_gzip(big_text(100'000));
  for (const unsigned threads : {1U, 3U}) {
    const Outcome outcome = read(packed.substr(0, packed.size() - 9), nullptr, {"id"}, {}, threads);
    EXPECT_THAT(outcome.error, HasSubstr("truncated"));
    EXPECT_THAT(outcome.error, HasSubstr("reading 'f.csv'"));
  }
}

/// Fails at a batch; counts what comes afterwards.
class FailingSink final : public columnar::BatchSink {
 public:
  Result<void> consume(columnar::Batch batch, unsigned) override {
    if (batch.ordinal == 5) return Error(ErrorCode::kExhausted, "the sink is full");
    ++num_taken;
    return {};
  }
  std::atomic<int> num_taken{0};
};

TEST(FileSource, AnErrorOfTheSinkStopsAllWorkers) {
  MemoryFiles files;
  files.put("f.csv", big_text(20'000));
  for (const unsigned threads : {1U, 2U, 4U}) {
    auto source = FileSource::open(files, "f.csv", nullptr, {.block_bytes = 100});
    ASSERT_TRUE(source);
    FailingSink sink;
    const auto done = (*source)->stream({"id"}, threads, sink);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::kExhausted);
    EXPECT_LT(sink.num_taken, 1000);
  }
}

TEST(FileSource, AnErrorOfTheRejectHandlerStopsTheReading) {
  MemoryFiles files;
  files.put("f.csv", "a,b\n1\n2,x\n");
  auto source = FileSource::open(files, "f.csv", nullptr,
                                 {.on_rejects = [](std::uint64_t, std::vector<Reject>) {
                                   return Result<void>(Error(ErrorCode::kIo, "no quarantine"));
                                 }});
  ASSERT_TRUE(source);
  KeepingSink sink;
  EXPECT_EQ((*source)->stream({"a"}, 1, sink).error().message(), "no quarantine");
}

TEST(FileSource, RunningOutOfMemoryEndsInsteadOfHanging) {
  MemoryFiles files;
  files.put("f.csv", big_text(5000));
  auto source = FileSource::open(files, "f.csv", nullptr, {.block_bytes = 100});
  ASSERT_TRUE(source);
  // The worker of one block leaves while others wait for what that block ends in.
  std::atomic<bool> has_thrown{false};
  files.before_read = [&](std::uint64_t offset) {
    if (offset < 10'000 || has_thrown.exchange(true)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    throw std::bad_alloc();
  };
  KeepingSink sink;
  const auto done = (*source)->stream({"id"}, 4, sink);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kExhausted);
}

/// Lets the reading be cancelled, or the file be changed, half way.
class ActingSink final : public columnar::BatchSink {
 public:
  explicit ActingSink(std::function<void()> act) : act_(std::move(act)) {}
  Result<void> consume(columnar::Batch batch, unsigned) override {
    if (batch.ordinal == 2) act_();
    return {};
  }

 private:
  std::function<void()> act_;
};

TEST(FileSource, StopsWhenItIsCancelled) {
  MemoryFiles files;
  files.put("f.csv", big_text(20'000));
  std::atomic<bool> is_cancelled{false};
  auto source = FileSource::open(files, "f.csv", nullptr,
                                 {.block_bytes = 100, .is_cancelled = &is_cancelled});
  ASSERT_TRUE(source);
  ActingSink sink([&] { is_cancelled = true; });
  const auto done = (*source)->stream({"id"}, 2, sink);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kInterrupted);
}

TEST(FileSource, ReportsAFileThatChangesWhileItIsRead) {
  MemoryFiles files;
  files.put("f.csv", big_text(1000));
  auto source = FileSource::open(files, "f.csv", nullptr, {.block_bytes = 100});
  ASSERT_TRUE(source);
  ActingSink sink([&] { files.put("f.csv", big_text(1000)); });
  const auto done = (*source)->stream({"id"}, 1, sink);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kConflict);
}

TEST(FileSource, CanBeReadAgain) {
  MemoryFiles files;
  files.put("f.csv", big_text(100));
  auto source = FileSource::open(files, "f.csv", nullptr);
  ASSERT_TRUE(source);
  for (int round = 0; round < 2; ++round) {
    KeepingSink sink;
    ASSERT_TRUE((*source)->stream({"id"}, 2, sink));
    EXPECT_EQ(sink.num_rows(), 100U);
    EXPECT_EQ((*source)->summary().rows, 100U);
  }
}

TEST(FileSource, ReportsProgressUpToTheWholeFile) {
  for (const bool is_packed : {false, true}) {
    MemoryFiles files;
    const std::string text = is_packed ? stored_gzip(big_text(1000)) : big_text(1000);
    files.put("f.csv", text);
    std::uint64_t last = 0;
    auto source = FileSource::open(
        files, "f.csv", nullptr,
        {.block_bytes = 500, .on_progress = [&](std::uint64_t done, std::uint64_t of) {
           EXPECT_GE(done, last);
           EXPECT_EQ(of, text.size());
           last = done;
         }});
    ASSERT_TRUE(source);
    KeepingSink sink;
    ASSERT_TRUE((*source)->stream({"id"}, 2, sink));
    EXPECT_EQ(last, text.size());
  }
}

}  // namespace
}  // namespace hark::tabular

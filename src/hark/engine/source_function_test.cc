#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "hark/core/parallel.h"
#include "hark/engine/test_support.h"
#include "hark/engine/user_sql.h"

namespace hark::engine {
namespace {

using columnar::Batch;
using columnar::BatchSink;
using columnar::Column;
using columnar::Field;
using columnar::Presence;
using columnar::Type;

const std::vector<Field>& all_fields() {
  static const std::vector<Field> fields{{"id", Type::kInt64},     {"n", Type::kInt32},
                                         {"word", Type::kString},  {"ratio", Type::kDouble},
                                         {"at", Type::kTimestamp}, {"day", Type::kDate},
                                         {"even", Type::kBool}};
  return fields;
}

/// Makes rows 0 to num_rows - 1 on as many threads as it is told, batches out of order.
class Counter final : public columnar::BatchSource {
 public:
  Counter(std::size_t num_rows, std::size_t batch_rows)
      : num_rows_(num_rows), batch_rows_(batch_rows) {}

  std::span<const Field> fields() const override { return all_fields(); }

  Result<void> stream(const std::vector<std::string>& columns, unsigned threads,
                      BatchSink& sink) override {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(columns);
    }
    const std::size_t num_batches = (num_rows_ + batch_rows_ - 1) / batch_rows_;
    std::atomic<std::size_t> next{0};
    return run_workers(threads, [&](unsigned worker) -> Result<void> {
      while (true) {
        const std::size_t ordinal = next.fetch_add(1);
        if (ordinal >= num_batches) return {};
        if (ordinal == fail_at)
          return Error(ErrorCode::kInvalidInput, "line 7 is broken").hint("mend it");
        HARK_TRY_VOID(sink.consume(make(columns, ordinal), worker));
        ++num_sent;
      }
    });
  }

  std::vector<std::vector<std::string>> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  std::size_t fail_at = ~std::size_t{0};
  std::atomic<std::size_t> num_sent{0};

 private:
  Batch make(const std::vector<std::string>& columns, std::size_t ordinal) const {
    const std::size_t from = ordinal * batch_rows_;
    const std::size_t to = std::min(num_rows_, from + batch_rows_);
    Batch batch;
    batch.ordinal = ordinal;
    batch.num_rows = to - from;
    for (const std::string& name : columns) {
      const auto field =
          std::ranges::find_if(all_fields(), [&](const Field& f) { return f.name == name; });
      Column column(*field);
      columnar::DictionaryBuilder dictionary;
      for (std::size_t i = from; i < to; ++i) {
        const auto id = static_cast<std::int64_t>(i);
        if (name == "id") column.append_int64(id);
        if (name == "n") {
          if (i % 3 == 0) {
            column.append_absent(i % 2 == 0 ? Presence::kNull : Presence::kInvalid);
          } else {
            column.append_int32(static_cast<std::int32_t>(i % 100));
          }
        }
        if (name == "word") {
          if (i % 4 == 0) {
            column.append_absent(Presence::kNull);
          } else {
            // Empty, just inlined (12 bytes), just not (13), and long.
            const char* const words[] = {"", "", "twelve bytes", "thirteen byte",
                                         "a good deal longer than inlined"};
            column.append_code(dictionary.code_of(words[i % 5]));
          }
        }
        if (name == "ratio") column.append_double(static_cast<double>(i) / 4);
        if (name == "at") column.append_int64(id * 1'000'000);
        if (name == "day") column.append_int32(static_cast<std::int32_t>(i % 1000));
        if (name == "even") column.append_bool(i % 2 == 0);
      }
      if (field->type == Type::kString) column.set_dictionary(dictionary.finish());
      batch.columns.push_back(std::move(column));
    }
    return batch;
  }

  const std::size_t num_rows_, batch_rows_;
  mutable std::mutex mutex_;
  std::vector<std::vector<std::string>> asked_;
};

// The same rows by DuckDB alone.
constexpr const char* kSameRows =
    "(SELECT i AS id, CASE WHEN i % 3 > 0 THEN (i % 100)::INTEGER END AS n,"
    " CASE WHEN i % 4 > 0 THEN ['', '', 'twelve bytes', 'thirteen byte',"
    " 'a good deal longer than inlined'][i % 5 + 1] END AS word, i / 4.0::DOUBLE AS ratio,"
    " TIMESTAMPTZ '1970-01-01 00:00:00Z' + to_seconds(i) AS at,"
    " DATE '1970-01-01' + (i % 1000)::INTEGER AS day, i % 2 = 0 AS even FROM range(100000) r(i))";

class SourceFunction : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    engine = open_engine({.threads = 3, .preserve_insertion_order = GetParam()});
    source = std::make_shared<Counter>(100'000, 3'001);
    ASSERT_TRUE(engine->register_source("numbers", source));
  }
  std::unique_ptr<Engine> engine;
  std::shared_ptr<Counter> source;
};

INSTANTIATE_TEST_SUITE_P(Order, SourceFunction, testing::Bool(),
                         [](const auto& order) { return order.param ? "Preserved" : "Free"; });

TEST_P(SourceFunction, EveryRowAndTypeArrivesAsItIs) {
  for (const std::string both : {"EXCEPT ALL", "INTERSECT ALL"}) {
    EXPECT_EQ(rows_of(*engine, concat("SELECT count(*) FROM (SELECT * FROM numbers ", both,
                                      " SELECT * FROM ", kSameRows, ")")),
              both == "EXCEPT ALL" ? "0" : "100000");
  }
}

TEST_P(SourceFunction, OnlyTheColumnsAQueryNeedsAreRead) {
  EXPECT_EQ(rows_of(*engine, "SELECT sum(n) FROM numbers WHERE even"),
            rows_of(*engine, concat("SELECT sum(n) FROM ", kSameRows, " WHERE even")));
  ASSERT_EQ(source->asked().size(), 1U);
  EXPECT_THAT(source->asked()[0], testing::UnorderedElementsAre("n", "even"));
}

TEST_P(SourceFunction, RowsAreCountedWithOneColumnAtMost) {
  EXPECT_EQ(rows_of(*engine, "SELECT count(*) FROM numbers"), "100000");
  ASSERT_EQ(source->asked().size(), 1U);
  EXPECT_LE(source->asked()[0].size(), 1U);
}

TEST_P(SourceFunction, TextsSurviveSortsJoinsAndGroups) {
  // Long texts live in the batch; operators that keep rows must have copied them.
  const std::string sql =
      "SELECT a.word, count(*), min(b.word), max(a.id) FROM ROWS AS a JOIN ROWS AS b"
      " ON a.id + 50000 = b.id GROUP BY ALL ORDER BY a.word NULLS FIRST, 2, 3 NULLS FIRST";
  const auto over = [&](const std::string& table) {
    std::string text = sql;
    for (std::size_t at = text.find("ROWS AS"); at != std::string::npos;
         at = text.find("ROWS AS")) {
      text.replace(at, 4, table);
    }
    return rows_of(*engine, text);
  };
  EXPECT_EQ(over("numbers"), over(kSameRows));
  EXPECT_EQ(
      rows_of(*engine, "SELECT string_agg(word, ',' ORDER BY id) FROM numbers WHERE id < 9000"),
      rows_of(*engine, concat("SELECT string_agg(word, ',' ORDER BY id) FROM ", kSameRows,
                              " WHERE id < 9000")));
}

TEST_P(SourceFunction, ALimitStopsTheSource) {
  const auto huge = std::make_shared<Counter>(std::size_t{1} << 40, 1000);
  ASSERT_TRUE(engine->register_source("huge", huge));
  EXPECT_EQ(rows_of(*engine, "SELECT count(*) FROM (SELECT id FROM huge LIMIT 10)"), "10");
  EXPECT_LT(huge->num_sent, 1000U);
}

TEST_P(SourceFunction, AnAbandonedResultStopsTheSource) {
  const auto huge = std::make_shared<Counter>(std::size_t{1} << 40, 1000);
  ASSERT_TRUE(engine->register_source("huge", huge));
  auto result = engine->query("SELECT id FROM huge");
  ASSERT_TRUE(result);
  ASSERT_TRUE((*result)->next());
  result->reset();
}

TEST_P(SourceFunction, ATimeoutStopsTheSource) {
  const auto huge = std::make_shared<Counter>(std::size_t{1} << 40, 1000);
  ASSERT_TRUE(engine->register_source("huge", huge));
  EXPECT_EQ(failure_of(engine->query("SELECT sum(id) FROM huge",
                                     {.timeout = std::chrono::milliseconds(100)})),
            "kExhausted");
}

TEST_P(SourceFunction, AnErrorOfTheSourceComesBackAsItWas) {
  source->fail_at = 20;
  const auto error = error_of(engine->query("SELECT sum(id) FROM numbers"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kInvalidInput);
  EXPECT_EQ(error->message(), "line 7 is broken");
  EXPECT_EQ(error->hint(), "mend it");
  source->fail_at = ~std::size_t{0};
  EXPECT_EQ(rows_of(*engine, "SELECT count(*) FROM numbers"), "100000");
}

TEST_P(SourceFunction, UsersReadItLikeAnyOtherTable) {
  EXPECT_EQ(
      rows_of(run_user_sql(*engine, "SELECT max(id), any_value(word) FROM numbers WHERE id = 7",
                           {.tables = {"numbers"}, .limits = {}})),
      "7|twelve bytes");
}

TEST_P(SourceFunction, AnEmptySourceHasNoRows) {
  ASSERT_TRUE(engine->register_source("none", std::make_shared<Counter>(0, 1000)));
  EXPECT_EQ(rows_of(*engine, "SELECT count(*), sum(id) FROM none"), "0|null");
  EXPECT_EQ(rows_of(*engine, "SELECT * FROM none"), "");
}

TEST_P(SourceFunction, QueriesMayReadItSideBySide) {
  std::vector<std::thread> threads;
  std::vector<std::string> answers(4);
  for (std::string& answer : answers) {
    threads.emplace_back([&] { answer = rows_of(*engine, "SELECT sum(id) FROM numbers"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& answer : answers) EXPECT_EQ(answer, "4999950000");
}

TEST(SourceOrder, RowsComeInTheirOrderWhenItIsPreserved) {
  const auto engine = open_engine({.threads = 3, .preserve_insertion_order = true});
  ASSERT_TRUE(engine->register_source("numbers", std::make_shared<Counter>(100'000, 3'001)));
  auto result = engine->query("SELECT id FROM numbers");
  ASSERT_TRUE(result);
  std::int64_t expected = 0;
  while (true) {
    auto batch = (*result)->next();
    ASSERT_TRUE(batch) << batch.error().to_string();
    if (!*batch) break;
    for (const std::int64_t id : (*batch)->columns[0].int64s()) ASSERT_EQ(id, expected++);
  }
  EXPECT_EQ(expected, 100'000);
}

TEST(SourceNames, ANameWithQuotesIsAName) {
  const auto engine = open_engine();
  ASSERT_TRUE(engine->register_source("it's \"odd\"; --", std::make_shared<Counter>(10, 3)));
  EXPECT_EQ(rows_of(*engine, "SELECT count(*) FROM \"it's \"\"odd\"\"; --\""), "10");
}

}  // namespace
}  // namespace hark::engine

#include "hark/columnar/gather.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "hark/columnar/parquet_reader_for_tests.h"
#include "hark/columnar/test_batches.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

using testing::cells_of;
using testing::random_batch;

std::vector<const Batch*> pointers(const std::vector<Batch>& batches) {
  std::vector<const Batch*> out;
  for (const Batch& batch : batches) out.push_back(&batch);
  return out;
}

/// A row of one of several batches.
struct RowRef {
  std::uint32_t batch = 0;
  std::uint32_t row = 0;
};

std::vector<RowRange> ranges(const std::vector<RowRef>& rows) {
  std::vector<RowRange> out;
  for (const RowRef& ref : rows) add_row(out, ref.batch, ref.row);
  return out;
}

/// Row by row, what gather() must give.
void expect_gathered(const Batch& got, const std::vector<Batch>& batches,
                     const std::vector<RowRef>& rows) {
  ASSERT_EQ(got.num_rows, rows.size());
  ASSERT_EQ(got.columns.size(), batches.front().columns.size());
  for (std::size_t c = 0; c < got.columns.size(); ++c) {
    const Column& column = got.columns[c];
    ASSERT_EQ(column.field(), batches.front().columns[c].field());
    ASSERT_EQ(column.size(), rows.size());
    const auto cells = cells_of(column);
    std::vector<std::vector<testing::Cell>> sources;
    for (const Batch& batch : batches) sources.push_back(cells_of(batch.columns[c]));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const RowRef ref = rows[i];
      ASSERT_EQ(column.presence()[i], batches[ref.batch].columns[c].presence()[ref.row]);
      ASSERT_EQ(cells[i], sources[ref.batch][ref.row]) << column.name() << " row " << i;
    }
  }
}

TEST(Gather, TakesRowsOfManyBatchesInAnyOrder) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Batch> batches;
    for (std::uint64_t b = 0; b < 1 + seed % 5; ++b)
      batches.push_back(random_batch(seed * 100 + b, 1 + random() % 3000));
    std::vector<RowRef> rows(random() % 4000);  // also fewer and more than there are: some twice
    for (std::size_t i = 0; i < rows.size(); ++i) {
      RowRef& ref = rows[i];
      const RowRef last = i == 0 ? RowRef{} : rows[i - 1];
      if (i > 0 && random() % 4 != 0 && last.row + 1 < batches[last.batch].num_rows) {
        ref = {last.batch, last.row + 1};
        continue;
      }
      ref.batch = static_cast<std::uint32_t>(random() % batches.size());
      ref.row = static_cast<std::uint32_t>(random() % batches[ref.batch].num_rows);
    }
    const auto got = gather(pointers(batches), ranges(rows));
    ASSERT_TRUE(got) << got.error().to_string();
    expect_gathered(*got, batches, rows);
    EXPECT_EQ(got->ordinal, 0U);
  }
}

TEST(Gather, BatchesThatSayTheSameInEveryRowKeepWhatTheySay) {
  // Each batch is one of: all 7, all 0, all -1, all absent, mixed; in every order of three.
  const auto batch_of = [](std::size_t kind) {
    Column number({"n", Type::kInt64});
    Column text({"t", Type::kString});
    DictionaryBuilder texts;
    for (std::int64_t row = 0; row < 40; ++row) {
      constexpr std::int64_t kValues[] = {7, 0, -1};
      const bool is_absent = kind == 3 || (kind == 4 && row % 3 == 0);
      if (is_absent) {
        number.append_absent(row % 2 == 0 && kind == 4 ? Presence::kInvalid : Presence::kNull);
        text.append_absent(Presence::kNull);
      } else {
        number.append_int64(kind < 3 ? kValues[kind] : row);
        text.append_code(texts.code_of(kind < 3 ? concat("all ", kind) : concat("row ", row % 5)));
      }
    }
    text.set_dictionary(texts.finish());
    Batch batch;
    batch.num_rows = 40;
    batch.columns = {number, text};
    return batch;
  };
  for (std::size_t kinds = 0; kinds < 125; ++kinds) {
    const std::vector<Batch> batches = {batch_of(kinds % 5), batch_of(kinds / 5 % 5),
                                        batch_of(kinds / 25)};
    std::vector<RowRef> rows;
    for (std::uint32_t i = 0; i < 120; ++i) rows.push_back({i % 3, (i * 7) % 40});
    const auto got = gather(pointers(batches), ranges(rows));
    ASSERT_TRUE(got) << got.error().to_string();
    expect_gathered(*got, batches, rows);
  }
}

TEST(Gather, IsTheSameWithAnyNumberOfThreads) {
  const std::vector<Batch> batches{random_batch(1, 5000), random_batch(2, 700)};
  std::vector<RowRef> rows;
  for (std::uint32_t i = 0; i < 3000; ++i) rows.push_back({i % 2, i * 7 % 700});
  const auto one = gather(pointers(batches), ranges(rows), 1);
  const auto four = gather(pointers(batches), ranges(rows), 4);
  ASSERT_TRUE(one && four);
  for (std::size_t c = 0; c < one->columns.size(); ++c) {
    EXPECT_EQ(cells_of(one->columns[c]), cells_of(four->columns[c]));
    if (one->columns[c].type() == Type::kString) {
      EXPECT_TRUE(std::ranges::equal(one->columns[c].codes(), four->columns[c].codes()));
    }
  }
}

Batch texts_batch(const std::vector<std::string>& texts) {
  Batch batch;
  batch.num_rows = texts.size();
  Column column({"text", Type::kString});
  DictionaryBuilder builder;
  for (const std::string& text : texts) {
    if (text == "-") {
      column.append_absent(Presence::kNull);
    } else {
      column.append_code(builder.code_of(text));
    }
  }
  column.set_dictionary(builder.finish());
  batch.columns.push_back(std::move(column));
  return batch;
}

std::set<std::string_view> different_texts(const Dictionary& dictionary) {
  std::set<std::string_view> texts;
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) texts.insert(dictionary[code]);
  return texts;
}

TEST(Gather, MergesDictionariesIntoOneWithoutRepetitionsOrUnusedTexts) {
  const std::vector<Batch> batches{texts_batch({"a", "b", "unused"}),
                                   texts_batch({"b", "-", "c", "a"})};
  const std::vector<RowRef> rows{{1, 2}, {1, 0}, {0, 0}, {1, 1}, {0, 1}, {1, 3}};
  const auto got = gather(pointers(batches), ranges(rows));
  ASSERT_TRUE(got);
  expect_gathered(*got, batches, rows);
  const Dictionary& dictionary = *got->columns[0].dictionary();
  EXPECT_EQ(different_texts(dictionary), (std::set<std::string_view>{"a", "b", "c"}));
  EXPECT_EQ(dictionary.size(), 3U);
}

TEST(Gather, SharesADictionaryThatAllBatchesShare) {
  std::vector<Batch> batches{texts_batch({"a", "b"}), texts_batch({"a", "b"})};
  batches[1].columns[0].set_dictionary(batches[0].columns[0].dictionary());
  const std::vector<RowRef> rows{{1, 1}, {0, 0}};
  const auto got = gather(pointers(batches), ranges(rows));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->columns[0].dictionary(), batches[0].columns[0].dictionary());
  expect_gathered(*got, batches, rows);
}

TEST(Gather, ABatchWithoutTextsNeedsNoDictionary) {
  std::vector<Batch> batches{texts_batch({"-", "-"}), texts_batch({"a"})};
  batches[0].columns[0].set_dictionary(nullptr);
  const std::vector<RowRef> rows{{0, 1}, {1, 0}, {0, 0}};
  const auto got = gather(pointers(batches), ranges(rows));
  ASSERT_TRUE(got);
  expect_gathered(*got, batches, rows);
}

TEST(Gather, NoRowsGiveAnEmptyBatchWithItsColumns) {
  const std::vector<Batch> batches{random_batch(1, 10)};
  const auto got = gather(pointers(batches), {});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->num_rows, 0U);
  EXPECT_EQ(got->columns.size(), testing::all_fields().size());
  const auto nothing = gather({}, {});
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->columns.empty());
}

TEST(Gather, RefusesRefsToNowhereAndBatchesThatDiffer) {
  const std::vector<Batch> batches{texts_batch({"a", "b"}), texts_batch({"a"})};
  const auto code = [&](std::vector<RowRange> rows) {
    const auto got = gather(pointers(batches), std::move(rows));
    return got ? ErrorCode::kInternal : got.error().code();
  };
  EXPECT_EQ(code({{1, 1, 2}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({{0, 0, 1}, {2, 0, 1}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({{0, 2, 1}}), ErrorCode::kInvalidArgument);

  std::vector<Batch> other{texts_batch({"a"}), random_batch(1, 5)};
  EXPECT_EQ(gather(pointers(other), {}).error().code(), ErrorCode::kInvalidArgument);
  other[1] = texts_batch({"a"});
  other[1].num_rows = 2;
  EXPECT_EQ(gather(pointers(other), {}).error().code(), ErrorCode::kInvalidArgument);
}

TEST(Gather, RowsThatFollowEachOtherAreOneRange) {
  EXPECT_EQ(ranges({{0, 3}, {0, 4}, {0, 5}, {0, 7}, {1, 8}, {1, 7}}),
            (std::vector<RowRange>{{0, 3, 6}, {0, 7, 8}, {1, 8, 9}, {1, 7, 8}}));
}

TEST(Gather, TakesTextsOfADictionaryThatGrewFromBatchToBatch) {
  // As a reader makes them: each batch has the dictionary as it was then, and its first texts come
  // again in the last batch.
  DictionaryBuilder builder;
  std::vector<Batch> batches;
  for (std::uint32_t b = 0; b < 40; ++b) {
    Batch batch;
    batch.num_rows = 50;
    Column column({"text", Type::kString});
    for (std::uint32_t row = 0; row < 50; ++row)
      column.append_code(builder.code_of(concat("text ", b % 39 * 20 + row)));
    column.set_dictionary(builder.share());
    batch.columns.push_back(std::move(column));
    batches.push_back(std::move(batch));
  }
  for (const std::uint32_t step : {1U, 7U}) {
    std::vector<RowRef> rows;
    for (std::uint32_t b = 0; b < 40; ++b)
      for (std::uint32_t row = 0; row < 50; row += step) rows.push_back({39 - b, row});
    const auto got = gather(pointers(batches), ranges(rows));
    ASSERT_TRUE(got);
    expect_gathered(*got, batches, rows);
    const Dictionary& dictionary = *got->columns[0].dictionary();
    EXPECT_EQ(different_texts(dictionary).size(), dictionary.size()) << "each text once";
  }
}

TEST(Gather, TextsOfWhichHardlyAnyRepeatKeepTheirTexts) {
  std::vector<Batch> batches;
  for (std::uint32_t b = 0; b < 8; ++b) {
    std::vector<std::string> texts;
    for (std::uint32_t row = 0; row < 5000; ++row)
      texts.push_back(row % 100 == 0 ? std::string("again") : concat("key ", b, " ", row));
    batches.push_back(texts_batch(texts));
  }
  std::vector<RowRef> rows;
  for (std::uint32_t row = 0; row < 5000; ++row)
    for (std::uint32_t b = 0; b < 8; ++b) rows.push_back({b, row});
  const auto got = gather(pointers(batches), ranges(rows));
  ASSERT_TRUE(got);
  expect_gathered(*got, batches, rows);
}

TEST(Gather, ColumnsThatAreBlankEverywhereStayBlank) {
  const auto batch_of = [](bool is_blank) {
    Batch batch;
    batch.num_rows = 10;
    Column column({"n", Type::kInt64});
    if (is_blank) {
      column.set_blank(10);
    } else {
      for (std::int64_t row = 0; row < 10; ++row) column.append_int64(row + 5);
    }
    batch.columns.push_back(std::move(column));
    return batch;
  };
  const std::vector<Batch> batches{batch_of(true), batch_of(true), batch_of(false)};
  const auto blank = gather(pointers(batches), {{0, 2, 9}, {1, 0, 4}});
  ASSERT_TRUE(blank);
  EXPECT_EQ(blank->num_rows, 11U);
  EXPECT_TRUE(blank->columns[0].is_blank());
  EXPECT_EQ(blank->columns[0].size(), 11U);
  const std::vector<RowRef> rows{{0, 2}, {2, 2}, {1, 1}, {2, 3}};
  const auto mixed = gather(pointers(batches), ranges(rows));
  ASSERT_TRUE(mixed);
  expect_gathered(*mixed, batches, rows);
}

TEST(Reorder, PutsEveryColumnsRowsInTheOrderAskedFor) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    const std::vector<Batch> before{random_batch(seed, 1 + random() % 2000)};
    std::vector<std::uint32_t> order(before[0].num_rows);
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<RowRef> rows;
    for (const std::uint32_t row : order) rows.push_back({0, row});
    Batch after = before[0];
    reorder(after, order);
    expect_gathered(after, before, rows);
  }
}

}  // namespace
}  // namespace hark::columnar

#include "hark/columnar/gather.h"

#include <gtest/gtest.h>

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
    for (RowRef& ref : rows) {
      ref.batch = static_cast<std::uint32_t>(random() % batches.size());
      ref.row = static_cast<std::uint32_t>(random() % batches[ref.batch].num_rows);
    }
    const auto got = gather(pointers(batches), rows);
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
    const auto got = gather(pointers(batches), rows);
    ASSERT_TRUE(got) << got.error().to_string();
    expect_gathered(*got, batches, rows);
  }
}

TEST(Gather, IsTheSameWithAnyNumberOfThreads) {
  const std::vector<Batch> batches{random_batch(1, 5000), random_batch(2, 700)};
  std::vector<RowRef> rows;
  for (std::uint32_t i = 0; i < 3000; ++i) rows.push_back({i % 2, i * 7 % 700});
  const auto one = gather(pointers(batches), rows, 1);
  const auto four = gather(pointers(batches), rows, 4);
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

TEST(Gather, MergesDictionariesIntoOneWithoutRepetitionsOrUnusedTexts) {
  const std::vector<Batch> batches{texts_batch({"a", "b", "unused"}),
                                   texts_batch({"b", "-", "c", "a"})};
  const std::vector<RowRef> rows{{1, 2}, {1, 0}, {0, 0}, {1, 1}, {0, 1}, {1, 3}};
  const auto got = gather(pointers(batches), rows);
  ASSERT_TRUE(got);
  expect_gathered(*got, batches, rows);
  const Dictionary& dictionary = *got->columns[0].dictionary();
  std::set<std::string_view> texts;
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) texts.insert(dictionary[code]);
  EXPECT_EQ(texts, (std::set<std::string_view>{"a", "b", "c"}));
  EXPECT_EQ(dictionary.size(), 3U);
}

TEST(Gather, SharesADictionaryThatAllBatchesShare) {
  std::vector<Batch> batches{texts_batch({"a", "b"}), texts_batch({"a", "b"})};
  batches[1].columns[0].set_dictionary(batches[0].columns[0].dictionary());
  const std::vector<RowRef> rows{{1, 1}, {0, 0}};
  const auto got = gather(pointers(batches), rows);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->columns[0].dictionary(), batches[0].columns[0].dictionary());
  expect_gathered(*got, batches, rows);
}

TEST(Gather, ABatchWithoutTextsNeedsNoDictionary) {
  std::vector<Batch> batches{texts_batch({"-", "-"}), texts_batch({"a"})};
  batches[0].columns[0].set_dictionary(nullptr);
  const std::vector<RowRef> rows{{0, 1}, {1, 0}, {0, 0}};
  const auto got = gather(pointers(batches), rows);
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
  const auto code = [&](std::vector<RowRef> rows) {
    const auto got = gather(pointers(batches), rows);
    return got ? ErrorCode::kInternal : got.error().code();
  };
  EXPECT_EQ(code({{1, 1}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({{0, 0}, {2, 0}}), ErrorCode::kInvalidArgument);

  std::vector<Batch> other{texts_batch({"a"}), random_batch(1, 5)};
  EXPECT_EQ(gather(pointers(other), {}).error().code(), ErrorCode::kInvalidArgument);
  other[1] = texts_batch({"a"});
  other[1].num_rows = 2;
  EXPECT_EQ(gather(pointers(other), {}).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace hark::columnar

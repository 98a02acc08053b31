#include "hark/insight/request_fill.h"

#include <gtest/gtest.h>

#include <random>

#include "hark/core/parallel.h"
#include "hark/insight/memory_source_test.h"

namespace hark::insight {
namespace {

/// A part of some rows; what stands in them tells which rows of all they are.
RequestPart part_of(std::size_t first_row, std::size_t num_rows) {
  RequestPart part;
  part.num_rows = num_rows;
  // The parts know the same distances from UTC in another order.
  part.offsets_s = first_row % 2 == 0 ? std::vector{0, -18'000} : std::vector{-18'000, 0};
  for (std::size_t row = first_row; row < first_row + num_rows; ++row) {
    part.created_us.push_back(static_cast<std::int64_t>(row));
    part.closed_us.push_back(-static_cast<std::int64_t>(row));
    const bool is_winter = row % 3 == 0;
    part.created_offset.push_back(part.offsets_s[0] == 0 ? is_winter : !is_winter);
    part.closed_offset.push_back(part.offsets_s[0] == 0 ? 0 : 1);
    part.status.push_back(row % 2 == 0 ? StatusClass::kClosed : StatusClass::kNone);
    part.marks.push_back(static_cast<std::uint8_t>(row % 251));
    part.is_selected.push_back(row % 5 != 0);
  }
  return part;
}

void expect_rows(const RequestTable& table, const RequestFill& fill,
                 const std::vector<std::size_t>& rows) {
  ASSERT_EQ(table.size(), rows.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t row = rows[i];
    const bool is_right = table.created_us[i] == static_cast<std::int64_t>(row) &&
                          table.closed_us[i] == -static_cast<std::int64_t>(row) &&
                          table.created_offset_s(i) == (row % 3 == 0 ? -18'000 : 0) &&
                          table.closed_offset_s(i) == 0 &&
                          (table.status[i] == StatusClass::kClosed) == (row % 2 == 0) &&
                          table.marks[i] == row % 251 &&
                          fill.is_selected()[i] == (row % 5 != 0 ? 1 : 0);
    wrong += is_right ? 0 : 1;
  }
  EXPECT_EQ(wrong, 0u);
}

TEST(RequestFill, PutsPartsInTheirOrderWhicheverCameFirstAndMakesRoomAsTheyCome) {
  std::mt19937 random(311);
  std::vector<std::size_t> first_row{0};
  for (int i = 0; i < 300; ++i) first_row.push_back(first_row.back() + random() % 40);
  std::vector<std::size_t> order(300);
  std::iota(order.begin(), order.end(), 0);
  // Not far from their places, as threads hand them over.
  for (std::size_t i = 0; i + 8 < order.size(); ++i) std::swap(order[i], order[i + random() % 8]);
  for (const unsigned threads : {1U, 4U}) {
    const RequestColumns columns;
    RequestTable table;
    RequestFill fill(columns, table, 16);
    ASSERT_TRUE(parallel_for(order.size(), threads, [&](std::size_t i) {
      const std::size_t p = order[i];
      return fill.add(p, part_of(first_row[p], first_row[p + 1] - first_row[p]));
    }));
    const auto parts = fill.finish().value();
    ASSERT_EQ(parts.size(), order.size());
    for (std::size_t p = 0; p < parts.size(); ++p) EXPECT_EQ(parts[p].first_row, first_row[p]);
    std::vector<std::size_t> all(first_row.back());
    std::iota(all.begin(), all.end(), 0);
    expect_rows(table, fill, all);
  }
}

TEST(RequestFill, TakesPartsWhoseOrdinalsHaveGaps) {
  const RequestColumns columns;
  RequestTable table;
  RequestFill fill(columns, table, 4);
  ASSERT_TRUE(fill.add(9, part_of(5, 3)));
  ASSERT_TRUE(fill.add(2, part_of(0, 5)));
  EXPECT_EQ(fill.finish().value().size(), 2u);
  expect_rows(table, fill, {0, 1, 2, 3, 4, 5, 6, 7});
}

TEST(RequestFill, RemovesRowsFromAllColumns) {
  for (const std::vector<std::uint32_t>& removed : std::vector<std::vector<std::uint32_t>>{
           {}, {0}, {9}, {0, 1, 5, 8, 9}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
    const RequestColumns columns;
    RequestTable table;
    RequestFill fill(columns, table);
    ASSERT_TRUE(fill.add(0, part_of(0, 10)));
    ASSERT_TRUE(fill.finish());
    ASSERT_TRUE(fill.remove(removed, 2));
    std::vector<std::size_t> left;
    for (std::uint32_t row = 0; row < 10; ++row) {
      if (std::ranges::find(removed, row) == removed.end()) left.push_back(row);
    }
    expect_rows(table, fill, left);
  }
}

TEST(RequestFill, HasNoRowsWithoutParts) {
  const RequestColumns columns;
  RequestTable table;
  RequestFill fill(columns, table);
  EXPECT_TRUE(fill.finish().value().empty());
  EXPECT_EQ(table.size(), 0u);
}

}  // namespace
}  // namespace hark::insight

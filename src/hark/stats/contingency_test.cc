#include "hark/stats/contingency.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hark/stats/golden_for_tests.h"

namespace hark::stats {
namespace {

CountTable table_of(const Json& rows) {
  CountTable table;
  for (const Json& row : rows.items()) {
    ++table.num_rows;
    table.num_columns = row.items().size();
    for (const Json& count : row.items()) table.counts.push_back(count.as_int());
  }
  return table;
}

TEST(ChiSquare, PublishedTableWithTotalsIsDetectedAndRightWithoutThem) {
  HARK_SKIP_WITHOUT_GOLDEN();
  const Json entry = published("chisq_totals_must_be_refused_or_stripped");
  const CountTable table = table_of(entry["input"]["table"]);
  ASSERT_TRUE(has_totals(table));
  const CountTable stripped = strip_totals(table);
  EXPECT_FALSE(has_totals(stripped));
  const auto right = chi_square(stripped);
  ASSERT_TRUE(right);
  EXPECT_EQ(right->df, entry["expected"]["right_df"].as_int());
  EXPECT_NEAR(right->p, entry["expected"]["right_p"].as_double(),
              entry["expected"]["right_p"].as_double() * 1e-3);
  const auto wrong = chi_square(table);
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->df, entry["expected"]["wrong_df"].as_int());
  EXPECT_NEAR(wrong->p, entry["expected"]["wrong_p"].as_double(),
              entry["expected"]["wrong_p"].as_double() * 1e-3);
}

TEST(ChiSquare, PublishedYatesCorrectionHolds) {
  HARK_SKIP_WITHOUT_GOLDEN();
  const Json entry = published("chisq_yates_2x2");
  const auto result = chi_square(table_of(entry["input"]["table"]), {.use_yates = true});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->df, entry["expected"]["df"].as_int());
  EXPECT_NEAR(result->p, entry["expected"]["p"].as_double(), 1e-6);
}

// Agresti, Categorical Data Analysis (2nd ed.), table 3.2 / section 3.3: party identification by
// gender of 2757 people, chi-square 30.07; and its adjusted residuals 4.5 and 5.3 in the text.
TEST(ChiSquare, EqualsAgrestisExampleWithItsResiduals) {
  const CountTable table{2, 3, {762, 327, 468, 484, 239, 477}};
  const auto result = chi_square(table);
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->chi2, 30.07, 0.005);
  EXPECT_EQ(result->n, 2757);
  EXPECT_FALSE(result->warning);
  // By hand: sqrt(30.07 / 2757), and sqrt((30.07 / 2757 - 2 / 2756) / (1 - 1 / 2756)).
  EXPECT_NEAR(result->cramers_v_uncorrected, 0.10444, 5e-5);
  EXPECT_NEAR(*result->cramers_v, 0.10092, 5e-5);
  ASSERT_EQ(result->residuals.size(), 6U);
  EXPECT_NEAR(std::abs(result->residuals[0].residual), 5.32, 0.01);
  EXPECT_EQ(result->residuals[0].column, 2U);
  for (const CellResidual& cell : result->residuals) {
    if (cell.column == 0) {
      EXPECT_NEAR(std::abs(cell.residual), 4.50, 0.01);
    }
  }
}

TEST(ChiSquare, RowsAndColumnsOfZerosAreLeftOut) {
  const CountTable with_zeros{3, 4, {762, 0, 327, 468, 0, 0, 0, 0, 484, 0, 239, 477}};
  const auto result = chi_square(with_zeros);
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->chi2, 30.07, 0.005);
  EXPECT_EQ(result->df, 2);
  EXPECT_EQ(result->num_rows, 2U);
  EXPECT_EQ(result->num_columns, 3U);
  EXPECT_EQ(result->residuals[0].column, 3U);  // places in the table given
}

// phi2 is about 0.0001 and below what chance gives, 1 / (n - 1).
TEST(ChiSquare, UnrelatedCategoriesHaveACorrectedVOfZero) {
  const CountTable independent{2, 2, {25, 25, 25, 26}};
  const auto result = chi_square(independent);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result->cramers_v, 0.0);
  EXPECT_GT(result->cramers_v_uncorrected, 0.0);
}

// A diagonal table: V is 1 and stays nearly so after correction; by hand, n = 30:
// phi2 = 2, phi2~ = 2 - 4/29, r~ = 3 - 4/29, so V~ = 1.
TEST(ChiSquare, APerfectRelationHasVOne) {
  const CountTable diagonal{3, 3, {10, 0, 0, 0, 10, 0, 0, 0, 10}};
  const auto result = chi_square(diagonal);
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->cramers_v_uncorrected, 1.0, 1e-15);
  EXPECT_NEAR(*result->cramers_v, 1.0, 1e-15);
  EXPECT_NEAR(result->chi2, 60.0, 1e-12);
  EXPECT_EQ(result->expected_below_5_share, 1.0);  // all are 10/3
  EXPECT_EQ(result->expected_below_1_share, 0.0);
  EXPECT_TRUE(result->warning);
}

TEST(ChiSquare, TheCorrectedVIsAbsentWhereNIsTooSmall) {
  const auto result = chi_square({2, 2, {1, 0, 0, 1}});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->cramers_v);
}

TEST(ChiSquare, WarnsByCochransRule) {
  const auto fine = chi_square({2, 2, {30, 30, 30, 30}});
  EXPECT_FALSE(fine->warning);
  // Two of ten expected counts are below 5: allowed. Below 1: not.
  const CountTable one_small{2, 5, {50, 50, 50, 50, 4, 50, 50, 50, 50, 5}};
  EXPECT_FALSE(chi_square(one_small)->warning);
  const CountTable tiny{2, 5, {50, 50, 50, 50, 1, 50, 50, 50, 50, 0}};
  EXPECT_TRUE(chi_square(tiny)->warning);
  EXPECT_NEAR(chi_square(tiny)->expected_below_1_share, 0.2, 1e-15);
}

TEST(ChiSquare, RefusesTablesWithoutTwoRowsAndColumns) {
  EXPECT_FALSE(chi_square({1, 3, {1, 2, 3}}));
  EXPECT_FALSE(chi_square({2, 2, {1, 0, 2, 0}}));
  EXPECT_FALSE(chi_square({2, 2, {1, 2, 3}}));
  EXPECT_FALSE(chi_square({2, 2, {1, 2, 3, -4}}));
  EXPECT_FALSE(chi_square({0, 0, {}}));
}

TEST(Totals, AreNotSeenWhereThereAreNone) {
  EXPECT_FALSE(has_totals({2, 2, {1, 1, 1, 1}}));
  EXPECT_FALSE(has_totals({3, 3, {0, 0, 0, 0, 0, 0, 0, 0, 0}}));
  EXPECT_FALSE(has_totals({3, 3, {1, 2, 3, 4, 5, 9, 5, 7, 13}}));  // off by one
  EXPECT_FALSE(has_totals({3, 3, {1, 2, 3, 4, 5, 9, 6, 7, 13}}));  // row adds up, column does not
  EXPECT_TRUE(has_totals({3, 3, {1, 2, 3, 4, 5, 9, 5, 7, 12}}));
}

TEST(GoodnessOfFit, HoldsThePublishedValues) {
  HARK_SKIP_WITHOUT_GOLDEN();
  for (const char* name : {"gof_uniform", "gof_rescaled"}) {
    const Json entry = published(name);
    const auto observed = numbers<std::int64_t>(entry["input"]["observed"]);
    const auto weights = numbers<double>(entry["input"]["weights"]);
    const auto result = goodness_of_fit(observed, weights).value();
    const Json& expected = entry["expected"];
    const Json& tolerance = entry["tolerance"];
    EXPECT_NEAR(result.chi2, expected["chi2"].as_double(), tolerance["chi2"]["value"].as_double());
    EXPECT_EQ(result.df, expected["df"].as_int());
    EXPECT_NEAR(result.p, expected["p"].as_double(), tolerance["p"]["value"].as_double());
    EXPECT_NEAR(result.log10_p, std::log10(result.p), 1e-9);
  }
}

TEST(GoodnessOfFit, RefusesWhatIsNoSample) {
  const std::vector<std::int64_t> one{4}, none{0, 0}, negative{3, -1}, fine{3, 1};
  EXPECT_FALSE(goodness_of_fit(one));
  EXPECT_FALSE(goodness_of_fit(none));
  EXPECT_FALSE(goodness_of_fit(negative));
  EXPECT_FALSE(goodness_of_fit(fine, std::vector<double>{1, 0}));
  EXPECT_EQ(goodness_of_fit(fine, std::vector<double>{1}).error().code(), ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace hark::stats

#include "hark/stats/hot_spots.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "hark/stats/distributions.h"
#include "hark/stats/random.h"

namespace hark::stats {
namespace {

struct Field {
  std::vector<Hexagon> cells;
  std::vector<std::int64_t> counts;
};

/// A round field with holes.
Field field(std::uint64_t seed, std::int64_t radius, double mean, double share_of_holes) {
  Pcg64 random(seed, 9);
  Field field;
  for (std::int64_t r = -radius; r <= radius; ++r) {
    for (std::int64_t q = -radius; q <= radius; ++q) {
      if (std::abs(r + q) > radius || random.uniform() < share_of_holes) continue;
      field.cells.push_back({r, q});
      field.counts.push_back(poisson_quantile(random.uniform_open(), mean));
    }
  }
  return field;
}

/// The paper's formula over all pairs: weights by the distance between centres.
std::vector<double> slow_getis_ord(const Field& field) {
  constexpr double kWidth = 500;
  const auto n = static_cast<double>(field.cells.size());
  double sum = 0;
  double squares = 0;
  for (const std::int64_t x : field.counts) {
    sum += static_cast<double>(x);
    squares += static_cast<double>(x * x);
  }
  const double mean = sum / n;
  const double s = std::sqrt(squares / n - mean * mean);
  std::vector<double> scores;
  for (const Hexagon& i : field.cells) {
    double weights = 0;
    double weights_squared = 0;
    double weighted = 0;
    for (std::size_t j = 0; j < field.cells.size(); ++j) {
      const Centre a = centre_of(i, kWidth);
      const Centre b = centre_of(field.cells[j], kWidth);
      const double w = std::hypot(a.x - b.x, a.y - b.y) < 1.01 * kWidth ? 1 : 0;
      weights += w;
      weights_squared += w * w;
      weighted += w * static_cast<double>(field.counts[j]);
    }
    scores.push_back((weighted - mean * weights) /
                     (s * std::sqrt((n * weights_squared - weights * weights) / (n - 1))));
  }
  return scores;
}

TEST(Hexagons, APointBelongsToTheNearestCentre) {
  Pcg64 random(1, 1);
  for (int i = 0; i < 20'000; ++i) {
    const double x = (random.uniform() - 0.5) * 20'000;
    const double y = (random.uniform() - 0.5) * 20'000;
    const Hexagon own = hexagon_at(x, y, 500);
    const Centre centre = centre_of(own, 500);
    const double distance = std::hypot(x - centre.x, y - centre.y);
    EXPECT_LE(distance, 500 / std::sqrt(3.0) + 1e-9);
    for (std::int64_t dr = -1; dr <= 1; ++dr) {
      for (std::int64_t dq = -1; dq <= 1; ++dq) {
        const Centre other = centre_of({own.r + dr, own.q + dq}, 500);
        EXPECT_LE(distance, std::hypot(x - other.x, y - other.y) + 1e-9);
      }
    }
  }
  const Centre middle = centre_of({3, -7}, 500);
  EXPECT_EQ(hexagon_at(middle.x, middle.y, 500), (Hexagon{3, -7}));
}

TEST(GetisOrd, EqualsTheFormulaOverAllPairs) {
  for (const double holes : {0.0, 0.3, 0.8}) {
    const Field made = field(3, 9, 12, holes);
    const auto fast = getis_ord(made.cells, made.counts).value();
    const auto slow = slow_getis_ord(made);
    for (std::size_t i = 0; i < slow.size(); ++i) EXPECT_NEAR(fast[i]->z, slow[i], 1e-9) << holes;
  }
}

TEST(GetisOrd, AHotNeighbourhoodIsFoundAndAQuietCityHasHardlyAny) {
  int num_false = 0;
  int num_found = 0;
  constexpr int kSeeds = 200;
  const auto hot_cells = [](const Field& field) {
    std::vector<double> p;
    const auto scores = getis_ord(field.cells, field.counts).value();
    for (const auto& score : scores) p.push_back(score->p);
    const auto q = benjamini_hochberg(p);
    std::vector<Hexagon> hot;
    for (std::size_t i = 0; i < q.size(); ++i)
      if (q[i] <= 0.05 && scores[i]->z > 0) hot.push_back(field.cells[i]);
    return hot;
  };
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Field made = field(seed, 12, 20, 0);
    num_false += hot_cells(made).empty() ? 0 : 1;
    // One cell and those around it have half as many again.
    for (std::size_t i = 0; i < made.cells.size(); ++i) {
      const Hexagon& cell = made.cells[i];
      const auto distance =
          std::max({std::abs(cell.r - 2), std::abs(cell.q - 3), std::abs(cell.r + cell.q - 5)});
      if (distance <= 1) made.counts[i] = made.counts[i] * 8 / 5;
    }
    const auto hot = hot_cells(made);
    num_found += std::ranges::find(hot, Hexagon{2, 3}) != hot.end() ? 1 : 0;
  }
  EXPECT_LE(num_false, kSeeds * 8 / 100) << "5 % is what is promised";
  EXPECT_GE(num_found, kSeeds * 95 / 100);
}

// By hand: two cells of 1 + 1 and 9 requests, no neighbours; the truncated Poisson of mean 11/3 has
// lambda 3.5648, and P(count >= 9) is summed below.
TEST(GetisOrd, SumsOverFewRequestsAreHeldAgainstChance) {
  const std::vector<Hexagon> apart{{0, 0}, {0, 9}, {9, 0}};
  const auto scores = getis_ord(apart, std::vector<std::int64_t>{1, 1, 9}).value();
  double lambda = 11.0 / 3;
  for (int i = 0; i < 200; ++i) lambda = 11.0 / 3 * (1 - std::exp(-lambda));
  double tail = 0;
  for (int k = 9; k < 80; ++k)
    tail +=
        std::exp(k * std::log(lambda) - lambda - std::lgamma(k + 1.0)) / (1 - std::exp(-lambda));
  EXPECT_NEAR(scores[2]->z, std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(scores[2]->p, std::max(2 * tail, 2 * normal_upper_tail(std::sqrt(2.0))), 1e-12);
  // With more cells at 1 the normal tail is the lighter one by far.
  std::vector<Hexagon> many;
  std::vector<std::int64_t> counts(400, 1);
  for (int i = 0; i < 400; ++i) many.push_back({i / 20 * 3, i % 20 * 3});
  counts[7] = 4;
  for (int i = 20; i < 90; ++i) counts[static_cast<std::size_t>(i)] = 2;
  const auto skewed = getis_ord(many, counts).value();
  EXPECT_LT(2 * normal_upper_tail(skewed[7]->z), 1e-9);
  EXPECT_GT(skewed[7]->p, 1e-4);
}

TEST(GetisOrd, ACityWithFewRequestsByChanceHasHardlyAnyHotCell) {
  for (const int num_requests : {300, 800, 2'000, 4'000}) {
    int num_false = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      Pcg64 random(seed, static_cast<std::uint64_t>(num_requests));
      std::map<Hexagon, std::int64_t> city;
      for (int i = 0; i < num_requests; ++i)
        ++city[hexagon_at(random.uniform() * 20'000, random.uniform() * 20'000, 500)];
      std::vector<Hexagon> cells;
      std::vector<std::int64_t> counts;
      for (const auto& [cell, count] : city) {
        cells.push_back(cell);
        counts.push_back(count);
      }
      std::vector<double> p;
      const auto scores = getis_ord(cells, counts).value();
      for (const auto& score : scores) p.push_back(score->p);
      num_false += std::ranges::min(benjamini_hochberg(p)) <= 0.05 ? 1 : 0;
    }
    EXPECT_LE(num_false, 200 * 8 / 100) << num_requests;
  }
}

TEST(GetisOrd, WhatIsNotDefinedIsAbsent) {
  const std::vector<Hexagon> line{{0, 0}, {0, 1}, {0, 9}};
  const auto even = getis_ord(line, std::vector<std::int64_t>{4, 4, 4}).value();
  EXPECT_FALSE(even[0] || even[1] || even[2]);
  const std::vector<Hexagon> pair{{0, 0}, {0, 1}};
  EXPECT_FALSE(getis_ord(pair, std::vector<std::int64_t>{4, 9})->front()) << "all are neighbours";
  EXPECT_TRUE(getis_ord({}, {})->empty());
  const auto one = getis_ord(std::vector<Hexagon>{{0, 0}}, std::vector<std::int64_t>{4}).value();
  EXPECT_FALSE(one.front());
  const std::vector<Hexagon> unordered{{1, 0}, {0, 1}};
  EXPECT_EQ(getis_ord(unordered, std::vector<std::int64_t>{4, 9}).error().code(),
            ErrorCode::kInvalidInput);
  EXPECT_FALSE(getis_ord(pair, std::vector<std::int64_t>{4}));
}

}  // namespace
}  // namespace hark::stats

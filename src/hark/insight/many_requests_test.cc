// Tables large enough that every step of loading them is shared among threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "hark/core/text.h"
#include "hark/insight/keys.h"
#include "hark/insight/memory_source_test.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {
namespace {

constexpr std::size_t kRows = 260'000;  // closed or open in time: three stretches of Stretches

struct ManyRequests {
  std::vector<std::optional<std::int64_t>> keys;
  std::vector<std::string> created, closed;
  std::vector<std::optional<std::string>> agencies;
};

/// Repeated keys, open requests, closings before their request, in the same second and at midnight.
/// The latest stamp is at the beginning, the first one and the only agency that closes in batches
/// at the end. `fraction` is written behind every closing time.
ManyRequests many_requests(const std::string& fraction) {
  std::mt19937 random(311);
  const auto below = [&](std::size_t n) { return static_cast<unsigned>(random() % n); };
  const auto two = [](unsigned n) { return concat(n < 10 ? "0" : "", n); };
  ManyRequests rows;
  for (std::size_t row = 0; row < kRows; ++row) {
    const bool is_late = row > kRows - kRows / 10;
    const unsigned kind = below(20);
    rows.keys.push_back(kind == 0   ? std::nullopt
                        : kind == 1 ? std::optional<std::int64_t>(below(row + 1))
                                    : static_cast<std::int64_t>(row));
    const auto time = [&] {
      return concat(two(below(24)), ":", two(below(60)), ":", two(below(60)));
    };
    const auto date = [&] { return concat("2024-0", 2 + below(7), "-", two(1 + below(28)), " "); };
    rows.created.push_back(date() + time());
    if (row == 10) rows.created.back() = "2024-11-30 12:00:00";
    if (row == kRows - 10) rows.created.back() = "2023-12-01 12:00:00";
    if (kind < 4) {
      rows.closed.emplace_back();
    } else if (kind < 6) {
      rows.closed.push_back(rows.created.back() + fraction);
    } else {
      rows.closed.push_back(
          concat(kind < 10 ? "2024-09-30 " : date(), is_late ? "00:00:00" : time(), fraction));
    }
    // Once, and nowhere behind: a kind of row that one stretch alone has.
    if (row == 20) rows.closed.back() = "1900-01-01 00:00:00";
    rows.agencies.push_back(is_late ? "late" : concat("A", below(5)));
  }
  return rows;
}

class ManyRequestsOnThreads : public ::testing::TestWithParam<std::string> {
 protected:
  RequestTable load(unsigned threads) const {
    test::MemorySource source(1000);
    source.integers("unique_key", rows_.keys)
        .clocks("created_date", rows_.created)
        .clocks("closed_date", rows_.closed)
        .texts("agency", rows_.agencies);
    RequestLoad load;
    load.now = *parse_instant("2026-01-01T00:00:00Z");
    load.threads = threads;
    return load_requests(source, test::request_contract(), load).value();
  }
  const ManyRequests rows_ = many_requests(GetParam());
};

void expect_listed_by_duration(const RequestTable& table) {
  RawVector<std::uint32_t> expected;
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    if (table.has_duration(row)) expected.push_back(row);
  }
  std::ranges::stable_sort(expected, {}, [&](std::uint32_t row) {
    return std::pair(table.duration[row], table.outcome[row] == Outcome::kOpen);
  });
  ASSERT_EQ(table.by_duration, expected);
  ASSERT_TRUE(std::ranges::is_sorted(table.times, std::less_equal<>())) << "each time once";
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::uint32_t row = expected[i];
    const TimedRow timed = table.timed[i];
    const bool is_left_out = table.is_marked(row, kInstant) || table.is_marked(row, kBatch);
    if (table.times.at(timed.time()) != table.duration[row] ||
        timed.is_closed() != (table.outcome[row] == Outcome::kClosed) ||
        timed.is_left_out() != is_left_out) {
      ++wrong;
    }
  }
  EXPECT_EQ(wrong, 0u);
}

TEST_P(ManyRequestsOnThreads, AreTheSameAsOnOneAndInOrderOfDuration) {
  const RequestTable one = load(1);
  const RequestTable three = load(3);
  EXPECT_EQ(one.created_us, three.created_us);
  EXPECT_EQ(one.duration, three.duration);
  EXPECT_EQ(one.outcome, three.outcome);
  EXPECT_EQ(one.marks, three.marks);
  EXPECT_EQ(one.as_of, three.as_of);
  EXPECT_EQ(one.rows_before_as_of, three.rows_before_as_of);
  EXPECT_EQ(one.closing_resolution_s, three.closing_resolution_s);
  EXPECT_EQ(one.first_created_day, three.first_created_day);
  EXPECT_EQ(one.last_created_day, three.last_created_day);
  EXPECT_EQ(one.duplicates, three.duplicates);
  EXPECT_EQ(one.superseded, three.superseded);
  EXPECT_EQ(one.by_duration, three.by_duration);
  EXPECT_EQ(one.times, three.times);
  expect_listed_by_duration(one);
  expect_listed_by_duration(three);
  const contract::Contract contract = test::request_contract();
  const auto agency = group_requests(one, request_by_named(contract, "agency").value()).value();
  const auto figures = [&](const RequestTable& table, unsigned threads) {
    const auto groups = request_kpis_by(table, contract, agency, threads).value();
    return request_answer(table, request_kpis(table, contract, threads).value(), &groups).dump();
  };
  EXPECT_EQ(figures(one, 1), figures(three, 3));

  std::map<std::int64_t, std::int64_t> rows_of_key;
  for (const auto& key : rows_.keys) {
    if (key) ++rows_of_key[*key];
  }
  std::int64_t repeated = 0;
  for (const auto& [key, count] : rows_of_key) repeated += count - 1;
  EXPECT_EQ(three.duplicates, repeated);
}

// Durations of months in microseconds do not fit beside a row in one word.
INSTANTIATE_TEST_SUITE_P(WholeSecondsAndMicroseconds, ManyRequestsOnThreads,
                         ::testing::Values("", ".250"),
                         [](const auto& param) { return param.param.empty() ? "S" : "Us"; });

TEST(FindRepeats, NamesTheFirstRowOfEachKeyWhateverTheKeysAreMadeOf) {
  std::mt19937 random(7);
  for (const bool has_texts : {false, true}) {
    std::vector<KeyPrints> parts(40);
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> first;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;
    std::uint32_t row = 0;
    for (KeyPrints& part : parts) {
      for (int i = 0; i < 2000; ++i, ++row) {
        KeyPrint key{random() % 50'000, KeyPrints::kInteger};
        if (has_texts && random() % 3 == 0) key.b = random() % 2;
        if (random() % 50 == 0) key = kNoKey;
        part.push_back(key);
        if (key == kNoKey) continue;
        const auto known = first.try_emplace({key.a, key.b}, row);
        if (!known.second) expected.emplace_back(known.first->second, row);
      }
    }
    for (const unsigned threads : {1U, 3U}) {
      std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
      const auto repeats = find_repeats(parts, threads).value();
      for (const Repeat& repeat : repeats) found.emplace_back(repeat.first, repeat.row);
      EXPECT_EQ(found, expected) << threads << " threads, texts " << has_texts;
    }
  }
}

TEST(FindRepeats, FindsTheOneRepeatAmongIntegersHoweverFarApartAndNoneWhereThereIsNone) {
  constexpr std::int64_t kParts = 40;
  constexpr std::int64_t kPartRows = 1000;
  for (const std::int64_t step : {1, 63, 64, 65, 1'000'000}) {
    for (const bool has_repeat : {false, true}) {
      std::vector<KeyPrints> parts(kParts);
      for (std::int64_t row = 0; row < kParts * kPartRows; ++row) {
        const std::int64_t key = has_repeat && row == 39'500 ? 64 : row;
        parts[static_cast<std::size_t>(row / kPartRows)].push_back(
            {static_cast<std::uint64_t>(1000 + key * step), KeyPrints::kInteger});
      }
      const auto repeats = find_repeats(parts, 3).value();
      ASSERT_EQ(repeats.size(), has_repeat ? 1u : 0u) << step;
      if (has_repeat) {
        EXPECT_EQ(repeats[0].first, 64u);
        EXPECT_EQ(repeats[0].row, 39'500u);
      }
    }
  }
}

}  // namespace
}  // namespace hark::insight

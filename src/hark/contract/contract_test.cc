#include "hark/contract/contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hark/contract/evolution.h"
#include "hark/core/embedded.h"
#include "hark/core/text.h"

namespace hark::core {
std::span<const EmbeddedFile> embedded_contracts();
}

namespace hark::contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Contract& nyc() {
  const auto found = built_in_contract("nyc311");
  EXPECT_TRUE(found);
  return **found;
}

TEST(BuiltInContracts, EveryFileOfTheFolderIsReadWithoutProblems) {
  for (const core::EmbeddedFile& file : core::embedded_contracts()) {
    const auto contract = parse_contract(file.contents);
    ASSERT_TRUE(contract) << file.name << ": " << contract.error().to_string();
    EXPECT_EQ(contract->name + ".yaml", file.name);
  }
  EXPECT_EQ(built_in_contracts().size(), core::embedded_contracts().size());
}

TEST(ContractEvolution, WhatStandsInTheTableKeepsItsMeaning) {
  const Contract& before = nyc();
  const auto refused = [&](const auto& change) {
    Contract now = before;
    change(now);
    const auto done = check_evolution(before, now);
    return done ? std::string() : done.error().message();
  };
  EXPECT_EQ(refused([](Contract&) {}), "");
  EXPECT_EQ(refused([](Contract& now) {
              now.rules.clear();
              now.max_reject_share = 1;
              now.columns.emplace_back().name = "new_column";
              now.columns[1].formats = {"yyyy-MM-dd"};
            }),
            "");
  EXPECT_THAT(refused([](Contract& now) { now.columns[5].type = ValueType::kNumber; }),
              HasSubstr(concat("column '", before.columns[5].name, "' was string, not number")));
  EXPECT_THAT(refused([](Contract& now) { now.columns.erase(now.columns.begin() + 5); }),
              HasSubstr(concat("column '", before.columns[5].name, "' is gone")));
  EXPECT_THAT(refused([](Contract& now) { now.key.push_back("agency"); }),
              HasSubstr("its key was unique_key, not unique_key, agency"));
  EXPECT_THAT(refused([](Contract& now) { now.time_zone = "America/Denver"; }),
              HasSubstr("its time zone was America/New_York, not America/Denver"));
  EXPECT_NE(refused([](Contract& now) { now.kind = Kind::kContactCentre; }), "");
}

TEST(BuiltInContracts, AWrongNameSuggestsTheNearest) {
  const auto found = built_in_contract("nyc-311");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(found.error().hint(), HasSubstr("'nyc311'"));
}

TEST(BuiltInContracts, EachIsChosenByItsOwnColumnNames) {
  for (const Contract& contract : built_in_contracts()) {
    std::vector<std::string> header;
    for (const ColumnSpec& column : contract.columns)
      header.push_back(column.title.empty() ? column.name : column.title);
    const auto chosen = choose_built_in(header);
    ASSERT_TRUE(chosen) << contract.name << chosen.error().to_string();
    EXPECT_EQ(*chosen, &contract);
  }
  EXPECT_FALSE(choose_built_in({}));
}

TEST(BuiltInContracts, ChoosingLazilyIsChoosingAmongAll) {
  std::vector<const Contract*> all;
  for (const Contract& contract : built_in_contracts()) all.push_back(&contract);
  const std::vector<std::string> headers[] = {
      // Boston's file holds more of these letters, New York knows more of the columns.
      {"unique_key", "created_date", "bbl", "severity", "fire"},
      {"SR Number", "Created Date"},
      {"Date", "CallsOffered"},
      {"X", "timestamp"},
      {"role", "value"},
      {},
  };
  for (const auto& header : headers) {
    const auto among_all = choose_contract(all, header);
    const auto lazily = choose_built_in(header);
    ASSERT_EQ(among_all.has_value(), lazily.has_value()) << join(header, ",");
    if (among_all)
      EXPECT_EQ(*among_all, *lazily) << join(header, ",");
    else
      EXPECT_EQ(among_all.error().to_string(), lazily.error().to_string());
  }
}

TEST(BuiltInContracts, AFewColumnsAsNewYorkSpellsThemAreNewYorks) {
  // All cities share these standard names; only New York's files are headed so.
  const auto chosen = choose_built_in(std::vector<std::string>{
      "unique_key", "created_date", "closed_date", "agency", "complaint_type"});
  ASSERT_TRUE(chosen) << chosen.error().to_string();
  EXPECT_EQ((*chosen)->name, "nyc311");
}

TEST(BuiltInContracts, NewYorkNeedsOnlyKeyAndCreation) {
  std::vector<std::string> required;
  for (const ColumnSpec& column : nyc().columns)
    if (column.is_required) required.push_back(column.name);
  EXPECT_THAT(required, ElementsAre("unique_key", "created_date"));
  EXPECT_THAT(nyc().key, ElementsAre("unique_key"));
  EXPECT_EQ(nyc().with_role(Role::kVersion)->name, "resolution_action_updated_date");
}

TEST(Resolve, TakesStandardNameRoleLabelAndAlias) {
  const auto name_of_resolved = [](std::string_view user_name) {
    const auto column = nyc().resolve(user_name);
    return column ? (*column)->name : column.error().to_string();
  };
  EXPECT_EQ(name_of_resolved("complaint_type"), "complaint_type");
  EXPECT_EQ(name_of_resolved("Complaint Type"), "complaint_type");
  EXPECT_EQ(name_of_resolved("problem"), "complaint_type");
  EXPECT_EQ(name_of_resolved("area"), "borough");
  EXPECT_EQ(name_of_resolved("borough"), "borough");
  EXPECT_EQ(name_of_resolved("Created"), "created_date");
  EXPECT_EQ(name_of_resolved("zip"), "incident_zip");
}

TEST(Resolve, AWrongNameSuggestsTheNearest) {
  const auto column = nyc().resolve("complaint_tipe");
  ASSERT_FALSE(column);
  EXPECT_EQ(column.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(column.error().hint(), HasSubstr("'complaint_type'"));
  EXPECT_FALSE(nyc().resolve(""));
  EXPECT_FALSE(nyc().resolve("none"));
}

TEST(CanonicalHeader, KeepsLettersAndDigitsInLowerCase) {
  EXPECT_EQ(canonical_header("Created Date"), "createddate");
  EXPECT_EQ(canonical_header("created_date"), "createddate");
  EXPECT_EQ(canonical_header("\xEF\xBB\xBF"
                             "Created.Date "),
            "createddate");
  EXPECT_EQ(canonical_header("Created\xC2\xA0"
                             "Date"),
            "createddate");
  EXPECT_EQ(canonical_header(":@computed_region_efsh_h5xi"), "computedregionefshh5xi");
  EXPECT_EQ(canonical_header("Stra\xC3\x9F"
                             "e"),
            "stra\xC3\x9F"
            "e");
  EXPECT_EQ(canonical_header(" ,;"), "");
}

TEST(HeaderMatch, SystemFieldsOfAPortalAreNeitherColumnsNorUnknown) {
  const auto contract = built_in_contract("nyc311");
  ASSERT_TRUE(contract);
  Contract with_alias = **contract;
  with_alias.columns[0].aliases = {"id"};
  const std::vector<std::string> header = {":id", ":created_at", ":updated_at", ":version", "id"};
  const HeaderMatch match = match_header(with_alias, header);
  EXPECT_THAT(match.column_of, testing::ElementsAre(-1, -1, -1, -1, 0));
  EXPECT_TRUE(match.unknown.empty());
  EXPECT_TRUE(match.duplicated.empty());
}

TEST(MatchHeader, FindsColumnsInAnyOrderAndReportsTheRest) {
  const std::vector<std::string> header = {"Status", "zzz", "created_date", "UNIQUE KEY", "status"};
  const HeaderMatch match = match_header(nyc(), header);
  ASSERT_EQ(match.column_of.size(), 5U);
  EXPECT_EQ(nyc().columns[static_cast<std::size_t>(match.column_of[0])].name, "status");
  EXPECT_EQ(match.column_of[1], -1);
  EXPECT_EQ(match.column_of[4], -1);
  EXPECT_EQ(match.num_matched, 3U);
  EXPECT_THAT(match.unknown, ElementsAre("zzz"));
  EXPECT_THAT(match.duplicated, ElementsAre("status"));
  EXPECT_THAT(match.missing_required, IsEmpty());
}

TEST(MatchHeader, NamesRequiredColumnsThatAreNotThere) {
  const HeaderMatch match = match_header(nyc(), std::vector<std::string>{"Agency"});
  EXPECT_THAT(match.missing_required, ElementsAre("unique_key", "created_date"));
}

Contract with_parts() {
  Contract contract;
  contract.name = "parts";
  contract.columns.resize(2);
  contract.columns[0].name = "created_date";
  contract.columns[0].aliases = {"Opened"};
  contract.columns[0].parts = {"Day", "Hour"};
  contract.columns[0].is_required = true;
  contract.columns[1].name = "status";
  return contract;
}

TEST(MatchHeader, JoinsTheColumnsOfAClockInTheOrderOfItsParts) {
  const std::vector<std::string> header = {"HOUR", "status", "day"};
  const HeaderMatch match = match_header(with_parts(), header);
  EXPECT_THAT(match.parts_of[0], ElementsAre(2, 0));
  EXPECT_THAT(match.parts_of[1], IsEmpty());
  EXPECT_THAT(match.column_of, ElementsAre(-1, 1, -1));
  EXPECT_THAT(match.unknown, IsEmpty());
  EXPECT_EQ(match.num_matched, 2U);
}

TEST(MatchHeader, AClockThatStandsWholeNeedsNoParts) {
  const std::vector<std::string> header = {"day", "hour", "opened"};
  const HeaderMatch match = match_header(with_parts(), header);
  EXPECT_THAT(match.parts_of[0], IsEmpty());
  EXPECT_THAT(match.column_of, ElementsAre(-1, -1, 0));
}

TEST(MatchHeader, HalfAClockIsNone) {
  const std::vector<std::string> header = {"day", "status"};
  const HeaderMatch match = match_header(with_parts(), header);
  EXPECT_THAT(match.missing_required, ElementsAre("created_date"));
  EXPECT_THAT(match.unknown, ElementsAre("day"));
}

TEST(ChooseContract, TakesTheOneThatKnowsMostColumns) {
  Contract small = with_parts(), large = with_parts();
  small.name = "small";
  large.name = "large";
  large.columns.push_back({});
  large.columns.back().name = "agency";
  const Contract* candidates[] = {&small, &large};
  const std::vector<std::string> header = {"opened", "agency"};
  const auto chosen = choose_contract(candidates, header);
  ASSERT_TRUE(chosen);
  EXPECT_EQ((*chosen)->name, "large");
}

TEST(ChooseContract, KnowingAColumnCountsMoreThanKnowingAllHeaders) {
  Contract joined = with_parts(), apart = with_parts();
  joined.name = "joined";
  apart.name = "apart";
  apart.columns[0].parts.clear();
  apart.columns[0].aliases = {"Day"};
  apart.columns.push_back({});
  apart.columns.back().name = "hour";
  const Contract* candidates[] = {&joined, &apart};
  const std::vector<std::string> header = {"day", "hour", "status"};
  const auto chosen = choose_contract(candidates, header);
  ASSERT_TRUE(chosen) << chosen.error().to_string();
  EXPECT_EQ((*chosen)->name, "apart");
}

TEST(ChooseContract, TwoEqualOnesAreNotGuessed) {
  Contract one = with_parts(), two = with_parts();
  one.name = "one";
  two.name = "two";
  const Contract* candidates[] = {&one, &two};
  const std::vector<std::string> header = {"opened", "status"};
  const auto chosen = choose_contract(candidates, header);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code(), ErrorCode::kInvalidInput);
  EXPECT_THAT(chosen.error().message(), HasSubstr("'one' and 'two'"));
  EXPECT_THAT(chosen.error().hint(), HasSubstr("--contract"));
}

TEST(ChooseContract, ABetterOneAfterTwoEqualOnesIsTaken) {
  Contract one = with_parts(), two = with_parts(), best = with_parts();
  best.name = "best";
  best.columns.push_back({});
  best.columns.back().name = "agency";
  const Contract* candidates[] = {&one, &two, &best};
  const std::vector<std::string> header = {"opened", "agency"};
  const auto chosen = choose_contract(candidates, header);
  ASSERT_TRUE(chosen);
  EXPECT_EQ((*chosen)->name, "best");
}

TEST(ChooseContract, SaysWhatTheNearestLacks) {
  const Contract contract = with_parts();
  const Contract* candidates[] = {&contract};
  const auto chosen = choose_contract(candidates, std::vector<std::string>{"status", "x"});
  ASSERT_FALSE(chosen);
  EXPECT_THAT(chosen.error().hint(), HasSubstr("'parts', but the file has no column for "
                                               "created_date"));
  EXPECT_THAT(chosen.error().hint(), HasSubstr("hark contract show"));
}

TEST(Names, RolesReadBackAsWritten) {
  for (int i = 1; i <= static_cast<int>(Role::kQueue); ++i) {
    const Role role = static_cast<Role>(i);
    EXPECT_EQ(role_named(name_of(role)), role) << name_of(role);
  }
  EXPECT_EQ(role_named("borough"), Role::kArea);
  EXPECT_EQ(role_named("none"), std::nullopt);
}

}  // namespace
}  // namespace hark::contract

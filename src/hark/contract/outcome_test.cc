#include "hark/contract/outcome.h"

#include <gtest/gtest.h>

#include "hark/contract/contract.h"

namespace hark::contract {
namespace {

TEST(Outcome, TheFirstRuleThatFitsDecides) {
  const std::vector<OutcomeRule> rules = {{ResolvedAs::kNoAccess, {"could not*enter"}},
                                          {ResolvedAs::kFixed, {"repaired", "removed the"}},
                                          {ResolvedAs::kReferred, {"sent to"}}};
  EXPECT_EQ(resolved_as(rules, "The crew REPAIRED\n the lamp"), ResolvedAs::kFixed);
  EXPECT_EQ(resolved_as(rules, "We could not find a way to enter; sent to Parks"),
            ResolvedAs::kNoAccess);
  EXPECT_EQ(resolved_as(rules, "We enter where others could not"), ResolvedAs::kUnknown)
      << "the parts come in their order";
  EXPECT_EQ(resolved_as(rules, "Sent to Parks"), ResolvedAs::kReferred);
  EXPECT_EQ(resolved_as(rules, ""), ResolvedAs::kUnknown);
  EXPECT_EQ(resolved_as({}, "repaired"), ResolvedAs::kUnknown);
}

TEST(Outcome, NamesGoBothWays) {
  for (std::size_t i = 0; i < kNumResolvedAs; ++i) {
    const auto outcome = static_cast<ResolvedAs>(i);
    EXPECT_EQ(resolved_as_named(name_of(outcome)), outcome);
    EXPECT_FALSE(title_of(outcome).empty());
  }
  EXPECT_FALSE(resolved_as_named("mended"));
}

// What the cities' texts mean was read by a person, not taken from the rules.
TEST(Outcome, RealTextsOfTheCitiesAreUnderstood) {
  const auto expect = [](const char* contract, ResolvedAs outcome, const char* text) {
    const auto& rules = built_in_contract(contract).value()->outcome_rules;
    EXPECT_EQ(name_of(resolved_as(rules, text)), name_of(outcome)) << text;
  };
  using enum ResolvedAs;
  expect("nyc311", kFixed,
         "The Police Department responded to the complaint and took action to fix the condition.");
  expect("nyc311", kFixed, "The Police Department issued a summons in response to the complaint.");
  expect("nyc311", kFixed,
         "The Department of Housing Preservation and Development inspected the following "
         "conditions. Violations were issued. Information about specific violations is available");
  expect("nyc311", kNoViolation,
         "The Department of Housing Preservation and Development inspected the following "
         "conditions. No violations were issued. The complaint has been closed.");
  expect("nyc311", kNoViolation,
         "The Police Department responded to the complaint and with the information available "
         "observed no evidence of the violation at that time.");
  expect("nyc311", kNoAccess,
         "The Department of Housing Preservation and Development was unable to access the rooms "
         "where the following conditions were reported. No violations were issued.");
  expect("nyc311", kNoAction,
         "The Police Department responded to the complaint and determined that police action was "
         "not necessary.");
  expect("nyc311", kDuplicate,
         "The Department of Transportation determined that this complaint is a duplicate of a "
         "previously filed complaint. The original complaint is being addressed.");
  expect("nyc311", kReferred,
         "This complaint does not fall under the Police Department's jurisdiction.");
  // What is only promised is no outcome.
  expect("nyc311", kUnknown,
         "The graffiti on this property has been scheduled to be removed by the City.");
  expect("nyc311", kUnknown,
         "The Department of Parks and Recreation usually requires 4 days to inspect branches that "
         "have fallen on streets or sidewalks. If warranted, the issue will be resolved in 10 "
         "days.");
  expect("nyc311", kUnknown, "See notes.");
  expect("boston311", kFixed, "Case Closed Case Resolved completed");
  expect("boston311", kDuplicate, "Case Closed Duplicate of Existing Case");
  expect("boston311", kNoViolation, "Case Closed NOVIO: No Violation Found/No Cause");
  expect("boston311", kNoAccess, "Case Closed TFA: Tenant Failed Apt\\Was Not Home");
  expect("boston311", kReferred, "Case Closed Case Referred to External Agency DCR jurisdiction.");
  expect("boston311", kUnknown, "Case Closed Case Scheduled Items have been scheduled for pickup.");
  expect("vancouver-requests", kFixed, "Service provided");
  expect("vancouver-requests", kNoAction, "Reviewed and no action planned");
  expect("vancouver-requests", kReferred, "Closed automatically and sent to service group");
  expect("vancouver-requests", kUnknown, "Further action has been planned");
}

}  // namespace
}  // namespace hark::contract

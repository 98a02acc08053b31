#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hark/contract/contract.h"
#include "hark/core/text.h"

namespace hark::contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A small valid contract; `column` and `custom` are added to its lists.
std::string contract_text(std::string_view custom = "", std::string_view columns = "",
                          std::string_view rules = "") {
  return concat(
      "apiVersion: v3.1.0\n"
      "kind: DataContract\n"
      "id: urn:test\n"
      "name: testville\n"
      "version: 1.0.0\n"
      "status: active\n"
      "customProperties:\n"
      "  - {property: kind, value: service_requests}\n"
      "  - {property: timeZone, value: Europe/Vienna}\n"
      "  - {property: missing, value: [NA]}\n"
      "  - {property: clockFormats, value: [yyyy-MM-dd HH:mm]}\n",
      custom,
      "schema:\n"
      "  - name: requests\n"
      "    properties:\n"
      "      - name: number\n"
      "        logicalType: integer\n"
      "        required: true\n"
      "        primaryKey: true\n"
      "        customProperties: [{property: role, value: key}]\n"
      "      - name: created_date\n"
      "        businessName: Created Date\n"
      "        logicalType: timestamp\n"
      "        required: true\n"
      "        customProperties: [{property: role, value: created}]\n",
      columns, rules.empty() ? "" : "    quality:\n", rules);
}

std::string problems_of(std::string_view text) {
  const auto contract = parse_contract(text);
  if (contract) return "no problem";
  EXPECT_EQ(contract.error().code(), ErrorCode::kInvalidInput);
  return contract.error().message();
}

TEST(ParseContract, ReadsTableColumnsAndDefaults) {
  const auto contract = parse_contract(contract_text());
  ASSERT_TRUE(contract) << contract.error().to_string();
  EXPECT_EQ(contract->name, "testville");
  EXPECT_EQ(contract->time_zone, "Europe/Vienna");
  EXPECT_EQ(contract->table, "requests");
  EXPECT_EQ(contract->title, "testville");
  EXPECT_THAT(contract->key, ElementsAre("number"));
  EXPECT_EQ(contract->max_reject_share, 0.05);
  EXPECT_EQ(contract->sla_hours, 24);
  ASSERT_EQ(contract->columns.size(), 2U);
  const ColumnSpec& created = contract->columns[1];
  EXPECT_EQ(created.role, Role::kCreated);
  EXPECT_EQ(created.on_invalid, OnInvalid::kReject);
  EXPECT_THAT(created.formats, ElementsAre("yyyy-MM-dd HH:mm"));
  EXPECT_THAT(created.missing, ElementsAre("NA"));
  EXPECT_FALSE(created.is_date_only);
  EXPECT_EQ(contract->text, contract_text());
}

TEST(ParseContract, ReadsWhereThePortalIs) {
  const auto with = [](std::string_view servers) {
    std::string text = contract_text();
    return text.insert(text.find("customProperties:"), concat("servers:\n", servers));
  };
  const auto contract = parse_contract(
      with("  - {server: copy, type: s3, location: 's3://bucket/x'}\n"
           "  - server: portal\n    type: api\n    location: https://town.example/resource/x\n"
           "    customProperties: [{property: cursor, value: changed_at}]\n"));
  ASSERT_TRUE(contract) << contract.error().to_string();
  EXPECT_EQ(contract->portal_url, "https://town.example/resource/x");
  EXPECT_EQ(contract->portal_cursor, "changed_at");
  EXPECT_THAT(problems_of(with("  - {server: portal, type: api}\n")), HasSubstr("has no location"));
  EXPECT_THAT(problems_of(with("  - {server: a, type: api, location: x}\n"
                               "  - {server: b, type: api, location: y}\n")),
              HasSubstr("line 9: a second server of type api"));
  EXPECT_THAT(problems_of(with("  - {server: a, type: api, location: x, customProperties: "
                               "[{property: curser, value: y}]}\n")),
              HasSubstr("did you mean 'cursor'?"));
}

TEST(ParseContract, ReadsEveryCustomProperty) {
  const auto contract = parse_contract(contract_text(
      "  - {property: publisher, value: The Town}\n"
      "  - {property: licence, value: CC0}\n"
      "  - {property: missingInTests, value: [Unspecified]}\n"
      "  - {property: dateFormats, value: [yyyy-MM-dd]}\n"
      "  - {property: closedStatuses, value: [Closed, '  Really  DONE ']}\n"
      "  - {property: maxRejectShare, value: 0.1}\n"
      "  - {property: slaHours, value: 48}\n"
      "  - {property: slaHoursByType, value: {Pothole: 72, 'Noise  - Street': 2.5}}\n"
      "  - {property: effortHoursByType, value: {'Rodent  Bait': 1.5}}\n"
      "  - property: outcomeRules\n"
      "    value:\n"
      "      - {outcome: no_access, texts: ['Not  at HOME', could not*enter]}\n"
      "      - {outcome: fixed, texts: done}\n"
      "  - {property: bounds, value: {minLatitude: 48, maxLatitude: 49, minLongitude: 16, "
      "maxLongitude: 17}}\n"
      "  - {property: holidays, value: CA-BC}\n"
      "  - {property: opening, value: {from: '08:30', until: '24:00'}}\n"
      "  - {property: x-mine, value: anything}\n",
      "      - name: closed_on\n"
      "        logicalType: date\n"
      "        classification: public\n"
      "        customProperties:\n"
      "          - {property: role, value: closed}\n"
      "          - {property: aliases, value: [Done]}\n"
      "          - {property: parts, value: [Done Day, Done Hour]}\n"
      "          - {property: formats, value: [yyyy-MM-dd HH]}\n"
      "          - {property: onInvalid, value: reject}\n"
      "      - name: note\n"
      "        logicalType: string\n"
      "        customProperties:\n"
      "          - {property: missing, value: ['-', '?']}\n"
      "          - {property: missingInTests, value: []}\n"
      "          - {property: code, value: true}\n"
      "          - {property: personal, value: true}\n"
      "          - {property: treatment, value: mask}\n"
      "      - {name: area, logicalType: string}\n",
      "      - name: closed_after\n"
      "        dimension: consistency\n"
      "        severity: error\n"
      "        description: Backwards\n"
      "        type: custom\n"
      "        engine: hark\n"
      "        implementation: closed_on >= created_date\n"));
  ASSERT_TRUE(contract) << contract.error().to_string();
  EXPECT_EQ(contract->publisher, "The Town");
  EXPECT_EQ(contract->licence, "CC0");
  EXPECT_THAT(contract->closed_statuses, ElementsAre("closed", "really done"));
  EXPECT_EQ(contract->max_reject_share, 0.1);
  EXPECT_EQ(contract->sla_hours, 48);
  EXPECT_THAT(contract->sla_hours_by_type,
              ElementsAre(std::pair<std::string, double>("pothole", 72),
                          std::pair<std::string, double>("noise - street", 2.5)));
  EXPECT_THAT(contract->effort_hours_by_type,
              ElementsAre(std::pair<std::string, double>("rodent bait", 1.5)));
  ASSERT_EQ(contract->outcome_rules.size(), 2u);
  EXPECT_EQ(contract->outcome_rules[0].outcome, ResolvedAs::kNoAccess);
  EXPECT_THAT(contract->outcome_rules[0].texts, ElementsAre("not at home", "could not*enter"));
  EXPECT_THAT(contract->outcome_rules[1].texts, ElementsAre("done"));
  EXPECT_EQ(contract->max_longitude, 17);
  EXPECT_EQ(contract->holidays, "CA-BC");
  EXPECT_EQ(contract->opening.from_minute, 510);
  EXPECT_EQ(contract->opening.until_minute, 1440);
  const ColumnSpec& closed = *contract->find("closed_on");
  EXPECT_TRUE(closed.is_date_only);
  EXPECT_THAT(closed.parts, ElementsAre("Done Day", "Done Hour"));
  EXPECT_THAT(closed.formats, ElementsAre("yyyy-MM-dd HH"));
  EXPECT_EQ(closed.on_invalid, OnInvalid::kReject);
  const ColumnSpec& note = *contract->find("note");
  EXPECT_THAT(note.missing, ElementsAre("-", "?"));
  EXPECT_TRUE(note.missing_in_tests.empty());
  EXPECT_TRUE(note.is_code);
  EXPECT_TRUE(note.is_personal);
  EXPECT_EQ(note.treatment, Treatment::kMask);
  EXPECT_EQ(note.on_invalid, OnInvalid::kFlag);
  EXPECT_THAT(contract->find("area")->missing_in_tests, ElementsAre("Unspecified"));
  ASSERT_EQ(contract->rules.size(), 1U);
  EXPECT_EQ(contract->rules[0].name, "closed_after");
  EXPECT_EQ(contract->rules[0].severity, Severity::kError);
}

TEST(ParseContract, ReportsEveryProblemAtOnceWithItsLine) {
  const std::string problems = problems_of(
      "apiVersion: v2.2.2\n"                                        // 1
      "kind: DataContract\n"                                        // 2
      "id: urn:test\n"                                              // 3
      "name: Test Ville\n"                                          // 4
      "version: 1.0.0\n"                                            // 5
      "status: activ\n"                                             // 6
      "customProperties:\n"                                         // 7
      "  - {property: kind, value: service_requests}\n"             // 8
      "  - {property: timezone, value: Europe/Vienna}\n"            // 9
      "  - {property: clockFormats, value: [yyyy-mm-dd]}\n"         // 10
      "schema:\n"                                                   // 11
      "  - name: requests\n"                                        // 12
      "    properties:\n"                                           // 13
      "      - {name: a, logicalType: strnig}\n"                    // 14
      "      - {name: a, logicalType: string, requierd: true}\n");  // 15
  EXPECT_THAT(problems, HasSubstr("line 1: apiVersion is not v3.1.0"));
  EXPECT_THAT(problems, HasSubstr("line 4: name: only a-z"));
  EXPECT_THAT(problems, HasSubstr("unknown status 'activ'; did you mean 'active'?"));
  EXPECT_THAT(problems, HasSubstr("line 8: the contract has no timeZone"));
  EXPECT_THAT(problems, HasSubstr("line 9: the contract: unknown custom property 'timezone'; did "
                                  "you mean 'timeZone'?"));
  EXPECT_THAT(problems, HasSubstr("line 10: the contract: pattern \"yyyy-mm-dd\""));
  EXPECT_THAT(problems, HasSubstr("line 12: no column has the role created"));
  EXPECT_THAT(problems, HasSubstr("line 14: unknown logicalType of column 'a' 'strnig'; did you "
                                  "mean 'string'?"));
  EXPECT_THAT(problems,
              HasSubstr("line 15: a column: unknown key 'requierd'; did you mean 'required'?"));
  EXPECT_THAT(problems, HasSubstr("line 15: column 'a': name 'a' is taken by 'a'"));
  EXPECT_LT(problems.find("line 12:"), problems.find("line 14:")) << "in the order of the file";
}

TEST(ParseContract, RefusesWhatWouldBeReadOverInSilence) {
  const auto with_custom = [](std::string_view line) {
    return problems_of(contract_text(concat("  - ", line, "\n")));
  };
  EXPECT_THAT(with_custom("{property: slaHuors, value: 3}"), HasSubstr("did you mean 'slaHours'?"));
  EXPECT_THAT(with_custom("{property: slaHours, value: ten}"), HasSubstr("slaHours is no number"));
  EXPECT_THAT(with_custom("{property: slaHours, value: 0}"), HasSubstr("slaHours is not above 0"));
  EXPECT_THAT(with_custom("{property: maxRejectShare, value: 5}"), HasSubstr("between 0 and 1"));
  EXPECT_THAT(with_custom("{property: holidays, value: CA-BD}"), HasSubstr("CA-BD"));
  EXPECT_THAT(with_custom("{property: opening, value: {from: '22:00', until: '07:00'}}"),
              HasSubstr("'from' is not before 'until'"));
  EXPECT_THAT(with_custom("{property: opening, value: {from: '7', until: '22:00'}}"),
              HasSubstr("no time like 07:00"));
  EXPECT_THAT(with_custom("{property: bounds, value: {minLatitude: 50, maxLatitude: 40}}"),
              HasSubstr("bounds are not two ascending"));
  EXPECT_THAT(with_custom("{property: outcomeRules, value: [{outcome: mended, texts: [x]}]}"),
              HasSubstr("outcome 'mended'"));
  EXPECT_THAT(with_custom("{property: outcomeRules, value: [{outcome: fixed, texts: ['*']}]}"),
              HasSubstr("a text is empty"));
  EXPECT_THAT(with_custom("{property: outcomeRules, value: [{outcome: fixed}]}"),
              HasSubstr("has no texts"));
  EXPECT_THAT(with_custom("{property: closedStatuses, value: [null]}"),
              HasSubstr("write null in quotes"));
  EXPECT_THAT(with_custom("{property: kind, value: service_requests}"), HasSubstr("stands twice"));
  EXPECT_THAT(with_custom("{proprety: kind, value: service_requests}"),
              HasSubstr("did you mean 'property'?"));
  EXPECT_THAT(with_custom("just text"), HasSubstr("no map of keys and values"));

  const auto with_column = [](std::string_view column) {
    return problems_of(contract_text("", concat("      - {", column, "}\n")));
  };
  EXPECT_THAT(with_column("name: x, logicalType: date"), HasSubstr("no formats"));
  EXPECT_THAT(with_column("name: Other, logicalType: string"), HasSubstr("only a-z"));
  EXPECT_THAT(with_column("name: x, logicalType: array"), HasSubstr("unknown logicalType"));
  EXPECT_THAT(with_column("name: x, logicalType: string, quality: [{name: y}]"),
              HasSubstr("rules stand under the table's quality"));
  EXPECT_THAT(with_column("name: x, logicalType: string, classification: pubic"),
              HasSubstr("did you mean 'public'?"));
  EXPECT_THAT(with_column("name: x, logicalType: string, required: 'yes'"),
              HasSubstr("required is no true or false"));
  EXPECT_THAT(with_column("name: x, logicalType: string, primaryKey: true"),
              HasSubstr("in the key and not required"));
  EXPECT_THAT(with_column("name: created_date_offset_s, logicalType: integer"),
              HasSubstr("is taken by 'created_date'"));
  EXPECT_THAT(with_column("name: x, businessName: CreatedDate, logicalType: string"),
              HasSubstr("header 'CreatedDate' is taken by 'created_date'"));
  EXPECT_THAT(with_column("name: key, logicalType: string"),
              HasSubstr("its name is the role of 'number'"));
  EXPECT_THAT(with_column("name: x, businessName: '!', logicalType: string"),
              HasSubstr("header '!' has no letter"));

  const auto with_property = [](std::string_view type, std::string_view property) {
    return problems_of(contract_text("", concat("      - {name: x, logicalType: ", type,
                                                ", customProperties: [", property, "]}\n")));
  };
  EXPECT_THAT(with_property("string", "{property: role, value: statsu}"),
              HasSubstr("unknown role 'statsu'; did you mean 'status'?"));
  EXPECT_THAT(with_property("string", "{property: role, value: closed}"),
              HasSubstr("role closed needs a timestamp or a date"));
  EXPECT_THAT(with_property("string", "{property: role, value: latitude}"),
              HasSubstr("role latitude needs a number"));
  EXPECT_THAT(with_property("integer", "{property: role, value: offered}"),
              HasSubstr("role offered is not one of service_requests"));
  EXPECT_THAT(with_property("integer", "{property: role, value: key}"),
              HasSubstr("role 'key' is taken by 'number'"));
  EXPECT_THAT(with_property("integer", "{property: code, value: true}"),
              HasSubstr("code is for string columns"));
  EXPECT_THAT(with_property("string", "{property: formats, value: [yyyy-MM-dd]}"),
              HasSubstr("formats and parts are for dates"));
  EXPECT_THAT(with_property("string", "{property: onInvalid, value: drop}"),
              HasSubstr("unknown onInvalid 'drop'"));

  EXPECT_THAT(problems_of(contract_text("", "",
                                        "      - {name: r, dimension: speed, type: custom, "
                                        "engine: hark, implementation: number > 0}\n")),
              HasSubstr("unknown dimension of rule 'r' 'speed'"));
  EXPECT_THAT(problems_of(contract_text("", "",
                                        "      - {name: r, dimension: accuracy, type: sql, "
                                        "query: select 1}\n")),
              HasSubstr("type custom, engine hark"));
  EXPECT_THAT(problems_of(contract_text("", "",
                                        "      - {name: r, dimension: accuracy, type: custom, "
                                        "engine: hark, implementation: numbr > 0}\n")),
              HasSubstr("line 26: rule 'r': contract 'testville' has no column 'numbr'; did you "
                        "mean 'number'?\n  numbr > 0\n  ^"));
}

TEST(ParseContract, TextThatIsNoContractIsRefused) {
  for (const char* text : {"", "just text", "[1, 2]", "a: [b", "{}", "schema: 3", "schema: [1]"}) {
    EXPECT_THAT(problems_of(text), Not("no problem")) << text;
  }
}

std::string problems_of_kind(std::string_view kind) {
  std::string text = contract_text();
  text.replace(text.find("service_requests"), 16, kind);
  return problems_of(text);
}

TEST(ContactCentre, NeedsItsPeriodAndOfferedOrHandledCalls) {
  const std::string problems = problems_of_kind("contact_centre");
  EXPECT_THAT(problems, HasSubstr("no column has the role period_start"));
  EXPECT_THAT(problems, HasSubstr("no column has the role offered or handled"));
}

TEST(Calls, NeedTheirStartAndOutcomeAndWhichOutcomesAnAgentTook) {
  const std::string problems = problems_of_kind("calls");
  EXPECT_THAT(problems, HasSubstr("no column has the role call_start"));
  EXPECT_THAT(problems, HasSubstr("no column has the role outcome"));
  EXPECT_THAT(problems, HasSubstr("handledOutcomes does not say"));
  EXPECT_THAT(problems, HasSubstr("role created is not one of calls"));
}

TEST(Survey, NeedsWhenItWasAnsweredAndTheScore) {
  const std::string problems = problems_of_kind("survey");
  EXPECT_THAT(problems, HasSubstr("no column has the role answered"));
  EXPECT_THAT(problems, HasSubstr("no column has the role score"));
}

TEST(Calls, OfTheBuiltInContractAreReadWithPersonalColumnsMarked) {
  const auto calls = built_in_contract("calls");
  ASSERT_TRUE(calls) << calls.error().to_string();
  EXPECT_THAT((*calls)->handled_outcomes, ElementsAre("agent"));
  EXPECT_THAT((*calls)->abandoned_outcomes, ElementsAre("hang"));
  EXPECT_THAT((*calls)->ignored_outcomes, ElementsAre("phantom"));
  EXPECT_EQ((*calls)->service_level_s, 20.0);
  EXPECT_TRUE((*calls)->find("agent")->is_personal);
  EXPECT_TRUE((*calls)->find("customer_id")->is_personal);
  const auto survey = built_in_contract("survey");
  ASSERT_TRUE(survey) << survey.error().to_string();
  EXPECT_TRUE((*survey)->find("comment")->is_personal);
}

}  // namespace
}  // namespace hark::contract

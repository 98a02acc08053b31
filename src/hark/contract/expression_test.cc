#include "hark/contract/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::contract {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::DictionaryBuilder;
using columnar::Presence;
using columnar::Type;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Truth kF = Truth::kFalse, kT = Truth::kTrue, kN = Truth::kNull;
constexpr std::int64_t kHourUs = 3'600'000'000;

Contract test_contract() {
  Contract contract;
  contract.name = "test";
  const auto add = [&contract](std::string name, ValueType type, Role role = Role::kNone,
                               std::string title = "") {
    ColumnSpec column;
    column.name = std::move(name);
    column.type = type;
    column.role = role;
    column.title = std::move(title);
    contract.columns.push_back(std::move(column));
  };
  add("number", ValueType::kInteger, Role::kKey);
  add("share", ValueType::kNumber);
  add("complaint_type", ValueType::kString, Role::kComplaintType, "Complaint Type");
  add("district", ValueType::kString, Role::kArea);
  add("urgent", ValueType::kBoolean);
  add("created_date", ValueType::kTimestamp, Role::kCreated);
  add("closed_date", ValueType::kTimestamp, Role::kClosed);
  add("due_on", ValueType::kDate, Role::kDue);
  return contract;
}

/// Microseconds of a wall-clock time read as UTC.
std::int64_t utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return ((calendar::days_from_civil(year, month, day) * 24LL + hour) * 60 + minute) * 60'000'000LL;
}

struct Row {
  std::optional<std::int64_t> number = {};
  std::optional<double> share = {};
  std::optional<std::string> type = {};
  std::optional<std::string> district = {};
  std::optional<bool> urgent = {};
  std::optional<std::int64_t> created = {}, closed = {};  ///< microseconds UTC
  std::int32_t offset_s = 0;
  std::optional<std::int32_t> due = {};
};

Batch batch_of(const std::vector<Row>& rows) {
  Batch batch;
  batch.num_rows = rows.size();
  const std::pair<const char*, Type> fields[] = {{"number", Type::kInt64},
                                                 {"share", Type::kDouble},
                                                 {"complaint_type", Type::kString},
                                                 {"district", Type::kString},
                                                 {"urgent", Type::kBool},
                                                 {"created_date", Type::kTimestamp},
                                                 {"created_date_offset_s", Type::kInt32},
                                                 {"closed_date", Type::kTimestamp},
                                                 {"closed_date_offset_s", Type::kInt32},
                                                 {"due_on", Type::kDate}};
  for (const auto& [name, type] : fields) batch.columns.emplace_back(columnar::Field{name, type});
  DictionaryBuilder types, districts;
  const auto put = [](Column& column, const auto& value, auto append) {
    if (value)
      (column.*append)(*value);
    else
      column.append_absent(Presence::kNull);
  };
  for (const Row& row : rows) {
    put(batch.columns[0], row.number, &Column::append_int64);
    put(batch.columns[1], row.share, &Column::append_double);
    std::optional<std::uint32_t> type_code, district_code;
    if (row.type) type_code = types.code_of(*row.type);
    if (row.district) district_code = districts.code_of(*row.district);
    put(batch.columns[2], type_code, &Column::append_code);
    put(batch.columns[3], district_code, &Column::append_code);
    put(batch.columns[4], row.urgent, &Column::append_bool);
    put(batch.columns[5], row.created, &Column::append_int64);
    batch.columns[6].append_int32(row.offset_s);
    put(batch.columns[7], row.closed, &Column::append_int64);
    batch.columns[8].append_int32(row.offset_s);
    put(batch.columns[9], row.due, &Column::append_int32);
  }
  batch.columns[2].set_dictionary(types.finish());
  batch.columns[3].set_dictionary(districts.finish());
  return batch;
}

Expression parsed(std::string_view text) {
  static const Contract contract = test_contract();
  auto expression = Expression::parse(text, contract);
  EXPECT_TRUE(expression) << text << ": " << expression.error().to_string();
  if (!expression) return *Expression::parse("1 = 1", contract);
  return *std::move(expression);
}

std::vector<Truth> truths(std::string_view text, const std::vector<Row>& rows) {
  const auto result = parsed(text).evaluate(batch_of(rows));
  EXPECT_TRUE(result) << text << ": " << result.error().to_string();
  return result ? *result : std::vector<Truth>();
}

Truth truth(std::string_view text, const Row& row = {}) { return truths(text, {row}).at(0); }

std::string refusal(std::string_view text) {
  static const Contract contract = test_contract();
  const auto expression = Expression::parse(text, contract);
  if (expression) return "accepted";
  EXPECT_EQ(expression.error().code(), ErrorCode::kInvalidArgument);
  return expression.error().message();
}

TEST(Expression, ComparesEveryKindOfColumn) {
  const std::vector<Row> rows = {{.number = 1, .share = 0.5, .type = "Pothole"},
                                 {.number = 2, .share = 1.5, .type = "Noise"},
                                 {}};
  EXPECT_THAT(truths("number = 1", rows), ElementsAre(kT, kF, kN));
  EXPECT_THAT(truths("number <> 1", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("number != 1", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("number < 2", rows), ElementsAre(kT, kF, kN));
  EXPECT_THAT(truths("2 <= number", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("number > 1.5", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("share >= 1", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("number > share", rows), ElementsAre(kT, kT, kN));
  EXPECT_THAT(truths("complaint_type = 'Noise'", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("'Oak' < complaint_type", rows), ElementsAre(kT, kF, kN));
}

TEST(Expression, IntegersAreExactInSixtyFourBits) {
  const Row row = {.number = 9'007'199'254'740'993};  // 2^53 + 1, no double
  EXPECT_EQ(truth("number = 9007199254740993", row), kT);
  EXPECT_EQ(truth("number = 9007199254740992", row), kF);
  EXPECT_EQ(truth("number + 1 = 9007199254740994", row), kT);
  EXPECT_EQ(truth("number = -1", {.number = -1}), kT);
}

TEST(Expression, FollowsThreeValuedLogic) {
  // Kleene's tables, with `urgent` null.
  const Row row;
  EXPECT_EQ(truth("urgent AND true", row), kN);
  EXPECT_EQ(truth("urgent AND false", row), kF);
  EXPECT_EQ(truth("urgent OR true", row), kT);
  EXPECT_EQ(truth("urgent OR false", row), kN);
  EXPECT_EQ(truth("NOT urgent", row), kN);
  EXPECT_EQ(truth("urgent = urgent", row), kN);
  EXPECT_EQ(truth("urgent IS NULL", row), kT);
  EXPECT_EQ(truth("urgent IS NOT NULL", row), kF);
  EXPECT_EQ(truth("(urgent OR number = 3) IS NULL", row), kT);
  EXPECT_EQ(truth("null", row), kN);
  EXPECT_EQ(truth("null IS NULL", row), kT);
  EXPECT_EQ(truth("number IN (1, null)", {.number = 1}), kT);
  EXPECT_EQ(truth("number IN (1, null)", {.number = 2}), kN);
  EXPECT_EQ(truth("number NOT IN (1, null)", {.number = 1}), kF);
  EXPECT_EQ(truth("complaint_type IN ('a', null)", {.type = "b"}), kN);
}

TEST(Expression, AndBindsTighterThanOrAndNotTighterThanAnd) {
  EXPECT_EQ(truth("true OR true AND false"), kT);
  EXPECT_EQ(truth("(true OR true) AND false"), kF);
  EXPECT_EQ(truth("NOT false AND false"), kF);
  EXPECT_EQ(truth("NOT NOT true"), kT);
  EXPECT_EQ(truth("NOT 1 = 2"), kT);
  EXPECT_EQ(truth("2 + 3 * 4 = 14"), kT);
  EXPECT_EQ(truth("(2 + 3) * 4 = 20"), kT);
  EXPECT_EQ(truth("2 - 3 - 4 = -5"), kT);
  EXPECT_EQ(truth("8 / 4 / 2 = 1"), kT);
  EXPECT_EQ(truth("- 2 * - 3 = 6"), kT);
  EXPECT_EQ(truth("1 = 1 and 2 = 2 Or false"), kT) << "words in any case";
  EXPECT_EQ(truth("number between 1 and 3 and urgent", {.number = 2, .urgent = false}), kF);
}

TEST(Expression, BetweenInAndLikeWithTheirNegations) {
  const std::vector<Row> rows = {
      {.number = 1, .type = "HEAT"}, {.number = 5, .type = "Heating"}, {}};
  EXPECT_THAT(truths("number BETWEEN 1 AND 4", rows), ElementsAre(kT, kF, kN));
  EXPECT_THAT(truths("number NOT BETWEEN 1 AND 4", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("number IN (5, 6)", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("number IN (1.0, -3)", rows), ElementsAre(kT, kF, kN));
  EXPECT_THAT(truths("complaint_type IN ('HEAT', 'Noise')", rows), ElementsAre(kT, kF, kN));
  EXPECT_THAT(truths("complaint_type IN ('Noise', 'HEAT', 'A')", rows), ElementsAre(kT, kF, kN));
  EXPECT_THAT(truths("complaint_type NOT IN ('HEAT')", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("complaint_type LIKE 'Heat%'", rows), ElementsAre(kF, kT, kN));
  EXPECT_THAT(truths("complaint_type NOT LIKE 'Heat%'", rows), ElementsAre(kT, kF, kN));
  EXPECT_THAT(truths("lower(complaint_type) LIKE 'heat%'", rows), ElementsAre(kT, kT, kN));
}

TEST(Expression, ArithmeticWithoutAResultIsNull) {
  EXPECT_EQ(truth("number / 0 > 1", {.number = 1}), kN);
  EXPECT_EQ(truth("number + 1 > 0", {.number = INT64_MAX}), kN);
  EXPECT_EQ(truth("-number > 0", {.number = INT64_MIN}), kN);
  EXPECT_EQ(truth("abs(number) > 0", {.number = INT64_MIN}), kN);
  EXPECT_EQ(truth("share * share > 0", {.share = 1e300}), kN);
  EXPECT_EQ(truth("7 / 2 = 3.5"), kT) << "real division";
  EXPECT_EQ(truth("abs(number) = 3 AND abs(share) = 0.5", {.number = -3, .share = -0.5}), kT);
  EXPECT_EQ(truth("number - 1 = 2 AND number * 2 = 6", {.number = 3}), kT);
}

TEST(Expression, TextFunctions) {
  const Row row = {.type = "  Heat   HOT Water "};
  EXPECT_EQ(truth("fold(complaint_type) = 'heat hot water'", row), kT);
  EXPECT_EQ(truth("trim(complaint_type) = 'Heat   HOT Water'", row), kT);
  EXPECT_EQ(truth("upper(trim(complaint_type)) LIKE 'HEAT%'", row), kT);
  EXPECT_EQ(truth("length(complaint_type) = 19", row), kT);
  EXPECT_EQ(truth("length(complaint_type) = 4", {.type = "Caf\xC3\xA9"}), kT);
  EXPECT_EQ(truth("has_shape(district, '99999')", {.district = "10035"}), kT);
  EXPECT_EQ(truth("has_shape(district, '99999')", {.district = "1003"}), kF);
  EXPECT_EQ(truth("has_mojibake(district)", {.district = "Caf\xC3\x83\xC2\xA9"}), kT);
  EXPECT_EQ(truth("lower(district) = 'x'"), kN);
  EXPECT_EQ(truth("length(district) = 1"), kN);
  EXPECT_EQ(truth("complaint_type = district", {.type = "a", .district = "a"}), kT);
  EXPECT_EQ(truth("lower(complaint_type) = lower(district)", {.type = "A", .district = "a"}), kT);
  EXPECT_EQ(truth("'it''s' = complaint_type", {.type = "it's"}), kT);
}

TEST(Expression, ADateLiteralMeansTheWholeLocalDay) {
  // 23:30 in New York on 31 January 2024, already February in UTC.
  const Row row = {.created = utc(2024, 2, 1, 4, 30), .offset_s = -5 * 3600};
  EXPECT_EQ(truth("created_date = '2024-01-31'", row), kT);
  EXPECT_EQ(truth("created_date <= '2024-01-31'", row), kT);
  EXPECT_EQ(truth("created_date > '2024-01-31'", row), kF);
  EXPECT_EQ(truth("created_date < '2024-02-01'", row), kT);
  EXPECT_EQ(truth("DATE '2024-01-31' = created_date", row), kT);
  EXPECT_EQ(truth("created_date BETWEEN '2024-01-01' AND '2024-01-31'", row), kT);
  EXPECT_EQ(truth("created_date IN ('2024-01-30', '2024-01-31')", row), kT);
  EXPECT_EQ(truth("date(created_date) = '2024-01-31'", row), kT);
  EXPECT_EQ(truth("created_date = '2024-01-31'"), kN);
}

TEST(Expression, ATimeLiteralComparesWithLocalWallTime) {
  const Row row = {.created = utc(2024, 2, 1, 4, 30), .offset_s = -5 * 3600};
  EXPECT_EQ(truth("created_date = '2024-01-31 23:30'", row), kT);
  EXPECT_EQ(truth("created_date = '2024-01-31T23:30:00'", row), kT);
  EXPECT_EQ(truth("created_date < '2024-01-31 23:30:00.5'", row), kT);
  EXPECT_EQ(truth("created_date >= TIMESTAMP '2024-01-31 23:31'", row), kF);
}

TEST(Expression, LocalPartsOfAClock) {
  // A Wednesday, 23:30:15 local.
  const Row row = {.created = utc(2024, 2, 1, 4, 30) + 15'000'000, .offset_s = -5 * 3600};
  EXPECT_EQ(
      truth("year(created_date) = 2024 AND month(created_date) = 1 AND day(created_date) = 31",
            row),
      kT);
  EXPECT_EQ(truth("hour(created_date) = 23 AND minute(created_date) = 30", row), kT);
  EXPECT_EQ(truth("second(created_date) = 15 AND second_of_day(created_date) = 84615", row), kT);
  EXPECT_EQ(truth("weekday(created_date) = 2", row), kT) << "0 is Monday";
  EXPECT_EQ(truth("year(created_date) = 1899 AND second_of_day(created_date) = 86399",
                  {.created = utc(1900, 1, 1) - 1'000'000}),
            kT)
      << "before 1970 too";
}

TEST(Expression, ClocksCompareAsInstantsAndWithDatesAsLocalDays) {
  const std::int32_t due = calendar::days_from_civil(2024, 1, 31);
  const Row row = {.created = utc(2024, 2, 1, 4, 30),
                   .closed = utc(2024, 2, 1, 5, 0),
                   .offset_s = -5 * 3600,
                   .due = due};
  EXPECT_EQ(truth("closed_date > created_date", row), kT);
  EXPECT_EQ(truth("closed_date = created_date", row), kF);
  EXPECT_EQ(truth("due_on >= created_date", row), kT) << "the same local day";
  EXPECT_EQ(truth("due_on < closed_date", row), kT) << "midnight local is the next day";
  EXPECT_EQ(truth("due_on = '2024-01-31'", row), kT);
  EXPECT_EQ(truth("weekday(due_on) = 2 AND year(due_on) = 2024", row), kT);
  EXPECT_EQ(truth("hours_between(created_date, closed_date) = 0.5", row), kT);
  EXPECT_EQ(truth("hours_between(closed_date, created_date) = -0.5", row), kT);
  EXPECT_EQ(truth("hours_between(due_on, closed_date) = 24", row), kT) << "whole local days";
  EXPECT_EQ(truth("hours_between(created_date, due_on) > 1"), kN);
}

TEST(Expression, AnInvalidValueIsNullAndCanBeAskedFor) {
  Batch batch;
  batch.num_rows = 2;
  Column column(columnar::Field{"number", Type::kInt64});
  column.append_absent(Presence::kInvalid);
  column.append_absent(Presence::kNull);
  batch.columns.push_back(std::move(column));
  EXPECT_THAT(*parsed("is_invalid(number)").evaluate(batch), ElementsAre(kT, kF));
  EXPECT_THAT(*parsed("number IS NULL").evaluate(batch), ElementsAre(kT, kT));
  EXPECT_THAT(*parsed("number > 0").evaluate(batch), ElementsAre(kN, kN));
}

TEST(Expression, AColumnTheBatchLacksIsNull) {
  Batch batch;
  batch.num_rows = 2;
  for (const char* text :
       {"number = 1", "share < 1", "complaint_type = 'x'", "urgent", "created_date = '2024-01-01'",
        "due_on = '2024-01-01'", "lower(district) LIKE '%'", "length(district) = 0",
        "hour(created_date) = 0", "hours_between(created_date, closed_date) > 0", "number + 1 = 2",
        "complaint_type = district", "created_date > closed_date"}) {
    EXPECT_THAT(*parsed(text).evaluate(batch), ElementsAre(kN, kN)) << text;
  }
  EXPECT_THAT(*parsed("is_invalid(number)").evaluate(batch), ElementsAre(kF, kF));
  EXPECT_THAT(*parsed("number IS NULL").evaluate(batch), ElementsAre(kT, kT));
}

TEST(Expression, AColumnStoredOtherwiseIsAnErrorOfOurs) {
  Batch batch;
  batch.num_rows = 0;
  batch.columns.emplace_back(columnar::Field{"number", Type::kDouble});
  const auto wrong = parsed("number = 1").evaluate(batch);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), ErrorCode::kInternal);
  Batch clock;
  clock.columns.emplace_back(columnar::Field{"created_date", Type::kTimestamp});
  const auto no_offset = parsed("hour(created_date) = 1").evaluate(clock);
  ASSERT_FALSE(no_offset);
  EXPECT_THAT(no_offset.error().message(), HasSubstr("without its offset"));
}

TEST(Expression, SaysWhichColumnsItNeeds) {
  const Expression expression =
      parsed("\"Complaint Type\" = 'x' AND hour(created) = 1 AND created > closed AND area = 'y'");
  EXPECT_THAT(expression.contract_columns(),
              ElementsAre("complaint_type", "created_date", "closed_date", "district"));
  EXPECT_THAT(expression.columns(),
              ElementsAre("complaint_type", "created_date", "created_date_offset_s", "closed_date",
                          "district"));
  EXPECT_THAT(parsed("1 = 1").columns(), IsEmpty());
  EXPECT_THAT(parsed("closed_date = '2024-01-01'").columns(),
              ElementsAre("closed_date", "closed_date_offset_s"));
  EXPECT_THAT(parsed("closed_date IS NULL").columns(), ElementsAre("closed_date"));
}

TEST(Expression, PutsACaretUnderTheMistake) {
  EXPECT_EQ(refusal("number = = 3"),
            "a value is missing before '='\n"
            "  number = = 3\n"
            "           ^");
  EXPECT_EQ(refusal("district = 'M\xC3\xBCnchen' AND numbr = 3"),
            "contract 'test' has no column 'numbr'; did you mean 'number'?\n"
            "  district = 'M\xC3\xBCnchen' AND numbr = 3\n"
            "                           ^");
  EXPECT_EQ(refusal("number = 1\n AND district = 2"),
            "a text does not compare with a number; write the number in quotes\n"
            "   AND district = 2\n"
            "                  ^");
}

TEST(Expression, RefusesWhatMakesNoSense) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "ends too soon"},
      {"number", "this is a number, a condition is needed"},
      {"number = 1 number", "'number' does not belong here"},
      {"number == 1", "written with one ="},
      {"number = 'x'", "leave the quotes out"},
      {"number = null", "IS NULL"},
      {"created_date = 5", "a clock does not compare with a number"},
      {"created_date = 'yesterday'", "this is no date"},
      {"created_date = '2024-02-30'", "this is no date"},
      {"created_date = '2024-01-01 25:00'", "this is no time"},
      {"created_date = '2024-01-01 12:00:61'", "this is no time"},
      {"created_date = '2024-01-01T12:00:00Z'", "leave out what follows the time"},
      {"created_date = DATE '2024-01-01 12:00'", "a DATE has no time of day"},
      {"created_date = TIMESTAMP '2024-01-01'", "needs a time of day"},
      {"due_on = '2024-01-01 12:00'", "a date has no time of day"},
      {"due_on > TIMESTAMP '2024-01-01 12:00'", "a date has no time of day"},
      {"urgent > false", "conditions compare with = and <> only"},
      {"urgent + 1 = 2", "a number is needed"},
      {"-district = 'x'", "a number is needed"},
      {"NOT number", "a condition is needed"},
      {"number AND urgent", "a condition is needed"},
      {"number IN (district)", "IN takes values"},
      {"number IN 1", "'(' is missing"},
      {"number IN (1", "')' is missing"},
      {"number BETWEEN 1 OR 2", "AND is missing"},
      {"number LIKE 'x'", "LIKE needs a text"},
      {"district LIKE district", "a pattern in quotes"},
      {"district NOT 'x'", "IN, BETWEEN or LIKE is missing"},
      {"number IS 3", "NULL is missing"},
      {"lowr(district) = 'x'", "did you mean lower?"},
      {"frobnicate(district) = 'x'", "there is no function"},
      {"lower(number) = 'x'", "lower needs a text"},
      {"lower(district, 'x') = 'x'", "takes no more arguments"},
      {"hour(due_on) = 1", "hour needs a clock"},
      {"year(number) = 1", "year needs a clock or a date"},
      {"hours_between(created_date) = 1", "',' is missing"},
      {"hours_between(created_date, number) = 1", "needs a clock or a date"},
      {"is_invalid(lower(district))", "needs a column"},
      {"has_shape(district, number)", "needs a text in quotes"},
      {"district = 'x", "this ' is not closed"},
      {"\"Complaint Type = 'x'", "this \" is not closed"},
      {"number = 1x", "this is no number"},
      {"number = 1e999", "too large"},
      {"number # 1", "means nothing here"},
      {"(number = 1", "')' is missing"},
      {"AND", "a value is missing before AND"},
  };
  for (const auto& [text, reason] : cases) EXPECT_THAT(refusal(text), HasSubstr(reason)) << text;
}

TEST(Expression, DepthAndLengthHaveALimit) {
  EXPECT_THAT(refusal(std::string(10'000, '(') + "true"), HasSubstr("nests too deeply"));
  std::string negations = "true";
  for (int i = 0; i < 10'000; ++i) negations = "NOT " + negations;
  EXPECT_THAT(refusal(negations), HasSubstr("nests too deeply"));
  EXPECT_THAT(refusal("number = " + std::string(10'000, '-') + "1"), HasSubstr("too deeply"));
  std::string sum = "1";
  for (int i = 0; i < 10'000; ++i) sum += " + 1";
  EXPECT_THAT(refusal(sum + " = 1"), HasSubstr("nests too deeply"));
  std::string chain = "number = 0";
  for (int i = 1; i < 2'000; ++i) chain += concat(" OR number = ", i);
  EXPECT_EQ(truth(chain, {.number = 1'999}), kT) << "a long chain is not deep";
  for (int i = 0; i < 4'000; ++i) chain += " OR number = 1";
  EXPECT_THAT(refusal(chain), HasSubstr("too long"));
}

TEST(Expression, ADictionaryMayBeLargerThanTheBatch) {
  Batch batch;
  batch.num_rows = 3;
  DictionaryBuilder builder;
  for (int i = 0; i < 100; ++i) builder.code_of(concat("Text ", i));
  Column column(columnar::Field{"district", Type::kString});
  column.append_code(7);
  column.append_absent(Presence::kNull);
  column.append_code(42);
  column.set_dictionary(builder.finish());
  batch.columns.push_back(std::move(column));
  EXPECT_THAT(*parsed("district = 'Text 42'").evaluate(batch), ElementsAre(kF, kN, kT));
  EXPECT_THAT(*parsed("upper(district) LIKE 'TEXT _'").evaluate(batch), ElementsAre(kT, kN, kF));
  EXPECT_THAT(*parsed("length(district) = 7").evaluate(batch), ElementsAre(kF, kN, kT));
}

// Dictionary entries are asked once where there are fewer of them than rows, texts row by row
// otherwise: both ways, and one row at a time, must agree.
TEST(Expression, WholeBatchesAgreeWithSingleRows) {
  std::mt19937 random(311);
  const auto pick = [&random](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  std::vector<Row> rows;
  for (int i = 0; i < 300; ++i) {
    Row row;
    if (pick(4)) row.number = pick(10) - 5;
    if (pick(4)) row.share = pick(8) / 4.0;
    if (pick(4)) row.type = std::string(1, static_cast<char>('A' + pick(6)));
    if (pick(4)) row.district = concat("D", pick(pick(2) ? 3 : 1'000'000));
    if (pick(4)) row.urgent = pick(2) == 1;
    if (pick(4)) row.created = utc(2024, 3, 9) + pick(72) * kHourUs;
    if (pick(4)) row.closed = utc(2024, 3, 9) + pick(72) * kHourUs;
    row.offset_s = pick(2) ? -5 * 3600 : -4 * 3600;
    if (pick(4)) row.due = calendar::days_from_civil(2024, 3, 9) + pick(4);
    rows.push_back(row);
  }
  const char* expressions[] = {
      "complaint_type = 'B' OR district LIKE 'D1%'",
      "lower(complaint_type) IN ('a', 'c') AND NOT urgent",
      "district > 'D5' AND length(district) > 2",
      "upper(district) = district",
      "complaint_type < district",
      "number * 2 + 1 >= share - number",
      "number / share > 2 OR share IS NULL",
      "created_date <= closed_date AND hour(created_date) BETWEEN 8 AND 17",
      "created_date >= '2024-03-10' AND closed_date < '2024-03-11 12:00'",
      "due_on >= created_date OR hours_between(created_date, closed_date) > 24",
      "weekday(due_on) = 6 OR date(closed_date) = due_on",
      "(number > 0) = urgent",
      "number NOT IN (1, 2, 3) AND number NOT BETWEEN -3 AND -1",
      "abs(number) = 2 OR -share < -1",
      "has_shape(district, 'A9') OR has_mojibake(complaint_type)",
  };
  for (const char* text : expressions) {
    const std::vector<Truth> whole = truths(text, rows);
    ASSERT_EQ(whole.size(), rows.size());
    int num_true = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(whole[i], truth(text, rows[i])) << text << " row " << i;
      num_true += whole[i] == kT;
    }
    EXPECT_GT(num_true, 0) << text << " is never true";
  }
}

}  // namespace
}  // namespace hark::contract

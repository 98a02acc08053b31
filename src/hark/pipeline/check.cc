#include "hark/pipeline/check.h"

#include <algorithm>
#include <map>

#include "hark/contract/expression.h"
#include "hark/core/text.h"
#include "hark/pipeline/existing_rows.h"
#include "hark/pipeline/quarantine.h"
#include "hark/pipeline/table_commit.h"
#include "hark/pipeline/trusted_rows.h"

namespace hark::pipeline {
namespace {

using contract::Severity;

CheckedRule make_rule(std::string name, std::string dimension, Severity severity,
                      std::string description, std::int64_t checked, std::int64_t failed) {
  CheckedRule rule;
  rule.name = std::move(name);
  rule.dimension = std::move(dimension);
  rule.severity = severity;
  rule.description = std::move(description);
  rule.checked = checked;
  rule.failed = failed;
  rule.share = checked == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(checked);
  if (failed > 0) {
    rule.status = severity == Severity::kError     ? CheckStatus::kFail
                  : severity == Severity::kWarning ? CheckStatus::kWarn
                                                   : CheckStatus::kInfo;
  }
  return rule;
}

std::string quoted(std::string_view name) { return concat("\"", name, "\""); }

/// How many rows each rule was put to: those with a value in every column that it names (a file
/// that lacks one has none), and those that failed it.
Result<std::vector<std::int64_t>> count_checked(engine::Engine& engine,
                                                const contract::Contract& contract) {
  std::vector<std::int64_t> checked;
  if (contract.rules.empty()) return checked;
  std::string sql;
  for (const contract::Rule& rule : contract.rules) {
    HARK_TRY(const auto expression, contract::Expression::parse(rule.expression, contract));
    std::string has_all;
    for (const std::string& column : expression.contract_columns()) {
      has_all += concat(has_all.empty() ? "" : " AND ", quoted(column), " IS NOT NULL");
    }
    // Few rows have flags at all, so their text is hardly ever looked into.
    sql += concat(sql.empty() ? "SELECT " : ", ", "count(*) FILTER (WHERE (",
                  has_all.empty() ? "true" : has_all,
                  ") OR (_flags IS NOT NULL AND contains(concat(',', _flags, ','), ',", rule.name,
                  ",')))");
  }
  HARK_TRY(const auto rows, engine.query(concat(sql, " FROM trusted")));
  HARK_TRY(const auto batch, rows->next());
  if (!batch || batch->num_rows != 1) return Error(ErrorCode::kInternal, "a count gave no row");
  for (const columnar::Column& column : batch->columns) checked.push_back(column.int64s()[0]);
  return checked;
}

/// How many rows carry each flag ("closed_before_created", "invalid:due_date").
Result<std::map<std::string, std::int64_t, std::less<>>> count_flags(engine::Engine& engine) {
  std::map<std::string, std::int64_t, std::less<>> counts;
  HARK_TRY(
      const auto rows,
      engine.query(
          "SELECT _flags, count(*) AS n FROM trusted WHERE _flags IS NOT NULL GROUP BY _flags"));
  while (true) {
    HARK_TRY(const auto batch, rows->next());
    if (!batch) return counts;
    for (std::size_t row = 0; row < batch->num_rows; ++row) {
      for (const std::string_view flag : split(batch->columns[0].text(row), ',')) {
        counts[std::string(flag)] += batch->columns[1].int64s()[row];
      }
    }
  }
}

/// Rows whose key another row has, but for one of each key.
Result<std::int64_t> count_repeated(engine::Engine& engine, const std::vector<std::string>& files,
                                    std::int64_t num_rows, const contract::Contract& contract,
                                    const CheckOptions& options) {
  // Mostly there are none, which is told sooner than how many there are; but only SQL goes to the
  // disk where memory ends.
  if (static_cast<std::size_t>(num_rows) <= options.memory_limit_bytes / 2 / kBytesToCompareKeys) {
    HARK_TRY(const bool may_share, may_share_keys(engine, files, contract, options.threads));
    if (!may_share) return 0;
  }
  std::string key;
  for (const std::string& name : contract.key) key += (key.empty() ? "" : ", ") + quoted(name);
  return engine.count(
      concat("SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n "
             "FROM trusted GROUP BY ",
             key, " HAVING count(*) > 1)"));
}

}  // namespace

std::string_view name_of(CheckStatus status) noexcept {
  switch (status) {
    case CheckStatus::kPass:
      return "pass";
    case CheckStatus::kInfo:
      return "info";
    case CheckStatus::kWarn:
      return "warn";
    case CheckStatus::kFail:
      return "fail";
  }
  return "fail";
}

bool CheckReport::has_failed() const noexcept {
  return std::ranges::any_of(
      rules, [](const CheckedRule& rule) { return rule.status == CheckStatus::kFail; });
}

Result<CheckReport> check(const LakeFolder& lake, const std::string& dataset,
                          const CheckOptions& options) {
  HARK_TRY(const contract::Contract contract, lake.contract(dataset));
  HARK_TRY(const TableState trusted, open_table(lake.files(), lake.trusted_table(dataset)));
  if (!trusted.snapshot) {
    return Error(ErrorCode::kNotFound, concat("dataset '", dataset, "' has no rows yet"))
        .hint("load a file with `hark ingest` first");
  }
  engine::EngineOptions engine_options;
  engine_options.threads = options.threads;
  engine_options.memory_limit_bytes = options.memory_limit_bytes;
  HARK_TRY(const auto engine, engine::Engine::open(engine_options));
  HARK_TRY(const auto paths, trusted.file_paths());
  HARK_TRY_VOID(engine->create_parquet_view("trusted", paths, trusted_fields(contract)));

  CheckReport report;
  report.dataset = dataset;
  report.version = trusted.version();
  HARK_TRY(report.rows, engine->count("SELECT count(*) FROM trusted"));
  HARK_TRY(const auto flags, count_flags(*engine));
  const auto flagged = [&](std::string_view flag) {
    const auto found = flags.find(flag);
    return found == flags.end() ? std::int64_t{0} : found->second;
  };
  HARK_TRY(const auto checked, count_checked(*engine, contract));
  for (std::size_t i = 0; i < contract.rules.size(); ++i) {
    const contract::Rule& rule = contract.rules[i];
    report.rules.push_back(make_rule(rule.name, rule.dimension, rule.severity, rule.description,
                                     checked[i], flagged(rule.name)));
  }
  for (const contract::ColumnSpec& column : contract.columns) {
    const std::string flag = "invalid:" + column.name;
    if (flagged(flag) > 0) {
      report.rules.push_back(make_rule(
          "readable_" + column.name, "conformity", Severity::kWarning,
          concat("values of ", column.name, " can be read as ", contract::name_of(column.type)),
          report.rows, flagged(flag)));
    }
    if (column.is_required) {
      HARK_TRY(const std::int64_t missing,
               engine->count(
                   concat("SELECT count(*) FROM trusted WHERE ", quoted(column.name), " IS NULL")));
      report.rules.push_back(make_rule("present_" + column.name, "completeness", Severity::kError,
                                       concat("every row has a value of ", column.name),
                                       report.rows, missing));
    }
  }
  if (!contract.key.empty()) {
    HARK_TRY(const std::int64_t repeated,
             count_repeated(*engine, paths, report.rows, contract, options));
    report.rules.push_back(make_rule("unique_key", "uniqueness", Severity::kError,
                                     "no two rows share their key", report.rows, repeated));
  }
  HARK_TRY(const auto refused, count_quarantine(lake, dataset));
  std::int64_t num_refused = 0;
  for (const QuarantineCount& count : refused) num_refused += count.records;
  report.rules.push_back(make_rule("records_taken", "completeness", Severity::kWarning,
                                   "no record was refused into quarantine",
                                   report.rows + num_refused, num_refused));
  return report;
}

}  // namespace hark::pipeline

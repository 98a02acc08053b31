#include "hark/pipeline/check.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "hark/contract/expression.h"
#include "hark/core/text.h"
#include "hark/pipeline/existing_rows.h"
#include "hark/pipeline/quarantine.h"
#include "hark/pipeline/table_commit.h"
#include "hark/pipeline/trusted_reader.h"
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
  if (checked > 0) rule.share = static_cast<double>(failed) / static_cast<double>(checked);
  if (failed > 0) {
    rule.status = severity == Severity::kError     ? CheckStatus::kFail
                  : severity == Severity::kWarning ? CheckStatus::kWarn
                                                   : CheckStatus::kInfo;
  } else if (checked == 0) {
    rule.status = CheckStatus::kUnchecked;
  }
  return rule;
}

std::string quoted(std::string_view name) { return concat("\"", name, "\""); }

/// What the rows of a table say of its rules.
struct RowCounts {
  explicit RowCounts(const contract::Contract& contract)
      : checked(contract.rules.size()), missing(contract.columns.size()) {}

  std::int64_t rows = 0;
  /// How many rows each rule was put to: those with a value in every column that it names (a file
  /// that lacks one has none), and those that failed it.
  std::vector<std::int64_t> checked;
  /// How many rows lack each column that is required; 0 for the others.
  std::vector<std::int64_t> missing;
  /// How many rows carry each flag ("closed_before_created", "invalid:due_date").
  std::map<std::string, std::int64_t, std::less<>> flags;

  void add(const RowCounts& other) {
    rows += other.rows;
    for (std::size_t i = 0; i < checked.size(); ++i) checked[i] += other.checked[i];
    for (std::size_t i = 0; i < missing.size(); ++i) missing[i] += other.missing[i];
    for (const auto& [flag, count] : other.flags) flags[flag] += count;
  }
};

/// The rows of a batch that carry flags; mostly few do.
struct Flagged {
  explicit Flagged(const columnar::Column& flags) {
    if (flags.is_blank()) return;
    const auto presence = flags.presence();
    const auto codes = flags.codes();
    rows_of.resize(flags.dictionary()->size());
    for (std::uint32_t row = 0; row < presence.size(); ++row) {
      if (presence[row] != columnar::Presence::kValue) continue;
      rows.push_back(row);
      code_of.push_back(codes[row]);
      ++rows_of[codes[row]];
    }
    flags_of.resize(rows_of.size());
    for (std::uint32_t code = 0; code < rows_of.size(); ++code) {
      if (rows_of[code] > 0) flags_of[code] = split((*flags.dictionary())[code], ',');
    }
  }

  /// Sets the rows that failed the rule to 1: they were put to it, whatever they lack now.
  void mark(std::string_view rule, std::span<std::uint8_t> is_checked) const {
    std::vector<std::uint8_t> has_failed(flags_of.size());
    for (std::size_t code = 0; code < flags_of.size(); ++code)
      has_failed[code] = std::ranges::find(flags_of[code], rule) != flags_of[code].end() ? 1 : 0;
    for (std::size_t i = 0; i < rows.size(); ++i) is_checked[rows[i]] |= has_failed[code_of[i]];
  }

  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> code_of;                     ///< of each of `rows`
  std::vector<std::int64_t> rows_of;                      ///< of each code, how many
  std::vector<std::vector<std::string_view>> flags_of{};  ///< of each code that a row has
};

class RowCounter final : public columnar::BatchSink {
 public:
  static Result<RowCounter> create(const contract::Contract& contract, unsigned threads) {
    RowCounter counter(contract, threads);
    for (const contract::Rule& rule : contract.rules) {
      HARK_TRY(const auto expression, contract::Expression::parse(rule.expression, contract));
      counter.rule_columns_.push_back(expression.contract_columns());
    }
    return counter;
  }

  /// The columns to ask for.
  std::vector<std::string> columns() const {
    std::set<std::string> names{std::string(kFlagsColumn)};
    for (const auto& of_rule : rule_columns_) names.insert(of_rule.begin(), of_rule.end());
    for (const contract::ColumnSpec& column : contract_->columns) {
      if (column.is_required) names.insert(column.name);
    }
    return {names.begin(), names.end()};
  }

  Result<void> consume(columnar::Batch batch, unsigned worker) override {
    RowCounts& counts = of_worker_[worker];
    counts.rows += static_cast<std::int64_t>(batch.num_rows);
    const Flagged flagged(*batch.find(kFlagsColumn));
    for (std::uint32_t code = 0; code < flagged.flags_of.size(); ++code) {
      for (const std::string_view flag : flagged.flags_of[code])
        counts.flags[std::string(flag)] += flagged.rows_of[code];
    }
    std::vector<std::uint8_t> is_checked(batch.num_rows);
    for (std::size_t i = 0; i < rule_columns_.size(); ++i) {
      std::ranges::fill(is_checked, std::uint8_t{1});
      for (const std::string& name : rule_columns_[i]) {
        const auto presence = batch.find(name)->presence();
        for (std::size_t row = 0; row < batch.num_rows; ++row) {
          const unsigned has_value = presence[row] != columnar::Presence::kNull ? 1 : 0;
          is_checked[row] = static_cast<std::uint8_t>(is_checked[row] & has_value);
        }
      }
      flagged.mark(contract_->rules[i].name, is_checked);
      counts.checked[i] += std::accumulate(is_checked.begin(), is_checked.end(), std::int64_t{0});
    }
    for (std::size_t i = 0; i < contract_->columns.size(); ++i) {
      if (!contract_->columns[i].is_required) continue;
      counts.missing[i] += std::ranges::count(batch.find(contract_->columns[i].name)->presence(),
                                              columnar::Presence::kNull);
    }
    return {};
  }

  RowCounts sum() const {
    RowCounts all(*contract_);
    for (const RowCounts& counts : of_worker_) all.add(counts);
    return all;
  }

 private:
  RowCounter(const contract::Contract& contract, unsigned threads)
      : contract_(&contract), of_worker_(std::max(1U, threads), RowCounts(contract)) {}

  const contract::Contract* contract_;
  std::vector<std::vector<std::string>> rule_columns_;
  std::vector<RowCounts> of_worker_;
};

Result<RowCounts> count_rows(TrustedReader& reader, const std::vector<std::string>& files,
                             const contract::Contract& contract, unsigned threads) {
  HARK_TRY(const auto rows, reader.open(files, contract));
  HARK_TRY(RowCounter counter, RowCounter::create(contract, threads));
  HARK_TRY_VOID(rows->stream(counter.columns(), threads, counter));
  return counter.sum();
}

/// Rows whose key another row has, but for one of each key.
Result<std::int64_t> count_repeated(TrustedReader& reader, const std::vector<std::string>& files,
                                    std::int64_t num_rows, const contract::Contract& contract,
                                    const engine::EngineOptions& options) {
  // Mostly there are none, which is told sooner than how many there are; but only SQL goes to the
  // disk where memory ends.
  if (static_cast<std::size_t>(num_rows) <= options.memory_limit_bytes / 2 / kBytesToCompareKeys) {
    HARK_TRY(const bool may_share, may_share_keys(reader, files, contract, options.threads));
    if (!may_share) return 0;
  }
  std::string key;
  for (const std::string& name : contract.key) key += (key.empty() ? "" : ", ") + quoted(name);
  HARK_TRY(const auto engine, engine::Engine::open(options));
  HARK_TRY_VOID(engine->create_parquet_view("trusted", files, trusted_fields(contract)));
  return engine->count(
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
    case CheckStatus::kUnchecked:
      return "unchecked";
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
  TrustedReader reader(lake.files(), engine_options);
  HARK_TRY(const auto paths, trusted.file_paths());
  HARK_TRY(const RowCounts counts, count_rows(reader, paths, contract, options.threads));

  CheckReport report;
  report.dataset = dataset;
  report.version = trusted.version();
  report.rows = counts.rows;
  const auto flagged = [&](std::string_view flag) {
    const auto found = counts.flags.find(flag);
    return found == counts.flags.end() ? std::int64_t{0} : found->second;
  };
  for (std::size_t i = 0; i < contract.rules.size(); ++i) {
    const contract::Rule& rule = contract.rules[i];
    report.rules.push_back(make_rule(rule.name, rule.dimension, rule.severity, rule.description,
                                     counts.checked[i], flagged(rule.name)));
  }
  for (std::size_t i = 0; i < contract.columns.size(); ++i) {
    const contract::ColumnSpec& column = contract.columns[i];
    const std::string flag = "invalid:" + column.name;
    if (flagged(flag) > 0) {
      report.rules.push_back(make_rule(
          "readable_" + column.name, "conformity", Severity::kWarning,
          concat("values of ", column.name, " can be read as ", contract::name_of(column.type)),
          report.rows, flagged(flag)));
    }
    if (column.is_required) {
      report.rules.push_back(make_rule("present_" + column.name, "completeness", Severity::kError,
                                       concat("every row has a value of ", column.name),
                                       report.rows, counts.missing[i]));
    }
  }
  if (!contract.key.empty()) {
    HARK_TRY(const std::int64_t repeated,
             count_repeated(reader, paths, report.rows, contract, engine_options));
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

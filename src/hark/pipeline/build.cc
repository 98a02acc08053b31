#include "hark/pipeline/build.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "hark/contract/contract.h"
#include "hark/core/embedded.h"
#include "hark/core/text.h"
#include "hark/crypto/sha256.h"
#include "hark/lake/data_file.h"
#include "hark/lake/unreferenced.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/lost_commits.h"
#include "hark/pipeline/table_file.h"
#include "hark/pipeline/trusted_rows.h"

namespace hark::core {
std::span<const EmbeddedFile> embedded_models();
}

namespace hark::pipeline {
namespace {

using columnar::Type;
using contract::ColumnSpec;
using contract::Contract;
using contract::Role;

constexpr std::string_view kModelTag = "hark.model";
/// Counts the changes of the views that models read: tables made from other ones are made anew.
constexpr std::string_view kInputsVersion = "inputs 2\n";

/// A column name inside double quotes, as SQL wants it.
std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

std::string text_of(const Contract& contract, Role role) {
  const ColumnSpec* spec = contract.with_role(role);
  return spec == nullptr ? "CAST(NULL AS VARCHAR)" : quoted(spec->name);
}

std::string number_of(const Contract& contract, Role role, std::string_view type) {
  const ColumnSpec* spec = contract.with_role(role);
  return concat("CAST(", spec == nullptr ? "NULL" : quoted(spec->name), " AS ", type, ")");
}

/// A number of calls, seconds or a share: null where it cannot be one, as in insight/quantity.h.
std::string quantity_of(const Contract& contract, Role role, std::string_view type) {
  const std::string number = number_of(contract, role, type);
  const double greatest = contract::greatest_quantity(role);
  return concat("CASE WHEN ", number, " >= 0",
                greatest == std::numeric_limits<double>::max()
                    ? std::string()
                    : concat(" AND ", number, " <= ", fixed(greatest, 0)),
                " THEN ", number, " END");
}

/// A column of `trusted` with few texts as an enumeration of them, in their order: DuckDB groups,
/// sorts and writes its codes in a fraction of the time. To SQL it is the same text.
struct CodedColumn {
  Role role;
  std::string_view name;  ///< of the column in the models
};
constexpr CodedColumn kCodedColumns[] = {{Role::kAgency, "agency"},
                                         {Role::kComplaintType, "complaint_type"},
                                         {Role::kArea, "area"},
                                         {Role::kStatus, "status"}};
/// Every row group of a file holds all texts of an enumeration, and each text of a dictionary is
/// looked for among them one by one.
constexpr std::size_t kMaxCodedTexts = 1024;

std::string enum_of(const CodedColumn& column) { return concat("texts_of_", column.name); }

/// A text as a value of the column's enumeration. A cast looks up the text of every row; the list
/// functions are called once per text of a file's dictionary. They find nothing where a text is
/// none of the enumeration's: that is left to the cast, which says so.
std::string as_enum(const CodedColumn& column, std::string_view text) {
  const std::string type = enum_of(column);
  const std::string texts = concat("enum_range(CAST(NULL AS ", type, "))");
  return concat("coalesce(list_extract(CAST(", texts, " AS ", type, "[]), list_position(", texts,
                ", ", text, ")), CAST(", text, " AS ", type, "))");
}

/// A list of texts for IN; what no text is where there are none.
std::string sql_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list += list.empty() ? "'" : ", '";
    for (const char c : text) {
      list += c;
      if (c == '\'') list += c;
    }
    list += "'";
  }
  return list.empty() ? "NULL" : list;
}

/// The texts that a query gives; none if they are more than an enumeration may have, or if one of
/// them cannot stand in SQL.
Result<std::vector<std::string>> few_texts(engine::Engine& engine, const std::string& sql) {
  std::vector<std::string> texts;
  HARK_TRY(const auto rows, engine.query(sql));
  while (true) {
    HARK_TRY(const auto batch, rows->next());
    if (!batch) return texts;
    for (std::size_t row = 0; row < batch->num_rows; ++row) {
      texts.emplace_back(batch->columns[0].text(row));
      if (texts.size() > kMaxCodedTexts || texts.back().find('\0') != std::string::npos)
        return std::vector<std::string>();
    }
  }
}

/// The columns of `contract` that have few texts, each with its enumeration made.
Result<std::vector<CodedColumn>> make_enums(engine::Engine& engine, const Contract& contract) {
  std::vector<CodedColumn> coded;
  if (contract.kind != contract::Kind::kServiceRequests) return coded;
  for (const CodedColumn& column : kCodedColumns) {
    const ColumnSpec* const spec = contract.with_role(column.role);
    if (spec == nullptr || contract::storage_type(spec->type) != Type::kString) continue;
    const std::string name = quoted(spec->name);
    HARK_TRY(const auto texts,
             few_texts(engine, concat("SELECT DISTINCT ", name, " AS t FROM trusted WHERE ", name,
                                      " IS NOT NULL ORDER BY t LIMIT ", kMaxCodedTexts + 1)));
    if (texts.empty()) continue;
    HARK_TRY_VOID(engine.execute(
        concat("CREATE TYPE ", enum_of(column), " AS ENUM (", sql_list(texts), ")")));
    coded.push_back(column);
  }
  return coded;
}

/// Instant, local date, second of day and fold of a clock role, as SQL expressions.
struct ClockColumns {
  std::string instant = "CAST(NULL AS TIMESTAMPTZ)";
  std::string date = "CAST(NULL AS DATE)";
  std::string second = "CAST(NULL AS INTEGER)";
  std::string fold = "FALSE";
  /// The instant; of a clock that is told by date only, the one at which that day begins in the
  /// city.
  std::string day_at = "CAST(NULL AS TIMESTAMPTZ)";
  bool has_time = false;  ///< it tells more than the date
};

ClockColumns clock_of(const Contract& contract, Role role) {
  ClockColumns columns;
  const ColumnSpec* spec = contract.with_role(role);
  if (spec == nullptr) return columns;
  if (contract::storage_type(spec->type) == Type::kTimestamp) {
    columns.instant = quoted(spec->name);
    columns.date = quoted(spec->name + "_local_date");
    columns.second = quoted(spec->name + "_local_s");
    columns.fold = quoted(spec->name + "_fold");
    columns.day_at = columns.instant;
    columns.has_time = true;
  } else {
    columns.date = quoted(spec->name);
    columns.day_at =
        concat("timezone('", contract.time_zone, "', CAST(", columns.date, " AS TIMESTAMP))");
  }
  return columns;
}

/// `text` folded as METRICS folds categories.
std::string folded(std::string_view text) {
  return concat("lower(trim(regexp_replace(", text, ", '\\s+', ' ', 'g')))");
}

/// The threshold of a request whose folded complaint type is `type`.
std::string sla_hours(const Contract& contract, std::string_view type) {
  std::string by_type;
  for (const auto& [name, hours] : contract.sla_hours_by_type)
    by_type += concat("WHEN ", type, " = ", sql_list({name}), " THEN ", hours, " ");
  const std::string otherwise = concat(contract.sla_hours);
  return concat("CAST(",
                by_type.empty() ? otherwise : concat("CASE ", by_type, "ELSE ", otherwise, " END"),
                " AS DOUBLE)");
}

std::string requests_view(const Contract& contract, const std::vector<CodedColumn>& coded) {
  const ClockColumns created = clock_of(contract, Role::kCreated);
  const ClockColumns closed = clock_of(contract, Role::kClosed);
  const ColumnSpec* closed_spec = contract.with_role(Role::kClosed);
  const std::string type = text_of(contract, Role::kComplaintType);
  const std::string invalid =
      closed_spec == nullptr
          ? "FALSE"
          : concat("coalesce(contains(_flags, 'invalid:", closed_spec->name, "'), FALSE)");
  const auto category = [&](Role role) {
    const auto column = std::ranges::find(coded, role, &CodedColumn::role);
    const std::string text = text_of(contract, role);
    return column == coded.end() ? text : as_enum(*column, text);
  };
  return concat("CREATE OR REPLACE VIEW source_requests AS SELECT CAST(",
                text_of(contract, Role::kKey), " AS VARCHAR) AS request_key, ", created.instant,
                " AS created_at, ", created.date, " AS created_date, CAST(floor(", created.second,
                " / 3600) AS INTEGER) AS created_hour, ", closed.instant, " AS closed_at, ",
                closed.date, " AS closed_date, ", closed.fold, " AS closed_fold, ", closed.day_at,
                " AS closed_day_at, ", closed.has_time ? "TRUE" : "FALSE", " AS has_closing_time, ",
                sla_hours(contract, folded(type)), " AS sla_hours, ", category(Role::kAgency),
                " AS agency, ", category(Role::kComplaintType), " AS complaint_type, ",
                folded(type), " AS complaint_type_folded, ", category(Role::kArea), " AS area, ",
                category(Role::kStatus), " AS status, ", invalid,
                " AS closed_is_invalid FROM trusted");
}

/// As-of: the latest created or closed time that is neither a sentinel nor later than the extract
/// (METRICS section 2).
std::string extract_view(Instant retrieved_at) {
  const std::string retrieved =
      concat("make_timestamptz(", retrieved_at.time_since_epoch().count(), ")");
  const auto latest = [&](std::string_view instant, std::string_view date) {
    return concat("max(", instant, ") FILTER (WHERE ", instant, " <= ", retrieved, " AND ", date,
                  " >= DATE '1990-01-01' AND ", date, " < DATE '2100-01-01')");
  };
  return concat("CREATE OR REPLACE TABLE extract_facts AS SELECT ", retrieved,
                " AS retrieved_at, greatest(", latest("created_at", "created_date"), ", ",
                latest("closed_day_at", "closed_date"), ") AS as_of FROM source_requests");
}

/// The view `name` over the rows of the view `from`, which are of `contract`.
std::string periods_view(std::string_view name, const Contract& contract, std::string_view from) {
  const ClockColumns period = clock_of(contract, Role::kPeriodStart);
  return concat("CREATE OR REPLACE VIEW ", name, " AS SELECT ", period.date, " AS period_date, ",
                text_of(contract, Role::kQueue), " AS queue, ",
                quantity_of(contract, Role::kOffered, "BIGINT"), " AS offered, ",
                quantity_of(contract, Role::kHandled, "BIGINT"), " AS handled, ",
                quantity_of(contract, Role::kAbandoned, "BIGINT"), " AS abandoned, ",
                quantity_of(contract, Role::kAsaS, "DOUBLE"), " AS asa_s, ",
                quantity_of(contract, Role::kServiceLevel, "DOUBLE"), " AS service_level FROM ",
                from);
}

/// docs/models/calls.md; insight/calls.cc says the same.
std::string calls_view(const Contract& contract) {
  const std::string outcome = folded(text_of(contract, Role::kOutcome));
  const ColumnSpec* const queued = contract.with_role(Role::kQueued);
  return concat(
      "CREATE OR REPLACE VIEW source_calls AS SELECT ", clock_of(contract, Role::kCallStart).date,
      " AS call_date, ", text_of(contract, Role::kQueue), " AS queue, CASE WHEN ", outcome, " IN (",
      sql_list(contract.handled_outcomes), ") THEN 'handled' WHEN ", outcome, " IN (",
      sql_list(contract.ignored_outcomes), ") THEN 'ignored' WHEN ",
      queued == nullptr ? "FALSE" : concat(quoted(queued->name), " IS NULL"),
      " THEN 'before_queue' WHEN ", outcome, " IN (", sql_list(contract.abandoned_outcomes),
      ") THEN 'abandoned' ELSE 'other' END AS ending, ",
      quantity_of(contract, Role::kWaitS, "DOUBLE"), " AS wait_s, ",
      quantity_of(contract, Role::kServiceS, "DOUBLE"), " AS service_s FROM trusted");
}

Result<std::vector<columnar::Field>> fields_of_view(engine::Engine& engine,
                                                    const std::string& name) {
  HARK_TRY(const auto rows, engine.query(concat("SELECT * FROM ", quoted(name), " LIMIT 0")));
  return std::vector<columnar::Field>(rows->fields().begin(), rows->fields().end());
}

/// Removes files of a curated table that no commit names. For the holder of the lock.
Result<void> remove_unfinished(io::FileSystem& files, const std::string& path, const Clock& clock) {
  const auto orphans = lake::find_unreferenced(
      files, path, clock.now() + std::chrono::hours(24 * 365), &checkpoint_reader());
  if (!orphans)
    return orphans.error().code() == ErrorCode::kNotFound ? Result<void>() : orphans.error();
  for (const io::FileInfo& orphan : *orphans) HARK_TRY_VOID(files.remove(orphan.path));
  return {};
}

/// The dataset that holds further columns of a dataset's periods.
struct CompletingDataset {
  Contract contract;
  TableState trusted;
};

/// The trusted tables that a dataset's models read.
struct Inputs {
  TableState trusted;
  std::optional<CompletingDataset> completing;
};

Result<Inputs> open_inputs(const LakeFolder& lake, const Contract& contract) {
  Inputs inputs;
  HARK_TRY(inputs.trusted, open_table(lake.files(), lake.trusted_table(contract.name)));
  if (contract.completed_by.empty()) return inputs;
  HARK_TRY(const auto datasets, lake.datasets());
  if (std::ranges::find(datasets, contract.completed_by) == datasets.end()) return inputs;
  CompletingDataset completing;
  HARK_TRY(completing.contract, lake.contract(contract.completed_by));
  HARK_TRY(completing.trusted, open_table(lake.files(), lake.trusted_table(contract.completed_by)));
  if (completing.trusted.snapshot) inputs.completing = std::move(completing);
  return inputs;
}

/// Lays the models' input views over trusted files: `source_requests` and `extract_facts`,
/// `source_periods` and `source_completing`, or `source_calls`; a survey has none. Returns the
/// columns that are enumerations in them.
Result<std::vector<CodedColumn>> create_model_inputs(
    engine::Engine& engine, const Contract& contract, const TableState& trusted,
    const std::optional<CompletingDataset>& completing) {
  HARK_TRY(const auto paths, trusted.file_paths());
  HARK_TRY_VOID(engine.create_parquet_view("trusted", paths, trusted_fields(contract)));
  if (contract.kind == contract::Kind::kContactCentre) {
    HARK_TRY_VOID(engine.execute(periods_view("source_periods", contract, "trusted")));
    if (!completing) {
      HARK_TRY_VOID(engine.execute(
          "CREATE OR REPLACE VIEW source_completing AS SELECT * FROM source_periods WHERE FALSE"));
      return std::vector<CodedColumn>();
    }
    HARK_TRY(const auto other, completing->trusted.file_paths());
    HARK_TRY_VOID(engine.create_parquet_view("completing_trusted", other,
                                             trusted_fields(completing->contract)));
    HARK_TRY_VOID(engine.execute(
        periods_view("source_completing", completing->contract, "completing_trusted")));
  }
  if (contract.kind == contract::Kind::kCalls) HARK_TRY_VOID(engine.execute(calls_view(contract)));
  if (contract.kind != contract::Kind::kServiceRequests) return std::vector<CodedColumn>();
  HARK_TRY(auto coded, make_enums(engine, contract));
  HARK_TRY_VOID(engine.execute(requests_view(contract, coded)));
  HARK_TRY_VOID(engine.execute(extract_view(trusted.retrieved_at().value_or(Instant::min()))));
  return coded;
}

/// Makes the view of a curated table for the models after it. Its texts are among those of the
/// enumerations. Returns the fields of the file.
Result<std::vector<columnar::Field>> create_curated_view(engine::Engine& engine,
                                                         const std::string& name,
                                                         const std::string& file,
                                                         const std::vector<CodedColumn>& coded) {
  const std::string stored = name + "_stored";
  HARK_TRY_VOID(engine.create_parquet_view(stored, {file}, {}));
  HARK_TRY(auto fields, fields_of_view(engine, stored));
  std::string columns;
  for (const columnar::Field& field : fields) {
    const auto column = std::ranges::find(coded, field.name, &CodedColumn::name);
    const std::string value = quoted(field.name);
    columns += concat(columns.empty() ? "" : ", ",
                      column == coded.end() ? value : as_enum(*column, value), " AS ", value);
  }
  HARK_TRY_VOID(engine.execute(
      concat("CREATE VIEW ", quoted(name), " AS SELECT ", columns, " FROM ", quoted(stored))));
  return fields;
}

/// What a curated table was made from: the trusted versions, what the models are given, and the SQL
/// of all models of its kind, as one may read another.
std::string built_from(const Model& model, const Inputs& inputs) {
  std::string sql(kInputsVersion);
  for (const Model& other : models()) {
    if (other.kind == model.kind) sql += other.sql;
  }
  std::string text = concat(crypto::to_hex(crypto::sha256(sql)), "@", inputs.trusted.version());
  if (inputs.completing) text += concat("+", inputs.completing->trusted.version());
  return text;
}

bool is_up_to_date(const TableState& curated, const Model& model, const Inputs& inputs) {
  if (!curated.snapshot || curated.snapshot->files().empty()) return false;
  return std::ranges::all_of(curated.snapshot->files(), [&](const lake::AddFile& file) {
    const auto tag = file.tags.find(kModelTag);
    return tag != file.tags.end() && tag->second == built_from(model, inputs);
  });
}

/// Runs one model into a new parquet file and commits it in place of the old ones.
Result<BuiltTable> build_table(const LakeFolder& lake, const Model& model,
                               const std::string& dataset, const Inputs& inputs,
                               engine::Engine& engine, const std::vector<CodedColumn>& coded,
                               const BuildOptions& options, const Clock& clock) {
  io::FileSystem& files = lake.files();
  const std::string path = lake.curated_table(dataset, model.name);
  HARK_TRY(const TableState state, open_table(files, path));
  HARK_TRY_VOID(files.create_directories(path));

  WrittenFile written;
  written.name = lake::data_file_name(0, lake::random_uuid());
  const std::string full_path = io::join_path(path, written.name);
  HARK_TRY(written.stats, engine.copy_to_parquet(model.sql, full_path));
  HARK_TRY_VOID(files.sync_file(full_path));
  HARK_TRY(written.sha256, hash_of_file(files, full_path));
  const std::int64_t num_rows = written.stats.num_rows;
  HARK_TRY(NewFile file, new_file(std::move(written), {}));
  file.tags.emplace_back(kModelTag, built_from(model, inputs));

  CommitRequest request;
  request.operation = "BUILD";
  HARK_TRY(request.fields, create_curated_view(engine, model.name, full_path, coded));
  request.added.push_back(std::move(file));
  if (state.snapshot) request.removed = state.snapshot->files();
  request.run_id = options.run_id;
  request.metrics.set("rows", num_rows);
  request.extra =
      Json::object({{"model", model.name}, {"trusted_version", inputs.trusted.version()}});
  HARK_TRY(const std::int64_t version, commit_table(files, state, std::move(request), clock));
  return BuiltTable{model.name, num_rows, version, false};
}

}  // namespace

std::optional<std::int64_t> trusted_version_of(const TableState& curated) {
  if (!curated.snapshot || curated.snapshot->files().empty()) return std::nullopt;
  const auto& tags = curated.snapshot->files().front().tags;
  const auto tag = tags.find(kModelTag);
  if (tag == tags.end()) return std::nullopt;
  const std::string_view text = tag->second;
  const std::string_view versions = text.substr(std::min(text.size(), text.find('@') + 1));
  return parse_int(versions.substr(0, versions.find('+')));
}

const std::vector<Model>& models() {
  static const std::vector<Model> all = [] {
    std::vector<Model> list;
    for (const core::EmbeddedFile& file : core::embedded_models()) {
      Model model;
      model.name = file.name.substr(0, file.name.size() - std::string_view(".sql").size());
      model.sql = file.contents;
      constexpr std::string_view kPrefix = "-- kind: ";
      model.kind = trim(model.sql.substr(kPrefix.size(), model.sql.find('\n') - kPrefix.size()));
      list.push_back(std::move(model));
    }
    // The facts come first: the other request models read them.
    std::ranges::stable_partition(
        list, [](const Model& model) { return model.name.ends_with("_facts"); });
    return list;
  }();
  return all;
}

namespace {

/// Removes a curated table whose log is damaged: it is made of others. The log goes last, so that
/// what a crash leaves is still a damaged table.
Result<void> discard_table(io::FileSystem& files, const std::string& path) {
  for (const std::string& folder : {path, lake::log_folder(path)}) {
    HARK_TRY(const auto entries, files.list(folder));
    for (const io::FileInfo& entry : entries) {
      if (entry.kind == io::FileKind::kFile) HARK_TRY_VOID(files.remove(entry.path));
    }
  }
  return {};
}

}  // namespace

Result<BuildReport> build(const LakeFolder& lake, const std::string& dataset,
                          const BuildOptions& options, const Clock& clock) {
  HARK_TRY(const Contract contract, lake.contract(dataset));
  HARK_TRY(const auto lock, lake.lock_for_writing());
  HARK_TRY(const Inputs inputs, open_inputs(lake, contract));
  if (!inputs.trusted.snapshot) {
    return Error(ErrorCode::kNotFound, concat("dataset '", dataset, "' has no rows yet"))
        .hint("load a file with `hark ingest` first");
  }
  // Curated tables may be all that tells of the entries that are gone.
  if (!options.is_forced) HARK_TRY_VOID(check_no_commit_is_lost(lake, dataset));
  BuildReport report;
  report.dataset = dataset;
  report.trusted_version = inputs.trusted.version();
  std::unique_ptr<engine::Engine> engine;
  std::vector<CodedColumn> coded;
  for (const Model& model : models()) {
    if (model.kind != contract::name_of(contract.kind)) continue;
    const std::string path = lake.curated_table(dataset, model.name);
    auto opened = open_table(lake.files(), path);
    if (!opened && options.is_forced && opened.error().code() == ErrorCode::kCorrupt) {
      HARK_TRY_VOID(discard_table(lake.files(), path));
      opened = open_table(lake.files(), path);
    }
    HARK_TRY(const TableState state, std::move(opened));
    if (!options.is_forced && is_up_to_date(state, model, inputs)) {
      HARK_TRY(const auto rows, state.snapshot->num_records());
      report.tables.push_back({model.name, rows.value_or(0), state.version(), true});
      if (engine) {
        HARK_TRY(const auto paths, state.file_paths());
        HARK_TRY_VOID(engine->create_parquet_view(model.name, paths, {}));
      }
      continue;
    }
    if (!engine) {
      engine::EngineOptions engine_options;
      engine_options.threads = options.threads;
      engine_options.memory_limit_bytes = options.memory_limit_bytes;
      // Models that want an order say so; without it a copy takes a third less memory.
      engine_options.preserve_insertion_order = false;
      engine_options.temp_directory = concat(lake.root(), "/curated/.spill");
      HARK_TRY(engine, engine::Engine::open(engine_options));
      HARK_TRY_VOID(engine->define_portable_macros());
      HARK_TRY(coded, create_model_inputs(*engine, contract, inputs.trusted, inputs.completing));
      for (const BuiltTable& done : report.tables) {
        HARK_TRY(const TableState earlier,
                 open_table(lake.files(), lake.curated_table(dataset, done.name)));
        HARK_TRY(const auto paths, earlier.file_paths());
        HARK_TRY_VOID(engine->create_parquet_view(done.name, paths, {}));
      }
    }
    HARK_TRY_VOID(remove_unfinished(lake.files(), path, clock));
    auto built = build_table(lake, model, dataset, inputs, *engine, coded, options, clock);
    if (!built) return std::move(built).error().while_doing(concat("building '", model.name, "'"));
    report.tables.push_back(*std::move(built));
  }
  return report;
}

}  // namespace hark::pipeline

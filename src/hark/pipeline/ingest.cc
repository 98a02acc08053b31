#include "hark/pipeline/ingest.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>

#include "hark/contract/evolution.h"
#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/lake/data_file.h"
#include "hark/lake/unreferenced.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/data_file.h"
#include "hark/pipeline/landing.h"
#include "hark/pipeline/load_sinks.h"
#include "hark/pipeline/lost_commits.h"
#include "hark/pipeline/quarantine.h"
#include "hark/pipeline/refusals.h"
#include "hark/pipeline/schema_drift.h"
#include "hark/pipeline/source.h"
#include "hark/pipeline/table_commit.h"
#include "hark/pipeline/trusted_rows.h"
#include "hark/pipeline/vanished.h"
#include "hark/tabular/file_source.h"
#include "hark/tabular/probe.h"

namespace hark::pipeline {
namespace {

/// Everything one load works with, in the order it is made.
struct Load {
  const LakeFolder& lake;
  const IngestOptions& options;
  const Clock& clock;
  tabular::FileProbe probe;
  std::string dataset;
  std::shared_ptr<const contract::Contract> contract;
  Landed landed;  ///< known once the rows are written
  TableState trusted;
  TableState quarantine;
  std::int64_t number = 0;
  LoadReport report;
  /// Where quarantined records are tried again: only these are loaded.
  std::optional<QuarantinedLoad> retried = std::nullopt;
  ExistingRows* kept = nullptr;      ///< existing rows as a retry before this one left them
  const Landing* landing = nullptr;  ///< where the file is landing; else `landed` is there

  Result<std::string> landing_hash() const { return landing ? landing->hash() : landed.hash; }
};

/// The contract the lake loads this dataset with, unless the user names another; for a new dataset
/// the one that fits.
Result<std::shared_ptr<const contract::Contract>> choose_contract(
    const LakeFolder& lake, const IngestOptions& options, const std::vector<std::string>& header,
    const std::string& path) {
  if (options.contract.find('/') == std::string::npos && !options.contract.ends_with(".yaml")) {
    HARK_TRY(const auto datasets, lake.datasets());
    std::vector<contract::Contract> known;
    for (const std::string& dataset : datasets) {
      if (!options.contract.empty() && options.contract != dataset) continue;
      HARK_TRY(contract::Contract contract, lake.contract(dataset));
      known.push_back(std::move(contract));
    }
    std::vector<const contract::Contract*> candidates;
    for (const contract::Contract& contract : known) candidates.push_back(&contract);
    if (!candidates.empty()) {
      if (const auto chosen = contract::choose_contract(candidates, header)) {
        return std::make_shared<const contract::Contract>(**chosen);
      }
    }
  }
  return contract_for_header(lake.files(), options.contract, header, path);
}

Result<void> remove_data_files(io::FileSystem& files, const std::string& folder) {
  const auto entries = files.list(folder);
  if (!entries)
    return entries.error().code() == ErrorCode::kNotFound ? Result<void>() : entries.error();
  for (const io::FileInfo& entry : *entries) {
    if (lake::is_data_file_name(io::file_name(entry.path))) HARK_TRY_VOID(files.remove(entry.path));
  }
  return {};
}

Result<void> remove_orphans(io::FileSystem& files, const std::string& table_path,
                            const Clock& clock) {
  // The lock is ours, so no load is running: whatever no commit names is garbage, however young.
  const Instant any_time = clock.now() + std::chrono::hours(24 * 365);
  const auto orphans = lake::find_unreferenced(files, table_path, any_time, &checkpoint_reader());
  if (!orphans) {
    if (orphans.error().code() == ErrorCode::kNotFound) return remove_data_files(files, table_path);
    return orphans.error();
  }
  for (const io::FileInfo& orphan : *orphans) HARK_TRY_VOID(files.remove(orphan.path));
  return {};
}

/// Full paths of the table's files that hold rows marked as vanished.
Result<std::set<std::string>> files_with_vanished_rows(const TableState& table) {
  std::set<std::string> paths;
  if (!table.snapshot) return paths;
  for (const lake::AddFile& file : table.snapshot->files()) {
    if (!file.tags.contains(kVanishedTag)) continue;
    HARK_TRY(std::string path, file.path.resolve(table.path));
    paths.insert(std::move(path));
  }
  return paths;
}

/// Of two versions of a record that differ and tell no order, one counts: the user should know.
Warning undecided_warning(const Load& load, const Undecided& undecided) {
  std::string columns;
  for (const auto& [name, rows] : undecided.columns)
    columns += concat(columns.empty() ? "" : ", ", name, " (", rows, ")");
  const contract::ColumnSpec* const version = load.contract->with_role(contract::Role::kVersion);
  const std::int64_t n = undecided.rows;
  return {"undecided_versions",
          concat(n, n == 1 ? " record differs" : " records differ",
                 " from another of the same key in ", columns, ", and ",
                 version == nullptr
                     ? concat("contract '", load.contract->name, "' names no version column")
                     : concat("'", version->name, "' is the same"),
                 ": a hash of the record chose which one counts, which need not be the later one",
                 undecided.keys.empty() ? "" : concat("; look at ", join(undecided.keys, "; "))),
          load.report.file};
}

/// A file with fewer columns replaced rows that had values there.
Warning emptied_warning(const Load& load, const std::map<std::string, std::int64_t>& emptied) {
  std::string columns;
  for (const auto& [name, rows] : emptied)
    columns += concat(columns.empty() ? "" : ", ", name, " (", rows, ")");
  return {"emptied_columns",
          concat("newer versions of records have no value any more where the file lacks the "
                 "column: ",
                 columns, ". The older ones stand in the landing files and in ", load.lake.root(),
                 "@v", load.trusted.version()),
          load.report.file};
}

/// Reads the file and writes parquet files; nothing is visible yet.
Result<LoadedFiles> write_files(Load& load, std::vector<NewFile>& quarantined) {
  io::FileSystem& files = load.lake.files();
  const contract::Contract& contract = *load.contract;
  HARK_TRY_VOID(files.create_directories(load.trusted.path));
  // Refused records stand there with all their text.
  HARK_TRY_VOID(files.create_directories(load.quarantine.path, 0700));

  const LandingHash landing_hash = {
      [&load] { return load.landing_hash(); },
      [&load] { return load.landing == nullptr || load.landing->is_done(); }};
  QuarantineWriter quarantine(files, load.quarantine.path, landing_hash, load.report.file,
                              load.number);
  Refusals refusals;
  tabular::ReadOptions read;
  read.block_bytes = load.options.block_bytes;
  read.is_cancelled = load.options.interrupt;
  read.on_progress = load.options.progress;
  read.on_rejects = [&](std::uint64_t, std::vector<tabular::Reject> rejects) -> Result<void> {
    if (load.options.is_strict && !rejects.empty()) {
      const tabular::Reject& first = rejects.front();
      return Error(ErrorCode::kCheckFailed,
                   concat(load.report.file, ":", first.line, ": ", first.message))
          .hint("mend the record, or load without --strict: refused records go to quarantine");
    }
    if (load.retried) {
      std::erase_if(rejects, [&](const tabular::Reject& reject) {
        return !load.retried->records.contains(reject.record);
      });
    }
    refusals.add(rejects);
    return quarantine.add(std::move(rejects));
  };
  // The user's file and not the landing's copy: the one is in memory already, the other went past
  // it. stream() sees to it that nobody changed the file since it was probed.
  HARK_TRY(const auto source, tabular::FileSource::open(files, load.probe, &contract, read));

  engine::EngineOptions engine_options;
  engine_options.threads = load.options.threads;
  engine_options.memory_limit_bytes = load.options.memory_limit_bytes / 2;
  TrustedReader reader(files, engine_options);
  ExistingRows own;
  ExistingRows& existing = load.kept != nullptr ? *load.kept : own;
  HARK_TRY(auto table_files, load.trusted.file_paths());
  if (!table_files.empty() && !contract.key.empty()) {
    HARK_TRY_VOID(existing.update(reader, std::move(table_files), contract, load.options.threads));
  }
  HARK_TRY(const Completer completer,
           Completer::create(contract, load.clock.now(),
                             [&](std::string_view column) { return source->has_column(column); }));
  TrustedLoadOptions trusted_options;
  trusted_options.threads = load.options.threads;
  // Beside a run there are the files made of it: the peak of 2.3 million rows is the limit, about.
  trusted_options.budget_bytes = load.options.run_bytes != 0
                                     ? load.options.run_bytes
                                     : load.options.memory_limit_bytes / 8 * 3;
  trusted_options.rows_per_file = load.options.rows_per_file;
  trusted_options.landing_hash = landing_hash;
  for (const contract::ColumnSpec& column : contract.columns)
    if (!source->has_column(column.name)) trusted_options.absent_columns.push_back(column.name);
  TrustedLoad trusted(files, load.trusted.path, contract, completer, existing, reader,
                      trusted_options);
  const std::set<std::int64_t> no_records;
  RecordFilter only_retried(load.retried ? load.retried->records : no_records, trusted);
  Coverage coverage(contract, load.clock.now(), trusted);
  HARK_TRY(const std::set<std::string> flagged, files_with_vanished_rows(load.trusted));
  const bool looks_for_vanished =
      !load.retried && existing.size() > 0 && (load.options.is_complete || !flagged.empty());
  columnar::BatchSink* sink = &trusted;
  if (load.retried) sink = &only_retried;
  if (looks_for_vanished) sink = &coverage;
  std::unique_ptr<LoadProfiler> profiler;
  std::optional<Profiled> profiled;
  if (load.options.profiler && !load.retried) {
    profiler = load.options.profiler(contract, source->fields(), load.options.threads);
    sink = &profiled.emplace(*profiler, *sink);
  }
  std::optional<UnlessKnown> unless_known;
  if (load.landing != nullptr) sink = &unless_known.emplace(*load.landing, *sink);
  HARK_TRY_VOID(source->stream(columns_to_read(contract), load.options.threads, *sink));
  if (looks_for_vanished) {
    coverage.finish();
    // A refused record may be the new version of any row.
    const bool is_complete = load.options.is_complete && quarantine.num_rejects() == 0;
    HARK_TRY(FlagChanges changes,
             find_flag_changes(reader, existing, contract, coverage, is_complete, flagged));
    load.report.rows_vanished = FlagChanges::count(changes.vanished);
    load.report.rows_returned = FlagChanges::count(changes.returned);
    trusted.change_flags(std::move(changes));
  }
  HARK_TRY(LoadedFiles loaded, trusted.finish());
  HARK_TRY(quarantined, quarantine.finish());
  // A file of no rows has not asked for it yet.
  HARK_TRY(load.landed.hash, load.landing_hash());
  if (load.landing != nullptr) {
    HARK_TRY(load.landed, load.landing->landed());
    // The rows and the landing file are of the same bytes.
    HARK_TRY_VOID(source->check_unchanged());
  }
  if (profiler) {
    HARK_TRY_VOID(
        files.write_atomically(profile_path(load.landed.path), profiler->finish().dump(2) + "\n"));
  }

  LoadReport& report = load.report;
  const tabular::ReadSummary& summary = source->summary();
  report.rows_read =
      static_cast<std::int64_t>(load.retried ? load.retried->records.size() : summary.records_read);
  report.rows_quarantined = quarantine.num_rejects();
  report.rows = loaded.counts;
  if (loaded.undecided.rows > 0)
    report.warnings.push_back(undecided_warning(load, loaded.undecided));
  if (!loaded.emptied.empty()) report.warnings.push_back(emptied_warning(load, loaded.emptied));
  report.bytes = load.landed.size_bytes;
  const std::int64_t accounted = report.rows.inserted + report.rows.updated +
                                 report.rows.unchanged + report.rows.duplicate +
                                 report.rows_quarantined;
  if (accounted != report.rows_read) {
    return Error(ErrorCode::kInternal, concat("rows do not balance: ", report.rows_read, " read, ",
                                              accounted, " accounted for"))
        .hint("nothing was committed; please report this");
  }
  if (!load.retried) {
    HARK_TRY_VOID(check_refused_share(contract, report.file, report.rows_quarantined,
                                      report.rows_read, summary, refusals));
    std::ranges::move(unreadable_warnings(summary, report.file),
                      std::back_inserter(report.warnings));
  }
  return loaded;
}

/// Quarantine first, then trusted: the trusted commit decides.
Result<void> commit(Load& load, LoadedFiles loaded, std::vector<NewFile> quarantined) {
  io::FileSystem& files = load.lake.files();
  const Json landing = Json::object(
      {{"landing", load.landed.hash}, {"source", load.report.file}, {"load", load.number}});
  std::vector<lake::AddFile> removed;
  if (load.trusted.snapshot) {
    for (const lake::AddFile& file : load.trusted.snapshot->files()) {
      HARK_TRY(const std::string path, file.path.resolve(load.trusted.path));
      if (std::ranges::find(loaded.removed, path) != loaded.removed.end()) removed.push_back(file);
    }
  }
  HARK_TRY_VOID(check_unchanged(files, load.trusted.path, removed));
  if (!quarantined.empty()) {
    CommitRequest request;
    request.operation = "QUARANTINE";
    request.fields = quarantine_fields();
    request.added = std::move(quarantined);
    // A load killed after this commit and repeated finds its number taken already.
    if (load.quarantine.txn_version(load.dataset).value_or(0) < load.number) {
      request.txns = {{load.dataset, load.number}};
    }
    request.run_id = load.options.run_id;
    request.metrics.set("rows", load.report.rows_quarantined);
    request.extra = landing;
    request.is_blind_append = true;
    HARK_TRY_VOID(commit_table(files, load.quarantine, std::move(request), load.clock));
  }
  CommitRequest request;
  request.operation = load.retried ? "RETRY" : "INGEST";
  request.fields = trusted_fields(*load.contract);
  const std::vector<std::string> private_columns = personal_columns(*load.contract);
  for (LoadedFile& file : loaded.added) {
    HARK_TRY(NewFile added, new_file(std::move(file.written), private_columns));
    if (file.has_vanished_rows) added.tags.emplace_back(kVanishedTag, "true");
    request.added.push_back(std::move(added));
  }
  request.removed = std::move(removed);
  request.txns = {
      {load.dataset, load.number},
      {load.retried ? retried_app_id(load.retried->load) : landing_app_id(load.landed.hash),
       load.number}};
  request.run_id = load.options.run_id;
  request.metrics = Json::object({{"rows_read", load.report.rows_read},
                                  {"rows_inserted", loaded.counts.inserted},
                                  {"rows_updated", loaded.counts.updated},
                                  {"rows_unchanged", loaded.counts.unchanged},
                                  {"rows_duplicate", loaded.counts.duplicate},
                                  {"rows_quarantined", load.report.rows_quarantined},
                                  {"rows_vanished", load.report.rows_vanished},
                                  {"rows_returned", load.report.rows_returned}});
  request.extra = landing;
  HARK_TRY(load.report.version, commit_table(files, load.trusted, std::move(request), load.clock));
  return {};
}

/// The contract must be there before rows that were read with it.
Result<void> keep_contract(const LakeFolder& lake, const contract::Contract& contract) {
  const std::string path = lake.contract_path(contract.name);
  if (lake.files().exists(path)) {
    HARK_TRY(const std::string text, lake.files().read_text(path));
    if (text == contract.text) return {};
  }
  return lake.files().write_atomically(path, contract.text);
}

/// Rows of `contract` may join the table of the dataset, where it has one.
Result<void> check_evolution(const LakeFolder& lake, const TableState& trusted,
                             const contract::Contract& contract) {
  if (!trusted.snapshot) return {};
  const auto before = lake.contract(contract.name);
  // A lake that lost its contract takes the one at hand.
  if (!before)
    return before.error().code() == ErrorCode::kNotFound ? Result<void>() : before.error();
  return contract::check_evolution(*before, contract);
}

/// Loads what passes now of one load's refused records.
Result<void> retry(Load& load) {
  std::vector<NewFile> quarantined;
  HARK_TRY(LoadedFiles loaded, write_files(load, quarantined));
  load.report.version = load.trusted.version();
  // None passes: what was written is garbage, and the records stay as they are.
  if (load.report.rows_quarantined == load.report.rows_read) return {};
  HARK_TRY_VOID(keep_contract(load.lake, *load.contract));
  return commit(load, std::move(loaded), std::move(quarantined));
}

}  // namespace

Result<LoadReport> ingest(const LakeFolder& lake, const std::string& path,
                          const IngestOptions& options, const Clock& clock) {
  const auto started = std::chrono::steady_clock::now();
  io::FileSystem& files = lake.files();
  // Whatever is no data file is refused here, before anything is written.
  HARK_TRY(const tabular::FileProbe probe, probe_data_file(files, path));
  HARK_TRY(const auto lock, lake.lock_for_writing());
  HARK_TRY(auto contract, choose_contract(lake, options, probe.header, path));

  if (options.is_complete && (contract->key.empty() || contract->with_role(contract::time_role(
                                                           contract->kind)) == nullptr)) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("contract '", contract->name, "' has no key, so no row can be missed"))
        .hint("load the file without --complete");
  }

  Load load{lake, options, clock, probe, contract->name, contract, {}, {}, {}, 0, {}};
  HARK_TRY_VOID(recover(lake, load.dataset, clock));
  load.report.dataset = load.dataset;
  load.report.file = io::file_name(path);
  load.report.warnings =
      header_warnings(contract::match_header(*contract, probe.header), probe, load.report.file);
  if (contract->key.empty()) {
    load.report.warnings.push_back(
        {"no_key", concat("contract '", contract->name, "' has no key: repeated records are kept"),
         load.report.file});
  }
  HARK_TRY(load.trusted, open_table(files, lake.trusted_table(load.dataset)));
  HARK_TRY_VOID(check_evolution(lake, load.trusted, *contract));
  HARK_TRY(load.quarantine, open_table(files, lake.quarantine_table(load.dataset)));
  load.report.version = load.trusted.version();
  load.number = load.trusted.txn_version(load.dataset).value_or(0) + 1;
  HARK_TRY(const auto header_before, header_of_latest_load(lake, load.dataset, load.trusted));
  const auto seconds = [started] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  };

  Json provenance = options.provenance;
  if (options.profiler) provenance.set("profile", true);
  const Landing landing(
      options.threads > 1,
      [&] { return land(lake, load.dataset, path, probe.header, provenance, clock); },
      [&](const Landed& landed) {
        return load.trusted.txn_version(landing_app_id(landed.hash)).has_value();
      });
  load.landing = &landing;
  const auto write_and_commit = [&]() -> Result<void> {
    std::vector<NewFile> quarantined;
    HARK_TRY(LoadedFiles loaded, write_files(load, quarantined));
    HARK_TRY_VOID(keep_contract(lake, *contract));
    return commit(load, std::move(loaded), std::move(quarantined));
  };
  auto result = write_and_commit();
  // Whatever came of the reading, nothing may land after this.
  HARK_TRY(load.landed, landing.landed());
  load.report.landing_hash = load.landed.hash;
  load.report.bytes = load.landed.size_bytes;
  if (load.landed.was_damaged) {
    load.report.warnings.push_back({"landing_mended",
                                    concat("the lake's copy of these bytes was damaged (",
                                           load.landed.path, "); it is whole again"),
                                    load.report.file});
  }
  if (landing.is_known()) {
    // Rows may have been written by the time that was known.
    (void)recover(lake, load.dataset, clock);
    load.report.is_already_loaded = true;
    if (options.is_complete) {
      load.report.warnings.push_back(
          {"complete_ignored",
           "these bytes were loaded before, so --complete marked nothing: it is for the first load "
           "of a file",
           load.report.file});
    }
    const auto kept = lake.contract(load.dataset);
    if (kept && kept->text != contract->text) {
      load.report.warnings.push_back(
          {"contract_ignored",
           concat("these bytes were loaded before and are not read again, so the contract given "
                  "changed nothing; packed another way (`gzip -k ",
                  load.report.file, "`) they are read with it"),
           load.report.file});
    }
    load.report.load = *load.trusted.txn_version(landing_app_id(load.landed.hash));
    load.report.seconds = seconds();
    return load.report;
  }
  load.report.load = load.number;
  if (!result) {
    // Best effort: whatever this leaves behind, the next load removes.
    (void)recover(lake, load.dataset, clock);
    return std::move(result).error().while_doing(concat("loading '", load.report.file, "'"));
  }
  if (!header_before.empty()) {
    std::ranges::move(
        drift_warnings(compare_headers(*contract, header_before, probe.header), load.report.file),
        std::back_inserter(load.report.warnings));
  }
  if (load.report.rows_quarantined > 0) {
    load.report.warnings.push_back(
        {"quarantined",
         concat(load.report.rows_quarantined, " of ", load.report.rows_read,
                plural(load.report.rows_read, "record"),
                " went to quarantine; `hark quarantine ls ", lake.root(), "` says why"),
         load.report.file});
  }
  if (load.report.rows_vanished > 0) {
    load.report.warnings.push_back(
        {"vanished",
         concat(load.report.rows_vanished,
                load.report.rows_vanished == 1
                    ? " row of the table falls into the file's period and is not in it; it is kept"
                    : " rows of the table fall into the file's period and are not in it; they are "
                      "kept",
                " and marked 'vanished' in _flags"),
         load.report.file});
  }
  if (options.is_complete && load.report.rows_quarantined > 0) {
    load.report.warnings.push_back(
        {"vanished_unknown",
         "records were refused, so nothing was marked as vanished: a refused record may be any row",
         load.report.file});
  }
  load.report.seconds = seconds();
  return load.report;
}

Result<std::vector<LoadReport>> retry_quarantine(const LakeFolder& lake, const std::string& dataset,
                                                 const IngestOptions& options, const Clock& clock) {
  io::FileSystem& files = lake.files();
  HARK_TRY(const auto lock, lake.lock_for_writing());
  std::shared_ptr<const contract::Contract> contract;
  if (options.contract.empty() || options.contract == dataset) {
    HARK_TRY(contract::Contract own, lake.contract(dataset));
    contract = std::make_shared<const contract::Contract>(std::move(own));
  } else {
    HARK_TRY(contract, find_contract(files, options.contract));
    if (contract->name != dataset) {
      return Error(ErrorCode::kInvalidArgument, concat("'", options.contract, "' is the contract '",
                                                       contract->name, "', not '", dataset, "'"));
    }
  }
  HARK_TRY_VOID(recover(lake, dataset, clock));
  HARK_TRY(const auto refused, quarantined_loads(lake, dataset));
  std::vector<LoadReport> reports;
  ExistingRows existing;
  for (const QuarantinedLoad& of_load : refused) {
    const auto started = std::chrono::steady_clock::now();
    const std::string path = io::join_path(lake.landing_folder(dataset), of_load.landing_hash);
    HARK_TRY(const tabular::FileProbe probe, probe_data_file(files, path));
    Load load{lake, options, clock, probe, dataset, contract, {}, {}, {}, 0, {}, of_load};
    load.kept = &existing;
    load.landed.hash = of_load.landing_hash;
    load.landed.path = path;
    HARK_TRY(load.trusted, open_table(files, lake.trusted_table(dataset)));
    HARK_TRY_VOID(check_evolution(lake, load.trusted, *contract));
    HARK_TRY(load.quarantine, open_table(files, lake.quarantine_table(dataset)));
    load.number = load.trusted.txn_version(dataset).value_or(0) + 1;
    load.report.dataset = dataset;
    load.report.file = of_load.file;
    load.report.landing_hash = of_load.landing_hash;
    load.report.load = load.number;
    load.report.retried_load = of_load.load;
    auto done = retry(load);
    // Takes away what was tried again, and what a failure left; if it fails, the next writer does.
    (void)recover(lake, dataset, clock);
    if (!done) {
      return std::move(done).error().while_doing(
          concat("trying the refused records of '", of_load.file, "' again"));
    }
    load.report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    reports.push_back(std::move(load.report));
  }
  return reports;
}

std::string landing_app_id(std::string_view landing_hash) {
  return concat(kLandingAppId, landing_hash);
}

Result<void> recover(const LakeFolder& lake, const std::string& dataset, const Clock& clock) {
  io::FileSystem& files = lake.files();
  HARK_TRY(const TableState trusted, open_table(files, lake.trusted_table(dataset)));
  if (!trusted.snapshot) {
    // Without its log every file of the table would look like a killed load's.
    HARK_TRY(const auto lost, lake.datasets_without_log());
    if (std::ranges::find(lost, dataset) != lost.end()) {
      return Error(ErrorCode::kCorrupt, concat("the log of '", trusted.path, "' is gone"))
          .hint("restore its _delta_log from a backup; nothing was changed");
    }
  }
  HARK_TRY(const TableState quarantine, open_table(files, lake.quarantine_table(dataset)));
  HARK_TRY_VOID(check_no_commit_is_lost(lake, dataset, trusted, quarantine));
  HARK_TRY(const auto unwanted, find_unwanted_landings(lake, dataset, [&](std::string_view hash) {
             return trusted.txn_version(landing_app_id(hash)).has_value();
           }));
  for (const io::FileInfo& file : unwanted) HARK_TRY_VOID(files.remove(file.path));
  HARK_TRY_VOID(remove_orphans(files, trusted.path, clock));

  HARK_TRY_VOID(remove_orphans(files, quarantine.path, clock));
  if (!quarantine.snapshot) return {};
  CommitRequest undo;
  for (const lake::AddFile& file : quarantine.snapshot->files()) {
    if (!is_visible(file, trusted, dataset)) undo.removed.push_back(file);
  }
  if (undo.removed.empty()) return {};
  undo.operation = "RECOVER";
  // LAKE@v12 of before goes to the versions before this one.
  undo.extra = Json::object({{"trusted_version", trusted.version()}});
  undo.fields = quarantine_fields();
  HARK_TRY_VOID(commit_table(files, quarantine, std::move(undo), clock));
  return {};
}

}  // namespace hark::pipeline

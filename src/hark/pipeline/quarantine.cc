#include "hark/pipeline/quarantine.h"

#include <algorithm>

#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/pipeline/lost_commits.h"
#include "hark/pipeline/table_file.h"

namespace hark::pipeline {
namespace {

using columnar::Column;
using columnar::Field;
using columnar::Presence;
using columnar::Type;

constexpr std::size_t kFlushBytes = std::size_t{32} << 20;
constexpr std::string_view kLoadTag = "hark.load";
/// The reject's own text may be no UTF-8, which is often why it is here; a table of texts must be.
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string valid_utf8(const std::string& text) {
  std::size_t bad = find_invalid_utf8(text);
  if (bad == std::string_view::npos) return text;
  std::string out;
  std::string_view rest = text;
  while (bad != std::string_view::npos) {
    out += rest.substr(0, bad);
    out += kReplacement;
    rest.remove_prefix(bad + 1);
    bad = find_invalid_utf8(rest);
  }
  return out + std::string(rest);
}

Column text_column(std::string name, std::span<const tabular::Reject> rejects,
                   const auto& text_of) {
  Column column({std::move(name), Type::kString});
  columnar::DictionaryBuilder texts;
  for (const tabular::Reject& reject : rejects) {
    const std::string text = text_of(reject);
    if (text.empty()) {
      column.append_absent(Presence::kNull);
    } else {
      column.append_code(texts.code_of(text));
    }
  }
  column.set_dictionary(texts.finish());
  return column;
}

Column number_column(std::string name, std::span<const tabular::Reject> rejects,
                     const auto& number_of) {
  Column column({std::move(name), Type::kInt64});
  for (const tabular::Reject& reject : rejects) column.append_int64(number_of(reject));
  return column;
}

Result<std::vector<std::string>> files_now(const LakeFolder& lake, const std::string& dataset) {
  HARK_TRY(const TableState trusted, open_table(lake.files(), lake.trusted_table(dataset)));
  HARK_TRY(const TableState quarantine, open_table(lake.files(), lake.quarantine_table(dataset)));
  // A log that is gone reads like a quarantine that never was: "nothing was refused".
  HARK_TRY_VOID(check_no_commit_is_lost(lake, dataset, trusted, quarantine));
  return visible_files(trusted, quarantine, dataset);
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

}  // namespace

std::vector<Field> quarantine_fields() {
  return {{"file", Type::kString},   {"landing", Type::kString}, {"load", Type::kInt64},
          {"record", Type::kInt64},  {"line", Type::kInt64},     {"byte_offset", Type::kInt64},
          {"column", Type::kString}, {"rule", Type::kString},    {"message", Type::kString},
          {"text", Type::kString}};
}

QuarantineWriter::QuarantineWriter(io::FileSystem& files, std::string table_path,
                                   LandingHash landing_hash, std::string source_name,
                                   std::int64_t load)
    : files_(files),
      table_path_(std::move(table_path)),
      landing_hash_(std::move(landing_hash)),
      source_name_(std::move(source_name)),
      load_(load) {}

Result<void> QuarantineWriter::add(std::vector<tabular::Reject> rejects) {
  num_rejects_ += static_cast<std::int64_t>(rejects.size());
  for (tabular::Reject& reject : rejects) {
    pending_bytes_ += reject.text.size() + reject.message.size() + sizeof reject;
    pending_.push_back(std::move(reject));
  }
  return pending_bytes_ >= kFlushBytes ? flush() : Result<void>();
}

Result<void> QuarantineWriter::flush() {
  if (pending_.empty()) return {};
  HARK_TRY(const std::string landing_hash, landing_hash_.get());
  std::ranges::sort(pending_, {}, &tabular::Reject::record);
  columnar::Batch batch;
  batch.num_rows = pending_.size();
  const std::span<const tabular::Reject> rejects = pending_;
  batch.columns.push_back(text_column("file", rejects, [&](const auto&) { return source_name_; }));
  batch.columns.push_back(
      text_column("landing", rejects, [&](const auto&) { return landing_hash; }));
  batch.columns.push_back(number_column("load", rejects, [&](const auto&) { return load_; }));
  batch.columns.push_back(number_column("record", rejects, [](const auto& r) { return r.record; }));
  batch.columns.push_back(number_column("line", rejects, [](const auto& r) { return r.line; }));
  batch.columns.push_back(
      number_column("byte_offset", rejects, [](const auto& r) { return r.byte_offset; }));
  batch.columns.push_back(text_column("column", rejects, [](const auto& r) { return r.column; }));
  batch.columns.push_back(text_column("rule", rejects, [](const auto& r) { return r.rule; }));
  batch.columns.push_back(
      text_column("message", rejects, [](const auto& r) { return valid_utf8(r.message); }));
  batch.columns.push_back(
      text_column("text", rejects, [](const auto& r) { return valid_utf8(r.text); }));

  HARK_TRY(auto writer, TableFileWriter::create(files_, table_path_, quarantine_fields()));
  HARK_TRY_VOID(writer.write(batch));
  HARK_TRY(WrittenFile written, std::move(writer).finish());
  // Texts of refused records may be personal: no bounds of them in the log.
  const std::vector<std::string> private_columns = {"text", "message"};
  HARK_TRY(NewFile file, new_file(std::move(written), private_columns));
  file.tags.emplace_back(kLoadTag, std::to_string(load_));
  written_.push_back(std::move(file));
  pending_.clear();
  pending_bytes_ = 0;
  return {};
}

Result<std::vector<NewFile>> QuarantineWriter::finish() {
  HARK_TRY_VOID(flush());
  return std::move(written_);
}

std::int64_t load_of(const lake::AddFile& file) {
  const auto found = file.tags.find(kLoadTag);
  return found == file.tags.end() ? 0 : parse_int(found->second).value_or(0);
}

std::string retried_app_id(std::int64_t load) { return concat("hark.retried:", load); }

bool is_visible(const lake::AddFile& file, const TableState& trusted, const std::string& dataset) {
  const std::int64_t load = load_of(file);
  return load <= trusted.txn_version(dataset).value_or(0) &&
         !trusted.txn_version(retried_app_id(load));
}

Result<std::vector<std::string>> visible_files(const TableState& trusted,
                                               const TableState& quarantine,
                                               const std::string& dataset) {
  std::vector<std::string> paths;
  if (!quarantine.snapshot) return paths;
  for (const lake::AddFile& file : quarantine.snapshot->files()) {
    if (!is_visible(file, trusted, dataset)) continue;
    HARK_TRY(std::string path, file.path.resolve(quarantine.path));
    paths.push_back(std::move(path));
  }
  return paths;
}

Result<std::vector<QuarantineCount>> count_quarantine(const LakeFolder& lake,
                                                      const std::string& dataset) {
  std::vector<QuarantineCount> counts;
  HARK_TRY(const auto files, files_now(lake, dataset));
  if (files.empty()) return counts;
  HARK_TRY(const auto engine, engine::Engine::open({}));
  HARK_TRY_VOID(engine->create_parquet_view("quarantine", files, quarantine_fields()));
  HARK_TRY(const auto rows,
           engine->query("SELECT rule, \"column\", count(*) AS n FROM quarantine GROUP BY ALL "
                         "ORDER BY n DESC, rule, \"column\" NULLS FIRST"));
  while (true) {
    HARK_TRY(const auto batch, rows->next());
    if (!batch) return counts;
    for (std::size_t i = 0; i < batch->num_rows; ++i) {
      counts.push_back({std::string(batch->columns[0].text(i)),
                        std::string(batch->columns[1].text(i)), batch->columns[2].int64s()[i]});
    }
  }
}

Result<std::vector<QuarantinedLoad>> quarantined_loads(const LakeFolder& lake,
                                                       const std::string& dataset) {
  std::vector<QuarantinedLoad> loads;
  HARK_TRY(const auto files, files_now(lake, dataset));
  if (files.empty()) return loads;
  HARK_TRY(const auto engine, engine::Engine::open({}));
  HARK_TRY_VOID(engine->create_parquet_view("quarantine", files, quarantine_fields()));
  HARK_TRY(const auto rows,
           engine->query("SELECT load, landing, file, record FROM quarantine ORDER BY load"));
  while (true) {
    HARK_TRY(const auto batch, rows->next());
    if (!batch) return loads;
    for (std::size_t i = 0; i < batch->num_rows; ++i) {
      const std::int64_t load = batch->columns[0].int64s()[i];
      if (loads.empty() || loads.back().load != load) {
        loads.push_back({load,
                         std::string(batch->columns[1].text(i)),
                         std::string(batch->columns[2].text(i)),
                         {}});
      }
      loads.back().records.insert(batch->columns[3].int64s()[i]);
    }
  }
}

Result<std::vector<QuarantinedRecord>> read_quarantine(const LakeFolder& lake,
                                                       const std::string& dataset,
                                                       const std::string& rule, std::size_t limit) {
  std::vector<QuarantinedRecord> records;
  HARK_TRY(const auto files, files_now(lake, dataset));
  if (files.empty()) return records;
  HARK_TRY(const auto engine, engine::Engine::open({}));
  HARK_TRY_VOID(engine->create_parquet_view("quarantine", files, quarantine_fields()));
  const std::string condition =
      rule.empty() ? std::string() : concat(" WHERE rule = ", quoted(rule));
  HARK_TRY(const auto rows, engine->query(concat("SELECT * FROM quarantine", condition,
                                                 " ORDER BY load, record LIMIT ", limit)));
  while (true) {
    HARK_TRY(const auto batch, rows->next());
    if (!batch) return records;
    const auto& c = batch->columns;
    for (std::size_t i = 0; i < batch->num_rows; ++i) {
      QuarantinedRecord record;
      record.file = c[0].text(i);
      record.hash = c[1].text(i);
      record.load = c[2].int64s()[i];
      record.record = c[3].int64s()[i];
      record.line = c[4].int64s()[i];
      record.byte_offset = c[5].int64s()[i];
      record.column = c[6].text(i);
      record.rule = c[7].text(i);
      record.message = c[8].text(i);
      record.text = c[9].text(i);
      records.push_back(std::move(record));
    }
  }
}

}  // namespace hark::pipeline

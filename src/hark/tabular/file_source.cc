#include "hark/tabular/file_source.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "hark/core/parallel.h"
#include "hark/core/text.h"

namespace hark::tabular {
namespace {

using columnar::Field;
using columnar::Type;
using Source = OutputPlan::Source;

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

/// What the workers of one stream() share.
class SharedState {
 public:
  SharedState(Reading& reading, const ReadOptions& options, std::uint64_t file_bytes,
              std::size_t num_columns)
      : reading_(reading),
        options_(options),
        file_bytes_(file_bytes),
        invalid_values_(num_columns) {}

  /// Keeps the error of the earliest block and stops everybody.
  void fail(std::uint64_t block, Error error) {
    {
      const std::lock_guard lock(mutex_);
      if (!error_ || block < error_block_) {
        error_ = std::move(error);
        error_block_ = block;
      }
    }
    reading_.stop();
  }

  Result<void> report(const RecordBlock& block, const BatchBuilder& builder,
                      std::vector<Reject> rejects) {
    const std::lock_guard lock(mutex_);
    summary_.records_read += block.records().size();
    summary_.records_rejected += rejects.size();
    summary_.blank_lines += block.num_blank_lines();
    summary_.plain_bytes += block.num_plain_bytes();
    ++summary_.num_blocks;
    summary_.swallowed_bytes += builder.num_swallowed_bytes();
    unaccounted_bytes_ += block.num_unaccounted_bytes();
    for (const Reject& reject : rejects) {
      has_swallowed_ = has_swallowed_ || reject.rule == reject_rule::kUnterminatedQuote ||
                       reject.rule == reject_rule::kRecordTooLong;
    }
    for (std::size_t i = 0; i < invalid_values_.size(); ++i) {
      invalid_values_[i] += builder.num_invalid()[i];
    }
    if (options_.on_progress) options_.on_progress(reading_.file_bytes_read(), file_bytes_);
    if (!rejects.empty() && options_.on_rejects)
      return options_.on_rejects(block.index(), std::move(rejects));
    return {};
  }

  std::optional<Error>& error() noexcept { return error_; }
  ReadSummary summary(const ReadPlan& plan, std::uint64_t data_offset) const {
    ReadSummary summary = summary_;
    summary.rows = summary.records_read - summary.records_rejected;
    summary.file_bytes = file_bytes_;
    summary.plain_bytes += data_offset;
    // Of a line end of two bytes, and of a blank line, the rest is nobody's.
    const auto nobodys = static_cast<std::int64_t>(summary.records_read + 2 * summary.blank_lines);
    if (has_swallowed_ && unaccounted_bytes_ > nobodys)
      summary.swallowed_bytes += static_cast<std::uint64_t>(unaccounted_bytes_ - nobodys);
    for (std::size_t i = 0; i < invalid_values_.size(); ++i) {
      if (invalid_values_[i] > 0)
        summary.invalid_values.emplace_back(plan.columns[i].name, invalid_values_[i]);
    }
    return summary;
  }

 private:
  Reading& reading_;
  const ReadOptions& options_;
  std::uint64_t file_bytes_;
  std::mutex mutex_;
  std::optional<Error> error_;
  std::uint64_t error_block_ = 0;
  ReadSummary summary_;
  std::int64_t unaccounted_bytes_ = 0;         // of all blocks
  bool has_swallowed_ = false;                 // a record, others
  std::vector<std::uint64_t> invalid_values_;  // as ReadPlan::columns
};

/// One worker: blocks in, batches out, until there are no more or somebody stops.
void run_worker(RecordBlock& block, const ReadPlan& plan, const ReadOptions& options,
                const Reading& reading, SharedState& shared, columnar::BatchSink& sink,
                unsigned worker) {
  BatchBuilder builder(plan);
  std::vector<Reject> rejects;
  for (;;) {
    if (options.is_cancelled != nullptr && options.is_cancelled->load()) {
      shared.fail(0, Error(ErrorCode::kInterrupted, "interrupted"));
      return;
    }
    auto has_block = block.next();
    if (!has_block) {
      shared.fail(block.index(), std::move(has_block).error());
      return;
    }
    if (!*has_block) return;
    rejects.clear();
    columnar::Batch batch = builder.build(block, rejects);
    if (reading.is_stopped()) return;
    auto done = shared.report(block, builder, std::move(rejects));
    if (done) done = sink.consume(std::move(batch), worker);
    if (!done) {
      shared.fail(block.index(), std::move(done).error());
      return;
    }
  }
}

/// Stops the others when a worker leaves by an exception: they might wait for it for ever.
class StopOnUnwind {
 public:
  explicit StopOnUnwind(Reading& reading) : reading_(reading) {}
  StopOnUnwind(const StopOnUnwind&) = delete;
  StopOnUnwind& operator=(const StopOnUnwind&) = delete;
  ~StopOnUnwind() {
    if (is_armed_) reading_.stop();
  }
  void disarm() noexcept { is_armed_ = false; }

 private:
  Reading& reading_;
  bool is_armed_ = true;
};

Result<void> check_range(std::string_view name, std::size_t bytes) {
  if (bytes >= 1 && bytes <= kMaxBytes) return {};
  return Error(ErrorCode::kInvalidArgument,
               concat(name, " is ", bytes, ", not between 1 and ", kMaxBytes));
}

}  // namespace

Result<std::unique_ptr<FileSource>> FileSource::open(const io::FileSystem& files, FileProbe probe,
                                                     const contract::Contract* contract,
                                                     ReadOptions options) {
  HARK_TRY_VOID(check_range("block_bytes", options.block_bytes));
  HARK_TRY_VOID(check_range("max_record_bytes", options.max_record_bytes));
  std::unique_ptr<FileSource> source(new FileSource(files, std::move(probe), std::move(options)));
  if (contract == nullptr) {
    source->plan_header();
  } else if (auto planned = source->plan_contract(*contract); !planned) {
    return std::move(planned).error().while_doing(
        concat("reading '", source->probe_.path, "' by contract '", contract->name, "'"));
  }
  source->add_place_fields();
  return source;
}

Result<std::unique_ptr<FileSource>> FileSource::open(const io::FileSystem& files,
                                                     const std::string& path,
                                                     const contract::Contract* contract,
                                                     ReadOptions options) {
  HARK_TRY(FileProbe probe, probe_file(files, path));
  return open(files, std::move(probe), contract, std::move(options));
}

Result<void> FileSource::plan_contract(const contract::Contract& contract) {
  match_ = contract::match_header(contract, probe_.header);
  if (!match_.missing_required.empty()) {
    const auto beginning =
        std::span(probe_.header).first(std::min<std::size_t>(10, probe_.header.size()));
    return Error(ErrorCode::kInvalidInput, concat("the file lacks the required column",
                                                  match_.missing_required.size() > 1 ? "s " : " ",
                                                  join(match_.missing_required, ", ")))
        .hint(concat("its header begins: ", join(beginning, ", ")));
  }
  std::shared_ptr<const calendar::TimeZone> zone;
  for (std::size_t i = 0; i < contract.columns.size(); ++i) {
    const contract::ColumnSpec& spec = contract.columns[i];
    ColumnPlan plan;
    plan.name = spec.name;
    plan.type = spec.type;
    for (std::size_t j = 0; j < match_.column_of.size(); ++j) {
      if (match_.column_of[j] == static_cast<int>(i))
        plan.file_columns.push_back(static_cast<std::uint32_t>(j));
    }
    if (plan.file_columns.empty() && i < match_.parts_of.size()) {
      for (const int part : match_.parts_of[i]) {
        plan.file_columns.push_back(static_cast<std::uint32_t>(part));
      }
    }
    plan.missing = MissingMarkers(spec.missing);
    std::vector<std::string> formats = spec.formats;
    if (probe_.open_rows) {
      // The format's own clocks are not written as the city writes them.
      formats.insert(formats.end(), std::begin(kTypedClockFormats), std::end(kTypedClockFormats));
    }
    HARK_TRY(plan.clocks, ClockParser::compile(formats));
    if (spec.type == contract::ValueType::kTimestamp) {
      if (zone == nullptr) {
        HARK_TRY(zone, calendar::TimeZone::load(contract.time_zone));
      }
      plan.zone = zone;
    }
    plan.is_code = spec.is_code;
    plan.is_required = spec.is_required;
    plan.rejects_invalid = spec.on_invalid == contract::OnInvalid::kReject;
    plan.is_personal = spec.is_personal;
    columns_.push_back(std::move(plan));

    const auto add = [&](std::string_view suffix, Type type, ColumnPart part) {
      fields_.push_back({concat(spec.name, suffix), type});
      outputs_.push_back({fields_.back(), Source::kColumn, i, part});
    };
    add("", contract::storage_type(spec.type), ColumnPart::kValue);
    if (spec.type == contract::ValueType::kTimestamp) {
      add("_offset_s", Type::kInt32, ColumnPart::kOffsetS);
      add("_fold", Type::kBool, ColumnPart::kFold);
      add("_gap", Type::kBool, ColumnPart::kGap);
      add("_fold_width_s", Type::kInt32, ColumnPart::kFoldWidthS);
    }
  }
  return {};
}

void FileSource::plan_header() {
  std::set<std::string> taken;
  for (std::size_t i = 0; i < probe_.header.size(); ++i) {
    ColumnPlan plan;
    const std::string base = probe_.header[i].empty() ? concat("column_", i + 1) : probe_.header[i];
    plan.name = base;
    for (int n = 2; !taken.insert(plan.name).second; ++n) plan.name = concat(base, "_", n);
    plan.file_columns = {static_cast<std::uint32_t>(i)};
    fields_.push_back({plan.name, Type::kString});
    outputs_.push_back({fields_.back(), Source::kColumn, i, ColumnPart::kValue});
    columns_.push_back(std::move(plan));
  }
}

void FileSource::add_place_fields() {
  for (const auto& [name, place] :
       {std::pair("_record", Source::kRecord), std::pair("_line", Source::kLine),
        std::pair("_offset", Source::kOffset)}) {
    fields_.push_back({name, Type::kInt64});
    outputs_.push_back({fields_.back(), place, 0, ColumnPart::kValue});
  }
}

bool FileSource::has_column(std::string_view name) const noexcept {
  return std::ranges::any_of(outputs_, [&](const OutputPlan& output) {
    return output.field.name == name &&
           (output.source != Source::kColumn || !columns_[output.column].file_columns.empty());
  });
}

Result<ReadPlan> FileSource::plan_read(const std::vector<std::string>& columns) const {
  ReadPlan plan;
  plan.num_file_columns = static_cast<std::uint32_t>(probe_.header.size());
  plan.dialect = probe_.dialect;
  // Only delimited text has quotes; this byte occurs in no text.
  if (probe_.format != FileFormat::kDelimited) plan.dialect.quote = '\xFF';
  plan.max_record_bytes = options_.max_record_bytes;
  std::vector<bool> is_read(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) is_read[i] = columns_[i].is_guard();
  std::set<std::string_view> asked;
  for (const std::string& name : columns) {
    const auto found = std::ranges::find(
        outputs_, name, [](const OutputPlan& output) { return output.field.name; });
    if (found == outputs_.end())
      return Error(ErrorCode::kInvalidArgument,
                   concat("'", probe_.path, "' has no column '", name, "'"));
    if (!asked.insert(name).second)
      return Error(ErrorCode::kInvalidArgument, concat("column '", name, "' is asked for twice"));
    plan.outputs.push_back(*found);
    if (found->source == Source::kColumn) is_read[found->column] = true;
  }
  std::vector<std::size_t> place(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    place[i] = plan.columns.size();
    if (is_read[i]) plan.columns.push_back(columns_[i]);
  }
  for (OutputPlan& output : plan.outputs) {
    if (output.source == Source::kColumn) output.column = place[output.column];
  }
  return plan;
}

Result<void> FileSource::check_unchanged() const {
  HARK_TRY(const io::FileInfo info, files_.stat(probe_.path));
  if (info.size_bytes == probe_.size_bytes && info.modified_us == probe_.modified_us) return {};
  return Error(ErrorCode::kConflict, concat("'", probe_.path, "' changed while it was read"))
      .hint("wait until whoever writes it is done, and run it again");
}

Result<void> FileSource::stream(const std::vector<std::string>& columns, unsigned threads,
                                columnar::BatchSink& sink) {
  summary_ = {};
  HARK_TRY(const ReadPlan plan, plan_read(columns));
  HARK_TRY_VOID(check_unchanged());
  threads = std::max(1U, threads);
  if (probe_.compression == Compression::kNone) {
    const std::uint64_t num_blocks = probe_.size_bytes / options_.block_bytes + 1;
    threads = static_cast<unsigned>(std::min<std::uint64_t>(threads, num_blocks));
  }
  ReadingLimits limits{.block_bytes = options_.block_bytes,
                       .max_record_bytes = options_.max_record_bytes,
                       .kernel = options_.kernel};
  if (limits.kernel == nullptr) {
    HARK_TRY(limits.kernel, simd::active_scan_kernel());
  }
  HARK_TRY(const auto reading, begin_reading(files_, probe_, limits, threads));
  SharedState shared(*reading, options_, probe_.size_bytes, plan.columns.size());
  HARK_TRY_VOID(run_workers(threads, [&](unsigned worker) -> Result<void> {
    StopOnUnwind guard(*reading);
    run_worker(*reading->worker(worker), plan, options_, *reading, shared, sink, worker);
    guard.disarm();
    return {};
  }));
  if (shared.error())
    return std::move(*shared.error()).while_doing(concat("reading '", probe_.path, "'"));
  HARK_TRY_VOID(check_unchanged());
  summary_ = shared.summary(plan, probe_.data_offset);
  return {};
}

}  // namespace hark::tabular

// How fast batches are gathered by time and written as Parquet.
//
//   ninja hark_columnar_bench && hark_columnar_bench [ROWS] [RUNS]
//
// The input looks like a year of NYC 311 with the portal's 41 columns: codes of many kinds,
// timestamps, coordinates, addresses and positions that are nearly unique, columns nearly all
// empty. It comes in batches of 65,536 rows, by time or at random; files of 262,144 rows are
// gathered by time and written to a sink that only counts. Printed: median and best of RUNS by the
// wall clock, and the best by processor time, which a busy machine disturbs less.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "hark/columnar/gather.h"
#include "hark/columnar/parquet_writer.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

constexpr std::size_t kBatchRows = 65'536;
constexpr std::size_t kFileRows = 262'144;

enum class Kind { kKey, kCreated, kLater, kCode, kAddress, kPosition, kCoordinate, kNumber };

struct Spec {
  const char* name;
  Kind kind;
  std::uint64_t variety;  ///< different values of kCode and kNumber
  unsigned text_bytes;    ///< of kCode
  double null_share;
};

// Varieties, lengths and shares of a real export.
constexpr Spec kColumns[] = {
    {"unique_key", Kind::kKey, 0, 0, 0},
    {"created_date", Kind::kCreated, 0, 0, 0},
    {"closed_date", Kind::kLater, 0, 0, 0.03},
    {"agency", Kind::kCode, 20, 4, 0},
    {"agency_name", Kind::kCode, 55, 35, 0},
    {"complaint_type", Kind::kCode, 163, 18, 0},
    {"descriptor", Kind::kCode, 468, 20, 0.002},
    {"location_type", Kind::kCode, 66, 20, 0.12},
    {"incident_zip", Kind::kCode, 188, 5, 0.02},
    {"incident_address", Kind::kAddress, 2'597, 0, 0.06},
    {"street_name", Kind::kCode, 2'597, 15, 0.06},
    {"cross_street_1", Kind::kCode, 2'498, 15, 0.29},
    {"cross_street_2", Kind::kCode, 2'498, 15, 0.29},
    {"intersection_street_1", Kind::kCode, 1'980, 15, 0.41},
    {"intersection_street_2", Kind::kCode, 1'980, 15, 0.41},
    {"address_type", Kind::kCode, 6, 9, 0.01},
    {"city", Kind::kCode, 87, 10, 0.04},
    {"landmark", Kind::kCode, 1'811, 15, 0.5},
    {"facility_type", Kind::kCode, 3, 10, 0.73},
    {"status", Kind::kCode, 7, 6, 0},
    {"due_date", Kind::kLater, 0, 0, 0.89},
    {"resolution_description", Kind::kCode, 430, 150, 0.02},
    {"resolution_action_updated_date", Kind::kLater, 0, 0, 0.01},
    {"community_board", Kind::kCode, 73, 12, 0},
    {"bbl", Kind::kNumber, 6'708, 0, 0.13},
    {"borough", Kind::kCode, 6, 8, 0},
    {"x_coordinate", Kind::kNumber, 7'117, 0, 0.03},
    {"y_coordinate", Kind::kNumber, 7'319, 0, 0.03},
    {"open_data_channel_type", Kind::kCode, 5, 6, 0},
    {"park_facility_name", Kind::kCode, 27, 11, 0},
    {"park_borough", Kind::kCode, 6, 8, 0},
    {"vehicle_type", Kind::kCode, 6, 12, 0.98},
    {"taxi_company_borough", Kind::kCode, 3, 8, 0.9998},
    {"taxi_pick_up_location", Kind::kCode, 91, 20, 0.995},
    {"bridge_highway_name", Kind::kCode, 16, 15, 0.997},
    {"bridge_highway_direction", Kind::kCode, 16, 15, 0.998},
    {"road_ramp", Kind::kCode, 3, 5, 0.998},
    {"bridge_highway_segment", Kind::kCode, 22, 25, 0.997},
    {"latitude", Kind::kCoordinate, 0, 0, 0.04},
    {"longitude", Kind::kCoordinate, 0, 0, 0.04},
    {"location", Kind::kPosition, 0, 0, 0.04},
};

Type type_of(Kind kind) {
  switch (kind) {
    case Kind::kKey:
    case Kind::kNumber:
      return Type::kInt64;
    case Kind::kCreated:
    case Kind::kLater:
      return Type::kTimestamp;
    case Kind::kCoordinate:
      return Type::kDouble;
    default:
      return Type::kString;
  }
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  double share() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  /// Small numbers far more often than large ones, as categories are.
  std::uint64_t skewed(std::uint64_t n) {
    return static_cast<std::uint64_t>(static_cast<double>(n) * std::pow(share(), 3));
  }

 private:
  std::mt19937_64 engine_;
};

std::string code_text(const Spec& spec, std::uint64_t value) {
  std::string text = concat(spec.name, " ", value * 7919);
  while (text.size() < spec.text_bytes) text += " of the city";
  return text.substr(text.size() > spec.text_bytes ? text.size() - spec.text_bytes : 0);
}

void append_value(const Spec& spec, std::uint64_t row, std::int64_t created_s, Random& random,
                  DictionaryBuilder& texts, Column& column) {
  if (random.share() < spec.null_share) return column.append_absent(Presence::kNull);
  switch (spec.kind) {
    case Kind::kKey:
      return column.append_int64(static_cast<std::int64_t>(15'000'000 + row));
    case Kind::kCreated:
      return column.append_int64(created_s * 1'000'000);
    case Kind::kLater:
      return column.append_int64((created_s + static_cast<std::int64_t>(random.skewed(5'000'000))) *
                                 1'000'000);
    case Kind::kNumber:
      return column.append_int64(
          static_cast<std::int64_t>(1'000'000'000 + random.below(spec.variety) * 997));
    case Kind::kCoordinate:
      return column.append_double(40.5 + random.share() / 2);
    case Kind::kCode:
      return column.append_code(texts.code_of(code_text(spec, random.skewed(spec.variety))));
    case Kind::kAddress:
      return column.append_code(texts.code_of(
          concat(1 + random.below(3000), " ", random.below(spec.variety), " STREET")));
    case Kind::kPosition:
      return column.append_code(
          texts.code_of(concat("(", fixed(40.5 + random.share() / 2, 14), ", ",
                               fixed(-74 + random.share() / 2, 14), ")")));
  }
}

std::vector<Batch> make_input(std::size_t num_rows, bool by_time) {
  Random random(311);
  std::vector<std::int64_t> created_s(num_rows);
  for (std::int64_t& second : created_s)
    second =
        1'577'836'800 + static_cast<std::int64_t>(random.below(31 * 86'400 * num_rows / kFileRows));
  if (by_time) std::sort(created_s.begin(), created_s.end());
  std::vector<Batch> batches;
  for (std::size_t first = 0; first < num_rows; first += kBatchRows) {
    Batch batch;
    batch.ordinal = batches.size();
    batch.num_rows = std::min(kBatchRows, num_rows - first);
    for (const Spec& spec : kColumns) {
      Column column({spec.name, type_of(spec.kind)});
      column.reserve(batch.num_rows);
      DictionaryBuilder texts;
      for (std::size_t row = first; row < first + batch.num_rows; ++row)
        append_value(spec, row, created_s[row], random, texts, column);
      if (column.type() == Type::kString) column.set_dictionary(texts.finish());
      batch.columns.push_back(std::move(column));
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

/// Sorts the rows of each batch by time, as a load does.
void sort_by_time(std::vector<Batch>& batches) {
  for (Batch& batch : batches) {
    const auto times = batch.columns[1].int64s();
    std::vector<std::uint32_t> order(batch.num_rows);
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t row) { return times[row]; });
    reorder(batch, order);
  }
}

/// The rows of each file, cut by time.
std::vector<std::vector<RowRange>> cut_by_time(const std::vector<Batch>& batches) {
  std::vector<std::tuple<std::int64_t, std::uint32_t, std::uint32_t>> rows;
  for (std::uint32_t b = 0; b < batches.size(); ++b)
    for (std::uint32_t row = 0; row < batches[b].num_rows; ++row)
      rows.emplace_back(batches[b].columns[1].int64s()[row], b, row);
  std::ranges::sort(rows);
  std::vector<std::vector<RowRange>> files;
  for (std::size_t first = 0; first < rows.size(); first += kFileRows) {
    const auto file = std::span(rows).subspan(first, std::min(kFileRows, rows.size() - first));
    std::ranges::sort(
        file, {}, [](const auto& row) { return std::pair(std::get<1>(row), std::get<2>(row)); });
    std::vector<RowRange>& ranges = files.emplace_back();
    for (const auto& [time, batch, row] : file) add_row(ranges, batch, row);
  }
  return files;
}

class CountingFile final : public io::OutputFile {
 public:
  Result<void> write(std::string_view) override { return {}; }
  Result<void> sync() override { return {}; }
  Result<void> close() override { return {}; }
};

struct Times {
  std::vector<double> gather_s, write_s, processor_s;
  double megabytes = 0;
};

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<void> run_once(const std::vector<Batch>& batches,
                      const std::vector<std::vector<RowRange>>& files,
                      const ParquetOptions& options, Times& times) {
  std::vector<const Batch*> sources;
  for (const Batch& batch : batches) sources.push_back(&batch);
  std::vector<Field> fields;
  for (const Column& column : batches.front().columns) fields.push_back(column.field());
  const std::clock_t processor = std::clock();
  double gather_s = 0;
  double write_s = 0;
  times.megabytes = 0;
  for (const std::vector<RowRange>& rows : files) {
    const double start = now_s();
    HARK_TRY(const Batch batch, gather(sources, rows, options.threads));
    const double gathered = now_s();
    HARK_TRY(ParquetWriter writer,
             ParquetWriter::create(std::make_unique<CountingFile>(), fields, options));
    HARK_TRY_VOID(writer.write(batch));
    HARK_TRY(const FileStats stats, std::move(writer).finish());
    write_s += now_s() - gathered;
    gather_s += gathered - start;
    times.megabytes += static_cast<double>(stats.size_bytes) / 1e6;
  }
  times.processor_s.push_back(static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC);
  times.gather_s.push_back(gather_s);
  times.write_s.push_back(write_s);
  return {};
}

void print(const char* order, const ParquetOptions& options, std::size_t num_rows, Times times) {
  for (auto* seconds : {&times.gather_s, &times.write_s, &times.processor_s})
    std::sort(seconds->begin(), seconds->end());
  const auto rate = [&](double seconds) { return static_cast<double>(num_rows) / seconds / 1e6; };
  const double gather_s = times.gather_s[times.gather_s.size() / 2];
  const double write_s = times.write_s[times.write_s.size() / 2];
  std::printf("%-9s %4d %7u   %6.2f %6.2f   %6.2f %6.2f   %6.2f   %9.2f   %6.1f\n", order,
              options.zstd_level, options.threads, rate(gather_s), rate(times.gather_s.front()),
              rate(write_s), rate(times.write_s.front()), rate(gather_s + write_s),
              rate(times.processor_s.front()), times.megabytes);
}

Result<void> run(std::size_t num_rows, std::size_t num_runs) {
  std::printf("%zu rows, %zu columns, %zu runs; million rows per second (median, best)\n", num_rows,
              std::size(kColumns), num_runs);
  std::printf("%-9s %4s %7s   %13s   %13s   %6s   %9s   %6s\n", "input", "zstd", "threads",
              "gather", "write", "both", "processor", "MB");
  for (const bool by_time : {true, false}) {
    std::vector<Batch> batches = make_input(num_rows, by_time);
    sort_by_time(batches);
    const auto files = cut_by_time(batches);
    for (const int level : {1, 3}) {
      for (const unsigned threads : {1U, 2U}) {
        ParquetOptions options;
        options.zstd_level = level;
        options.threads = threads;
        Times times;
        for (std::size_t i = 0; i < num_runs; ++i)
          HARK_TRY_VOID(run_once(batches, files, options, times));
        print(by_time ? "by time" : "at random", options, num_rows, std::move(times));
      }
    }
  }
  return {};
}

}  // namespace
}  // namespace hark::columnar

int main(int argc, char** argv) {
  const auto argument = [&](int i, std::int64_t fallback) {
    const auto value = argc > i ? hark::parse_int(argv[i]) : std::nullopt;
    return static_cast<std::size_t>(value && *value > 0 ? *value : fallback);
  };
  if (const auto done = hark::columnar::run(argument(1, 1'000'000), argument(2, 10)); !done) {
    std::fputs(("error: " + done.error().to_string() + "\n").c_str(), stderr);
    return 1;
  }
  return 0;
}

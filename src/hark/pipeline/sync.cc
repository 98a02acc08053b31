#include "hark/pipeline/sync.h"

#include <algorithm>
#include <limits>

#include "hark/core/text.h"
#include "hark/pipeline/sync_pages.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {
namespace {

/// A broken portal may repeat itself without end; an honest one repeats some records where pages
/// are shuffled.
constexpr std::int64_t kMostRepeats = 10;
constexpr int kMostEmptyPages = 20;

/// Where the latest load that is a sync from `source` by its cursor came to: times of one field say
/// nothing of another's.
Result<portal::Watermark> watermark_of(const LakeFolder& lake, const std::string& dataset,
                                       const TableState& trusted, const portal::Source& source) {
  if (!trusted.snapshot) return portal::Watermark();
  std::vector<std::pair<std::int64_t, std::string>> loads;  // number, landing hash
  for (const auto& [app_id, txn] : trusted.snapshot->txns()) {
    if (app_id.starts_with(kLandingAppId))
      loads.emplace_back(txn.version, app_id.substr(kLandingAppId.size()));
  }
  std::ranges::sort(loads, std::ranges::greater());
  for (const auto& [number, hash] : loads) {
    const std::string path = io::join_path(lake.landing_folder(dataset), hash + ".json");
    if (!lake.files().exists(path)) continue;
    HARK_TRY(const std::string text, lake.files().read_text(path));
    const auto note = Json::parse(text);
    // A damaged note is doctor's business; without it more is pulled than is needed, never less.
    if (!note) continue;
    const Json& sync = (*note)["sync"];
    if (sync["source"].as_string() == source.key() && sync["cursor"].as_string() == source.cursor)
      return portal::Watermark::from_json(sync["after"]);
  }
  return portal::Watermark();
}

Json provenance_of(const SyncOptions& options, const SyncPages& pages,
                   const portal::Watermark& from) {
  Json list = Json::array();
  for (const KeptPage& page : pages.pages()) list.push_back(page.to_json());
  const KeptPage& last = pages.pages().back();
  return Json::object({{"url", concat(options.source.origin, "/", options.source.dataset)},
                       {"sync", Json::object({{"portal", portal::name_of(options.source.kind)},
                                              {"source", options.source.key()},
                                              {"cursor", options.source.cursor},
                                              {"from", from.to_json()},
                                              {"after", last.after.to_json()},
                                              {"is_last", last.is_last},
                                              {"pages", std::move(list)}})}});
}

/// What a sync has had of the portal so far.
struct Pulled {
  std::int64_t rows = 0;
  std::uint64_t bytes = 0;
  int empty_pages = 0;  ///< in a row
};

/// Pages for one load: those that are kept, and what the portal has after them. True if the portal
/// said in this very pull that nothing more is to come.
Result<bool> pull(portal::Feed& feed, const SyncOptions& options, const SyncPlan& plan,
                  SyncPages& pages, Pulled& pulled, SyncReport& report, const Clock& clock) {
  portal::Watermark mark = pages.pages().empty() ? plan.from : pages.pages().back().after;
  for (const KeptPage& page : pages.pages()) {
    pulled.rows += page.rows;
    pulled.bytes += page.size_bytes;
  }
  // What ended a broken sync is no end any more: the portal has had time to change. Without a key
  // there is no asking twice.
  if (!pages.pages().empty() && pages.pages().back().is_last) return !options.has_key;
  while (pages.pages().size() < static_cast<std::size_t>(plan.pages_per_load)) {
    HARK_TRY(const portal::Page page, feed.next(mark));
    HARK_TRY_VOID(pages.add(page, clock.now()));
    mark = page.after;
    pulled.rows += static_cast<std::int64_t>(page.records.size());
    pulled.bytes += page.body.size();
    ++report.pages;
    if (options.progress) options.progress(pulled.rows, pulled.bytes, plan.total_before);
    if (page.is_last) return true;
    pulled.empty_pages = page.records.empty() ? pulled.empty_pages + 1 : 0;
    if (pulled.empty_pages > kMostEmptyPages) {
      return Error(ErrorCode::kRemote,
                   concat("the portal gave ", pulled.empty_pages,
                          " pages without a record, and says that more is to come"))
          .hint("does it understand the order and the where that hark asks for?");
    }
    if (pulled.rows > kMostRepeats * (plan.total_before + options.page_rows)) {
      return Error(ErrorCode::kRemote, "the portal gives many more records than it counts")
          .hint("does it understand the order and the where that hark asks for?");
    }
  }
  return false;
}

}  // namespace

Result<SyncReport> sync(const LakeFolder& lake, portal::Feed& feed, const SyncOptions& options,
                        const Clock& clock) {
  io::FileSystem& files = lake.files();
  const std::string folder = concat(lake.root(), "/sync/", options.dataset);
  HARK_TRY_VOID(files.create_directories(folder, 0700));
  auto lock = files.lock(io::join_path(folder, ".lock"), std::chrono::milliseconds(500));
  if (!lock) {
    if (lock.error().code() != ErrorCode::kConflict) return std::move(lock).error();
    return Error(ErrorCode::kConflict, concat("another sync of '", options.dataset, "' is running"))
        .hint("wait for it to end");
  }

  SyncReport report;
  SyncPlan plan;
  plan.source = options.source.key();
  plan.cursor = options.source.cursor;
  plan.page_rows = options.page_rows;
  // Without a key there is no second load: it could not tell its records from those of the first.
  plan.pages_per_load = options.has_key ? options.pages_per_load : std::numeric_limits<int>::max();
  {
    HARK_TRY(const TableState trusted, open_table(files, lake.trusted_table(options.dataset)));
    plan.load = trusted.txn_version(options.dataset).value_or(0);
    report.version = trusted.version();
    if (!options.has_key && plan.load > 0) {
      return Error(ErrorCode::kInvalidArgument,
                   concat("'", options.dataset,
                          "' has no key: records that changed cannot be told from new ones"))
          .hint("sync into a new lake; nothing was loaded");
    }
    if (!options.is_full) {
      HARK_TRY(plan.from, watermark_of(lake, options.dataset, trusted, options.source));
    }
  }
  std::int64_t rows_loaded = 0;
  SyncPages pages(files, folder, options.source);
  HARK_TRY(const auto kept, pages.resume(plan));
  const bool is_whole = plan.from.is_start() && !kept;
  if (kept) {
    plan.total_before = kept->total_before;
    report.pages_kept = static_cast<std::int64_t>(pages.pages().size());
  } else {
    HARK_TRY(plan.total_before, feed.total());
    HARK_TRY_VOID(pages.start(plan));
  }
  report.total_before = plan.total_before;

  Pulled pulled;
  for (bool is_over = false; !is_over;) {
    HARK_TRY(is_over, pull(feed, options, plan, pages, pulled, report, clock));
    const std::string assembled = io::join_path(folder, options.source.dataset + ".jsonl");
    HARK_TRY(const std::int64_t rows, pages.assemble(assembled));
    report.watermark = pages.pages().back().after;
    if (rows > 0) {
      IngestOptions ingest_options = options.ingest;
      ingest_options.provenance = provenance_of(options, pages, plan.from);
      auto loaded = ingest(lake, assembled, ingest_options, clock);
      if (!loaded) {
        // The portal may mend what the lake refused: these pages would be refused for ever.
        if (loaded.error().code() == ErrorCode::kCheckFailed) HARK_TRY_VOID(pages.clear());
        return std::move(loaded).error();
      }
      LoadReport load = *std::move(loaded);
      if (load.dataset != options.dataset) {
        return Error(ErrorCode::kInternal,
                     concat("loaded into '", load.dataset, "' instead of '", options.dataset, "'"));
      }
      rows_loaded += rows;
      report.version = load.version;
      plan.load = std::max(plan.load, load.load);
      std::ranges::copy(load.warnings, std::back_inserter(report.warnings));
      report.loads.push_back(std::move(load));
    }
    plan.from = report.watermark;
    if (is_over) {
      HARK_TRY_VOID(pages.clear());
    } else {
      HARK_TRY_VOID(pages.start(plan));
    }
  }

  const auto total = feed.total();
  if (!total) {
    if (total.error().code() != ErrorCode::kRemote) return total.error();
    // The rows are in the lake; only the comparison is missing.
    report.warnings.push_back({"total_unknown", total.error().message(), options.source.key()});
    return report;
  }
  report.total_after = *total;
  if (*total != report.total_before) {
    report.warnings.push_back(
        {"total_changed",
         concat("the portal had ", report.total_before, " records at the beginning and ", *total,
                " at the end; ",
                *total > report.total_before
                    ? "the next sync brings what was added meanwhile"
                    : "what was deleted meanwhile stays in the lake as far as it came"),
         options.source.key()});
  } else if (is_whole && rows_loaded < *total) {
    report.warnings.push_back(
        {"total_differs", concat("the portal counts ", *total, " records, and gave ", rows_loaded),
         options.source.key()});
  }
  // With a key one of them counts; without, nobody can tell which.
  if (!options.has_key && rows_loaded > std::max(*total, report.total_before)) {
    report.warnings.push_back(
        {"repeated_records",
         concat("the portal counts ", std::max(*total, report.total_before), " records, and gave ",
                rows_loaded, ": records that changed while they were pulled came twice, and '",
                options.dataset,
                "' has no key to know them by; sync into a new lake at a quieter hour"),
         options.source.key()});
  }
  return report;
}

}  // namespace hark::pipeline

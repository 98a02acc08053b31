#include "hark/pipeline/sync_pages.h"

#include <algorithm>
#include <map>
#include <memory>

#include "hark/core/text.h"

namespace hark::pipeline {
namespace {

constexpr std::string_view kPlan = "plan.json";
constexpr std::string_view kLock = ".lock";
constexpr std::size_t kWriteBlock = std::size_t{1} << 20;
/// Pages come in the order of time, so few are wanted at a time; a sync without a key has them all
/// in one load, more than a process may have files open.
constexpr std::size_t kMostOpenPages = 32;

std::string_view at_field(const portal::Source& source) {
  return source.kind == portal::Kind::kSocrata ? std::string_view(":updated_at")
                                               : std::string_view(source.cursor);
}

}  // namespace

Json SyncPlan::to_json() const {
  return Json::object({{"source", source},
                       {"cursor", cursor},
                       {"from", from.to_json()},
                       {"page_rows", page_rows},
                       {"pages_per_load", pages_per_load},
                       {"load", load},
                       {"total_before", total_before}});
}

SyncPlan SyncPlan::from_json(const Json& json) {
  SyncPlan plan;
  plan.source = std::string(json["source"].as_string());
  plan.cursor = std::string(json["cursor"].as_string());
  plan.from = portal::Watermark::from_json(json["from"]);
  plan.page_rows = json["page_rows"].as_int();
  plan.pages_per_load = static_cast<int>(json["pages_per_load"].as_int());
  plan.load = json["load"].as_int();
  plan.total_before = json["total_before"].as_int();
  return plan;
}

Json KeptPage::to_json() const {
  return Json::object({{"url", url},
                       {"retrieved_at", retrieved_at},
                       {"etag", etag},
                       {"last_modified", last_modified},
                       {"rows", rows},
                       {"size_bytes", size_bytes},
                       {"sha256", sha256},
                       {"after", after.to_json()},
                       {"is_last", is_last}});
}

std::string SyncPages::path_of(std::size_t number, std::string_view suffix) const {
  std::string name = std::to_string(number);
  name.insert(0, name.size() < 6 ? 6 - name.size() : 0, '0');
  return io::join_path(folder_, concat(name, suffix));
}

Result<bool> SyncPages::read_kept(std::size_t number) {
  const std::string note_path = path_of(number, ".note.json");
  if (!files_->exists(note_path)) return false;
  HARK_TRY(const std::string text, files_->read_text(note_path, 1 << 20));
  const auto note = Json::parse(text);
  if (!note) return false;
  KeptPage page;
  page.path = path_of(number, ".json");
  page.url = std::string((*note)["url"].as_string());
  page.sha256 = std::string((*note)["sha256"].as_string());
  page.etag = std::string((*note)["etag"].as_string());
  page.last_modified = std::string((*note)["last_modified"].as_string());
  page.retrieved_at = std::string((*note)["retrieved_at"].as_string());
  page.rows = (*note)["rows"].as_int();
  page.size_bytes = static_cast<std::uint64_t>((*note)["size_bytes"].as_int());
  page.after = portal::Watermark::from_json((*note)["after"]);
  page.is_last = (*note)["is_last"].as_bool();
  const auto body = files_->read_text(page.path, portal::kMostPageBytes);
  if (!body || crypto::to_hex(crypto::sha256(*body)) != page.sha256) return false;
  HARK_TRY(const auto records, portal::cut_records(*body, at_field(source_), ""));
  keep(std::move(page), *body, records);
  return true;
}

void SyncPages::keep(KeptPage page, std::string_view body,
                     const std::vector<portal::AnswerRecord>& records) {
  for (const portal::AnswerRecord& record : records) {
    places_.push_back({record.instant, crypto::sha256(body.substr(record.offset, record.size)),
                       static_cast<std::uint32_t>(pages_.size()),
                       static_cast<std::uint32_t>(record.size), record.offset});
  }
  pages_.push_back(std::move(page));
}

Result<std::optional<SyncPlan>> SyncPages::resume(const SyncPlan& plan) {
  HARK_TRY_VOID(files_->create_directories(folder_, 0700));
  pages_.clear();
  places_.clear();
  const std::string plan_path = io::join_path(folder_, kPlan);
  std::optional<SyncPlan> kept;
  if (files_->exists(plan_path)) {
    HARK_TRY(const std::string text, files_->read_text(plan_path, 1 << 20));
    if (const auto json = Json::parse(text)) kept = SyncPlan::from_json(*json);
  }
  SyncPlan wanted = plan;
  if (kept) wanted.total_before = kept->total_before;
  if (!kept || *kept != wanted) {
    HARK_TRY_VOID(clear());
    return std::optional<SyncPlan>();
  }
  for (bool is_whole = true; is_whole;) {
    HARK_TRY(is_whole, read_kept(pages_.size() + 1));
  }
  // Pages after one that is not whole would follow another one than they were pulled after.
  HARK_TRY(const auto entries, files_->list(folder_));
  const std::string next = path_of(pages_.size() + 1, "");
  for (const io::FileInfo& entry : entries) {
    const std::string_view name = io::file_name(entry.path);
    if (name != kLock && name != kPlan && entry.path >= next)
      HARK_TRY_VOID(files_->remove(entry.path));
  }
  return kept;
}

Result<void> SyncPages::start(const SyncPlan& plan) {
  HARK_TRY_VOID(clear());
  return files_->write_atomically(io::join_path(folder_, kPlan), plan.to_json().dump(2) + "\n");
}

Result<void> SyncPages::add(const portal::Page& page, Instant retrieved_at) {
  KeptPage kept;
  const std::size_t number = pages_.size() + 1;
  kept.path = path_of(number, ".json");
  kept.url = page.url;
  kept.sha256 = crypto::to_hex(crypto::sha256(page.body));
  kept.etag = page.etag;
  kept.last_modified = page.last_modified;
  kept.retrieved_at = format_instant(retrieved_at);
  kept.rows = static_cast<std::int64_t>(page.records.size());
  kept.size_bytes = page.body.size();
  kept.after = page.after;
  kept.is_last = page.is_last;
  HARK_TRY_VOID(files_->write_atomically(kept.path, page.body));
  HARK_TRY_VOID(
      files_->write_atomically(path_of(number, ".note.json"), kept.to_json().dump(2) + "\n"));
  keep(std::move(kept), page.body, page.records);
  return {};
}

Result<std::int64_t> SyncPages::assemble(const std::string& path) {
  std::ranges::sort(places_, {}, &Place::key);
  if (source_.kind == portal::Kind::kSocrata) {
    // The row's :id is among the bytes; elsewhere two equal records are two records.
    const auto same = std::ranges::unique(places_, {}, &Place::key);
    places_.erase(same.begin(), same.end());
  }
  std::map<std::uint32_t, std::unique_ptr<io::InputFile>> inputs;
  HARK_TRY(const auto output, files_->open_output(path));
  std::string block;
  for (const Place& place : places_) {
    if (!inputs.contains(place.page)) {
      if (inputs.size() == kMostOpenPages) inputs.clear();
      HARK_TRY(inputs[place.page], files_->open_input(pages_[place.page].path));
    }
    const std::size_t start = block.size();
    block.resize(start + place.size);
    HARK_TRY(const std::size_t n, inputs[place.page]->read_at(
                                      place.offset, std::span(block).subspan(start, place.size)));
    if (n != place.size) return Error(ErrorCode::kIo, concat("'", path, "': a page was cut short"));
    // White space between a record's parts; in texts JSON has no line ends.
    std::ranges::replace(block.begin() + static_cast<std::ptrdiff_t>(start), block.end(), '\n',
                         ' ');
    std::ranges::replace(block.begin() + static_cast<std::ptrdiff_t>(start), block.end(), '\r',
                         ' ');
    block += '\n';
    if (block.size() < kWriteBlock) continue;
    HARK_TRY_VOID(output->write(block));
    block.clear();
  }
  HARK_TRY_VOID(output->write(block));
  HARK_TRY_VOID(output->close());
  return static_cast<std::int64_t>(places_.size());
}

Result<void> SyncPages::clear() {
  pages_.clear();
  places_.clear();
  const std::string plan_path = io::join_path(folder_, kPlan);
  if (files_->exists(plan_path)) {
    HARK_TRY_VOID(files_->remove(plan_path));
    HARK_TRY_VOID(files_->sync_directory(folder_));
  }
  HARK_TRY(const auto entries, files_->list(folder_));
  for (const io::FileInfo& entry : entries) {
    if (io::file_name(entry.path) != kLock) HARK_TRY_VOID(files_->remove(entry.path));
  }
  return {};
}

}  // namespace hark::pipeline

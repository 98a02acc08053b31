#include "hark/cli/load_answer.h"

#include "hark/cli/text_table.h"
#include "hark/core/text.h"

namespace hark::cli {
namespace {

Json load_json(const pipeline::LoadReport& load) {
  Json json = Json::object();
  json.set("dataset", load.dataset);
  json.set("file", load.file);
  json.set("landing", load.landing_hash);
  json.set("already_loaded", load.is_already_loaded);
  json.set("rows_read", load.rows_read);
  json.set("rows_inserted", load.rows.inserted);
  json.set("rows_updated", load.rows.updated);
  json.set("rows_unchanged", load.rows.unchanged);
  json.set("rows_duplicate", load.rows.duplicate);
  json.set("rows_superseded", load.rows.superseded);
  json.set("rows_quarantined", load.rows_quarantined);
  json.set("rows_vanished", load.rows_vanished);
  json.set("rows_returned", load.rows_returned);
  // Detectors of personal data come with the governance part; nothing was looked for, nothing is
  // claimed.
  json.set("pii", Json::object());
  json.set("bytes", load.bytes);
  json.set("seconds", load.seconds);
  json.set("version", load.version);
  json.set("load", load.load);
  return json;
}

}  // namespace

std::string made_line(const pipeline::LakeFolder& lake) {
  return lake.is_new() ? concat("made lake ", lake.root(), "\n") : std::string();
}

std::string load_line(const pipeline::LoadReport& load) {
  if (load.is_already_loaded) {
    return concat(load.file, ": these bytes are in the lake already (load ", load.load, " of ",
                  load.dataset, "); nothing to do\n");
  }
  const double rows_per_second =
      load.seconds > 0 ? static_cast<double>(load.rows_read) / load.seconds : 0;
  std::string line = concat("loaded ", load.file, " into ", load.dataset, ": ",
                            show_count(load.rows_read), plural(load.rows_read, "record"), " in ",
                            fixed(load.seconds, 1), " s (", fixed(rows_per_second / 1000, 0),
                            " k/s, ", fixed(static_cast<double>(load.bytes) / 1e6, 1), " MB)");
  const std::pair<const char*, std::int64_t> parts[] = {
      {"new", load.rows.inserted},        {"updated", load.rows.updated},
      {"unchanged", load.rows.unchanged}, {"duplicate", load.rows.duplicate},
      {"refused", load.rows_quarantined}, {"vanished", load.rows_vanished},
      {"returned", load.rows_returned}};
  for (const auto& [name, count] : parts) {
    if (count == 0) continue;
    line += concat(" · ", show_count(count), " ", name);
    // Copies say the same as the row that counts, older versions do not.
    if (std::string_view(name) == "duplicate" && load.rows.superseded > 0)
      line += concat(" (", show_count(load.rows.superseded), " of them older versions)");
  }
  return line + concat(" · trusted v", load.version, "\n");
}

Json loads_json(const std::vector<pipeline::LoadReport>& loads) {
  if (loads.size() == 1) return load_json(loads.front());
  Json sum = Json::object();
  Json files = Json::array();
  for (const char* name :
       {"rows_read", "rows_inserted", "rows_updated", "rows_unchanged", "rows_duplicate",
        "rows_superseded", "rows_quarantined", "rows_vanished", "rows_returned", "bytes"}) {
    std::int64_t total = 0;
    for (const pipeline::LoadReport& load : loads) total += load_json(load)[name].as_int();
    sum.set(name, total);
  }
  double seconds = 0;
  for (const pipeline::LoadReport& load : loads) {
    seconds += load.seconds;
    files.push_back(load_json(load));
  }
  sum.set("pii", Json::object());
  sum.set("seconds", seconds);
  sum.set("version", loads.empty() ? Json() : Json(loads.back().version));
  sum.set("files", std::move(files));
  return sum;
}

}  // namespace hark::cli

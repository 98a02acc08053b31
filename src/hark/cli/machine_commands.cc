#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>

#include "hark/calendar/time_zone.h"
#include "hark/cli/commands.h"
#include "hark/cli/completions.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/cli/version.h"
#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/pipeline/inspect.h"
#include "hark/simd/csv_scan.h"

namespace hark::cli {
namespace {

enum class Health { kGood, kWarning, kBad };

struct Finding {
  std::string name;
  Health health = Health::kGood;
  std::string what;
  std::string fix;
};

std::string_view name_of(Health health) {
  return health == Health::kGood ? "ok" : health == Health::kWarning ? "warning" : "problem";
}

Finding check_engine() {
  auto engine = engine::Engine::open({});
  if (!engine) return {"sql engine", Health::kBad, engine.error().message(), engine.error().hint()};
  return {"sql engine", Health::kGood, concat("DuckDB ", (*engine)->library_version()), ""};
}

Finding check_time_zones() {
  const auto zone = calendar::TimeZone::load("America/New_York");
  if (!zone)
    return {"time zones", Health::kBad, zone.error().message(), "install the package tzdata"};
  // 2023-11-05 has 25 hours there: if the rules say otherwise, every duration near the change is
  // wrong.
  const std::int64_t midnight = 1699142400;  // 2023-11-05T00:00:00 as local seconds
  const std::int64_t hours =
      ((*zone)->from_local(midnight + 86400).utc_s - (*zone)->from_local(midnight).utc_s) / 3600;
  if (hours != 25)
    return {"time zones", Health::kBad,
            concat("2023-11-05 in New York has ", hours, " hours, not 25"),
            "update the package tzdata"};
  return {"time zones", Health::kGood, concat("tzdata ", calendar::tzdata_version()), ""};
}

Finding check_memory() {
  const auto pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES));
  const double gib = pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024.0 * 1024 * 1024);
  const std::string what = concat(fixed(gib, 1), " GiB, ", default_threads(), " processors");
  if (gib < 2)
    return {"machine", Health::kWarning, what, "big loads want 2 GiB; use --memory-limit 512MiB"};
  return {"machine", Health::kGood, what, ""};
}

Finding check_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 256)
    return {"open files", Health::kWarning,
            concat("limit ", static_cast<std::int64_t>(limit.rlim_cur)), "ulimit -n 1024"};
  return {"open files", Health::kGood,
          concat("limit ", limit.rlim_cur == RLIM_INFINITY ? std::string("none")
                                                           : std::to_string(limit.rlim_cur)),
          ""};
}

/// What is wrong with a lake, table by table what is right; with `repairs`, first mends what may be
/// mended without loss and says so.
Result<std::vector<Finding>> check_lake(Session& session, const std::string& path, bool repairs) {
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), path));
  std::vector<Finding> findings;
  if (repairs) {
    HARK_TRY(const auto mended, pipeline::repair(lake, session.clock()));
    for (const pipeline::Damage& damage : mended) {
      findings.push_back({damage.path, Health::kGood,
                          concat("repaired: ", pipeline::name_of(damage.kind), ": ", damage.what),
                          ""});
    }
  }
  HARK_TRY(const auto inspection, pipeline::inspect(lake));
  if (!inspection.is_locked) {
    findings.push_back(
        {path, Health::kWarning,
         "may not be locked here: a load that runs elsewhere can look like leftovers",
         "look at it again as its owner before mending anything"});
  }
  for (const pipeline::TableHealth& table : inspection.tables) {
    findings.push_back({table.path, Health::kGood,
                        concat("version ", table.version, ", ", table.num_files,
                               plural(static_cast<std::int64_t>(table.num_files), "file"), ", ",
                               table.num_hashed, " read and hashed"),
                        ""});
  }
  if (inspection.num_landing_files > 0) {
    findings.push_back(
        {"landing", Health::kGood,
         concat(inspection.num_landing_files,
                plural(static_cast<std::int64_t>(inspection.num_landing_files), "file"),
                " read and hashed"),
         ""});
  }
  for (const pipeline::Damage& damage : inspection.damages) {
    findings.push_back({damage.path, Health::kBad,
                        concat(pipeline::name_of(damage.kind), ": ", damage.what), damage.fix});
  }
  if (findings.empty()) findings.push_back({path, Health::kGood, "a lake without data yet", ""});
  return findings;
}

Result<Answer> doctor(const Arguments& arguments, Session& session) {
  std::vector<Finding> findings = {check_engine(), check_time_zones(), check_memory(),
                                   check_files()};
  if (arguments.has("--repair") && !arguments.has("--lake")) {
    return Error(ErrorCode::kInvalidArgument, "--repair mends a lake: name it with --lake");
  }
  if (arguments.has("--lake")) {
    HARK_TRY(const auto of_lake,
             check_lake(session, arguments.text("--lake"), arguments.has("--repair")));
    findings.insert(findings.end(), of_lake.begin(), of_lake.end());
  }
  Answer answer;
  Json checks = Json::array();
  for (const Finding& finding : findings) {
    const char* mark = finding.health == Health::kGood      ? "ok  "
                       : finding.health == Health::kWarning ? "!   "
                                                            : "BAD ";
    answer.text += concat(mark, finding.name, ": ", finding.what, "\n");
    if (!finding.fix.empty()) answer.text += concat("      fix: ", finding.fix, "\n");
    answer.has_failed_check = answer.has_failed_check || finding.health == Health::kBad;
    checks.push_back(Json::object({{"name", finding.name},
                                   {"status", name_of(finding.health)},
                                   {"what", finding.what},
                                   {"fix", finding.fix}}));
  }
  answer.data.set("checks", std::move(checks));
  return answer;
}

Result<Answer> version(const Arguments& arguments, Session&) {
  Answer answer;
  answer.data.set("version", kVersion);
  answer.text = concat("hark ", kVersion, "\n");
  if (!arguments.has("--verbose")) return answer;
  const auto engine = engine::Engine::open({});
  const auto kernel = simd::active_scan_kernel();
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"compiler", concat("g++ ", __VERSION__)},
      {"sql engine",
       engine ? concat("DuckDB ", (*engine)->library_version()) : engine.error().message()},
      {"tzdata", calendar::tzdata_version()},
      {"csv kernel", kernel ? std::string((*kernel)->name) : kernel.error().message()},
      {"contracts", std::to_string(contract::built_in_contracts().size())},
      {"threads", std::to_string(default_threads())},
  };
  for (const auto& [name, value] : lines) answer.data.set(name, value);
  answer.text += name_value_lines(lines);
  return answer;
}

Result<Answer> completions(const Arguments& arguments, Session&) {
  Answer answer;
  answer.text = completion_script(arguments.text("SHELL"), all_commands());
  if (answer.text.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("no completions for '", arguments.text("SHELL"), "'"))
        .hint("there are: bash, zsh, fish");
  }
  answer.data.set("script", answer.text);
  return answer;
}

}  // namespace

std::vector<Command> machine_commands() {
  return {
      {"doctor",
       "Checks that this machine, and a lake, are in order; exit status 3 if not.",
       {"hark doctor", "hark doctor --lake lake", "hark doctor --lake lake --repair"},
       {},
       {{"--lake",
         "LAKE",
         "also check this lake: logs, files, hashes, leftovers",
         "",
         {},
         false,
         ""},
        {"--repair",
         "",
         "first remove leftovers of crashes and checkpoints that are unsound",
         "",
         {},
         false,
         ""}},
       doctor},
      {"version",
       "Prints the version.",
       {"hark version --verbose"},
       {},
       {{"--verbose", "", "also compiler, engine, kernel, time zone data", "", {}, false, ""}},
       version},
      {"completions",
       "Prints a completion script for a shell.",
       {"source <(hark completions bash)"},
       {{"SHELL", "bash, zsh or fish"}},
       {},
       completions},
  };
}

}  // namespace hark::cli

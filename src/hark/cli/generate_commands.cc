#include "hark/cli/commands.h"
#include "hark/cli/lake_steps.h"
#include "hark/cli/report_step.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/generate/calls.h"
#include "hark/generate/nyc311.h"
#include "hark/generate/vancouver.h"

namespace hark::cli {
namespace {

std::vector<Option> generate_options(std::string rows, std::string what) {
  return {{"--rows", "N", std::move(what), std::move(rows), {}, false, ""},
          {"--seed", "S", "same seed, same bytes", "311", {}, false, ""},
          {"--output", "PATH", "what to write", "", {}, true, "-o"},
          {"--truth", "FILE", "also write what was planted, as JSON", "", {}, false, ""}};
}

Result<Answer> generated(Session& session, const Arguments& arguments,
                         const generate::GenerateReport& report) {
  Answer answer;
  answer.source = arguments.text("--output");
  if (arguments.has("--truth")) {
    HARK_TRY(const std::string truth, session.files().output_target(arguments.text("--truth")));
    HARK_TRY_VOID(session.files().write_atomically(truth, report.truth.dump(2) + "\n"));
  }
  answer.data = Json::object({{"file", arguments.text("--output")},
                              {"rows", report.num_rows},
                              {"bytes", report.size_bytes},
                              {"truth", report.truth}});
  answer.text = concat("wrote ", arguments.text("--output"), ": ",
                       show_count(static_cast<std::int64_t>(report.num_rows)), " records, ",
                       fixed(static_cast<double>(report.size_bytes) / 1e6, 1), " MB\n");
  return answer;
}

/// --rows and --seed, which every generator has.
template <typename Options>
Result<Options> options_of(const Arguments& arguments) {
  Options options;
  HARK_TRY(const std::int64_t rows, arguments.whole_number("--rows", 1));
  options.num_rows = static_cast<std::uint64_t>(rows);
  HARK_TRY(const std::int64_t seed, arguments.whole_number("--seed", 0));
  options.seed = static_cast<std::uint64_t>(seed);
  return options;
}

Result<Answer> nyc311(const Arguments& arguments, Session& session) {
  HARK_TRY(const std::string path, session.files().output_target(arguments.text("--output")));
  HARK_TRY(auto options, options_of<generate::Nyc311Options>(arguments));
  options.threads = session.threads();
  HARK_TRY(const auto report, generate::generate_nyc311(session.files(), path, options));
  return generated(session, arguments, report);
}

Result<Answer> vancouver(const Arguments& arguments, Session& session) {
  HARK_TRY(const std::string path, session.files().output_target(arguments.text("--output")));
  HARK_TRY(const auto options, options_of<generate::VancouverOptions>(arguments));
  HARK_TRY(const auto report, generate::generate_vancouver(session.files(), path, options));
  return generated(session, arguments, report);
}

Result<Answer> vancouver_calls(const Arguments& arguments, Session& session) {
  HARK_TRY(const std::string path, session.files().output_target(arguments.text("--output")));
  HARK_TRY(const auto options, options_of<generate::VancouverOptions>(arguments));
  HARK_TRY(const auto report, generate::generate_vancouver_calls(session.files(), path, options));
  return generated(session, arguments, report);
}

Result<Answer> calls(const Arguments& arguments, Session& session) {
  HARK_TRY(const std::string path, session.files().output_target(arguments.text("--output")));
  HARK_TRY(const auto options, options_of<generate::CallsOptions>(arguments));
  HARK_TRY(const auto report, generate::generate_calls(session.files(), path, options));
  return generated(session, arguments, report);
}

}  // namespace

std::vector<Command> generate_commands() {
  return {
      demo_command(),
      {"generate nyc311",
       "Writes a made-up city's service requests in the portal's format, with the defects of real "
       "ones.",
       {"hark generate nyc311 --rows 100000 --seed 7 -o city.csv --truth truth.json"},
       {},
       generate_options("100000", "records to write"),
       nyc311},
      {"generate vancouver",
       "Writes a made-up contact centre's daily metrics in the city's format.",
       {"hark generate vancouver --rows 1096 --seed 7 -o calls.csv"},
       {},
       generate_options("1096", "days to write"),
       vancouver},
      {"generate vancouver-calls",
       "Writes the same days as two spreadsheets, callsGeneral.csv and callsHandled.csv, into a "
       "folder.",
       {"hark generate vancouver-calls --rows 1096 --seed 7 -o calls"},
       {},
       generate_options("1096", "days to write"),
       vancouver_calls},
      {"generate calls",
       "Writes a made-up contact centre's calls, one row each.",
       {"hark generate calls --rows 50000 --seed 7 -o calls.csv --truth truth.json"},
       {},
       generate_options("50000", "records to write"),
       calls},
  };
}

}  // namespace hark::cli

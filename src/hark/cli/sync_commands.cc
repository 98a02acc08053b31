#include <algorithm>
#include <cstdlib>

#include "hark/cli/commands.h"
#include "hark/cli/load_answer.h"
#include "hark/cli/load_profile.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/cli/version.h"
#include "hark/core/text.h"
#include "hark/io/http.h"
#include "hark/lake/data_file.h"
#include "hark/pipeline/sync.h"

namespace hark::cli {
namespace {

constexpr const char* kTokenVariable = "HARK_PORTAL_TOKEN";

/// What is to be synced: the dataset's contract and its place on a portal.
struct Target {
  std::shared_ptr<const contract::Contract> contract;
  portal::Source source;
};

/// The lake's own contract of that name, else the built-in one or the file.
Result<std::shared_ptr<const contract::Contract>> contract_named(const pipeline::LakeFolder& lake,
                                                                 const std::string& name) {
  HARK_TRY(const auto datasets, lake.datasets());
  if (std::ranges::find(datasets, name) == datasets.end())
    return pipeline::find_contract(lake.files(), name);
  HARK_TRY(contract::Contract own, lake.contract(name));
  // A lake that was made before contracts said where their portal is.
  if (const auto built_in = contract::built_in_contract(name);
      own.portal_url.empty() && built_in && !(*built_in)->portal_url.empty()) {
    own.portal_url = (*built_in)->portal_url;
    own.portal_cursor = (*built_in)->portal_cursor;
  }
  return std::make_shared<const contract::Contract>(std::move(own));
}

/// The built-in contract whose portal has `source`.
Result<std::string> name_for(const portal::Source& source) {
  for (const contract::Contract& contract : contract::built_in_contracts()) {
    if (contract.portal_url.empty()) continue;
    const auto known = portal::parse_source(contract.portal_url, contract.portal_cursor);
    if (known && known->key() == source.key()) return contract.name;
  }
  return Error(ErrorCode::kInvalidArgument, concat("no contract names ", source.key()))
      .hint("say with --contract which one its records follow");
}

Result<Target> find_target(const Arguments& arguments, const Session& session,
                           const pipeline::LakeFolder& lake) {
  Target target;
  std::string name = session.contract();
  const std::string from = arguments.text("--from");
  if (!from.empty()) {
    HARK_TRY(target.source, portal::parse_source(from, arguments.text("--cursor")));
    if (name.empty()) {
      HARK_TRY(name, name_for(target.source));
    }
    HARK_TRY(target.contract, contract_named(lake, name));
    return target;
  }
  if (name.empty()) {
    HARK_TRY(name, lake.choose_dataset(""));
  }
  HARK_TRY(target.contract, contract_named(lake, name));
  if (target.contract->portal_url.empty()) {
    return Error(ErrorCode::kInvalidArgument, concat("contract '", target.contract->name,
                                                     "' does not say where its records can be had"))
        .hint("give the dataset's address with --from, or a server of type api in the contract");
  }
  auto source = portal::parse_source(
      target.contract->portal_url,
      arguments.has("--cursor") ? arguments.text("--cursor") : target.contract->portal_cursor);
  if (!source) {
    return std::move(source).error().while_doing(
        concat("reading the server of contract '", target.contract->name, "'"));
  }
  target.source = *std::move(source);
  return target;
}

/// From the file named, else from the variable. Never from the command line: others can read that.
Result<std::string> read_token(const Arguments& arguments, const Session& session) {
  if (arguments.has("--token-file")) {
    HARK_TRY(const std::string text,
             session.files().read_text(arguments.text("--token-file"), 4096));
    return std::string(trim(text));
  }
  const char* const value = std::getenv(kTokenVariable);
  return std::string(value == nullptr ? "" : trim(value));
}

Result<Answer> sync(const Arguments& arguments, Session& session) {
  HARK_TRY(const std::int64_t page_rows, arguments.whole_number("--page-rows", 1));
  HARK_TRY(const std::int64_t timeout_s, arguments.whole_number("--timeout", 1));
  HARK_TRY(const std::int64_t max_wait_s, arguments.whole_number("--max-wait", 0));
  HARK_TRY(const std::int64_t retries, arguments.whole_number("--retries", 0));
  HARK_TRY(const double rate, arguments.number("--rate"));
  if (!(rate > 0 && rate <= 1000) || retries > 100 || timeout_s > 86'400 || max_wait_s > 86'400) {
    return Error(ErrorCode::kInvalidArgument,
                 "--rate is above 0 and at most 1000; --retries at most 100; --timeout and "
                 "--max-wait at most 86400");
  }
  HARK_TRY(const auto lake,
           pipeline::LakeFolder::init(session.files(), arguments.text("LAKE"), session.clock()));
  HARK_TRY(const Target target, find_target(arguments, session, lake));
  HARK_TRY(std::string token, read_token(arguments, session));

  io::HttpLimits limits;
  limits.total_timeout = std::chrono::seconds(timeout_s);
  limits.ca_file = arguments.text("--ca-file");
  limits.user_agent = concat("hark/", kVersion);
  limits.interrupt = &session.interrupted();
  HARK_TRY(const auto client, io::open_http_client(std::move(limits)));
  io::Politeness politeness;
  politeness.max_requests_per_s = rate;
  politeness.max_retries = static_cast<int>(retries);
  politeness.max_delay = std::chrono::seconds(max_wait_s);
  politeness.seed = static_cast<std::uint64_t>(session.now().time_since_epoch().count());
  // Portals live by the true time, whatever --now says.
  const SystemClock clock;
  io::SystemSleeper sleeper(&session.interrupted());
  io::PoliteClient polite(*client, clock, sleeper, politeness, &session.interrupted());
  portal::FeedOptions feed_options;
  feed_options.page_rows = page_rows;
  feed_options.token = std::move(token);
  feed_options.max_body_bytes = session.memory_limit_bytes() / 2;
  HARK_TRY(const auto feed,
           portal::open_feed(target.source, polite, clock, std::move(feed_options)));

  const pipeline::SourceOptions source = session.source_options("loading");
  pipeline::SyncOptions options;
  options.source = target.source;
  options.dataset = target.contract->name;
  options.has_key = !target.contract->key.empty();
  options.ingest.contract = session.contract().empty() ? options.dataset : session.contract();
  options.ingest.threads = source.threads;
  options.ingest.memory_limit_bytes = source.memory_limit_bytes;
  options.ingest.is_strict = arguments.has("--strict");
  options.ingest.run_id = lake::random_uuid();
  options.ingest.profiler = load_profiler();
  options.ingest.interrupt = source.interrupt;
  options.ingest.progress = source.progress;
  options.page_rows = page_rows;
  options.is_full = arguments.has("--full");
  options.progress = [&session](std::int64_t rows, std::uint64_t bytes, std::int64_t total) {
    session.progress().report(concat("pulling, ", with_thousands(rows), " of at most ",
                                     with_thousands(total), " records"),
                              bytes, bytes);
  };
  auto synced = pipeline::sync(lake, *feed, options, session.clock());
  session.finish_progress();
  if (!synced)
    return std::move(synced).error().while_doing(concat("syncing '", options.dataset, "'"));

  Answer answer;
  answer.source = lake.root();
  answer.contract = options.dataset;
  if (synced->version >= 0) answer.table_version = synced->version;
  answer.data = loads_json(synced->loads);
  answer.data.set("dataset", options.dataset);
  answer.data.set("portal", portal::name_of(target.source.kind));
  answer.data.set("from", target.source.key());
  answer.data.set("pages", synced->pages);
  answer.data.set("pages_kept", synced->pages_kept);
  answer.data.set("requests", polite.num_requests());
  answer.data.set("retries", polite.num_retries());
  answer.data.set("watermark", synced->watermark.is_start() ? Json() : synced->watermark.to_json());
  answer.data.set("total_before", synced->total_before);
  answer.data.set("total_after", synced->total_after);
  answer.data.set("version", answer.table_version);
  answer.warnings = synced->warnings;
  answer.text = concat(made_line(lake), "pulled ", show_count(synced->pages),
                       plural(synced->pages, "page"), " of ", target.source.key(), " in ",
                       show_count(polite.num_requests()), plural(polite.num_requests(), "request"));
  if (polite.num_retries() > 0)
    answer.text += concat(" (", show_count(polite.num_retries()), " of them again)");
  if (synced->pages_kept > 0)
    answer.text += concat("; ", show_count(synced->pages_kept), " were there from a broken sync");
  answer.text += "\n";
  for (const pipeline::LoadReport& load : synced->loads) answer.text += load_line(load);
  if (synced->loads.empty()) answer.text += "nothing new\n";
  answer.text += concat("the portal has ",
                        show_count(synced->total_after.value_or(synced->total_before)), " records");
  if (!synced->watermark.is_start())
    answer.text += concat("; the next sync asks for what changed after ", synced->watermark.at);
  answer.text += "\n";
  return answer;
}

}  // namespace

std::vector<Command> sync_commands() {
  const auto option = [](std::string name, std::string value, std::string help,
                         std::string fallback = "") {
    return Option{
        std::move(name), std::move(value), std::move(help), std::move(fallback), {}, false, ""};
  };
  return {
      {"sync",
       "Pulls new and changed records from the city's portal (Socrata, Opendatasoft) into the "
       "lake.",
       {"hark sync lake --contract nyc311",
        "hark sync lake --contract my.yaml --from "
        "https://data.example.org/resource/abcd-1234.json"},
       {{"LAKE", "folder of the lake"}},
       {option("--from", "URL",
               "the dataset's page or API on the portal; else the contract's server"),
        option(
            "--cursor", "FIELD",
            "Opendatasoft: the field that says when a record changed; without one all is pulled"),
        option("--full", "", "pull everything again, not only what changed"),
        option("--page-rows", "N",
               "records asked for at once (Socrata 50000, Opendatasoft 10000 at "
               "most)",
               "10000"),
        option("--rate", "N", "requests per second, at most", "2"),
        option("--timeout", "SECONDS", "time for one request", "300"),
        option("--retries", "N", "how often a request is tried again", "6"),
        option("--max-wait", "SECONDS",
               "longest wait between tries, also when the portal asks for "
               "more",
               "300"),
        option("--token-file", "FILE",
               concat("file with the portal's app token; else the variable ", kTokenVariable)),
        option("--ca-file", "FILE", "certificates to trust instead of the system's (PEM)"),
        option("--strict", "", "fail at the first record that cannot be taken")},
       sync},
  };
}

}  // namespace hark::cli

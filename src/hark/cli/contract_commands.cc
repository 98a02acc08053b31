#include "hark/cli/commands.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"

namespace hark::cli {
namespace {

Result<Answer> list(const Arguments&, Session&) {
  Answer answer;
  TextTable table({{"name"}, {"kind"}, {"table"}, {"columns", Align::kRight}, {"title"}});
  Json contracts = Json::array();
  for (const contract::Contract& contract : contract::built_in_contracts()) {
    const auto num_columns = static_cast<std::int64_t>(contract.columns.size());
    table.add({contract.name, std::string(contract::name_of(contract.kind)), contract.table,
               std::to_string(num_columns), contract.title});
    contracts.push_back(Json::object({{"name", contract.name},
                                      {"version", contract.version},
                                      {"kind", contract::name_of(contract.kind)},
                                      {"table", contract.table},
                                      {"columns", num_columns},
                                      {"time_zone", contract.time_zone},
                                      {"title", contract.title}}));
  }
  answer.data.set("contracts", std::move(contracts));
  answer.text = table.to_string();
  return answer;
}

Result<Answer> show(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto contract, pipeline::find_contract(session.files(), arguments.text("NAME")));
  Answer answer;
  answer.contract = contract->name;
  Json columns = Json::array();
  for (const contract::ColumnSpec& column : contract->columns) {
    Json aliases = Json::array();
    for (const std::string& alias : column.aliases) aliases.push_back(alias);
    columns.push_back(Json::object({{"name", column.name},
                                    {"type", contract::name_of(column.type)},
                                    {"role", contract::name_of(column.role)},
                                    {"required", column.is_required},
                                    {"personal", column.is_personal},
                                    {"aliases", std::move(aliases)}}));
  }
  Json rules = Json::array();
  for (const contract::Rule& rule : contract->rules) {
    rules.push_back(Json::object({{"name", rule.name},
                                  {"dimension", rule.dimension},
                                  {"severity", contract::name_of(rule.severity)},
                                  {"expression", rule.expression},
                                  {"description", rule.description}}));
  }
  answer.data.set("name", contract->name);
  answer.data.set("version", contract->version);
  answer.data.set("kind", contract::name_of(contract->kind));
  answer.data.set("time_zone", contract->time_zone);
  answer.data.set("columns", std::move(columns));
  answer.data.set("rules", std::move(rules));
  // People and pipes get the file itself: `hark contract show nyc311 > mine.yaml` starts a new
  // contract.
  answer.text = contract->text;
  return answer;
}

Result<Answer> lint(const Arguments& arguments, Session& session) {
  const std::string path = arguments.text("FILE");
  HARK_TRY(const std::string text, session.files().read_text(path, std::size_t{1} << 22));
  auto parsed = contract::parse_contract(text);
  if (!parsed)
    return std::move(parsed).error().while_doing(concat("reading contract '", path, "'"));
  Answer answer;
  answer.contract = parsed->name;
  answer.data.set("name", parsed->name);
  answer.data.set("columns", static_cast<std::int64_t>(parsed->columns.size()));
  answer.data.set("rules", static_cast<std::int64_t>(parsed->rules.size()));
  answer.text =
      concat(path, ": contract '", parsed->name, "' ", parsed->version, ", ",
             parsed->columns.size(), " columns, ", parsed->rules.size(), " rules: no problems\n");
  return answer;
}

}  // namespace

std::vector<Command> contract_commands() {
  return {
      {"contract list", "Lists the built-in contracts.", {"hark contract list"}, {}, {}, list},
      {"contract show",
       "Prints a contract as YAML; a good start for a new city's.",
       {"hark contract show nyc311", "hark contract show boston311 > my-city.yaml"},
       {{"NAME", "built-in name or YAML file"}},
       {},
       show},
      {"contract lint",
       "Checks a contract file and says everything that is wrong with it.",
       {"hark contract lint my-city.yaml"},
       {{"FILE", "a contract, YAML (ODCS 3.1)"}},
       {},
       lint},
  };
}

}  // namespace hark::cli

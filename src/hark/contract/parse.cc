// YAML (ODCS 3.1) to Contract.
#include <algorithm>
#include <array>
#include <map>

#include "hark/calendar/holidays.h"
#include "hark/contract/clock_pattern.h"
#include "hark/contract/contract.h"
#include "hark/contract/expression.h"
#include "hark/contract/yaml_object.h"
#include "hark/core/text.h"
#include "hark/core/yaml.h"

namespace hark::contract {
namespace {

constexpr std::string_view kApiVersion = "v3.1.0";

bool is_name(std::string_view text, char separator) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [separator](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == separator;
         });
}

template <typename Value, std::size_t N>
using Words = std::array<std::pair<std::string_view, Value>, N>;

constexpr Words<ValueType, 6> kTypes = {{{"string", ValueType::kString},
                                         {"integer", ValueType::kInteger},
                                         {"number", ValueType::kNumber},
                                         {"boolean", ValueType::kBoolean},
                                         {"date", ValueType::kDate},
                                         {"timestamp", ValueType::kTimestamp}}};
constexpr Words<Kind, 4> kKinds = {{{"service_requests", Kind::kServiceRequests},
                                    {"contact_centre", Kind::kContactCentre},
                                    {"calls", Kind::kCalls},
                                    {"survey", Kind::kSurvey}}};
constexpr Words<Severity, 3> kSeverities = {
    {{"info", Severity::kInfo}, {"warning", Severity::kWarning}, {"error", Severity::kError}}};
constexpr Words<OnInvalid, 2> kOnInvalid = {
    {{"reject", OnInvalid::kReject}, {"flag", OnInvalid::kFlag}}};
constexpr Words<Treatment, 4> kTreatments = {{{"keep", Treatment::kKeep},
                                              {"mask", Treatment::kMask},
                                              {"tokenise", Treatment::kTokenise},
                                              {"drop", Treatment::kDrop}}};
constexpr Words<int, 5> kStatuses = {
    {{"proposed", 0}, {"draft", 0}, {"active", 0}, {"deprecated", 0}, {"retired", 0}}};
constexpr Words<int, 7> kDimensions = {{{"accuracy", 0},
                                        {"completeness", 0},
                                        {"conformity", 0},
                                        {"consistency", 0},
                                        {"coverage", 0},
                                        {"timeliness", 0},
                                        {"uniqueness", 0}}};
constexpr Words<int, 4> kClassifications = {
    {{"public", 0}, {"internal", 0}, {"restricted", 0}, {"confidential", 0}}};
/// Service levels that ODCS names; only retention is read.
constexpr Words<int, 8> kServiceLevels = {{{"retention", 0},
                                           {"latency", 0},
                                           {"frequency", 0},
                                           {"availability", 0},
                                           {"generalAvailability", 0},
                                           {"endOfSupport", 0},
                                           {"endOfLife", 0},
                                           {"timeOfAvailability", 0}}};

bool is_clock_role(Role role) noexcept {
  return role == Role::kVersion || role == Role::kCreated || role == Role::kClosed ||
         role == Role::kDue || role == Role::kPeriodStart || role == Role::kCallStart ||
         role == Role::kAnswered;
}
bool is_number_role(Role role) noexcept {
  return role == Role::kLatitude || role == Role::kLongitude || role == Role::kOffered ||
         role == Role::kHandled || role == Role::kAbandoned || role == Role::kAsaS ||
         role == Role::kServiceLevel || role == Role::kAhtS || role == Role::kStaffedAgents ||
         role == Role::kWaitS || role == Role::kServiceS || role == Role::kScore;
}
bool is_clock(const ColumnSpec& column) noexcept {
  return column.type == ValueType::kDate || column.type == ValueType::kTimestamp;
}

class Parser {
 public:
  Result<Contract> parse(std::string_view yaml) {
    HARK_TRY(const Json root, parse_yaml(yaml));
    contract_.text = std::string(yaml);
    read_root(root);
    if (!problems_.empty()) return std::move(problems_).to_error();
    return std::move(contract_);
  }

 private:
  void add(int line, std::string what) { problems_.add(line, std::move(what)); }

  /// The value of a word out of `words`; reports an unknown one.
  template <typename Value, std::size_t N>
  Value word(const Words<Value, N>& words, std::string_view text, int line, std::string_view what,
             Value fallback) {
    if (text.empty()) return fallback;
    std::vector<std::string> known;
    for (const auto& [name, value] : words) {
      if (name == text) return value;
      known.emplace_back(name);
    }
    add(line, unknown_word(what, text, known));
    return fallback;
  }

  void read_root(const Json& root) {
    YamlObject object(root, "the contract", problems_);
    if (const Json* version = object.require("apiVersion");
        version != nullptr && version->as_string() != kApiVersion)
      add(version->line(), concat("apiVersion is not ", kApiVersion));
    if (const Json* kind = object.require("kind");
        kind != nullptr && kind->as_string() != "DataContract")
      add(kind->line(), "kind is not DataContract");
    object.require_text("id");
    contract_.version = object.require_text("version");
    contract_.name = object.require_text("name");
    if (!contract_.name.empty() && !is_name(contract_.name, '-'))
      add(object.take("name")->line(), "name: only a-z, 0-9 and '-', a letter first");
    word(kStatuses, object.require_text("status"), object.line(), "status", 0);
    for (const Json& item : object.take_list("authoritativeDefinitions")) read_definition(item);
    for (const Json& item : object.take_list("servers")) read_server(item);
    for (const Json& item : object.take_list("slaProperties")) read_service_level(item);
    if (const Json* custom = object.require("customProperties")) read_custom(*custom);

    const Json* schema = object.require("schema");
    if (schema != nullptr && schema->items().size() != 1)
      add(schema->line(), "schema is no list of exactly one table");
    if (schema != nullptr && !schema->items().empty()) read_table(schema->items().front());
    object.finish({"tenant", "tags", "dataProduct", "description", "domain", "support", "price",
                   "team", "roles", "slaDefaultElement", "contractCreatedTs"});
  }

  void read_definition(const Json& item) {
    YamlObject object(item, "authoritativeDefinitions", problems_);
    const std::string type = object.require_text("type");
    const std::string url = object.require_text("url");
    if (type == "source") contract_.source_url = url;
    object.finish({"id", "description"});
  }

  /// Of ODCS's kinds of servers only the API that records are pulled from is read.
  void read_server(const Json& item) {
    YamlObject object(item, "a server", problems_);
    object.require_text("server");
    if (object.require_text("type") != "api") return;
    if (!contract_.portal_url.empty()) add(item.line(), "a second server of type api");
    contract_.portal_url = object.require_text("location");
    if (const Json* custom = object.take("customProperties")) {
      YamlObject properties = YamlObject::of_custom_properties(*custom, "a server", problems_);
      contract_.portal_cursor = properties.take_text("cursor");
      properties.finish({});
    }
    object.finish({"id", "description", "environment", "roles"});
  }

  void read_service_level(const Json& item) {
    YamlObject object(item, "slaProperties", problems_);
    const std::string name = object.require_text("property");
    word(kServiceLevels, name, item.line(), "service level", 0);
    if (name == "retention") {
      const double value = object.take_number("value").value_or(0);
      const std::string unit = object.require_text("unit");
      static constexpr Words<int, 9> kUnits = {{{"d", 1},
                                                {"day", 1},
                                                {"days", 1},
                                                {"m", 30},
                                                {"month", 30},
                                                {"months", 30},
                                                {"y", 365},
                                                {"year", 365},
                                                {"years", 365}}};
      const int days = word(kUnits, unit, item.line(), "unit", 1);
      if (!(value > 0 && value <= 1000))
        add(item.line(), "retention is not above 0, at most 1000");
      else
        contract_.retention_days = static_cast<int>(value * days);
    }
    object.finish({"id", "value", "valueExt", "unit", "element", "driver", "description",
                   "scheduler", "schedule"});
  }

  void read_custom(const Json& list) {
    YamlObject object = YamlObject::of_custom_properties(list, "the contract", problems_);
    contract_.kind =
        word(kKinds, object.require_text("kind"), object.line(), "kind", Kind::kServiceRequests);
    contract_.time_zone = object.require_text("timeZone");
    contract_.publisher = object.take_text("publisher");
    contract_.licence = object.take_text("licence");
    missing_ = object.take_texts("missing");
    missing_in_tests_ = object.take_texts("missingInTests");
    clock_formats_ = read_formats(object, "clockFormats");
    date_formats_ = read_formats(object, "dateFormats");
    const auto take_folded = [&](std::string_view key, std::vector<std::string>& to) {
      for (const std::string& text : object.take_texts(key)) to.push_back(fold_category(text));
    };
    for (const std::string& header : object.take_texts("leftOut"))
      contract_.left_out_headers.push_back(canonical_header(header));
    take_folded("closedStatuses", contract_.closed_statuses);
    take_folded("handledOutcomes", contract_.handled_outcomes);
    take_folded("abandonedOutcomes", contract_.abandoned_outcomes);
    take_folded("ignoredOutcomes", contract_.ignored_outcomes);
    contract_.service_level_s = object.take_number("serviceLevelSeconds");
    if (contract_.service_level_s && !(*contract_.service_level_s >= 0))
      add(object.line(), "serviceLevelSeconds is below 0");
    if (const auto share = object.take_number("maxRejectShare")) {
      contract_.max_reject_share = *share;
      if (!(*share >= 0 && *share <= 1))
        add(object.take("maxRejectShare")->line(), "maxRejectShare is not between 0 and 1");
    }
    if (const auto hours = object.take_number("slaHours")) {
      contract_.sla_hours = *hours;
      if (!(*hours > 0)) add(object.take("slaHours")->line(), "slaHours is not above 0");
    }
    for (const auto& [name, into] :
         {std::pair("slaHoursByType", &contract_.sla_hours_by_type),
          std::pair("effortHoursByType", &contract_.effort_hours_by_type)}) {
      if (const Json* by_type = object.take(name)) read_hours_by_type(name, *by_type, *into);
    }
    for (const Json& rule : object.take_list("outcomeRules")) read_outcome_rule(rule);
    if (const Json* bounds = object.take("bounds")) read_bounds(*bounds);
    contract_.completed_by = object.take_text("completedBy");
    if (!contract_.completed_by.empty() && !is_name(contract_.completed_by, '-'))
      add(object.take("completedBy")->line(), "completedBy is no name of a contract");
    contract_.holidays = object.take_text("holidays");
    if (!contract_.holidays.empty()) {
      if (const auto known = calendar::HolidayCalendar::named(contract_.holidays); !known)
        add(object.take("holidays")->line(), concat(known.error().message(), known.error().hint()));
    }
    if (const Json* opening = object.take("opening")) read_opening(*opening);
    object.finish({});
  }

  std::vector<std::string> read_formats(YamlObject& object, std::string_view key) {
    std::vector<std::string> formats = object.take_texts(key);
    for (const std::string& format : formats) {
      if (const auto pattern = parse_clock_pattern(format); !pattern)
        add(object.take(key)->line(), concat(object.what(), ": ", pattern.error().message()));
    }
    return formats;
  }

  void read_hours_by_type(const char* name, const Json& map,
                          std::vector<std::pair<std::string, double>>& into) {
    if (!map.is_object()) add(map.line(), concat(name, " is no map of complaint types and hours"));
    for (const auto& [type, hours] : map.members()) {
      if (!hours.is_number() || !(hours.as_double() > 0))
        add(hours.line(), concat(name, ": hours of '", type, "' are not above 0"));
      into.emplace_back(fold_category(type), hours.as_double());
    }
  }

  void read_outcome_rule(const Json& item) {
    YamlObject object(item, "outcomeRules", problems_);
    OutcomeRule rule;
    const std::string name = object.require_text("outcome");
    if (const auto outcome = resolved_as_named(name)) {
      rule.outcome = *outcome;
    } else if (!name.empty()) {
      std::vector<std::string> known;
      for (std::size_t i = 0; i < kNumResolvedAs; ++i)
        known.emplace_back(name_of(static_cast<ResolvedAs>(i)));
      add(item.line(), unknown_word("outcome", name, known));
    }
    for (const std::string& text : object.take_texts("texts")) {
      rule.texts.push_back(fold_category(text));
      // A pattern of nothing would fit every text.
      if (rule.texts.back().find_first_not_of("* ") == std::string::npos)
        add(item.line(), "outcomeRules: a text is empty");
    }
    if (rule.texts.empty()) add(item.line(), "outcomeRules: a rule has no texts");
    object.finish({});
    contract_.outcome_rules.push_back(std::move(rule));
  }

  void read_bounds(const Json& map) {
    YamlObject object(map, "bounds", problems_);
    contract_.min_latitude = object.take_number("minLatitude");
    contract_.max_latitude = object.take_number("maxLatitude");
    contract_.min_longitude = object.take_number("minLongitude");
    contract_.max_longitude = object.take_number("maxLongitude");
    object.finish({});
    const auto is_order = [](const auto& low, const auto& high, double limit) {
      return low && high && -limit <= *low && *low < *high && *high <= limit;
    };
    if (!is_order(contract_.min_latitude, contract_.max_latitude, 90) ||
        !is_order(contract_.min_longitude, contract_.max_longitude, 180))
      add(map.line(), "bounds are not two ascending latitudes and two ascending longitudes");
  }

  void read_opening(const Json& map) {
    YamlObject object(map, "opening", problems_);
    const auto minute = [this, &object](std::string_view key) {
      const std::string text = object.require_text(key);
      const auto hour =
          text.size() == 5 && text[2] == ':' ? parse_int(text.substr(0, 2)) : std::nullopt;
      const auto rest = hour ? parse_int(text.substr(3)) : std::nullopt;
      if (!rest || *hour < 0 || *rest < 0 || *rest > 59 || *hour * 60 + *rest > 24 * 60) {
        if (!text.empty()) add(object.line(), concat("opening: ", key, " is no time like 07:00"));
        return 0;
      }
      return static_cast<int>(*hour * 60 + *rest);
    };
    contract_.opening.from_minute = minute("from");
    contract_.opening.until_minute = minute("until");
    object.finish({});
    if (contract_.opening.from_minute >= contract_.opening.until_minute)
      add(map.line(), "opening: 'from' is not before 'until'");
  }

  void read_table(const Json& table) {
    YamlObject object(table, "the table", problems_);
    contract_.table = object.require_text("name");
    if (!contract_.table.empty() && !is_name(contract_.table, '_'))
      add(table.line(), "the table: name: only a-z, 0-9 and '_', a letter first");
    contract_.title = object.take_text("businessName");
    if (contract_.title.empty()) contract_.title = contract_.name;
    for (const Json& item : object.take_list("properties")) read_column(item);
    if (contract_.columns.empty()) add(table.line(), "the table has no properties");
    check_columns(table.line());
    for (const Json& item : object.take_list("quality")) read_rule(item);
    object.finish({"id", "physicalName", "physicalType", "logicalType", "description", "tags",
                   "dataGranularityDescription", "relationships", "authoritativeDefinitions",
                   "customProperties"});
  }

  void read_column(const Json& item) {
    YamlObject object(item, "a column", problems_);
    ColumnSpec column;
    column.name = object.require_text("name");
    const std::string what = concat("column '", column.name, "'");
    if (!column.name.empty() && !is_name(column.name, '_'))
      add(item.line(), concat(what, ": only a-z, 0-9 and '_' in a name, a letter first"));
    column.title = object.take_text("businessName");
    column.description = object.take_text("description");
    column.type = word(kTypes, object.require_text("logicalType"), item.line(),
                       concat("logicalType of ", what), ValueType::kString);
    column.is_required = object.take_bool("required", false);
    column.classification = object.take_text("classification");
    word(kClassifications, column.classification, item.line(), "classification", 0);
    if (object.take_bool("primaryKey", false))
      keys_.emplace(
          object.take_number("primaryKeyPosition").value_or(static_cast<double>(keys_.size() + 1)),
          column.name);
    if (const Json* quality = object.take("quality"))
      add(quality->line(), concat(what, ": rules stand under the table's quality"));
    column.on_invalid = column.is_required ? OnInvalid::kReject : OnInvalid::kFlag;
    const Json none;
    const Json* custom = object.take("customProperties");
    read_column_custom(custom == nullptr ? none : *custom, what, item.line(), column);
    object.finish({"id", "physicalName", "physicalType", "logicalTypeOptions", "tags", "unique",
                   "partitioned", "partitionKeyPosition", "primaryKeyPosition", "encryptedName",
                   "transformSourceObjects", "transformLogic", "transformDescription", "examples",
                   "criticalDataElement", "relationships", "authoritativeDefinitions"});
    lines_.push_back(item.line());
    contract_.columns.push_back(std::move(column));
  }

  void read_column_custom(const Json& list, const std::string& what, int line, ColumnSpec& column) {
    YamlObject object = YamlObject::of_custom_properties(list, what, problems_);
    if (const std::string name = object.take_text("role"); !name.empty()) {
      if (const auto role = role_named(name))
        column.role = *role;
      else
        add(line, concat(what, ": ", unknown_word("role", name, role_names())));
    }
    column.aliases = object.take_texts("aliases");
    column.parts = object.take_texts("parts");
    column.formats = read_formats(object, "formats");
    if (column.formats.empty() && column.type == ValueType::kTimestamp)
      column.formats = clock_formats_;
    if (column.formats.empty() && column.type == ValueType::kDate) column.formats = date_formats_;
    column.missing = object.take("missing") ? object.take_texts("missing") : missing_;
    if (object.take("missingInTests")) {
      column.missing_in_tests = object.take_texts("missingInTests");
      if (column.type != ValueType::kString)
        add(line, concat(what, ": missingInTests is for string columns"));
    } else if (column.type == ValueType::kString) {
      column.missing_in_tests = missing_in_tests_;
    }
    column.is_code = object.take_bool("code", false);
    if (column.is_code && column.type != ValueType::kString)
      add(line, concat(what, ": code is for string columns"));
    column.on_invalid =
        word(kOnInvalid, object.take_text("onInvalid"), line, "onInvalid", column.on_invalid);
    column.is_personal = object.take_bool("personal", false);
    column.treatment =
        word(kTreatments, object.take_text("treatment"), line, "treatment", Treatment::kKeep);
    object.finish({});

    column.is_date_only = column.type == ValueType::kDate && is_clock_role(column.role);
    if (is_clock(column) && column.formats.empty())
      add(line, concat(what, ": no formats, neither here nor in the contract"));
    if (!is_clock(column) && (!column.formats.empty() || !column.parts.empty()))
      add(line, concat(what, ": formats and parts are for dates and timestamps"));
    if (is_clock_role(column.role) && !is_clock(column))
      add(line, concat(what, ": role ", name_of(column.role), " needs a timestamp or a date"));
    if (is_number_role(column.role) && column.type != ValueType::kNumber &&
        column.type != ValueType::kInteger)
      add(line, concat(what, ": role ", name_of(column.role), " needs a number"));
    if (column.role != Role::kNone && !has_role(contract_.kind, column.role))
      add(line, concat(what, ": role ", name_of(column.role), " is not one of ",
                       name_of(contract_.kind)));
  }

  std::vector<std::string> role_names() const {
    std::vector<std::string> names;
    for (int i = 1; i <= static_cast<int>(Role::kComment); ++i)
      if (has_role(contract_.kind, static_cast<Role>(i)))
        names.emplace_back(name_of(static_cast<Role>(i)));
    return names;
  }

  /// What only all columns together show: names, headers and roles that stand twice; the key.
  void check_columns(int table_line) {
    std::map<std::string, std::string> names;    // stored name -> column
    std::map<std::string, std::string> headers;  // canonical header -> column
    std::map<Role, std::string> roles;
    const auto claim = [this](auto& map, const auto& key, const ColumnSpec& column, int line,
                              std::string_view what, std::string_view shown) {
      const auto [at, is_new] = map.emplace(key, column.name);
      if (!is_new)
        add(line, concat("column '", column.name, "': ", what, " '", shown, "' is taken by '",
                         at->second, "'"));
    };
    for (std::size_t i = 0; i < contract_.columns.size(); ++i) {
      const ColumnSpec& column = contract_.columns[i];
      const int line = lines_[i];
      claim(names, column.name, column, line, "name", column.name);
      if (column.type == ValueType::kTimestamp) {
        for (const char* suffix : {"_offset_s", "_fold", "_gap", "_local_date", "_local_s"}) {
          const std::string stored = column.name + suffix;
          claim(names, stored, column, line, "its own stored name", stored);
        }
      }
      std::vector<std::string> own = {column.name};
      if (!column.title.empty()) own.push_back(column.title);
      own.insert(own.end(), column.aliases.begin(), column.aliases.end());
      own.insert(own.end(), column.parts.begin(), column.parts.end());
      std::vector<std::string> seen;
      for (const std::string& header : own) {
        const std::string canonical = canonical_header(header);
        if (canonical.empty()) {
          add(line, concat("column '", column.name, "': header '", header, "' has no letter"));
          continue;
        }
        // The label usually is the name in capitals; that is no collision.
        if (std::ranges::find(seen, canonical) != seen.end()) continue;
        seen.push_back(canonical);
        claim(headers, canonical, column, line, "header", header);
      }
      if (column.role != Role::kNone)
        claim(roles, column.role, column, line, "role", name_of(column.role));
      // A user who names the role would get the column of that name instead.
      if (const auto role = role_named(column.name); role && *role != column.role)
        if (const ColumnSpec* other = contract_.with_role(*role))
          add(line,
              concat("column '", column.name, "': its name is the role of '", other->name, "'"));
    }
    const auto lacks = [this](Role role) { return contract_.with_role(role) == nullptr; };
    const auto need = [&](Role role) {
      if (lacks(role)) add(table_line, concat("no column has the role ", name_of(role)));
    };
    need(time_role(contract_.kind));
    if (contract_.kind == Kind::kContactCentre && lacks(Role::kOffered) && lacks(Role::kHandled))
      add(table_line, "no column has the role offered or handled");
    if (contract_.kind == Kind::kSurvey) need(Role::kScore);
    if (contract_.kind == Kind::kCalls) {
      need(Role::kOutcome);
      if (contract_.handled_outcomes.empty())
        add(table_line, "handledOutcomes does not say which outcomes an agent took");
    }
    for (const auto& [position, column] : keys_) {
      if (const ColumnSpec* key = contract_.find(column); key != nullptr && !key->is_required)
        add(table_line, concat("column '", column, "' is in the key and not required"));
      contract_.key.push_back(column);
    }
  }

  void read_rule(const Json& item) {
    YamlObject object(item, "a rule", problems_);
    Rule rule;
    rule.name = object.require_text("name");
    const std::string what = concat("rule '", rule.name, "'");
    if (!rule.name.empty() && !is_name(rule.name, '_'))
      add(item.line(), concat(what, ": only a-z, 0-9 and '_' in a name, a letter first"));
    if (std::ranges::find(contract_.rules, rule.name, &Rule::name) != contract_.rules.end())
      add(item.line(), concat(what, " stands twice"));
    rule.dimension = object.require_text("dimension");
    word(kDimensions, rule.dimension, item.line(), concat("dimension of ", what), 0);
    rule.severity = word(kSeverities, object.take_text("severity"), item.line(),
                         concat("severity of ", what), Severity::kWarning);
    rule.description = object.take_text("description");
    if (object.require_text("type") != "custom" || object.require_text("engine") != "hark")
      add(item.line(), concat(what, ": hark runs rules of type custom, engine hark"));
    rule.expression = object.require_text("implementation");
    if (!rule.expression.empty()) {
      if (const auto parsed = Expression::parse(rule.expression, contract_); !parsed)
        add(object.take("implementation")->line(), concat(what, ": ", parsed.error().message()));
    }
    object.finish({"id", "businessImpact", "method", "schedule", "scheduler", "tags", "unit",
                   "authoritativeDefinitions"});
    contract_.rules.push_back(std::move(rule));
  }

  Problems problems_;
  Contract contract_;
  std::vector<int> lines_;  ///< line of each column
  std::multimap<double, std::string> keys_;
  std::vector<std::string> missing_, missing_in_tests_, clock_formats_, date_formats_;
};

}  // namespace

Result<Contract> parse_contract(std::string_view yaml) { return Parser().parse(yaml); }

}  // namespace hark::contract

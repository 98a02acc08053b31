#include "hark/insight/columns.h"
#include "hark/insight/request_kpis.h"

namespace hark::insight {
namespace {

Json interval(const std::optional<stats::Interval>& range) {
  if (!range) return Json();
  return Json(Json::Array{range->low, range->high});
}

// Members in the table's unit: "median_hours"; with days "median_days", and "median" beside it, as
// the reference values name it.
class UnitMembers {
 public:
  explicit UnitMembers(const RequestTable& table) : is_in_days_(table.is_in_days()) {}
  void set(Json& object, const char* name, Json value) const {
    if (is_in_days_) object.set(name, value);
    object.set(std::string(name) + (is_in_days_ ? "_days" : "_hours"), std::move(value));
  }

 private:
  bool is_in_days_;
};

Json to_json(const RequestTable& table, const ClosedOnly& closed) {
  const UnitMembers members(table);
  Json object = Json::object({{"n", table.has_closing ? Json(closed.n) : Json()}});
  members.set(object, "mean", closed.mean);
  members.set(object, "median", closed.median);
  members.set(object, "p90", closed.p90);
  return object;
}

Json to_json(const RequestTable& table, const Survival& km) {
  const UnitMembers members(table);
  Json object = Json::object({{"n", table.has_closing ? Json(km.n) : Json()}});
  members.set(object, "median", km.median);
  members.set(object, "p90", km.p90);
  object.set("median_ci95", Json(Json::Array{km.median_low, km.median_high}));
  // A quantile that is null is later than this.
  members.set(object, "last", km.last);
  return object;
}

Json still_open_json(const Survival& km) {
  Json list = Json::array();
  for (std::size_t i = 0; i < kStillOpenDays.size(); ++i) {
    list.push_back(Json::object({{"after_days", kStillOpenDays[i]},
                                 {"share", km.still_open[i].share},
                                 {"ci95", interval(km.still_open[i].ci95)}}));
  }
  return list;
}

Json to_json(const RequestKpis& kpis) {
  if (!kpis.sla) return Json();
  const SlaCompliance& sla = *kpis.sla;
  return Json::object({{"threshold_hours", sla.threshold_hours},
                       {"has_type_thresholds", sla.has_type_thresholds},
                       {"eligible", sla.eligible},
                       {"met", sla.met},
                       {"compliance", sla.compliance},
                       {"ci95", interval(sla.ci95)},
                       {"met_certain", sla.met_certain},
                       {"met_possible", sla.met_possible},
                       {"compliance_range", interval(sla.compliance_range)}});
}

Json classes_json(const RequestKpis& kpis) {
  Json classes = Json::object();
  const auto member = [&](const char* name, std::int64_t ClosingClasses::* count) {
    classes.set(name, kpis.classes ? Json(*kpis.classes.*count) : Json());
  };
  member("zero", &ClosingClasses::zero);
  member("instant", &ClosingClasses::instant);
  member("batch", &ClosingClasses::batch);
  member("instant_and_batch", &ClosingClasses::instant_and_batch);
  member("normal", &ClosingClasses::normal);
  if (kpis.same_day) classes.set("same_day", *kpis.same_day);
  return classes;
}

Json figures(const RequestTable& table, const RequestKpis& kpis, bool has_duplicates) {
  Json out = Json::object({{"rows", kpis.rows}});
  if (has_duplicates) {
    out.set("duplicates", table.has_key ? Json(kpis.duplicates) : Json());
    out.set("superseded", table.has_key ? Json(kpis.superseded) : Json());
  }
  out.set("n", kpis.n);
  out.set("closed", kpis.count(Outcome::kClosed));
  out.set("open", kpis.count(Outcome::kOpen));
  out.set("unit", table.is_in_days() ? "days" : "hours");
  out.set("closed_without_time", kpis.closed_without_time);
  out.set("open_with_time", kpis.open_with_time);
  out.set("excluded",
          Json::object({{"negative", kpis.count(Outcome::kNegative)},
                        {"sentinel", kpis.count(Outcome::kSentinel)},
                        {"future", kpis.count(Outcome::kFuture)},
                        {"unparsed", kpis.count(Outcome::kUnparsed)},
                        {"created_missing", kpis.count(Outcome::kCreatedMissing)},
                        {"created_sentinel", kpis.count(Outcome::kCreatedSentinel)},
                        {"created_after_as_of", kpis.count(Outcome::kCreatedAfterAsOf)}}));
  out.set("classes", classes_json(kpis));
  out.set("fold",
          Json::object({{"rows", kpis.fold_rows}, {"ambiguous_sign", kpis.ambiguous_sign}}));
  out.set("gap_rows", kpis.gap_rows);
  // Where the source tells no closings, times are null; counts stay, as the reference values have
  // them: every request is open then.
  const TimeToClose times = table.has_closing ? kpis.all : TimeToClose();
  out.set("closed_only", to_json(table, times.closed_only));
  out.set("km", to_json(table, times.km));
  if (kpis.without_instant_and_batch) {
    const TimeToClose& without = *kpis.without_instant_and_batch;
    out.set("without_instant_and_batch",
            Json::object({{"closed_only", to_json(table, without.closed_only)},
                          {"km", to_json(table, without.km)}}));
  } else {
    out.set("without_instant_and_batch", nullptr);
  }
  out.set("still_open", still_open_json(times.km));
  out.set("sla", to_json(kpis));
  out.set("as_of", table.as_of ? Json(format_instant(*table.as_of)) : Json());
  out.set("top3_share", kpis.top3_share);
  out.set("gini", kpis.gini);
  if (kpis.resolved_as) {
    Json outcomes = Json::object();
    for (std::size_t i = 0; i < contract::kNumResolvedAs; ++i)
      outcomes.set(std::string(name_of(static_cast<contract::ResolvedAs>(i))),
                   (*kpis.resolved_as)[i]);
    out.set("outcomes", std::move(outcomes));
  }
  return out;
}

}  // namespace

Json request_group_json(const RequestTable& table, const RequestGroup& group) {
  Json item = Json::object({{"key", group.key}});
  if (group.key && group.label != *group.key) item.set("label", group.label);
  const Json of_group = figures(table, group.kpis, false);
  for (const auto& [name, value] : of_group.members()) item.set(name, value);
  return item;
}

Json request_answer(const RequestTable& table, const RequestKpis& kpis,
                    const std::vector<RequestGroup>* groups) {
  Json answer = figures(table, kpis, true);
  Json ranges = Json::array();
  for (const FoldRange& range : table.fold_ranges) {
    ranges.push_back(Json(Json::Array{range.shortest_hours, range.longest_hours}));
  }
  Json fold = answer["fold"];
  fold.set("duration_ranges_hours", std::move(ranges));
  answer.set("fold", std::move(fold));
  if (groups == nullptr) return answer;
  Json list = Json::array();
  for (const RequestGroup& group : *groups) {
    list.push_back(request_group_json(table, group));
  }
  answer.set("groups", std::move(list));
  return answer;
}

}  // namespace hark::insight

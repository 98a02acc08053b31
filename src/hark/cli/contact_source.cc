#include "hark/cli/contact_source.h"

#include <algorithm>

#include "hark/core/text.h"
#include "hark/pipeline/lake_at.h"

namespace hark::cli {

Result<insight::ContactTable> load_periods(Session& session, const pipeline::OpenSource& source,
                                           const insight::Selection& selection,
                                           std::vector<Warning>& warnings) {
  const contract::Contract& contract = *source.contract;
  HARK_TRY(auto own, insight::load_contact(*source.rows, contract, selection, session.threads()));
  const auto tell = [&](const insight::ContactTable& table) {
    for (insight::Warning& warning : insight::contact_warnings(table))
      warnings.push_back({std::move(warning.code), std::move(warning.message), source.path});
  };
  tell(own);
  if (contract.completed_by.empty()) return own;
  HARK_TRY(const auto at, pipeline::parse_lake_at(session.files(), source.path));
  if (!at) return own;
  HARK_TRY(const auto lake, pipeline::LakeFolder::open(session.files(), at->root));
  HARK_TRY(const auto datasets, lake.datasets());
  if (std::ranges::find(datasets, contract.completed_by) == datasets.end()) return own;
  if (at->version) {
    warnings.push_back({"not_joined",
                        concat("a version is of '", contract.name, "' alone: '",
                               contract.completed_by, "' is not joined; LAKE@TIME joins both"),
                        source.path});
    return own;
  }
  pipeline::SourceOptions options = session.source_options("reading");
  options.contract = contract.completed_by;
  HARK_TRY(const auto other, pipeline::open_source(session.files(), source.path, options));
  insight::Selection days;
  days.since_day = selection.since_day;
  days.until_day = selection.until_day;
  HARK_TRY(const auto completing,
           insight::load_contact(*other.rows, *other.contract, days, session.threads()));
  tell(completing);
  return insight::join_periods(
      std::move(own), completing,
      selection.where ? insight::JoinedDays::kOwn : insight::JoinedDays::kAll);
}

}  // namespace hark::cli

// The periods of a contact centre as every figure, series and report takes them.
#pragma once

#include <vector>

#include "hark/cli/session.h"
#include "hark/insight/contact.h"
#include "hark/insight/selection.h"

namespace hark::cli {

/// Loads the selected periods. In a lake whose other dataset completes them (contract's
/// completedBy), the two are joined by day; --where is of the source's own columns and keeps out
/// days that it leaves out. LAKE@v12 is a version of one dataset: nothing is joined, and a warning
/// says so. Errors: load_contact()'s, open_source()'s.
Result<insight::ContactTable> load_periods(Session& session, const pipeline::OpenSource& source,
                                           const insight::Selection& selection,
                                           std::vector<Warning>& warnings);

}  // namespace hark::cli

// A source of batches made in a test: columns by hand, cut into batches of any size.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "hark/calendar/time_zone.h"
#include "hark/columnar/stream.h"
#include "hark/contract/contract.h"
#include "hark/core/parallel.h"
#include "hark/insight/requests.h"

namespace hark::insight::test {

/// Stands for a text that was there and could not be read.
inline constexpr const char* kUnreadable = "?";

class MemorySource final : public columnar::BatchSource {
 public:
  explicit MemorySource(std::size_t rows_per_batch = 3) : rows_per_batch_(rows_per_batch) {}

  MemorySource& texts(const std::string& name, const std::vector<std::optional<std::string>>& rows);
  MemorySource& integers(const std::string& name,
                         const std::vector<std::optional<std::int64_t>>& rows);
  MemorySource& numbers(const std::string& name, const std::vector<std::optional<double>>& rows);
  /// Rows as "2024-01-31", "" or kUnreadable.
  MemorySource& dates(const std::string& name, const std::vector<std::string>& rows);
  /// Wall-clock times "2024-01-31 17:30:00[.250]" read in `zone`, with offset, fold and gap.
  MemorySource& clocks(const std::string& name, const std::vector<std::string>& rows,
                       const std::string& zone = "America/New_York");
  /// Makes the offsets of a clock that is there other ones.
  MemorySource& offsets(const std::string& clock, const std::vector<std::int32_t>& rows);

  std::span<const columnar::Field> fields() const override { return fields_; }
  Result<void> stream(const std::vector<std::string>& columns, unsigned threads,
                      columnar::BatchSink& sink) override;

 private:
  columnar::Column& add(const std::string& name, columnar::Type type);
  std::size_t rows_per_batch_;
  std::vector<columnar::Field> fields_;
  std::vector<columnar::Column> columns_;
};

/// A contract of service requests: key, clocks, status, type, agency, area, place.
contract::Contract request_contract();
/// Requests of that contract, created then ("2024-01-31 17:30:00" in New York), as of November
/// 2026.
RequestTable requests_created_at(const std::vector<std::string>& created);
contract::Contract contact_contract();

}  // namespace hark::insight::test

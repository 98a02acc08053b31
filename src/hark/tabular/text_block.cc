#include "hark/tabular/text_block.h"

namespace hark::tabular {

std::string TextBlock::reason(const RecordSpan& record) const {
  return record.problem == RecordProblem::kMalformed ? reasons_[record.first_position]
                                                     : std::string();
}

std::vector<std::int64_t> TextBlock::lines_of(std::span<const RecordSpan> records) const {
  std::vector<std::int64_t> lines;
  lines.reserve(records.size());
  for (const RecordSpan& record : records) lines.push_back(places_[record.index].line);
  return lines;
}

void TextBlock::begin_block(std::uint64_t index, std::uint64_t records_before) {
  index_ = index;
  records_before_ = records_before;
  num_blank_lines_ = 0;
  num_plain_bytes_ = 0;
  buffer_.assign(1, '\n');
  positions_.clear();
  records_.clear();
  places_.clear();
  reasons_.clear();
}

void TextBlock::add_record(std::span<const std::string_view> fields, const RecordPlace& place) {
  RecordSpan record{.begin = static_cast<std::uint32_t>(buffer_.size() - 1),
                    .first_position = static_cast<std::uint32_t>(positions_.size()),
                    .num_fields = static_cast<std::uint32_t>(fields.size()),
                    .index = static_cast<std::uint32_t>(records_.size())};
  for (const std::string_view field : fields) {
    buffer_.insert(buffer_.end(), field.begin(), field.end());
    positions_.push_back(static_cast<std::uint32_t>(buffer_.size() - 1));
    buffer_.push_back('\t');
  }
  // The byte behind the last field belongs to no record.
  record.end = static_cast<std::uint32_t>(buffer_.size() - (fields.empty() ? 1 : 2));
  records_.push_back(record);
  places_.push_back(place);
}

void TextBlock::add_refused(RecordProblem problem, std::string_view reason,
                            const RecordPlace& place) {
  const auto at = static_cast<std::uint32_t>(buffer_.size() - 1);
  records_.push_back({.begin = at,
                      .end = at,
                      .first_position = static_cast<std::uint32_t>(reasons_.size()),
                      .index = static_cast<std::uint32_t>(records_.size()),
                      .problem = problem});
  if (problem == RecordProblem::kMalformed) reasons_.emplace_back(reason);
  places_.push_back(place);
}

}  // namespace hark::tabular

#include "hark/tabular/compound_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "hark/core/text.h"
#include "hark/tabular/little_endian.h"
#include "hark/tabular/workbook.h"

namespace hark::tabular {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kMagic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv;
constexpr std::size_t kHeaderBytes = 512;
constexpr std::size_t kSmallSectorBytes = 64;
constexpr std::size_t kEntryBytes = 128;
constexpr std::size_t kLinksInHeader = 109;
constexpr std::uint32_t kMaxSector = 0xFFFFFFFA;  // what is above has a meaning of its own
/// More streams and folders than any document has.
constexpr std::size_t kMaxEntries = 100'000;
constexpr std::uint8_t kStream = 2;
constexpr std::uint8_t kRoot = 5;

Error bad_links() { return damaged_workbook("its sectors are not linked rightly"); }

}  // namespace

bool is_compound_file(std::string_view first_bytes) noexcept {
  return first_bytes.starts_with(kMagic);
}

CompoundStream::CompoundStream(std::shared_ptr<const io::InputFile> file,
                               std::vector<std::uint64_t> pieces, std::size_t piece_bytes,
                               std::uint64_t size)
    : file_(std::move(file)),
      pieces_(std::move(pieces)),
      piece_bytes_(piece_bytes),
      size_(std::min<std::uint64_t>(size, pieces_.size() * piece_bytes)) {}

Result<std::size_t> CompoundStream::read_at(std::uint64_t offset, std::span<char> buffer) const {
  if (offset >= size_) return std::size_t{0};
  const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), size_ - offset);
  std::size_t done = 0;
  while (done < wanted) {
    const std::uint64_t at = offset + done;
    std::size_t piece = at / piece_bytes_;
    const std::size_t within = at % piece_bytes_;
    const std::uint64_t from = pieces_[piece] + within;
    std::size_t num_bytes = piece_bytes_ - within;
    // Sectors mostly lie one behind the other: they are read together.
    while (num_bytes < wanted - done && pieces_[piece + 1] == pieces_[piece] + piece_bytes_) {
      ++piece;
      num_bytes += piece_bytes_;
    }
    num_bytes = std::min(num_bytes, wanted - done);
    HARK_TRY(const std::size_t num_read, file_->read_at(from, buffer.subspan(done, num_bytes)));
    if (num_read < num_bytes) return damaged_workbook("it is cut short");
    done += num_bytes;
  }
  return wanted;
}

Result<CompoundFile> CompoundFile::open(std::shared_ptr<const io::InputFile> file) {
  CompoundFile compound;
  compound.file_ = std::move(file);
  std::string header(kHeaderBytes, '\0');
  HARK_TRY(const std::size_t num_read, compound.file_->read_at(0, header));
  if (num_read < header.size()) return damaged_workbook("it is cut short");
  const std::uint64_t shift = little_endian(header, 30, 2);
  if (!is_compound_file(header) || (shift != 9 && shift != 12) || little_endian(header, 32, 2) != 6)
    return damaged_workbook("its header makes no sense");
  compound.sector_bytes_ = std::size_t{1} << shift;
  // The header takes the place of a sector; the last sector may be cut.
  compound.num_sectors_ =
      (compound.file_->size() + compound.sector_bytes_ - 1) / compound.sector_bytes_;
  compound.num_sectors_ -= std::min<std::uint64_t>(compound.num_sectors_, 1);
  compound.small_below_ = little_endian(header, 56, 4);
  HARK_TRY_VOID(compound.read_links(header));
  HARK_TRY_VOID(compound.read_folder(static_cast<std::uint32_t>(little_endian(header, 48, 4))));
  const auto first_small = static_cast<std::uint32_t>(little_endian(header, 60, 4));
  if (first_small < kMaxSector) {
    HARK_TRY(const CompoundStream stream, compound.sector_stream(first_small, std::nullopt));
    HARK_TRY(compound.small_links_, compound.read_numbers(stream));
  }
  return compound;
}

/// The table of links lies in sectors that a list names, which begins in the header.
Result<void> CompoundFile::read_links(std::span<const char> header) {
  const auto sector_offset = [&](std::uint32_t sector) {
    return (std::uint64_t{sector} + 1) * sector_bytes_;
  };
  std::vector<std::uint64_t> pieces;
  const auto add = [&](std::string_view list, std::size_t num_entries) {
    for (std::size_t i = 0; i < num_entries; ++i) {
      const auto sector = static_cast<std::uint32_t>(little_endian(list, 4 * i, 4));
      if (sector < kMaxSector && sector < num_sectors_) pieces.push_back(sector_offset(sector));
    }
  };
  const std::string_view head(header.data(), header.size());
  add(head.substr(76), kLinksInHeader);
  // About as many as link all sectors: a list may name one again and again, and itself.
  const std::uint64_t most = num_sectors_ / (sector_bytes_ / 4) + 16 + num_sectors_ / 64;
  std::string list(sector_bytes_, '\0');
  auto next = static_cast<std::uint32_t>(little_endian(head, 68, 4));
  for (std::uint64_t steps = 0; next < kMaxSector; ++steps) {
    if (next >= num_sectors_ || steps > most || pieces.size() > most) return bad_links();
    HARK_TRY(const std::size_t num_read, file_->read_at(sector_offset(next), list));
    if (num_read < list.size()) return damaged_workbook("it is cut short");
    add(list, sector_bytes_ / 4 - 1);
    next = static_cast<std::uint32_t>(little_endian(list, sector_bytes_ - 4, 4));
  }
  if (pieces.size() > most) return bad_links();
  const std::uint64_t size = pieces.size() * sector_bytes_;
  HARK_TRY(links_, read_numbers(CompoundStream(file_, std::move(pieces), sector_bytes_, size)));
  return {};
}

Result<std::vector<std::uint32_t>> CompoundFile::read_numbers(const CompoundStream& stream) const {
  std::string bytes(stream.size(), '\0');
  HARK_TRY_VOID(stream.read_at(0, bytes));
  std::vector<std::uint32_t> numbers(bytes.size() / 4);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = static_cast<std::uint32_t>(little_endian(bytes, 4 * i, 4));
  return numbers;
}

Result<std::vector<std::uint32_t>> CompoundFile::chain(std::span<const std::uint32_t> links,
                                                       std::uint32_t first) const {
  std::vector<std::uint32_t> sectors;
  for (std::uint32_t sector = first; sector < kMaxSector; sector = links[sector]) {
    // A ring is longer than all there are.
    if (sector >= links.size() || sectors.size() >= links.size()) return bad_links();
    sectors.push_back(sector);
  }
  return sectors;
}

Result<CompoundStream> CompoundFile::sector_stream(std::uint32_t first,
                                                   std::optional<std::uint64_t> size) const {
  HARK_TRY(const std::vector<std::uint32_t> sectors, chain(links_, first));
  std::vector<std::uint64_t> pieces;
  for (const std::uint32_t sector : sectors) {
    if (sector >= num_sectors_) return damaged_workbook("it is cut short");
    pieces.push_back((std::uint64_t{sector} + 1) * sector_bytes_);
  }
  const std::uint64_t all = pieces.size() * sector_bytes_;
  if (size && *size > all) return bad_links();
  return CompoundStream(file_, std::move(pieces), sector_bytes_, size.value_or(all));
}

Result<void> CompoundFile::read_folder(std::uint32_t first) {
  HARK_TRY(const CompoundStream stream, sector_stream(first, std::nullopt));
  if (stream.size() / kEntryBytes > kMaxEntries)
    return damaged_workbook("it has more parts than any document");
  std::string bytes(stream.size(), '\0');
  HARK_TRY_VOID(stream.read_at(0, bytes));
  for (std::size_t at = 0; at + kEntryBytes <= bytes.size(); at += kEntryBytes) {
    const std::string_view text = std::string_view(bytes).substr(at, kEntryBytes);
    const auto number = [&](std::size_t from) {
      return static_cast<std::uint32_t>(little_endian(text, from, 4));
    };
    Entry entry;
    const std::size_t name_bytes = std::min<std::size_t>(little_endian(text, 64, 2), 64);
    for (std::size_t i = 0; i + 2 < name_bytes; i += 2)
      entry.name += static_cast<char16_t>(little_endian(text, i, 2));
    entry.type = static_cast<std::uint8_t>(text[66]);
    entry.left = number(68);
    entry.right = number(72);
    entry.child = number(76);
    entry.first = number(116);
    // With sectors of 512 bytes the upper half is not always cleared.
    entry.size = little_endian(text, 120, sector_bytes_ == 512 ? 4 : 8);
    folder_.push_back(std::move(entry));
  }
  if (folder_.empty() || folder_[0].type != kRoot)
    return damaged_workbook("it lacks its table of contents");
  return {};
}

Result<std::optional<CompoundStream>> CompoundFile::find(std::u16string_view name) const {
  // The entries of a folder are a tree; those of other folders (documents inside of this one) may
  // have the same names.
  std::vector<std::uint32_t> waiting = {folder_[0].child};
  std::vector<bool> is_seen(folder_.size());
  const Entry* found = nullptr;
  while (!waiting.empty() && found == nullptr) {
    const std::uint32_t at = waiting.back();
    waiting.pop_back();
    if (at >= folder_.size() || is_seen[at]) continue;
    is_seen[at] = true;
    const Entry& entry = folder_[at];
    if (entry.type == kStream && entry.name == name) found = &entry;
    waiting.push_back(entry.left);
    waiting.push_back(entry.right);
  }
  if (found == nullptr) return std::optional<CompoundStream>();
  if (found->size >= small_below_) {
    HARK_TRY(auto stream, sector_stream(found->first, found->size));
    return std::optional(std::move(stream));
  }
  // Small sectors are parts of the root's own stream.
  HARK_TRY(const std::vector<std::uint32_t> holders, chain(links_, folder_[0].first));
  HARK_TRY(const std::vector<std::uint32_t> sectors, chain(small_links_, found->first));
  const std::size_t num_per_holder = sector_bytes_ / kSmallSectorBytes;
  std::vector<std::uint64_t> pieces;
  for (const std::uint32_t sector : sectors) {
    if (sector / num_per_holder >= holders.size()) return bad_links();
    pieces.push_back((std::uint64_t{holders[sector / num_per_holder]} + 1) * sector_bytes_ +
                     sector % num_per_holder * kSmallSectorBytes);
  }
  if (found->size > pieces.size() * kSmallSectorBytes) return bad_links();
  return std::optional(CompoundStream(file_, std::move(pieces), kSmallSectorBytes, found->size));
}

}  // namespace hark::tabular

// For tests and fuzzers: small old Excel workbooks (BIFF8 in a compound file) made by hand.
//
// Format: [MS-XLS] and [MS-CFB].
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hark::tabular {

/// Little-endian bytes.
inline std::string le(std::uint64_t value, int num_bytes) {
  std::string out;
  for (int i = 0; i < num_bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

/// A record of the workbook's stream.
inline std::string biff(std::uint16_t type, std::string_view body) {
  return le(type, 2) + le(body.size(), 2) + std::string(body);
}

/// A text with a length of 16 bits, one byte a character (so ASCII and Latin-1).
inline std::string biff_text(std::string_view text) {
  return le(text.size(), 2) + '\0' + std::string(text);
}

/// Cells of a row. `style` is 0 (General), 1 (built-in date and time, 22), 2 (date, 14), 3 (time,
/// 21), 4 (a format of the workbook's own).
struct XlsSheet {
  std::string name;
  std::string records = {};
  std::uint32_t num_rows = 0;  ///< as DIMENSIONS says; what is added here raises it
  std::uint16_t num_columns = 0;

  XlsSheet& number(std::uint16_t row, std::uint16_t column, double value, std::uint16_t style = 0) {
    return cell(0x0203, row, column, style, le(std::bit_cast<std::uint64_t>(value), 8));
  }
  /// A whole number in 30 bits, or that hundredth.
  XlsSheet& rk(std::uint16_t row, std::uint16_t column, std::int32_t value, bool is_hundredth,
               std::uint16_t style = 0) {
    return cell(0x027E, row, column, style,
                le(static_cast<std::uint32_t>(value) << 2 | 2U | (is_hundredth ? 1U : 0U), 4));
  }
  /// Whole numbers side by side.
  XlsSheet& mul_rk(std::uint16_t row, std::uint16_t column, std::vector<std::int32_t> values) {
    std::string body = le(row, 2) + le(column, 2);
    for (const std::int32_t value : values)
      body += le(0, 2) + le(static_cast<std::uint32_t>(value) << 2 | 2U, 4);
    const auto last = static_cast<std::uint16_t>(column + values.size() - 1);
    records += biff(0x00BD, body + le(last, 2));
    return grow(row, last);
  }
  /// A text of the shared ones.
  XlsSheet& shared(std::uint16_t row, std::uint16_t column, std::uint32_t text) {
    return cell(0x00FD, row, column, 0, le(text, 4));
  }
  /// A text of its own.
  XlsSheet& text(std::uint16_t row, std::uint16_t column, std::string_view text) {
    return cell(0x0204, row, column, 0, biff_text(text));
  }
  XlsSheet& boolean(std::uint16_t row, std::uint16_t column, bool value) {
    return cell(0x0205, row, column, 0, le(value ? 1 : 0, 1) + le(0, 1));
  }
  XlsSheet& error(std::uint16_t row, std::uint16_t column, std::uint8_t code) {
    return cell(0x0205, row, column, 0, le(code, 1) + le(1, 1));
  }
  XlsSheet& formula_number(std::uint16_t row, std::uint16_t column, double value,
                           std::uint16_t style = 0) {
    return cell(0x0006, row, column, style,
                le(std::bit_cast<std::uint64_t>(value), 8) + std::string(8, '\0'));
  }
  XlsSheet& formula_text(std::uint16_t row, std::uint16_t column, std::string_view text) {
    cell(0x0006, row, column, 0, std::string("\0\0\0\0\0\0\xFF\xFF", 8) + std::string(8, '\0'));
    records += biff(0x0207, biff_text(text));
    return *this;
  }
  XlsSheet& formula_boolean(std::uint16_t row, std::uint16_t column, bool value) {
    return cell(0x0006, row, column, 0,
                le(1, 2) + le(value ? 1 : 0, 4) + le(0xFFFF, 2) + std::string(8, '\0'));
  }
  XlsSheet& blank(std::uint16_t row, std::uint16_t column, std::uint16_t style) {
    return cell(0x0201, row, column, style, "");
  }

 private:
  XlsSheet& cell(std::uint16_t type, std::uint16_t row, std::uint16_t column, std::uint16_t style,
                 std::string_view value) {
    records += biff(type, le(row, 2) + le(column, 2) + le(style, 2) + std::string(value));
    return grow(row, column);
  }
  XlsSheet& grow(std::uint16_t row, std::uint16_t column) {
    if (row + 1U > num_rows) num_rows = row + 1U;
    if (column >= num_columns) num_columns = static_cast<std::uint16_t>(column + 1);
    return *this;
  }
};

struct XlsParts {
  std::vector<XlsSheet> sheets;
  /// Shared texts, encoded: biff_text(…) and its kin.
  std::vector<std::string> shared_texts = {};
  std::string own_format = "[$-409]m/d/yy h:mm AM/PM;@";
  bool is_1904 = false;
  bool is_locked = false;  ///< by a password
  bool has_shared_texts = true;
  std::string before_sheets = {};  ///< records among the workbook's own
};

/// The workbook's stream.
inline std::string make_biff(const XlsParts& parts) {
  std::string styles = biff(0x041E, le(164, 2) + biff_text(parts.own_format));
  for (const int format : {0, 22, 14, 21, 164})
    styles += biff(0x00E0, le(0, 2) + le(static_cast<std::uint64_t>(format), 2) + le(0, 2) +
                               std::string(14, '\0'));
  // A record ends between two texts.
  std::string shared;
  std::string some = le(parts.shared_texts.size(), 4) + le(parts.shared_texts.size(), 4);
  for (const std::string& text : parts.shared_texts) {
    if (some.size() + text.size() > 0xFFFF)
      shared += biff(shared.empty() ? 0x00FC : 0x003C, std::exchange(some, {}));
    some += text;
  }
  shared += biff(shared.empty() ? 0x00FC : 0x003C, some);
  if (!parts.has_shared_texts) shared.clear();

  std::string begin = biff(0x0809, le(0x0600, 2) + le(5, 2) + std::string(12, '\0'));
  if (parts.is_locked) begin += biff(0x002F, std::string(6, '\1'));
  begin += biff(0x0042, le(1200, 2)) + biff(0x0022, le(parts.is_1904 ? 1 : 0, 2)) + styles +
           parts.before_sheets;
  std::size_t list_bytes = 0;
  for (const XlsSheet& sheet : parts.sheets) list_bytes += 4 + 8 + sheet.name.size();
  const std::string end = shared + biff(0x000A, "");

  std::vector<std::string> bodies;
  for (const XlsSheet& sheet : parts.sheets) {
    bodies.push_back(biff(0x0809, le(0x0600, 2) + le(0x10, 2) + std::string(12, '\0')) +
                     biff(0x0200, le(0, 4) + le(sheet.num_rows, 4) + le(0, 2) +
                                      le(sheet.num_columns, 2) + le(0, 2)) +
                     sheet.records + biff(0x000A, ""));
  }
  std::string list;
  std::size_t offset = begin.size() + list_bytes + end.size();
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const std::string& name = parts.sheets[i].name;
    list += biff(0x0085, le(offset, 4) + le(0, 2) + le(name.size(), 1) + '\0' + name);
    offset += bodies[i].size();
  }
  std::string stream = begin + list + end;
  for (const std::string& body : bodies) stream += body;
  return stream;
}

/// A compound file with one stream. Short streams lie in small sectors where `may_be_small`, and
/// are made longer otherwise.
inline std::string compound_file(std::string stream, std::u16string_view name = u"Workbook",
                                 bool may_be_small = false) {
  constexpr std::size_t kSector = 512;
  constexpr std::uint32_t kEnd = 0xFFFFFFFE;
  constexpr std::uint32_t kFree = 0xFFFFFFFF;
  constexpr std::size_t kInHeader = 109;
  const auto pad = [](std::string bytes, std::size_t to, char with) {
    bytes.resize((bytes.size() + to - 1) / to * to, with);
    return bytes;
  };
  const bool is_small = may_be_small && stream.size() < 4096;
  if (!is_small && stream.size() < 4096) stream.resize(4096, '\0');
  const std::size_t stream_bytes = stream.size();
  stream = pad(std::move(stream), kSector, '\0');
  const std::size_t num_stream = stream.size() / kSector;
  // The sectors: the links, the list of their sectors beyond the header's, the folder, the links of
  // small sectors, the stream.
  std::size_t num_fat = 1;
  std::size_t num_list = 0;
  const auto num_others = [&] { return num_list + 1 + (is_small ? 1U : 0U) + num_stream; };
  while (num_fat * (kSector / 4) < num_fat + num_others()) {
    ++num_fat;
    if (num_fat > kInHeader) num_list = (num_fat - kInHeader + 126) / 127;
  }
  const std::size_t folder_at = num_fat + num_list;
  const std::size_t stream_at = folder_at + 1 + (is_small ? 1U : 0U);

  std::string fat;
  for (std::size_t i = 0; i < num_fat; ++i) fat += le(0xFFFFFFFD, 4);
  for (std::size_t i = 0; i < num_list; ++i) fat += le(0xFFFFFFFC, 4);
  fat += le(kEnd, 4);
  if (is_small) fat += le(kEnd, 4);
  for (std::size_t i = 0; i < num_stream; ++i)
    fat += le(i + 1 == num_stream ? kEnd : stream_at + i + 1, 4);
  std::string list;
  for (std::size_t i = 0; i < num_list; ++i) {
    for (std::size_t j = 0; j < 127; ++j) {
      const std::size_t sector = kInHeader + i * 127 + j;
      list += le(sector < num_fat ? sector : kFree, 4);
    }
    list += le(i + 1 < num_list ? num_fat + i + 1 : kEnd, 4);
  }
  std::string small_fat;
  const std::size_t num_small = (stream_bytes + 63) / 64;
  for (std::size_t i = 0; is_small && i < num_small; ++i)
    small_fat += le(i + 1 == num_small ? kEnd : i + 1, 4);

  const auto entry = [](std::u16string_view title, std::uint8_t type, std::uint32_t child,
                        std::uint64_t first, std::size_t size) {
    std::string text;
    for (const char16_t c : title) text += le(c, 2);
    text.resize(64, '\0');
    return text + le((title.size() + 1) * 2, 2) + le(type, 1) + le(1, 1) + le(kFree, 4) +
           le(kFree, 4) + le(child, 4) + std::string(36, '\0') + le(first, 4) + le(size, 8);
  };
  const std::string folder =
      entry(u"Root Entry", 5, 1, is_small ? stream_at : kEnd, is_small ? stream.size() : 0) +
      entry(name, 2, kFree, is_small ? 0 : stream_at, stream_bytes);
  std::string header = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(16, '\0') + le(0x3E, 2) +
                       le(3, 2) + le(0xFFFE, 2) + le(9, 2) + le(6, 2) + std::string(10, '\0') +
                       le(num_fat, 4) + le(folder_at, 4) + le(0, 4) + le(4096, 4) +
                       le(is_small ? folder_at + 1 : kEnd, 4) + le(is_small ? 1 : 0, 4) +
                       le(num_list > 0 ? num_fat : kEnd, 4) + le(num_list, 4);
  for (std::size_t i = 0; i < kInHeader; ++i) header += le(i < num_fat ? i : kFree, 4);
  return header + pad(std::move(fat), kSector, '\xFF') + list + pad(folder, kSector, '\0') +
         pad(std::move(small_fat), kSector, '\xFF') + stream;
}

inline std::string make_xls(const XlsParts& parts) { return compound_file(make_biff(parts)); }

}  // namespace hark::tabular

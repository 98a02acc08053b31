// For tests and fuzzers: small workbooks made by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hark/core/text.h"
#include "hark/io/zip_for_tests.h"

namespace hark::tabular {

struct XlsxParts {
  /// Name and what stands in <sheetData>.
  std::vector<std::pair<std::string, std::string>> sheets;
  std::string shared_texts = {};  ///< the <si> elements
  std::string styles =            ///< of cells s="0" to s="4"
      "<numFmts><numFmt numFmtId=\"164\" formatCode=\"[$-409]m/d/yy h:mm AM/PM;@\"/></numFmts>"
      "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
      "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/><xf numFmtId=\"14\"/><xf numFmtId=\"21\"/>"
      "<xf numFmtId=\"164\"/></cellXfs>";
  std::string workbook_properties = {};  ///< attributes of <workbookPr>
  std::string dimension = "A1";          ///< wrong, as it often is
};

inline std::string make_xlsx(const XlsxParts& parts) {
  std::vector<std::pair<std::string, std::string>> members;
  std::string sheets;
  std::string relations;
  for (std::size_t i = 0; i < parts.sheets.size(); ++i) {
    sheets += concat("<sheet name=\"", parts.sheets[i].first, "\" sheetId=\"", i + 1,
                     "\" r:id=\"rId", i + 1, "\"/>");
    relations += concat("<Relationship Id=\"rId", i + 1, "\" Type=\"http://x/worksheet\" Target=\"",
                        "worksheets/sheet", i + 1, ".xml\"/>");
  }
  relations +=
      "<Relationship Id=\"s\" Type=\"http://x/styles\" Target=\"/xl/styles.xml\"/>"
      "<Relationship Id=\"t\" Type=\"http://x/sharedStrings\" Target=\"sharedStrings.xml\"/>";
  members.emplace_back("[Content_Types].xml", "<Types/>");
  members.emplace_back("xl/workbook.xml",
                       concat("<workbook xmlns:r=\"r\"><workbookPr ", parts.workbook_properties,
                              "/><sheets>", sheets, "</sheets></workbook>"));
  members.emplace_back("xl/_rels/workbook.xml.rels",
                       concat("<Relationships>", relations, "</Relationships>"));
  members.emplace_back("xl/styles.xml", concat("<styleSheet>", parts.styles, "</styleSheet>"));
  members.emplace_back("xl/sharedStrings.xml", concat("<sst>", parts.shared_texts, "</sst>"));
  for (std::size_t i = 0; i < parts.sheets.size(); ++i) {
    members.emplace_back(concat("xl/worksheets/sheet", i + 1, ".xml"),
                         concat("<worksheet><dimension ref=\"", parts.dimension, "\"/><sheetData>",
                                parts.sheets[i].second, "</sheetData></worksheet>"));
  }
  return io::stored_zip(members);
}

}  // namespace hark::tabular

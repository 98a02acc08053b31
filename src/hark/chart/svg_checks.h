// An oracle for pictures: what must hold of every SVG, found by reading the SVG alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hark/chart/palette.h"
#include "hark/chart/test_support.h"

namespace hark::chart::testing {

struct Bounds {
  double left = 0, top = 0, right = 0, bottom = 0;
  double width() const { return right - left; }
  bool is_valid = true;  ///< false if a number could not be read or a path is malformed
};

/// The box around all corners of a path with the commands M, l, h, v, a, z.
Bounds bounds_of_path(std::string_view d);
/// The corners of a path's lines, sub-path by sub-path.
std::vector<std::vector<std::pair<double, double>>> corners_of_path(std::string_view d);

/// WCAG contrast, written again from the standard.
double wcag_contrast(std::string_view a, std::string_view b);

/// What is wrong with the picture; empty if nothing is:
/// - not well-formed XML, no role, title or description, an id twice, a reference to nothing
/// - a coordinate that is no number or lies outside the view box
/// - text below 11 px, texts that overlap
/// - text with a contrast below 4.5:1 or a mark below 3:1 with its ground
/// - a paint without a class to recolour it by
std::vector<std::string> problems_of(const std::string& svg, const Palette& palette);

}  // namespace hark::chart::testing

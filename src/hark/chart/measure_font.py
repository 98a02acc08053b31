#!/usr/bin/env python3
"""Writes font_widths.inc: advance widths of DejaVu Sans, which text_metrics.cc needs to lay out text.

Run once, by hand, when the font changes:  ./measure_font.py > font_widths.inc
The font is free to use, also in parts (Bitstream Vera licence); only numbers are taken from it.
"""
import struct
import sys

FOLDER = "/usr/share/fonts/truetype/dejavu/"
EXTRA = [0x2009, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x202F, 0x20AC, 0x2212,
         0x2248, 0x2264, 0x2265]


def widths(path):
    data = open(path, "rb").read()
    tables = {}
    for i in range(struct.unpack(">H", data[4:6])[0]):
        tag, _, offset, _ = struct.unpack(">4sIII", data[12 + 16 * i:28 + 16 * i])
        tables[tag.decode()] = offset
    assert struct.unpack(">H", data[tables["head"] + 18:tables["head"] + 20])[0] == 2048
    num_metrics = struct.unpack(">H", data[tables["hhea"] + 34:tables["hhea"] + 36])[0]
    cmap = tables["cmap"]
    for i in range(struct.unpack(">H", data[cmap + 2:cmap + 4])[0]):
        platform, encoding, offset = struct.unpack(">HHI", data[cmap + 4 + 8 * i:cmap + 12 + 8 * i])
        if (platform, encoding) == (3, 1):
            sub = cmap + offset
    num = struct.unpack(">H", data[sub + 6:sub + 8])[0] // 2

    def array(at, kind):
        return struct.unpack(">%d%s" % (num, kind), data[at:at + 2 * num])
    ends, starts = array(sub + 14, "H"), array(sub + 16 + 2 * num, "H")
    deltas, offsets = array(sub + 16 + 4 * num, "h"), array(sub + 16 + 6 * num, "H")

    def width(code):
        i = next(i for i in range(num) if code <= ends[i])
        assert starts[i] <= code, hex(code)
        glyph = code
        if offsets[i]:
            at = sub + 16 + 6 * num + 2 * i + offsets[i] + 2 * (code - starts[i])
            glyph = struct.unpack(">H", data[at:at + 2])[0]
        glyph = min((glyph + deltas[i]) & 0xFFFF, num_metrics - 1)
        at = tables["hmtx"] + 4 * glyph
        return struct.unpack(">H", data[at:at + 2])[0]
    return width


def show(name, values):
    print("constexpr std::uint16_t %s[] = {" % name)
    line = "   "
    for value in values:
        if len(line) + len(str(value)) + 2 > 100:
            print(line)
            line = "   "
        line += " %d," % value
    print(line + "\n};")


print("// Advance widths in 1/2048 em, made by measure_font.py. Do not edit.")
print("// clang-format off")
for name, file in (("Regular", "DejaVuSans.ttf"), ("Bold", "DejaVuSans-Bold.ttf")):
    width = widths(FOLDER + file)
    show("kAscii%s" % name, [width(c) for c in range(0x20, 0x7F)])      # space to tilde
    show("kLatin%s" % name, [width(c) for c in range(0xA0, 0x100)])     # Latin-1
    show("kExtra%s" % name, [width(c) for c in EXTRA])
print("constexpr std::uint32_t kExtraCodes[] = {")
print("    " + ", ".join("0x%04X" % c for c in EXTRA) + ",")
print("};")
print("// clang-format on")

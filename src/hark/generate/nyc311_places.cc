#include "hark/generate/nyc311_city.h"

namespace hark::generate {
namespace {

constexpr Neighbourhood kNeighbourhoods[] = {
    {0, "10451", "BRONX", 1, 40.820, -73.922, 0.006, 1.0},
    {0, "10452", "BRONX", 4, 40.838, -73.923, 0.005, 1.5},
    {0, "10453", "BRONX", 5, 40.853, -73.912, 0.005, 1.5},
    {0, "10456", "BRONX", 3, 40.830, -73.908, 0.006, 1.6},
    {0, "10457", "BRONX", 6, 40.847, -73.898, 0.006, 1.4},
    {0, "10458", "BRONX", 7, 40.862, -73.888, 0.006, 1.5},
    {0, "10460", "BRONX", 6, 40.842, -73.880, 0.005, 1.0},
    {0, "10462", "BRONX", 11, 40.844, -73.858, 0.006, 1.1},
    {0, "10463", "BRONX", 8, 40.880, -73.906, 0.006, 1.0},
    {0, "10466", "BRONX", 12, 40.890, -73.847, 0.007, 1.1},
    {0, "10467", "BRONX", 7, 40.873, -73.870, 0.006, 1.8},
    {0, "10472", "BRONX", 9, 40.829, -73.869, 0.006, 1.0},
    {1, "11201", "BROOKLYN", 2, 40.694, -73.988, 0.006, 1.1},
    {1, "11203", "BROOKLYN", 17, 40.650, -73.934, 0.007, 1.2},
    {1, "11206", "BROOKLYN", 1, 40.702, -73.943, 0.006, 1.4},
    {1, "11207", "BROOKLYN", 5, 40.671, -73.894, 0.007, 1.7},
    {1, "11209", "BROOKLYN", 10, 40.624, -74.028, 0.007, 1.1},
    {1, "11211", "BROOKLYN", 1, 40.712, -73.953, 0.006, 1.6},
    {1, "11215", "BROOKLYN", 6, 40.663, -73.985, 0.006, 1.1},
    {1, "11216", "BROOKLYN", 3, 40.681, -73.949, 0.005, 1.3},
    {1, "11220", "BROOKLYN", 7, 40.641, -74.014, 0.006, 1.2},
    {1, "11221", "BROOKLYN", 4, 40.691, -73.927, 0.006, 1.7},
    {1, "11226", "BROOKLYN", 14, 40.646, -73.957, 0.006, 1.9},
    {1, "11230", "BROOKLYN", 12, 40.622, -73.965, 0.006, 1.2},
    {1, "11235", "BROOKLYN", 15, 40.586, -73.949, 0.006, 1.2},
    {1, "11236", "BROOKLYN", 18, 40.640, -73.903, 0.008, 1.4},
    {2, "10002", "NEW YORK", 3, 40.717, -73.986, 0.005, 1.2},
    {2, "10003", "NEW YORK", 3, 40.732, -73.989, 0.004, 1.1},
    {2, "10009", "NEW YORK", 3, 40.727, -73.978, 0.004, 1.1},
    {2, "10011", "NEW YORK", 4, 40.742, -74.000, 0.004, 1.0},
    {2, "10019", "NEW YORK", 4, 40.765, -73.985, 0.004, 1.2},
    {2, "10023", "NEW YORK", 7, 40.777, -73.982, 0.004, 1.0},
    {2, "10025", "NEW YORK", 7, 40.798, -73.967, 0.004, 1.2},
    {2, "10027", "NEW YORK", 9, 40.811, -73.953, 0.005, 1.2},
    {2, "10029", "NEW YORK", 11, 40.792, -73.944, 0.005, 1.2},
    {2, "10031", "NEW YORK", 9, 40.825, -73.949, 0.004, 1.4},
    {2, "10032", "NEW YORK", 12, 40.839, -73.941, 0.004, 1.3},
    {2, "10034", "NEW YORK", 12, 40.867, -73.921, 0.004, 1.2},
    {3, "11101", "LONG ISLAND CITY", 2, 40.747, -73.939, 0.007, 0.9},
    {3, "11105", "ASTORIA", 1, 40.777, -73.907, 0.006, 0.9},
    {3, "11354", "FLUSHING", 7, 40.767, -73.827, 0.006, 1.0},
    {3, "11368", "CORONA", 4, 40.750, -73.853, 0.007, 1.5},
    {3, "11372", "JACKSON HEIGHTS", 3, 40.752, -73.883, 0.005, 1.0},
    {3, "11373", "ELMHURST", 4, 40.739, -73.878, 0.006, 1.3},
    {3, "11375", "FOREST HILLS", 6, 40.721, -73.846, 0.006, 0.9},
    {3, "11385", "RIDGEWOOD", 5, 40.702, -73.889, 0.007, 2.0},
    {3, "11419", "SOUTH RICHMOND HILL", 10, 40.688, -73.823, 0.005, 1.1},
    {3, "11421", "WOODHAVEN", 9, 40.694, -73.858, 0.005, 0.9},
    {3, "11432", "JAMAICA", 12, 40.714, -73.793, 0.007, 1.2},
    {3, "11434", "JAMAICA", 12, 40.677, -73.777, 0.007, 1.3},
    {3, "11691", "FAR ROCKAWAY", 14, 40.602, -73.762, 0.006, 0.9},
    {4, "10301", "STATEN ISLAND", 1, 40.630, -74.094, 0.008, 0.8},
    {4, "10303", "STATEN ISLAND", 1, 40.629, -74.160, 0.007, 0.6},
    {4, "10304", "STATEN ISLAND", 1, 40.609, -74.092, 0.008, 0.8},
    {4, "10306", "STATEN ISLAND", 3, 40.571, -74.117, 0.009, 0.9},
    {4, "10312", "STATEN ISLAND", 3, 40.545, -74.179, 0.009, 0.9},
    {4, "10314", "STATEN ISLAND", 2, 40.602, -74.163, 0.010, 1.1},
};

constexpr std::string_view kStems[] = {
    "ALDERMERE",   "AMBERLY",     "ASHCOMBE",  "BARROWDALE", "BELLWICK",    "BIRCHOLM",
    "BRAMFORD",    "BRINDLE",     "CALDERON",  "CARROWAY",   "CEDARMONT",   "CLOVERLY",
    "COPPERFIELD", "CRESTHOLLOW", "DAPPLE",    "DUNMERE",    "EASTWYN",     "ELDERGATE",
    "EMBERTON",    "FALLOWAY",    "FERNHURST", "FOXMERE",    "GARNETT",     "GLENHOLLY",
    "GREYSTOKE",   "HALLOWMERE",  "HARTWICK",  "HAZELBROOK", "HOLLOWAY",    "INGLEMOOR",
    "IRONWOOD",    "JUNIPERO",    "KESTREL",   "KINGSMERE",  "LARKSPUR",    "LINDENHOLM",
    "LOCKMERE",    "MAPLEWYN",    "MARLOWE",   "MOSSBRIDGE", "NETTLEFORD",  "NORTHCOTE",
    "OAKENSHAW",   "ORCHARDLY",   "PEMBERLEY", "PINEHOLLOW", "QUARRYFIELD", "RAVENHOLM",
    "REDFERN",     "ROOKWOOD",    "SABLEWICK", "SEDGEMOOR",  "STONELEIGH",  "TAMARACK",
    "THISTLEDOWN", "UNDERHAY",    "VALEMONT",  "WESTERBY",   "WILLOWMERE",  "YARROWDALE"};
constexpr std::string_view kKinds[] = {"STREET", "AVENUE",    "PLACE",  "ROAD",
                                       "STREET", "BOULEVARD", "STREET", "LANE"};

}  // namespace

std::span<const Neighbourhood> neighbourhoods() noexcept { return kNeighbourhoods; }
std::span<const std::string_view> street_stems() noexcept { return kStems; }
std::span<const std::string_view> street_kinds() noexcept { return kKinds; }

}  // namespace hark::generate

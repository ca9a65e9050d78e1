/* SPDX-License-Identifier: MIT */
/* Units of series. */
#include "analysis/series_scale.h"

#include "analysis/number_text.h"

#include <glib.h>
#include <string.h>

SeriesScale series_scale(const char *name, bool is_rate, double maximum)
{
    static const char *const SIZES[] = {"B", "kB", "MB", "GB"};
    static const char *const RATES[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
    const char *dot = strrchr(name, '.');
    const char *what = dot == NULL ? name : dot + 1;
    if (g_str_has_suffix(what, "round-trip")) {
        const TimeUnit unit = time_unit_for(maximum);
        return (SeriesScale){unit.ns, g_strdup_printf("%s (%s)", name, unit.name)};
    }
    if (!is_rate && !g_str_has_suffix(what, "queue") && !g_str_has_suffix(what, "bytes")) {
        return (SeriesScale){1, g_strdup(name)};
    }
    int thousands = 0;
    double factor = 1;
    while (thousands < 3 && maximum >= 1000 * factor) {
        thousands++;
        factor *= 1000;
    }
    return is_rate ? (SeriesScale){factor, g_strdup_printf("goodput (%s)", RATES[thousands])}
                   : (SeriesScale){factor, g_strdup_printf("%s (%s)", name, SIZES[thousands])};
}

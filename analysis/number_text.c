/* SPDX-License-Identifier: MIT */
/* Numbers as text. */
#include "analysis/number_text.h"

#include <math.h>

TimeUnit time_unit_for(double ns)
{
    static const TimeUnit units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    for (size_t i = 0; i < G_N_ELEMENTS(units) - 1; i++) {
        if (fabs(ns) >= units[i].ns) {
            return units[i];
        }
    }
    return units[G_N_ELEMENTS(units) - 1];
}

/* Whole numbers of up to six digits stand as they are; above four digits none is rounded away. */
static char *rounded(double value)
{
    const double size = fabs(value);
    char text[G_ASCII_DTOSTR_BUF_SIZE] = "";
    const char *format = size >= 1e15                              ? "%.4g"
                         : size >= 9999.5 || value == floor(value) ? "%.0f"
                                                                   : "%.4g";
    return g_strdup(g_ascii_formatd(text, sizeof text, format, value));
}

static char *bytes_text(double value)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (fabs(value) >= 1024 && unit + 1 < G_N_ELEMENTS(units)) {
        value /= 1024;
        unit++;
    }
    g_autofree char *number = rounded(value);
    return g_strdup_printf("%s %s", number, units[unit]);
}

char *number_text(double value, const char *unit)
{
    if (!isfinite(value)) {
        return g_strdup("-");
    }
    if (g_strcmp0(unit, "bytes") == 0) {
        return bytes_text(value);
    }
    if (g_strcmp0(unit, "ns") == 0) {
        const TimeUnit scale = time_unit_for(value);
        g_autofree char *number = rounded(value / scale.ns);
        return value == 0 ? g_strdup("0") : g_strdup_printf("%s %s", number, scale.name);
    }
    g_autofree char *number = rounded(value);
    return unit == NULL || *unit == '\0' || g_str_equal(unit, "1")
               ? g_steal_pointer(&number)
               : g_strdup_printf("%s %s", number, unit);
}

char *number_text_exact(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE] = "";
    if (!isfinite(value)) {
        return g_strdup("null");
    }
    if (value == floor(value) && fabs(value) < 1e15) {
        return g_strdup(g_ascii_formatd(text, sizeof text, "%.0f", value));
    }
    for (int digits = 15; digits <= 17; digits++) {
        g_autofree char *format = g_strdup_printf("%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, value);
        if (g_ascii_strtod(text, NULL) == value) {
            break;
        }
    }
    return g_strdup(text);
}

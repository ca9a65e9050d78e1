/* SPDX-License-Identifier: MIT */
/* Numbers for people: four significant digits, and a unit that suits the size ("134.2 ms" for
 * 134,200,000 ns). Numbers for programs: the shortest text that reads back as the same double. */
#ifndef ANALYSIS_NUMBER_TEXT_H
#define ANALYSIS_NUMBER_TEXT_H

#include <glib.h>

/* `unit` is the base unit of a metric: "ns", "bytes", "1"; any other follows the number. "-" for
 * what is no number. The result is owned by the caller, as below. */
char *number_text(double value, const char *unit);

/* "null" for what is no number: JSON has none of them. */
char *number_text_exact(double value);

/* The unit for a time axis or a column whose largest value is this: divide by `ns`. */
typedef struct TimeUnit {
    double ns;
    const char *name; /* "ns", "us", "ms" or "s" */
} TimeUnit;

TimeUnit time_unit_for(double ns);

#endif

/* SPDX-License-Identifier: MIT */
/* In which unit a series is drawn. Its table has none: the unit is in what the quantity is, by the
 * end of its name: round trips are times, queues and bytes are sizes, others are counts. */
#ifndef ANALYSIS_SERIES_SCALE_H
#define ANALYSIS_SERIES_SCALE_H

#include <stdbool.h>

typedef struct SeriesScale {
    double factor; /* of the table's unit to that of the axis */
    char *label;   /* of the axis, to be freed */
} SeriesScale;

/* For values up to `maximum`; is_rate: they are bits per second that went through. */
SeriesScale series_scale(const char *name, bool is_rate, double maximum);

#endif

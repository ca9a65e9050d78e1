/* SPDX-License-Identifier: MIT */
/* Inside models/: what HyStart (Ha and Rhee, "Taming the elephants", 2008) takes for a queue that
 * builds up in slow start: the round trip has grown by an eighth of the least one, which counts as
 * 4 to 16 ms. The numbers are those of Linux's tcp_cubic.c, which quic-go has, too. */
#ifndef MODELS_HYSTART_H
#define MODELS_HYSTART_H

#include "sim/sim_time.h"

#include <glib.h>

/* From what window on it ends slow start, in packets; how many samples of a round it takes. */
enum { HYSTART_WINDOW_MIN = 16, HYSTART_SAMPLES = 8 };

/* The longest round trip that is no sign of a queue. */
static inline SimDuration hystart_round_trip_max(SimDuration least)
{
    return least + CLAMP(least / 8, 4 * SIM_MILLISECOND, 16 * SIM_MILLISECOND);
}

#endif

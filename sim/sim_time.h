/* SPDX-License-Identifier: MIT */
/* Virtual time. An instant (SimTime) counts nanoseconds since the start of the run; a SimDuration
 * is a difference of two. Both are signed 64-bit, so a run may last 292 years. Nothing here reads a
 * clock. */
#ifndef SIM_SIM_TIME_H
#define SIM_SIM_TIME_H

#include <stdint.h>

typedef int64_t SimTime;
typedef int64_t SimDuration;

#define SIM_MICROSECOND INT64_C(1000)
#define SIM_MILLISECOND INT64_C(1000000)
#define SIM_SECOND INT64_C(1000000000)
#define SIM_TIME_MAX INT64_MAX

#endif

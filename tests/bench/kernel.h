/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BENCH_KERNEL_H
#define TESTS_BENCH_KERNEL_H

#include <stdint.h>

/* CPU time of an event of the hold model with so many pending, over so many events. */
double kernel_nanoseconds(uint32_t pending, uint64_t events);

#endif

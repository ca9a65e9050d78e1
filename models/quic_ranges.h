/* SPDX-License-Identifier: MIT */
/* A set of numbers as ranges in order, none of which touch: packets that came, bytes of a stream
 * that are acknowledged, lost or out of order. Few at a time, so an array. */
#ifndef MODELS_QUIC_RANGES_H
#define MODELS_QUIC_RANGES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct QuicRange {
    uint64_t start, end; /* [start, end) */
} QuicRange;

typedef struct QuicRanges {
    QuicRange *ranges;
    uint32_t count, capacity;
} QuicRanges;

void quic_ranges_clear(QuicRanges *set);
void quic_ranges_add(QuicRanges *set, uint64_t start, uint64_t end);
void quic_ranges_remove(QuicRanges *set, uint64_t start, uint64_t end);
bool quic_ranges_has(const QuicRanges *set, uint64_t number);
/* Takes the first range out if it begins at or before that place, and returns where it ends; else
 * the place. */
uint64_t quic_ranges_advance(QuicRanges *set, uint64_t place);

/* Fails the program unless they are in order and apart. */
void quic_ranges_check(const QuicRanges *set);

#endif

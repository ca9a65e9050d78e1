/* SPDX-License-Identifier: MIT */
/* Zipf's law on 1..n, P(k) proportional to k^-s, for any s >= 0 and in constant time and memory:
 * rejection-inversion (W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates
 * from monotone discrete distributions", ACM TOMACS 6, 1996). The area under x^-s is inverted, and
 * the draw repeated, with the next sub-draw of the same counter, where the area reaches beyond the
 * bar of its integer; that is rare. */
#ifndef SIM_ZIPF_H
#define SIM_ZIPF_H

#include <stdint.h>

#define ZIPF_COUNT_MAX (INT64_C(1) << 52)

typedef struct Zipf {
    int64_t count;
    double exponent;
    double area_first; /* the area up to 1.5, less the bar of 1 */
    double area_last;  /* the area up to n + 0.5 */
    double squeeze;    /* an offset from k that is always accepted */
} Zipf;

/* 1 <= count <= ZIPF_COUNT_MAX, exponent >= 0. */
Zipf zipf_of(int64_t count, double exponent);

/* By summing all terms; NaN above a million of them. */
double zipf_mean(const Zipf *zipf);

int64_t zipf_draw(const Zipf *zipf, uint64_t key, uint64_t counter);

#endif

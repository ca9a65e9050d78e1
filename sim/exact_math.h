/* SPDX-License-Identifier: MIT */
/* The elementary functions that may decide something in a run. The C library's differ between
 * machines in the last bit, and one bit is enough to send two runs different ways. These are built
 * from the operations that IEEE 754 rounds correctly everywhere, + - * / and the square root, and
 * from integer operations on the bits, so they give the same bits on every machine, with every
 * compiler and at every optimisation level. That needs doubles that are computed as doubles
 * (FLT_EVAL_METHOD 0), no contraction to fma and no fast-math; the build refuses anything else.
 *
 * Results differ from the true value by less than 1.1 ulp (tested on a million points); pow and
 * cbrt are exact where the result is a double. Special values follow Annex F of the C standard:
 * NaN where the function is not defined, infinities at poles, signed zeros kept. Neither errno nor
 * floating-point exceptions mean anything. */
#ifndef SIM_EXACT_MATH_H
#define SIM_EXACT_MATH_H

#include <float.h>
#include <stdint.h>

#if FLT_EVAL_METHOD != 0
#error "doubles are not computed as doubles here (on 32-bit x86 use -msse2 -mfpmath=sse)"
#endif
#ifdef __FAST_MATH__
#error "-ffast-math lets the compiler change results"
#endif

#define EXACT_PI 0x1.921fb54442d18p+1

double exact_log(double x);
double exact_log1p(double x); /* log(1 + x), precise near 0 */
double exact_exp(double x);
double exact_expm1(double x); /* exp(x) - 1, precise near 0 */
double exact_pow(double x, double y);
double exact_cbrt(double x);
double exact_sin(double x);
double exact_cos(double x);
double exact_atan2(double y, double x);

/* With -fno-math-errno this is the machine's instruction, correctly rounded by IEEE 754. */
static inline double exact_sqrt(double x)
{
    return __builtin_sqrt(x);
}

/* The nearest integer, ties to even: beside 2^52 a double has no bits left for a fraction. */
static inline double exact_round(double x)
{
    if (!(x > -0x1p52 && x < 0x1p52)) {
        return x;
    }
    return x < 0 ? (x - 0x1p52) + 0x1p52 : (x + 0x1p52) - 0x1p52;
}

/* The same as an integer, saturating; NaN gives 0. */
static inline int64_t exact_integer(double x)
{
    if (x >= 0x1p63) {
        return INT64_MAX;
    }
    if (x < -0x1p63) {
        return INT64_MIN;
    }
    return x == x ? (int64_t)exact_round(x) : 0;
}

#endif

/* SPDX-License-Identifier: MIT */
/* Logarithm, exponential, powers and roots. Each reduces its argument by a power of two and sums
 * the Taylor series, whose coefficients are plain fractions that a reader can check; the order of
 * the additions keeps the rounding errors of small terms small (as in fdlibm). The angles are in
 * exact_angle.c. */
#include "sim/exact_math.h"

#include "sim/double_double.h"

#include <stdbool.h>
#include <string.h>

#define NOT_A_NUMBER __builtin_nan("")
#define INFINITE __builtin_inf()

/* ln 2 in two pieces: the first has 33 bits, so that its product with an exponent is exact. */
#define LN2_HIGH 0x1.62e42fefp-1
#define LN2_LOW 0x1.473de6af278edp-34
#define LN2_INVERSE 0x1.71547652b82fep+0

#define SQRT_2 0x1.6a09e667f3bcdp+0

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^exponent, for -1022 <= exponent <= 1023. */
static double power_of_two(int exponent)
{
    return double_of((uint64_t)(exponent + 1023) << 52);
}

/* x * 2^exponent for the exponents that exp meets: in two steps where the power is no double. */
static double scale(double x, int exponent)
{
    if (exponent > 1023) {
        return x * power_of_two(1023) * power_of_two(exponent - 1023);
    }
    if (exponent < -1022) {
        return x * power_of_two(exponent + 1000) * power_of_two(-1000);
    }
    return x * power_of_two(exponent);
}

/* x = fraction * 2^exponent with 1 <= fraction < 2, for finite x > 0. */
static double split(double x, int *ret_exponent)
{
    int offset = 0;
    if (x < DBL_MIN) {
        x *= 0x1p54;
        offset = -54;
    }
    const uint64_t bits = bits_of(x);
    *ret_exponent = (int)(bits >> 52) - 1023 + offset;
    return double_of((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52);
}

/* The same with sqrt(1/2) < fraction <= sqrt(2), whose logarithm is nearest to 0. */
static double split_centred(double x, int *ret_exponent)
{
    double fraction = split(x, ret_exponent);
    if (fraction > SQRT_2) {
        fraction *= 0.5;
        ++*ret_exponent;
    }
    return fraction;
}

/* log(x) + correction for finite x > 0. With x = 2^k (1 + f) and s = f / (2 + f),
 * log(1 + f) = 2 (s + s^3/3 + s^5/5 + ...), and 2s = f - s f = f - (f^2/2 - s f^2/2), which has no
 * rounding error in its leading term. */
static double log_corrected(double x, double correction)
{
    int exponent;
    const double f = split_centred(x, &exponent) - 1;
    const double s = f / (2 + f), z = s * s, zz = z * z;
    const double odd =
        2.0 / 3 + zz * (2.0 / 7 + zz * (2.0 / 11 + zz * (2.0 / 15 + zz * (2.0 / 19))));
    const double even =
        2.0 / 5 + zz * (2.0 / 9 + zz * (2.0 / 13 + zz * (2.0 / 17 + zz * (2.0 / 21))));
    const double rest = z * (odd + z * even);
    const double half_square = 0.5 * f * f;
    return exponent * LN2_HIGH -
           ((half_square - (s * (half_square + rest) + (exponent * LN2_LOW + correction))) - f);
}

double exact_log(double x)
{
    if (x > 0 && x < INFINITE) {
        return log_corrected(x, 0);
    }
    return x == 0 ? -INFINITE : x < 0 ? NOT_A_NUMBER : x;
}

double exact_log1p(double x)
{
    if (x > -0x1p-54 && x < 0x1p-54) {
        return x;
    }
    if (x > -1 && x < INFINITE) {
        const DoubleDouble sum = double_double_sum(1, x);
        return log_corrected(sum.high, sum.low / sum.high);
    }
    return x == -1 ? -INFINITE : x < -1 ? NOT_A_NUMBER : x;
}

/* exp(high + low) = 2^exponent (1 + result), with |result| < 0.42, for |high| < 800. */
static DoubleDouble exp_reduced(double high, double low, int *ret_exponent)
{
    const double exponent = exact_round(high * LN2_INVERSE);
    const DoubleDouble r = double_double_sum(high - exponent * LN2_HIGH, low - exponent * LN2_LOW);
    const double x = r.high, z = x * x;
    /* Terms from x^2/2! to x^14/14!, even and odd ones apart for two short chains. */
    const double even =
        1.0 / 2 +
        z * (1.0 / 24 +
             z * (1.0 / 720 +
                  z * (1.0 / 40320 +
                       z * (1.0 / 3628800 + z * (1.0 / 479001600 + z * (1.0 / 87178291200))))));
    const double odd =
        1.0 / 6 +
        z * (1.0 / 120 +
             z * (1.0 / 5040 + z * (1.0 / 362880 + z * (1.0 / 39916800 + z * (1.0 / 6227020800)))));
    *ret_exponent = (int)exponent;
    return double_double_sum(x, z * (even + x * odd) + (r.low + x * r.low));
}

/* exp(high + low) where low is below an ulp of high. */
static double exp_sum(double high, double low)
{
    if (!(high < 710)) {
        return high != high ? high : INFINITE;
    }
    if (high < -746) {
        return 0;
    }
    int exponent;
    const DoubleDouble part = exp_reduced(high, low, &exponent);
    const DoubleDouble sum = double_double_sum(1, part.high);
    return scale(sum.high + (sum.low + part.low), exponent);
}

double exact_exp(double x)
{
    return exp_sum(x, 0);
}

double exact_expm1(double x)
{
    if (!(x < 710)) {
        return x != x ? x : INFINITE;
    }
    if (x < -50) {
        return -1;
    }
    if (x > -0x1p-54 && x < 0x1p-54) {
        return x;
    }
    if (x > 50) {
        return exp_sum(x, 0);
    }
    int exponent;
    const DoubleDouble part = exp_reduced(x, 0, &exponent);
    const double power = power_of_two(exponent);
    /* power - 1 may need more than 53 bits; with 1 on its own nothing is lost. */
    const DoubleDouble whole = double_double_sum(power, -1);
    const DoubleDouble sum = double_double_sum(whole.high, power * part.high);
    return sum.high + (sum.low + (whole.low + power * part.low));
}

/* log(x) to about 70 bits for finite x > 0: what pow needs, since exp magnifies an absolute error
 * of up to 745 * 2^-53 into a relative one. The series of log_corrected, its first terms with all
 * bits. */
static DoubleDouble log_long(double x)
{
    int exponent;
    const double f = split_centred(x, &exponent) - 1;
    const DoubleDouble s = double_double_divide((DoubleDouble){f, 0}, double_double_sum(2, f));
    const DoubleDouble square = double_double_multiply(s, s);
    const double z = square.high;
    double tail = 2.0 / 25;
    for (int n = 23; n >= 7; n -= 2) {
        tail = 2.0 / n + z * tail;
    }
    DoubleDouble sum = double_double_sum(0x1.999999999999ap-2, z * tail - 0x1.999999999999ap-56);
    sum = double_double_multiply(sum, square);
    sum = double_double_add((DoubleDouble){0x1.5555555555555p-1, 0x1.5555555555555p-55}, sum);
    sum = double_double_multiply(sum, square);
    sum = double_double_add((DoubleDouble){2, 0}, sum);
    sum = double_double_multiply(sum, s);
    /* ln 2 in three pieces, the first of 42 bits, hence exact. */
    const DoubleDouble whole = {exponent * 0x1.62e42fefa38p-1,
                                exponent * 0x1.ef35793c7673p-45 +
                                    exponent * 0x1.f97b57a079a19p-103};
    return double_double_add(double_double_sum(whole.high, whole.low), sum);
}

typedef enum Parity { PARITY_NONE, PARITY_EVEN, PARITY_ODD } Parity;

/* Whether a finite y is an integer, and which sort. From 2^53 on all doubles are even. */
static Parity parity_of(double y)
{
    if (!(y > -0x1p53 && y < 0x1p53)) {
        return PARITY_EVEN;
    }
    const int64_t whole = (int64_t)y;
    if ((double)whole != y) {
        return PARITY_NONE;
    }
    return whole & 1 ? PARITY_ODD : PARITY_EVEN;
}

/* x^y for x that is 0 or infinite, or y infinite. */
static double pow_of_limits(double x, double y, Parity parity)
{
    const double magnitude = x < 0 ? -x : x;
    if (y == INFINITE || y == -INFINITE) {
        return magnitude == 1 ? 1 : (magnitude > 1) == (y > 0) ? INFINITE : 0;
    }
    const double result = (magnitude > 1) == (y > 0) ? INFINITE : 0;
    return parity == PARITY_ODD && bits_of(x) >> 63 ? -result : result;
}

double exact_pow(double x, double y)
{
    if (y == 0 || x == 1) {
        return 1;
    }
    if (x != x || y != y) {
        return NOT_A_NUMBER;
    }
    const Parity parity = parity_of(y);
    const double magnitude = x < 0 ? -x : x, exponent = y < 0 ? -y : y;
    if (magnitude == 0 || magnitude == INFINITE || exponent == INFINITE) {
        return pow_of_limits(x, y, parity);
    }
    if (x < 0 && parity == PARITY_NONE) {
        return NOT_A_NUMBER;
    }
    double result;
    if (magnitude == 1) {
        result = 1;
    } else if (exponent >= 0x1p64) { /* |log x| is at least 2^-53 */
        result = (magnitude > 1) == (y > 0) ? INFINITE : 0;
    } else {
        const DoubleDouble log = log_long(magnitude);
        const DoubleDouble product = double_double_product(log.high, y);
        const DoubleDouble sum = double_double_sum(product.high, product.low + log.low * y);
        result = exp_sum(sum.high, sum.low);
    }
    return parity == PARITY_ODD && x < 0 ? -result : result;
}

double exact_cbrt(double x)
{
    if (x == 0 || !(x > -INFINITE && x < INFINITE)) {
        return x;
    }
    int exponent;
    double fraction = split(x < 0 ? -x : x, &exponent);
    const int third = (exponent + 3000) / 3 - 1000; /* rounds down */
    fraction *= power_of_two(exponent - 3 * third); /* now in [1, 8) */
    double root = 0.67 + fraction * (0.246 - fraction * 0.0105);
    for (int i = 0; i < 2; i++) { /* Halley triples the digits: 1, 4, 13 */
        const double cube = root * root * root;
        root *= (cube + 2 * fraction) / (2 * cube + fraction);
    }
    const DoubleDouble square = double_double_product(root, root);
    const DoubleDouble cube = double_double_multiply(square, (DoubleDouble){root, 0});
    root += ((fraction - cube.high) - cube.low) / (3 * square.high);
    root *= power_of_two(third);
    return x < 0 ? -root : root;
}

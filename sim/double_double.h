/* SPDX-License-Identifier: MIT */
/* Numbers of about 106 bits as unevaluated sums of two doubles, |low| at most half an ulp of high:
 * what sim/exact_math needs where a double would lose the last bits. Dekker's and Knuth's exact
 * sums and products, without fma so that every machine does the same operations. Operands must stay
 * below 2^990, because the split multiplies by 2^27. */
#ifndef SIM_DOUBLE_DOUBLE_H
#define SIM_DOUBLE_DOUBLE_H

typedef struct DoubleDouble {
    double high;
    double low;
} DoubleDouble;

/* a + b without error. */
static inline DoubleDouble double_double_sum(double a, double b)
{
    const double sum = a + b;
    const double b_part = sum - a;
    return (DoubleDouble){sum, (a - (sum - b_part)) + (b - b_part)};
}

/* a * b without error, unless the lower half underflows. */
static inline DoubleDouble double_double_product(double a, double b)
{
    const double split = 0x1p27 + 1;
    const double a_high = a * split - (a * split - a), a_low = a - a_high;
    const double b_high = b * split - (b * split - b), b_low = b - b_high;
    const double product = a * b;
    const double low =
        ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return (DoubleDouble){product, low};
}

static inline DoubleDouble double_double_add(DoubleDouble a, DoubleDouble b)
{
    const DoubleDouble sum = double_double_sum(a.high, b.high);
    return double_double_sum(sum.high, sum.low + (a.low + b.low));
}

static inline DoubleDouble double_double_multiply(DoubleDouble a, DoubleDouble b)
{
    const DoubleDouble product = double_double_product(a.high, b.high);
    return double_double_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

static inline DoubleDouble double_double_divide(DoubleDouble a, DoubleDouble b)
{
    const double quotient = a.high / b.high;
    const DoubleDouble back = double_double_product(quotient, b.high);
    const double rest = ((a.high - back.high) - back.low) + (a.low - quotient * b.low);
    return double_double_sum(quotient, rest / b.high);
}

#endif

/* SPDX-License-Identifier: MIT */
/* Sine, cosine and the angle of a point. See exact_math.c for the manner. */
#include "sim/exact_math.h"

#include "sim/double_double.h"

#include <stdbool.h>
#include <string.h>

#define NOT_A_NUMBER __builtin_nan("")
#define INFINITE __builtin_inf()

#define PI_QUARTER 0x1.921fb54442d18p-1
static const DoubleDouble PI_WHOLE = {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};
static const DoubleDouble PI_HALF = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};

/* The first 1,280 bits of 2/pi, least significant word first, and a zero above them: enough for the
 * largest double and 190 bits more. */
static const uint64_t TWO_OVER_PI[] = {
    UINT64_C(0xf0cfbc209af4361d), UINT64_C(0x56033046fc7b6bab), UINT64_C(0x6bfb5fb11f8d5d08),
    UINT64_C(0x3d0739f78a5292ea), UINT64_C(0x7527bac7ebe5f17b), UINT64_C(0x4f463f669e5fea2d),
    UINT64_C(0x6d367ecf27cb09b7), UINT64_C(0xef2f118b5a0a6d1f), UINT64_C(0x1ff897ffde05980f),
    UINT64_C(0x9c845f8bbdf9283b), UINT64_C(0x3991d639835339f4), UINT64_C(0xe99c7026b45f7e41),
    UINT64_C(0xe88235f52ebb4484), UINT64_C(0xfe1deb1cb129a73e), UINT64_C(0x06492eea09d1921c),
    UINT64_C(0xb7246e3a424dd2e0), UINT64_C(0xfe5163abdebbc561), UINT64_C(0xdb6295993c439041),
    UINT64_C(0xfc2757d1f534ddc0), UINT64_C(0xa2f9836e4e441529), 0,
};

/* fraction = x 2/pi 2^190 modulo 2^192, least significant word first, for |x| = integer * 2^shift.
 * Only those bits of 2/pi matter whose product is neither a multiple of a whole turn nor below the
 * last place; the 53 bits that are cut off with each product leave 137 good ones. */
static void multiply_by_two_over_pi(uint64_t integer, int shift, uint64_t fraction[3])
{
    const unsigned position = (unsigned)(1280 - 190 - shift);
    const unsigned word = position / 64, bit = position % 64;
    uint64_t carry = 0;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t part = TWO_OVER_PI[word + i] >> bit;
        if (bit > 0) {
            part |= TWO_OVER_PI[word + i + 1] << (64 - bit);
        }
        __extension__ const unsigned __int128 product = (unsigned __int128)part * integer + carry;
        fraction[i] = (uint64_t)product;
        carry = (uint64_t)(product >> 64);
    }
}

/* x = quadrant * pi/2 + rest, |rest| <= pi/4, for |x| >= pi/4. In integers, since a subtraction of
 * multiples of pi in doubles loses more bits the larger x is. Returns the quadrant modulo 4. */
static unsigned reduce(double x, DoubleDouble *ret_rest)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint64_t integer = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    const int shift = (int)(bits >> 52 & 2047) - 1075;
    uint64_t f[3];
    multiply_by_two_over_pi(integer, shift, f);

    unsigned quadrant = (unsigned)(f[2] >> 62);
    f[2] = f[2] << 2 | f[1] >> 62; /* now in units of 2^-192 quadrants */
    f[1] = f[1] << 2 | f[0] >> 62;
    f[0] <<= 2;
    double sign = 1;
    if (f[2] >> 63) { /* nearer to the next quadrant: count back from there */
        quadrant++;
        sign = -1;
        f[0] = ~f[0]; /* the missing 1 is far below the last bit that counts */
        f[1] = ~f[1];
        f[2] = ~f[2];
    }
    double unit = 1;
    for (; f[2] >> 63 == 0 && unit > 0x1p-100; unit *= 0.5) {
        f[2] = f[2] << 1 | f[1] >> 63;
        f[1] = f[1] << 1 | f[0] >> 63;
        f[0] <<= 1;
    }
    const DoubleDouble part = {
        (double)(int64_t)(f[2] >> 11) * (unit * 0x1p-53),
        (double)(int64_t)((f[2] & 2047) << 42 | f[1] >> 22) * (unit * 0x1p-106),
    };
    if (bits >> 63) {
        quadrant = 4 - quadrant;
        sign = -sign;
    }
    *ret_rest = double_double_multiply((DoubleDouble){sign * part.high, sign * part.low}, PI_HALF);
    return quadrant & 3;
}

/* sin(x.high + x.low) for |x| <= pi/4: the Taylor series to x^17/17!. */
static double sin_near_zero(DoubleDouble x)
{
    const double z = x.high * x.high;
    const double rest =
        1.0 / 120 +
        z * (-1.0 / 5040 +
             z * (1.0 / 362880 + z * (-1.0 / 39916800 +
                                      z * (1.0 / 6227020800 + z * (-1.0 / 1307674368000 +
                                                                   z * (1.0 / 355687428096000))))));
    const double cube = z * x.high;
    return x.high - ((z * (0.5 * x.low - cube * rest) - x.low) + cube * (1.0 / 6));
}

/* cos(x.high + x.low) for |x| <= pi/4, to x^18/18!. 1 - z/2 is rounded, and what the rounding lost
 * is added with the small terms. */
static double cos_near_zero(DoubleDouble x)
{
    const double z = x.high * x.high;
    const double rest =
        1.0 / 24 +
        z * (-1.0 / 720 +
             z * (1.0 / 40320 +
                  z * (-1.0 / 3628800 +
                       z * (1.0 / 479001600 +
                            z * (-1.0 / 87178291200 +
                                 z * (1.0 / 20922789888000 - z * (1.0 / 6402373705728000)))))));
    const double half = 0.5 * z, main_part = 1 - half;
    return main_part + (((1 - main_part) - half) + (z * z * rest - x.high * x.low));
}

/* sin(x + turn * pi/2) */
static double sin_turned(double x, unsigned turn)
{
    if (!(x > -INFINITE && x < INFINITE)) {
        return NOT_A_NUMBER;
    }
    DoubleDouble rest = {x, 0};
    if (!(x >= -PI_QUARTER && x <= PI_QUARTER)) {
        turn += reduce(x, &rest);
    }
    const double value = turn & 1 ? cos_near_zero(rest) : sin_near_zero(rest);
    return turn & 2 ? -value : value;
}

double exact_sin(double x)
{
    return x > -0x1p-28 && x < 0x1p-28 ? x : sin_turned(x, 0);
}

double exact_cos(double x)
{
    return sin_turned(x, 1);
}

/* atan(small / large) for 0 <= small <= large, both finite and large near 1. With c the nearest
 * multiple of 1/8, atan(q) = atan(c) + atan((q - c) / (1 + q c)), and the last argument is at most
 * 1/16, where the series is short. */
static DoubleDouble atan_first_octant(double small, double large)
{
    static const DoubleDouble base[] = {
        {0, 0},
        {0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59},
        {0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
        {0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56},
        {0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
        {0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58},
        {0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
        {0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56},
        {0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55},
    };
    const unsigned step = (unsigned)(8 * (small / large) + 0.5);
    const double c = step * 0.125;
    const DoubleDouble below = double_double_product(-c, large);
    const DoubleDouble above = double_double_product(c, small);
    const DoubleDouble t = double_double_divide(double_double_add((DoubleDouble){small, 0}, below),
                                                double_double_add((DoubleDouble){large, 0}, above));
    const double z = t.high * t.high;
    const double rest =
        z * (-1.0 / 3 +
             z * (1.0 / 5 + z * (-1.0 / 7 + z * (1.0 / 9 + z * (-1.0 / 11 + z * (1.0 / 13))))));
    return double_double_add(base[step], double_double_sum(t.high, t.low + t.high * rest));
}

/* atan(y / x) for finite x, y > 0. */
static DoubleDouble atan_positive(double y, double x)
{
    const double small = y < x ? y : x, large = y < x ? x : y;
    DoubleDouble angle = {small / large, 0};
    if (angle.high > 0x1p-28) { /* else atan(q) = q, and small may be as small as it likes */
        const double factor = large > 0x1p900 ? 0x1p-200 : large < 0x1p-900 ? 0x1p200 : 1;
        angle = atan_first_octant(small * factor, large * factor);
    }
    if (y > x) {
        angle = double_double_add(PI_HALF, (DoubleDouble){-angle.high, -angle.low});
    }
    return angle;
}

static bool is_negative(double x)
{
    return __builtin_signbit(x) != 0;
}

/* Infinity as 1 and anything finite as 0, with the sign: the direction of a point at infinity. */
static double direction(double x)
{
    const double size = x == INFINITE || x == -INFINITE ? 1 : 0;
    return is_negative(x) ? -size : size;
}

double exact_atan2(double y, double x)
{
    if (x != x || y != y) {
        return NOT_A_NUMBER;
    }
    if (direction(x) != 0 || direction(y) != 0) {
        return exact_atan2(direction(y), direction(x));
    }
    DoubleDouble angle = {0, 0};
    if (x == 0 && y != 0) {
        angle = PI_HALF;
    } else {
        if (y != 0) {
            angle = atan_positive(y < 0 ? -y : y, x < 0 ? -x : x);
        }
        if (is_negative(x)) {
            angle = double_double_add(PI_WHOLE, (DoubleDouble){-angle.high, -angle.low});
        }
    }
    return is_negative(y) ? -angle.high : angle.high;
}

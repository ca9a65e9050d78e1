/* SPDX-License-Identifier: MIT */
/* The references are the C library's long double functions, which are good for a test but not for
 * a run. */
#include "tests/suite.h"

#include "sim/exact_math.h"
#include "sim/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

static bool is_same(double a, double b)
{
    return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b));
}

/* Uniform between the ends. */
static double between(double low, double high, uint64_t word)
{
    return low + (high - low) * random_unit(word);
}

/* Any magnitude between 2^low and 2^high, with either sign if wanted. */
static double magnitude(int low, int high, bool is_signed, uint64_t word)
{
    const double x = ldexp(1 + (double)(word & 0xFFFFFFFFFFFF) * 0x1p-48,
                           low + (int)(word >> 50) % (high - low));
    return is_signed && (word >> 48 & 1) ? -x : x;
}

/* Points of each function: a third or so in each region that could go wrong by itself. */
static double log_point(uint64_t word, uint64_t i)
{
    return i % 3 == 0   ? between(0.5, 2, word)
           : i % 3 == 1 ? 1 + magnitude(-52, -1, true, word)
                        : magnitude(-1074, 1024, false, word);
}

static double log1p_point(uint64_t word, uint64_t i)
{
    return i % 3 == 0   ? between(-1, 1, word)
           : i % 3 == 1 ? magnitude(-60, 0, true, word)
                        : magnitude(-3, 1024, false, word);
}

static double exp_point(uint64_t word, uint64_t i)
{
    return i % 3 == 0   ? between(-1, 1, word)
           : i % 3 == 1 ? between(-745, 709.7, word)
                        : magnitude(-60, 9, true, word);
}

static double cbrt_point(uint64_t word, uint64_t i)
{
    return i % 2 == 0 ? between(-8, 8, word) : magnitude(-1074, 1024, true, word);
}

static double angle_point(uint64_t word, uint64_t i)
{
    return i % 4 == 0   ? between(-4, 4, word)
           : i % 4 == 1 ? between(-1e6, 1e6, word)
           : i % 4 == 2 ? magnitude(-40, 1024, true, word)
                        : (double)(int64_t)(word >> 40) * 1.57079632679489661923;
}

typedef struct Function {
    const char *name;
    double (*exact)(double x);
    long double (*reference)(long double x);
    double (*point)(uint64_t word, uint64_t i);
    unsigned count;
    uint64_t digest; /* of all results: no compiler may change a single bit */
} Function;

static const Function functions[] = {
    {"log", exact_log, logl, log_point, 150000, UINT64_C(0x88be6c9fe9585442)},
    {"log1p", exact_log1p, log1pl, log1p_point, 100000, UINT64_C(0x45cea9c2c7f05d5c)},
    {"exp", exact_exp, expl, exp_point, 150000, UINT64_C(0xcd701d615677c144)},
    {"expm1", exact_expm1, expm1l, exp_point, 100000, UINT64_C(0x98fcee0b778b838b)},
    {"cbrt", exact_cbrt, cbrtl, cbrt_point, 50000, UINT64_C(0x2cad0592f8bf5ae0)},
    {"sin", exact_sin, sinl, angle_point, 125000, UINT64_C(0x85b551ac6e61cc63)},
    {"cos", exact_cos, cosl, angle_point, 125000, UINT64_C(0xbe24dd817ed328cc)},
};
#define POW_DIGEST UINT64_C(0xb63a055dd43e4e28)
#define ATAN2_DIGEST UINT64_C(0xe57419ec617dd5dc)
#define FUNCTIONS (sizeof functions / sizeof functions[0])

/* The distance in units of the last place of the reference. */
static double error_ulp(double got, long double reference)
{
    const double nearest = (double)reference;
    if (isinf(nearest) || isnan(nearest) || nearest == 0) {
        return is_same(got, nearest) ? 0 : HUGE_VAL;
    }
    int exponent;
    frexp(nearest, &exponent);
    const int last_place = exponent < -1021 ? -1074 : exponent - 53;
    return (double)fabsl(ldexpl((long double)got - reference, -last_place));
}

#define ERROR_ULP_MAX 1.1

static void exact_math_is_close_to_the_reference(void)
{
    for (size_t f = 0; f < FUNCTIONS; f++) {
        const Function *function = &functions[f];
        double worst = 0, worst_point = 0;
        uint64_t digest = 0;
        for (uint64_t i = 0; i < function->count; i++) {
            const double x = function->point(random_word(f, i), i);
            const double y = function->exact(x);
            const double error = error_ulp(y, function->reference(x));
            digest += random_word(bits_of(y), i);
            if (!(error <= worst)) {
                worst = error;
                worst_point = x;
            }
        }
        if (worst > ERROR_ULP_MAX || digest != function->digest) {
            printf("%s(%a): %.3f ulp; digest %#llx\n", function->name, worst_point, worst,
                   (unsigned long long)digest);
        }
        CU_ASSERT(worst <= ERROR_ULP_MAX);
        CU_ASSERT_EQUAL(digest, function->digest);
    }
}

static void exact_pow_is_close_to_the_reference(void)
{
    double worst = 0, worst_x = 0, worst_y = 0;
    uint64_t digest = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        const double x = log_point(random_word(100, i), i);
        const double limit = i % 2 == 0 ? 10 : fmin(740 / fabs(exact_log(x)), 1e18);
        const double y = between(-limit, limit, random_word(101, i));
        const double power = exact_pow(x, y);
        const double error = error_ulp(power, powl(x, y));
        digest += random_word(bits_of(power), i);
        if (!(error <= worst)) {
            worst = error;
            worst_x = x;
            worst_y = y;
        }
    }
    if (worst > ERROR_ULP_MAX || digest != POW_DIGEST) {
        printf("pow(%a, %a): %.3f ulp; digest %#llx\n", worst_x, worst_y, worst,
               (unsigned long long)digest);
    }
    CU_ASSERT(worst <= ERROR_ULP_MAX);
    CU_ASSERT_EQUAL(digest, POW_DIGEST);
}

static void exact_atan2_is_close_to_the_reference(void)
{
    double worst = 0, worst_x = 0, worst_y = 0;
    uint64_t digest = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        const uint64_t a = random_word(102, i), b = random_word(103, i);
        const double y = i % 2 == 0 ? between(-1, 1, a) : magnitude(-1074, 1024, true, a);
        const double x = i % 2 == 0   ? between(-1, 1, b)
                         : i % 4 == 1 ? y * between(-2, 2, b)
                                      : magnitude(-1074, 1024, true, b);
        const double angle = exact_atan2(y, x);
        const double error = error_ulp(angle, atan2l(y, x));
        digest += random_word(bits_of(angle), i);
        if (!(error <= worst)) {
            worst = error;
            worst_x = x;
            worst_y = y;
        }
    }
    if (worst > ERROR_ULP_MAX || digest != ATAN2_DIGEST) {
        printf("atan2(%a, %a): %.3f ulp; digest %#llx\n", worst_y, worst_x, worst,
               (unsigned long long)digest);
    }
    CU_ASSERT(worst <= ERROR_ULP_MAX);
    CU_ASSERT_EQUAL(digest, ATAN2_DIGEST);
}

/* Bit patterns of single points, so that a difference can be found by hand. */
static void exact_math_is_golden(void)
{
    static const struct {
        double (*exact)(double x);
        double x;
        double expected;
    } cases[] = {
        {exact_log, 0.1, -0x1.26bb1bbb55515p+1},
        {exact_log, 3.0, 0x1.193ea7aad030ap+0},
        {exact_log, 1e-310, -0x1.64e69394d9508p+9},
        {exact_log, 0.99999, -0x1.4f8bc681df714p-17},
        {exact_log1p, 1e-5, 0x1.4f8aea9ae7317p-17},
        {exact_log1p, -0.999, -0x1.ba18a998fff9fp+2},
        {exact_exp, 1.0, 0x1.5bf0a8b145769p+1},
        {exact_exp, -700.5, 0x1.4ff475c68ca02p-1011},
        {exact_exp, 0.1, 0x1.1aec7b35a00d4p+0},
        {exact_expm1, 1e-5, 0x1.4f8bc681cdfb6p-17},
        {exact_expm1, -3.0, -0x1.e6824f33314f5p-1},
        {exact_cbrt, 2.0, 0x1.428a2f98d728bp+0},
        {exact_cbrt, -1e100, -0x1.a8e327ba6c9c9p+110},
        {exact_sin, 1.0, 0x1.aed548f090ceep-1},
        {exact_sin, 1e22, -0x1.b453ab76bf397p-1},
        {exact_sin, 3.141592653589793, 0x1.1a62633145c07p-53},
        {exact_cos, 1.0, 0x1.14a280fb5068cp-1},
        {exact_cos, -1e5, -0x1.ffac3841b3da7p-1},
        {exact_cos, 1.5707963267948966, 0x1.1a62633145c07p-54},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CU_ASSERT(is_same(cases[i].exact(cases[i].x), cases[i].expected));
    }
    CU_ASSERT(is_same(exact_pow(0x1.5bf0a8b145769p+1, 0x1.921fb54442d18p+1), 0x1.724046eb09338p+4));
    CU_ASSERT(is_same(exact_pow(1.0001, -12345.678), 0x1.29f6411b6c839p-2));
    CU_ASSERT(is_same(exact_atan2(48.8566, -2.3522), 0x1.9e7080c15d474p+0));
    CU_ASSERT(is_same(exact_atan2(-1e-300, -1e-290), -0x1.921fb5440bd7cp+1));
}

static void exact_math_special_values_follow_annex_f(void)
{
    const double inf = HUGE_VAL, nan = double_of(UINT64_C(0x7FF8000000000000));
    const struct {
        double (*exact)(double x);
        double x;
        double expected;
    } cases[] = {
        {exact_log, 1, 0},
        {exact_log, 0, -inf},
        {exact_log, -0.0, -inf},
        {exact_log, inf, inf},
        {exact_log, -1, nan},
        {exact_log, -inf, nan},
        {exact_log, nan, nan},
        {exact_log1p, 0, 0},
        {exact_log1p, -0.0, -0.0},
        {exact_log1p, -1, -inf},
        {exact_log1p, -1.5, nan},
        {exact_log1p, inf, inf},
        {exact_log1p, nan, nan},
        {exact_exp, 0, 1},
        {exact_exp, -0.0, 1},
        {exact_exp, inf, inf},
        {exact_exp, -inf, 0},
        {exact_exp, 709.79, inf},
        {exact_exp, -745.2, 0},
        {exact_exp, nan, nan},
        {exact_exp, -745, 0x1p-1074},
        {exact_expm1, 0, 0},
        {exact_expm1, -0.0, -0.0},
        {exact_expm1, inf, inf},
        {exact_expm1, -inf, -1},
        {exact_expm1, nan, nan},
        {exact_expm1, 1e-300, 1e-300},
        {exact_cbrt, 0, 0},
        {exact_cbrt, -0.0, -0.0},
        {exact_cbrt, inf, inf},
        {exact_cbrt, -inf, -inf},
        {exact_cbrt, nan, nan},
        {exact_cbrt, -27, -3},
        {exact_cbrt, 0x1p-1074, 0x1p-358},
        {exact_sin, 0, 0},
        {exact_sin, -0.0, -0.0},
        {exact_sin, inf, nan},
        {exact_sin, nan, nan},
        {exact_cos, 0, 1},
        {exact_cos, -inf, nan},
        {exact_cos, nan, nan},
        {exact_sqrt, 2, 0x1.6a09e667f3bcdp+0},
        {exact_sqrt, -1, nan},
        {exact_sqrt, -0.0, -0.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double result = cases[i].exact(cases[i].x);
        if (!is_same(result, cases[i].expected)) {
            printf("case %zu: %a gave %a, not %a\n", i, cases[i].x, result, cases[i].expected);
            CU_FAIL("a special value is wrong");
        }
    }
}

/* The C library keeps Annex F too, so all pairs of odd values are held against it. */
static void exact_pow_and_atan2_special_values_follow_annex_f(void)
{
    const double inf = HUGE_VAL, nan = double_of(UINT64_C(0x7FF8000000000000));
    const double values[] = {0,     0.5,    1,      2,     3,   2.5,    0x1p53, 0x1p53 - 1,
                             1e300, 1e-300, 1e-310, 1e100, inf, 0x1p64, nan,    -3};
    const size_t count = sizeof values / sizeof values[0];
    for (size_t i = 0; i < 4 * count * count; i++) {
        const double x = i & 1 ? -values[i / 4 % count] : values[i / 4 % count];
        const double y = i & 2 ? -values[i / 4 / count] : values[i / 4 / count];
        CU_ASSERT(error_ulp(exact_pow(x, y), powl(x, y)) <= ERROR_ULP_MAX);
        CU_ASSERT(error_ulp(exact_atan2(x, y), atan2l(x, y)) <= ERROR_ULP_MAX);
        CU_ASSERT(signbit(exact_atan2(x, y)) == signbit(atan2(x, y)) || isnan(x) || isnan(y));
    }
}

static void exact_pow_and_cbrt_are_exact_where_the_result_is_a_double(void)
{
    double ten = 1;
    for (int n = 0; n <= 22; n++, ten *= 10) {
        CU_ASSERT(exact_pow(10, n) == ten);
    }
    for (int n = -1074; n <= 1023; n++) {
        CU_ASSERT(exact_pow(2, n) == ldexp(1, n));
    }
    for (uint64_t i = 0; i < 1000; i++) {
        const double root = (double)(random_word(104, i) >> 47);
        CU_ASSERT(exact_cbrt(root * root * root) == root);
        CU_ASSERT(exact_pow(root, 3) == root * root * root);
        CU_ASSERT(exact_pow(root * root, 0.5) == root);
        CU_ASSERT(exact_pow(root, 1) == root);
    }
}

static void exact_integer_rounds_half_to_even_and_saturates(void)
{
    static const struct {
        double x;
        int64_t expected;
    } cases[] = {
        {0, 0},
        {0.5, 0},
        {-0.5, 0},
        {1.5, 2},
        {2.5, 2},
        {-2.5, -2},
        {-3.5, -4},
        {2.4999999999999996, 2},
        {0x1p51 + 0.5, INT64_C(1) << 51},
        {0x1p52 - 0.5, INT64_C(1) << 52},
        {-0x1p51 - 1.5, -(INT64_C(1) << 51) - 2},
        {0x1p53 + 2, (INT64_C(1) << 53) + 2},
        {0x1p63, INT64_MAX},
        {-0x1p63, INT64_MIN},
        {1e300, INT64_MAX},
        {-1e300, INT64_MIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CU_ASSERT_EQUAL(exact_integer(cases[i].x), cases[i].expected);
    }
    CU_ASSERT_EQUAL(exact_integer(HUGE_VAL), INT64_MAX);
    CU_ASSERT_EQUAL(exact_integer(double_of(UINT64_C(0x7FF8000000000000))), 0);
}

CU_TestInfo suite_exact_math[] = {
    {"exact_math_is_close_to_the_reference", exact_math_is_close_to_the_reference},
    {"exact_pow_is_close_to_the_reference", exact_pow_is_close_to_the_reference},
    {"exact_atan2_is_close_to_the_reference", exact_atan2_is_close_to_the_reference},
    {"exact_math_is_golden", exact_math_is_golden},
    {"exact_math_special_values_follow_annex_f", exact_math_special_values_follow_annex_f},
    {"exact_pow_and_atan2_special_values_follow_annex_f",
     exact_pow_and_atan2_special_values_follow_annex_f},
    {"exact_pow_and_cbrt_are_exact_where_the_result_is_a_double",
     exact_pow_and_cbrt_are_exact_where_the_result_is_a_double},
    {"exact_integer_rounds_half_to_even_and_saturates",
     exact_integer_rounds_half_to_even_and_saturates},
    CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/normal_quantile.h"

#include <math.h>

/* Percentage points computed with 60 digits. */
static void normal_quantile_agrees_with_known_points(void)
{
    static const struct {
        double p;
        double z;
    } cases[] = {
        {0.25, -0.6744897501960817432},   {0.45, -0.12566134685507400616},
        {0.0751, -1.4388253927525399824}, {0.0749, -1.4402382675279636631},
        {0.001, -3.0902323061678135354},  {1e-06, -4.7534243088228989573},
        {1e-10, -6.3613409024040561991},  {1.5e-11, -6.6465708874771128614},
        {1e-12, -7.0344838253011319326},  {1e-16, -8.2220822161304356152},
        {1e-100, -21.273453560965324294}, {1e-300, -37.047096299361199237},
        {0.975, 1.9599639845400538556},   {0.999, 3.0902323061678132778},
        {0.875, 1.1503493803760081783},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double z = normal_quantile(cases[i].p);
        CU_ASSERT(fabs(z - cases[i].z) <= 6e-16 * fabs(cases[i].z));
    }
    CU_ASSERT(normal_quantile(0.5) == 0);
}

/* P(Z < z) by the C library's erfc, against p itself: over the seams at 0.075 and exp(-25), and to
 * the ends of what a draw can be. */
static void normal_quantile_inverts_the_distribution_function(void)
{
    double previous = -HUGE_VAL;
    for (double p = 0x1p-53; p < 0.5; p *= 1.01) {
        const double z = normal_quantile(p);
        const double back = 0.5 * erfc(-z * 0.70710678118654752440);
        CU_ASSERT(fabs(back - p) <= p * 4e-14);
        CU_ASSERT(z > previous);
        previous = z;
    }
}

static void normal_quantile_is_odd(void)
{
    for (int i = 1; i < 1024; i++) {
        CU_ASSERT(normal_quantile(i / 1024.0) == -normal_quantile(1 - i / 1024.0));
    }
    CU_ASSERT(normal_quantile(0x1p-53) == -normal_quantile(1 - 0x1p-53));
}

CU_TestInfo suite_normal_quantile[] = {
    {"normal_quantile_agrees_with_known_points", normal_quantile_agrees_with_known_points},
    {"normal_quantile_inverts_the_distribution_function",
     normal_quantile_inverts_the_distribution_function},
    {"normal_quantile_is_odd", normal_quantile_is_odd},
    CU_TEST_INFO_NULL,
};

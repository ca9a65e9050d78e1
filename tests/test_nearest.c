/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/nearest.h"

#include <glib.h>

static const char *const WORDS[] = {"interval", "count", "latency", "kB", "KiB", "loss", NULL};

static void nearest_finds_a_mistyped_name(void)
{
    static const struct {
        const char *name, *nearest;
    } cases[] = {
        {"intervall", "interval"},
        {"intreval", "interval"},
        {"Count", "count"},
        {"cuont", "count"},
        {"latencies", "latency"},
        {"KB", "kB"},
        {"kib", "KiB"},
        {"lost", "loss"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        CU_ASSERT_STRING_EQUAL(nearest_name(cases[i].name, WORDS), cases[i].nearest);
    }
}

static void nearest_names_nothing_when_nothing_is_near(void)
{
    static const char *const none[] = {NULL};
    g_autofree char *endless = g_strnfill(1000, 'a');
    CU_ASSERT_PTR_NULL(nearest_name("bandwidth", WORDS));
    CU_ASSERT_PTR_NULL(nearest_name("", WORDS));
    CU_ASSERT_PTR_NULL(nearest_name("count", none));
    CU_ASSERT_PTR_NULL(nearest_name(endless, WORDS));
}

CU_TestInfo suite_nearest[] = {
    {"nearest_finds_a_mistyped_name", nearest_finds_a_mistyped_name},
    {"nearest_names_nothing_when_nothing_is_near", nearest_names_nothing_when_nothing_is_near},
    CU_TEST_INFO_NULL,
};

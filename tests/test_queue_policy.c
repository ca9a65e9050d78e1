/* SPDX-License-Identifier: MIT */
/* Texts of policies, and the curve of random early detection. */
#include "tests/suite.h"

#include "models/red.h"
#include "sim/random.h"

#include <math.h>
#include <string.h>

static void texts_become_policies(void)
{
    static const struct {
        const char *text;
        QueueKind kind;
        bool counts_bytes;
        uint64_t limit;
    } CASES[] = {
        {"64KiB", QUEUE_DROP_TAIL, true, 65536},
        {"100packets", QUEUE_DROP_TAIL, false, 100},
        {"1packet", QUEUE_DROP_TAIL, false, 1},
        {"drop-tail(100 packets)", QUEUE_DROP_TAIL, false, 100},
        {"unlimited", QUEUE_DROP_TAIL, false, UINT64_MAX},
        {"codel()", QUEUE_CODEL, false, 1000},
        {"codel(limit=1MB, target=1ms, interval=10ms)", QUEUE_CODEL, true, 1000000},
        {"fq-codel()", QUEUE_FQ_CODEL, false, 10240},
        {"red(5packets, 15packets, 10%)", QUEUE_RED, false, UINT64_MAX},
        {"red(5kB, 15kB, 10%, limit=60kB)", QUEUE_RED, true, 60000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        QueuePolicy policy = {0};
        CU_ASSERT_TRUE(queue_policy_parse(CASES[i].text, &policy, NULL));
        CU_ASSERT_EQUAL(policy.kind, CASES[i].kind);
        CU_ASSERT_EQUAL(policy.counts_bytes, CASES[i].counts_bytes);
        CU_ASSERT_EQUAL(policy.limit, CASES[i].limit);
    }
    QueuePolicy codel;
    CU_ASSERT_TRUE(queue_policy_parse(CASES[6].text, &codel, NULL));
    CU_ASSERT(codel.target == SIM_MILLISECOND && codel.interval == 10 * SIM_MILLISECOND);
}

static void refused_texts_say_what_was_expected(void)
{
    static const struct {
        const char *text, *message;
    } CASES[] = {
        {"64", "found '64', expected a size such as 64KiB or 100packets"},
        {"many packets", "found 'many packets', expected a size such as 64KiB, 100packets"},
        {"1.5packets", "1.5"},
        {"drop-tail()", "drop-tail(64KiB)"},
        {"-1packets", "found '-1packets'"},
        {"tail(5)", "found 'tail(5)', expected"},
        {"red(5packets, 15packets)", "red(MIN, MAX, PROBABILITY"},
        {"red(15packets, 5packets, 10%)", "expected min below max"},
        {"red(5packets, 15kB, 10%)", "expected all in bytes or all in packets"},
        {"red(5packets, 15packets, 10%, limit=10packets)", "max up to the limit"},
        {"red(5packets, 15packets, 10%, weight=0)", "weight: found '0'"},
        {"codel(target=0)", "target: found '0', expected more than 0"},
        {"codel(goal=5ms)", "goal"},
        {"fq-codel(flows=0)", "flows: found '0', expected 1 to 65536"},
        {"fq-codel(quantum=5)", "quantum: "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        QueuePolicy policy;
        g_autoptr(GError) error = NULL;
        CU_ASSERT_FALSE(queue_policy_parse(CASES[i].text, &policy, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        if (strstr(error->message, CASES[i].message) == NULL) {
            printf("\n    found %s, expected in it %s\n", error->message, CASES[i].message);
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, CASES[i].message));
    }
}

/* With the queue held at one length, one drop comes each 1/p packets on average, and evenly: the
 * count makes the gaps uniform between 1 and 1/p (Floyd and Jacobson, section 7), so none is longer
 * and the mean gap is half that. */
static void red_drops_evenly_between_its_thresholds(void)
{
    static const struct {
        uint64_t waiting;
        double base;
    } CASES[] = {{4, 0}, {10, 0.05}, {14, 0.09}, {20, 0.4}, {30, 1}};
    QueuePolicy policy;
    CU_ASSERT_FATAL(
        queue_policy_parse("red(5packets, 15packets, 10%, weight=0.01)", &policy, NULL));
    const uint64_t key = random_key(3, random_purpose("red"), 0, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        RedState state = {.average = (double)CASES[i].waiting};
        unsigned drops = 0, gap = 0, longest = 0;
        for (uint64_t k = 0; k < 100000; k++) {
            gap++;
            if (red_drops(&state, &policy, CASES[i].waiting, 0, 1000, random_word(key, k))) {
                drops++;
                longest = MAX(longest, gap);
                gap = 0;
            }
        }
        if (CASES[i].base == 0) {
            CU_ASSERT_EQUAL(drops, 0);
            continue;
        }
        const double share = drops / 100000.0;
        /* Uniform on 1 .. n with n = 1/p: the mean gap is (n + 1) / 2. */
        CU_ASSERT_DOUBLE_EQUAL(share, 2 / (1 / CASES[i].base + 1), 0.03 * share);
        CU_ASSERT(longest <= (unsigned)ceil(1 / CASES[i].base));
    }
}

static void red_forgets_while_the_queue_is_empty(void)
{
    QueuePolicy policy;
    CU_ASSERT_FATAL(queue_policy_parse("red(5packets, 15packets, 10%, weight=0.5)", &policy, NULL));
    RedState state = {.average = 16};
    CU_ASSERT_FALSE(red_drops(&state, &policy, 0, 3000, 1000, UINT64_MAX));
    CU_ASSERT_DOUBLE_EQUAL(state.average, 1.0, 1e-12); /* 16 / 2^3, then an observation of 0 */
    CU_ASSERT_FALSE(red_drops(&state, &policy, 3, 0, 1000, UINT64_MAX));
    CU_ASSERT_DOUBLE_EQUAL(state.average, 2.0, 1e-12);
}

CU_TestInfo suite_queue_policy[] = {
    {"texts_become_policies", texts_become_policies},
    {"refused_texts_say_what_was_expected", refused_texts_say_what_was_expected},
    {"red_drops_evenly_between_its_thresholds", red_drops_evenly_between_its_thresholds},
    {"red_forgets_while_the_queue_is_empty", red_forgets_while_the_queue_is_empty},
    CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: MIT */
#include "scenarios/sweep_constraint.h"
#include "scenarios/sweep_plan.h"
#include "scenarios/sweep_value.h"
#include "tests/suite.h"

#include <glib/gstdio.h>
#include <string.h>

/* -- Values -- */

static void sweep_value_ranges(void)
{
    static const struct {
        const char *text, *values; /* NULL: refused */
    } CASES[] = {
        {"10..50 step 10", "10 20 30 40 50"},
        {"10..54 step 10", "10 20 30 40 50"},
        {"7", "7"},
        {"0..5% step 1%", "0 1% 2% 3% 4% 5%"},
        {"0..0.3 step 0.1", "0 0.1 0.2 0.3"},
        {"-1..1 step 0.5", "-1 -0.5 0 0.5 1"},
        {"500us..2ms step 500us", "500us 1ms 1.5ms 2ms"},
        {"64KiB..1MiB times 4", "64KiB 256KiB 1MiB"},
        {"1..1000 times 10", "1 10 100 1000"},
        {"1ms..1s log 4", "1ms 10ms 100ms 1s"},
        {"10..1000 log 5", "10 32 100 316 1000"},
        {"0.1%..10% log 5", "0.1% 0.316% 1% 3.16% 10%"},
        {"1..3 log 5", "1 2 3"},
        {"{0..9, 12}", "{0..9, 12}"},
        {"../data/x.csv", "../data/x.csv"},
        {"uniform(1ms, 2ms)", "uniform(1ms, 2ms)"},
        {"1..10", NULL},
        {"10..1 step 1", NULL},
        {"1..10 step 0", NULL},
        {"1ms..10 step 1ms", NULL},
        {"1ms..10kB step 1ms", NULL},
        {"0..10 log 3", NULL},
        {"0..10 times 2", NULL},
        {"1..10 times 1", NULL},
        {"1..10 log 1", NULL},
        {"0..100000000 step 1", NULL},
        {"a..b step 1", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        const bool is_fine = sweep_value_expand(CASES[i].text, values, &error);
        CU_ASSERT_EQUAL(is_fine, CASES[i].values != NULL);
        if (is_fine && CASES[i].values != NULL) {
            g_ptr_array_add(values, NULL);
            g_autofree char *joined = g_strjoinv(" ", (char **)values->pdata);
            CU_ASSERT_STRING_EQUAL(joined, CASES[i].values);
        }
    }
}

static void sweep_value_canonical_form(void)
{
    static const struct {
        const char *text, *canonical;
    } CASES[] = {
        {"5%", "5%"},    {"0.05", "5%"},      {"5.0 %", "5%"},    {"0.125%", "0.125%"},
        {"100%", "1"},   {"1.50", "1.5"},     {"0", "0"},         {"0ms", "0"},
        {"0%", "0"},     {"1000us", "1ms"},   {"1.5ms", "1.5ms"}, {" 20 ", "20"},
        {"1e3", "1000"}, {"1024KiB", "1MiB"}, {"quic", "quic"},   {"a   b", "a b"},
        {"150%", "1.5"}, {"0.5", "50%"},      {"-3", "-3"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *canonical = sweep_value_canonical(CASES[i].text);
        CU_ASSERT_STRING_EQUAL(canonical, CASES[i].canonical);
    }
}

/* -- Constraints -- */

static const char *look_up(void *data, const char *key)
{
    (void)data;
    return strcmp(key, "peers.count") == 0    ? "40"
           : strcmp(key, "link.loss") == 0    ? "25%"
           : strcmp(key, "link.latency") == 0 ? "20ms"
           : strcmp(key, "stack.name") == 0   ? "tcp/noise/yamux"
                                              : NULL;
}

static void sweep_constraint_cases(void)
{
    static const struct {
        const char *text;
        int holds; /* -1: refused */
    } CASES[] = {
        {"peers.count * link.loss < 10", 0},
        {"peers.count * link.loss <= 10", 1},
        {"peers.count*link.loss == 10", 1},
        {"2 + 3 * 4 == 14", 1},
        {"(2 + 3) * 4 == 20", 1},
        {"20 - 5 - 5 == 10", 1},
        {"100 / 5 / 4 != 5", 0},
        {"link.latency < 0.1s", 1},
        {"link.latency / 2 >= 10ms", 1},
        {"link.loss > 5%", 1},
        {"stack.name == tcp/noise/yamux", 1},
        {"stack.name != quic", 1},
        {"stack.name == quic", 0},
        {"peers.count", -1},
        {"peers.cuont < 5", -1},
        {"peers.count < ", -1},
        {"(peers.count < 5", -1},
        {"peers.count < 5)", -1},
        {"peers.count < 5 < 6", -1},
        {"stack.name < 5", -1},
        {"stack.name * 2 == 5", -1},
        {"1x < 5", -1},
        {"", -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        bool holds = false;
        const bool is_read = sweep_constraint_holds(CASES[i].text, look_up, NULL, &holds, &error);
        CU_ASSERT_EQUAL(is_read ? (int)holds : -1, CASES[i].holds);
        CU_ASSERT_EQUAL(error == NULL, is_read);
    }
    g_autoptr(GString) deep = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    bool holds = false;
    for (int i = 0; i < 100000; i++) {
        g_string_append_c(deep, '(');
    }
    CU_ASSERT_FALSE(sweep_constraint_holds(deep->str, look_up, NULL, &holds, &error));
}

/* -- Plans -- */

static SweepPlan *plan_of(const char *sweep, const char *only, GError **error)
{
    g_autofree char *folder = g_dir_make_tmp("skein-sweep-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a.yaml", NULL);
    g_autofree char *text = g_strconcat("scenario:\n  module: ping\nsweep:\n", sweep, NULL);
    CU_ASSERT_TRUE(g_file_set_contents(path, text, -1, NULL));
    SweepPlan *plan = sweep_plan_new(path, NULL, NULL, only, error);
    (void)g_unlink(path);
    (void)g_rmdir(folder);
    return plan;
}

/* The cells as `experiment/text*repetitions`, a line each. */
static char *cells_of(const SweepPlan *plan)
{
    GString *cells = g_string_new(NULL);
    for (unsigned i = 0; i < sweep_plan_cell_count(plan); i++) {
        const SweepCell *cell = sweep_plan_cell(plan, i);
        g_string_append_printf(cells, "%s/%s*%u\n", cell->experiment->name, cell->text,
                               cell->experiment->repeat);
    }
    return g_string_free(cells, FALSE);
}

static void sweep_plan_cells(void)
{
    static const struct {
        const char *sweep, *cells;
    } CASES[] = {
        {"  link.loss: [0, 1%]\n  peers.count: 10..20 step 10\n  repeat: 3\n",
         "/link.loss=0, peers.count=10*3\n/link.loss=0, peers.count=20*3\n"
         "/link.loss=1%, peers.count=10*3\n/link.loss=1%, peers.count=20*3\n"},
        {"  peers.count: 10\n  link.loss: 0.010\n", "/link.loss=1%, peers.count=10*1\n"},
        {"  repeat: 5\n", "/*5\n"},
        {"  peers.count: [5, 10..30 step 10]\n",
         "/peers.count=5*1\n/peers.count=10*1\n/peers.count=20*1\n/peers.count=30*1\n"},
        {"  link.latency, link.loss:\n    - [10ms, 1%]\n    - ['uniform(1ms, 2ms)', 2%]\n",
         "/link.latency=10ms, link.loss=1%*1\n/link.latency=uniform(1ms, 2ms), link.loss=2%*1\n"},
        {"  link.loss: [0, 10%]\n  peers.count: [50, 200]\n"
         "  constraint: peers.count * link.loss < 10\n",
         "/link.loss=0, peers.count=50*1\n/link.loss=0, peers.count=200*1\n"
         "/link.loss=10%, peers.count=50*1\n"},
        {"  link.loss: [0, 10%]\n  peers.count: [50, 200]\n"
         "  constraint:\n    - link.loss > 0\n    - peers.count > 100\n",
         "/link.loss=10%, peers.count=200*1\n"},
        {"  link.loss: [1%, 2%]\n  constraint: link.loss * ping.count < 0.15\n",
         "/link.loss=1%*1\n"}, /* ping.count is 10 by default */
        {"  repeat: 7\n  small:\n    peers.count: 5\n  large:\n    extends: small\n"
         "    peers.count: 50\n    link.loss: 1%\n  larger:\n    extends: large\n    repeat: 2\n",
         "small/peers.count=5*7\nlarge/link.loss=1%, peers.count=50*7\n"
         "larger/link.loss=1%, peers.count=50*2\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(SweepPlan) plan = plan_of(CASES[i].sweep, NULL, &error);
        CU_ASSERT_PTR_NOT_NULL(plan);
        if (plan == NULL) {
            g_printerr("%s\n", error->message);
            continue;
        }
        g_autofree char *cells = cells_of(plan);
        CU_ASSERT_STRING_EQUAL(cells, CASES[i].cells);
        if (strcmp(cells, CASES[i].cells) != 0) {
            g_printerr("%s\n", cells);
        }
    }
}

static void sweep_plan_refusals(void)
{
    static const struct {
        const char *sweep, *message;
    } CASES[] = {
        {"  repaet: 5\n", "did you mean 'repeat'?"},
        {"  repeat: 0\n", "a.yaml:4:11: sweep.repeat: found '0', expected a whole number"},
        {"  repeat: 1.5\n", "found '1.5', expected a whole number"},
        {"  link.loss: [1%, 0.01]\n", "found the cell 'link.loss=1%' twice"},
        {"  link.loss: 1%\n  peers.count, link.loss:\n    - [5, 1%]\n",
         "found 'link.loss' a second time"},
        {"  link.latency, link.loss:\n    - [10ms]\n", "found 1 values, expected 2"},
        {"  link.latency, link.loss:\n    - 10ms\n", "expected a list of one value for each key"},
        {"  scenario.module: [ping, testbed]\n", "another module is another scenario"},
        {"  link.loss: [1%]\n  constraint: link.loss > 1\n", "no combination of values satisfies"},
        {"  link.loss: [1%]\n  constraint: link.los > 1\n",
         "a.yaml:5:15: sweep.constraint: found 'link.los', expected a setting"},
        {"  a:\n    extends: b\n    link.loss: 1%\n  b:\n    extends: a\n",
         "expected an experiment that does not extend this one"},
        {"  a:\n    extends: c\n    link.loss: 1%\n", "expected the name of another experiment"},
        {"  seeds: wild\n", "expected common or independent"},
        {"  until: width(ping.rtt) < 2%\n", "expected halfwidth(METRIC) < LIMIT"},
        {"  until: halfwidth(ping.rtt) < 0\n", "expected halfwidth(METRIC) < LIMIT"},
        {"  until: halfwidth(ping.rtt) < 2%\n  repeat: 5\n", "no repeat beside an until"},
        {"  repeat-max: 5\n", "beside an until"},
        {"  peers.count: 1..1000000 step 1\n", "at most 100000 values"},
        {"  peers.count: 1..5000 step 1\n  ping.count: 1..5000 step 1\n",
         "more than 10000000 combinations"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(SweepPlan) plan = plan_of(CASES[i].sweep, NULL, &error);
        CU_ASSERT_PTR_NULL(plan);
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, CASES[i].message));
        if (strstr(error->message, CASES[i].message) == NULL) {
            g_printerr("%s\n", error->message);
        }
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(SweepPlan) plan =
        plan_of("  small:\n    repeat: 1\n  large:\n    repeat: 1\n", "smal", &error);
    CU_ASSERT_PTR_NULL(plan);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "did you mean 'small'?"));
}

static void sweep_plan_only_one_experiment(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SweepPlan) plan =
        plan_of("  small:\n    peers.count: 5\n  large:\n    peers.count: 50\n", "large", &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
    g_autofree char *cells = cells_of(plan);
    CU_ASSERT_STRING_EQUAL(cells, "large/peers.count=50*1\n");
}

static void sweep_plan_finds_cells_in_any_form(void)
{
    static const char *const TEXTS[] = {"link.loss=5%, link.latency=uniform(1ms, 2ms)",
                                        "link.latency=uniform(1ms, 2ms),link.loss=0.05"};
    g_autoptr(GError) error = NULL;
    g_autoptr(SweepPlan) plan =
        plan_of("  link.loss: [0, 5%]\n  link.latency:\n    - uniform(1ms, 2ms)\n    - 3ms\n", NULL,
                &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
    for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
        const SweepCell *cell = sweep_plan_find(plan, NULL, TEXTS[i], &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(cell);
        CU_ASSERT_STRING_EQUAL(cell->text, "link.latency=uniform(1ms, 2ms), link.loss=5%");
    }
    CU_ASSERT_PTR_NULL(sweep_plan_find(plan, NULL, "link.loss=6%", &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "expected one of\n  link.latency="));
}

/* Seeds depend on names only: neither on the other cells nor, when common, on the own one. */
static void sweep_plan_seeds(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SweepPlan) few = plan_of("  link.loss: [0, 5%]\n", NULL, &error);
    g_autoptr(SweepPlan) many = plan_of("  link.loss: [1%, 5%, 0]\n  repeat: 9\n", NULL, &error);
    g_autoptr(SweepPlan) own =
        plan_of("  link.loss: [0, 5%]\n  seeds: independent\n", NULL, &error);
    CU_ASSERT_FATAL(few != NULL && many != NULL && own != NULL);
    const SweepCell *zero = sweep_plan_cell(few, 0), *five = sweep_plan_cell(few, 1);
    CU_ASSERT_EQUAL(sweep_plan_seed(zero, 1, 3), sweep_plan_seed(five, 1, 3));
    CU_ASSERT_EQUAL(sweep_plan_seed(five, 1, 3), sweep_plan_seed(sweep_plan_cell(many, 1), 1, 3));
    CU_ASSERT_NOT_EQUAL(sweep_plan_seed(five, 1, 3), sweep_plan_seed(five, 1, 4));
    CU_ASSERT_NOT_EQUAL(sweep_plan_seed(five, 1, 3), sweep_plan_seed(five, 2, 3));
    CU_ASSERT_NOT_EQUAL(sweep_plan_seed(sweep_plan_cell(own, 0), 1, 3),
                        sweep_plan_seed(sweep_plan_cell(own, 1), 1, 3));
}

static void sweep_next_look_schedule(void)
{
    static const unsigned LOOKS[] = {10, 15, 23, 35, 53, 80, 100, 100};
    const SweepExperiment experiment = {.repeat = 100};
    unsigned repetitions = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(LOOKS); i++) {
        repetitions = sweep_next_look(&experiment, repetitions);
        CU_ASSERT_EQUAL(repetitions, LOOKS[i]);
    }
}

CU_TestInfo suite_sweep_plan[] = {
    {"sweep_value_ranges", sweep_value_ranges},
    {"sweep_value_canonical_form", sweep_value_canonical_form},
    {"sweep_constraint_cases", sweep_constraint_cases},
    {"sweep_plan_cells", sweep_plan_cells},
    {"sweep_plan_refusals", sweep_plan_refusals},
    {"sweep_plan_only_one_experiment", sweep_plan_only_one_experiment},
    {"sweep_plan_finds_cells_in_any_form", sweep_plan_finds_cells_in_any_form},
    {"sweep_plan_seeds", sweep_plan_seeds},
    {"sweep_next_look_schedule", sweep_next_look_schedule},
    CU_TEST_INFO_NULL,
};

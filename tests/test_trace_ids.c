/* SPDX-License-Identifier: MIT */
/* Ids of tracing tools: distinct, never zero, equal for equal runs, and reversible. */
#include "config.h"

#include "analysis/trace_ids.h"
#include "tests/suite.h"

#include <string.h>

static const int64_t NUMBERS[] = {0, 1, 2, 4294967297, 85899345921, INT64_MAX, INT64_MIN, -1};

static char *hexadecimal(const TraceIds *ids, int64_t trace_id)
{
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *file = open_memstream(&text, &size_bytes);
    g_autoptr(Output) output = output_new(file, "memory");
    output_trace_id(output, ids, trace_id);
    CU_ASSERT_TRUE(output_finish(output, NULL));
    fclose(file);
    return text;
}

static void trace_ids_lead_back_to_the_number(void)
{
    const TraceIds ids = trace_ids_new("name", "a=1", 3, -7);
    for (size_t i = 0; i < G_N_ELEMENTS(NUMBERS); i++) {
        int64_t number = 12;
        char *text = hexadecimal(&ids, NUMBERS[i]);
        CU_ASSERT_EQUAL(strlen(text), 32);
        CU_ASSERT_TRUE(trace_ids_parse(&ids, text, &number));
        CU_ASSERT_EQUAL(number, NUMBERS[i]);
        free(text);
    }
}

static void trace_ids_of_spans_are_distinct_and_not_zero(void)
{
    const TraceIds ids = trace_ids_new(NULL, NULL, 0, 1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (int64_t peer = 0; peer < 100; peer++) {
        for (int64_t counter = 1; counter <= 100; counter++) {
            const uint64_t id = trace_ids_of_span(&ids, peer << 32 | counter);
            CU_ASSERT_NOT_EQUAL(id, 0);
            g_hash_table_add(seen, g_memdup2(&id, sizeof id));
        }
    }
    CU_ASSERT_EQUAL(g_hash_table_size(seen), 10000);
}

/* Exactly one number would be 0: it is the key itself. */
static void trace_ids_never_give_zero(void)
{
    const TraceIds ids = trace_ids_new("a", "b", 0, 1);
    CU_ASSERT_NOT_EQUAL(trace_ids_of_span(&ids, (int64_t)ids.span_key), 0);
}

static void trace_ids_of_other_runs_differ_and_are_refused(void)
{
    const TraceIds ids = trace_ids_new("name", "", 0, 1);
    const TraceIds others[] = {
        trace_ids_new("name", "", 0, 2),
        trace_ids_new("name", "", 1, 1),
        trace_ids_new("name", "a=1", 0, 1),
        trace_ids_new("nam", "e", 0, 1),
    };
    const TraceIds same = trace_ids_new("name", NULL, 0, 1);
    char *text = hexadecimal(&ids, 5);
    int64_t number = 12;
    CU_ASSERT_TRUE(trace_ids_parse(&same, text, &number));
    CU_ASSERT_EQUAL(number, 5);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        CU_ASSERT_FALSE(trace_ids_parse(&others[i], text, &number));
    }
    free(text);
}

static void trace_ids_parse_numbers_and_refuse_the_rest(void)
{
    static const char *const bad[] = {"", "x", "1 ", "18446744073709551616", "1.5", "0x1"};
    const TraceIds ids = trace_ids_new("name", "", 0, 1);
    int64_t number = 12;
    CU_ASSERT_TRUE(trace_ids_parse(&ids, "85899345921", &number));
    CU_ASSERT_EQUAL(number, 85899345921);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        CU_ASSERT_FALSE(trace_ids_parse(&ids, bad[i], &number));
    }
    CU_ASSERT_FALSE(trace_ids_parse(&ids, "0123456789abcdefg123456789abcdef", &number));
    CU_ASSERT_EQUAL(number, 85899345921);
}

CU_TestInfo suite_trace_ids[] = {
    {"trace_ids_lead_back_to_the_number", trace_ids_lead_back_to_the_number},
    {"trace_ids_of_spans_are_distinct_and_not_zero", trace_ids_of_spans_are_distinct_and_not_zero},
    {"trace_ids_never_give_zero", trace_ids_never_give_zero},
    {"trace_ids_of_other_runs_differ_and_are_refused",
     trace_ids_of_other_runs_differ_and_are_refused},
    {"trace_ids_parse_numbers_and_refuse_the_rest", trace_ids_parse_numbers_and_refuse_the_rest},
    CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/call_text.h"

#include <stdio.h>
#include <string.h>

static void call_text_splits_arguments_and_options(void)
{
    g_autoptr(CallText) call =
        call_text_new(" mix(0.9, lognormal(5ms, 0.3), peers={0..3, 7}, file=\"a, (b.csv\") ", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(call);
    CU_ASSERT_STRING_EQUAL(call_text_name(call), "mix");
    CU_ASSERT_TRUE(call_text_has_parentheses(call));
    CU_ASSERT_EQUAL(call_text_count(call), 2);
    CU_ASSERT_STRING_EQUAL(call_text_argument(call, 0), "0.9");
    CU_ASSERT_STRING_EQUAL(call_text_argument(call, 1), "lognormal(5ms, 0.3)");
    CU_ASSERT_PTR_NULL(call_text_argument(call, 2));
    CU_ASSERT_STRING_EQUAL(call_text_option(call, "peers"), "{0..3, 7}");
    CU_ASSERT_STRING_EQUAL(call_text_option(call, "file"), "a, (b.csv");
    CU_ASSERT_PTR_NULL(call_text_option(call, "unit"));
}

static void call_text_without_parentheses_is_a_name(void)
{
    g_autoptr(CallText) number = call_text_new(" 15 ms ", NULL);
    g_autoptr(CallText) empty = call_text_new("heal( )", NULL);
    CU_ASSERT_STRING_EQUAL(call_text_name(number), "15 ms");
    CU_ASSERT_FALSE(call_text_has_parentheses(number));
    CU_ASSERT_EQUAL(call_text_count(number), 0);
    CU_ASSERT_STRING_EQUAL(call_text_name(empty), "heal");
    CU_ASSERT_TRUE(call_text_has_parentheses(empty));
    CU_ASSERT_EQUAL(call_text_count(empty), 0);
}

static void call_text_refuses_what_is_malformed(void)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", "a value"},
        {"uniform(1ms, 2ms", "a closing )"},
        {"set({1, 2)", "parentheses and braces in pairs"},
        {"set({1, 2", "a closing }"},
        {"file(\"a.csv)", "a closing \""},
        {"a)", "an opening parenthesis before the closing one"},
        {"f(1) 2", "nothing after the closing parenthesis"},
        {"f(1,)", "an argument on both sides of each comma"},
        {"f(,1)", "an argument on both sides of each comma"},
        {"f(,)", "an argument on both sides of each comma"},
        {"(1)", "a name before the parenthesis, as in uniform(1ms, 5ms)"},
        {"f(min=1, 2)", "plain arguments before those with key="},
        {"f(min=1, min=2)", "'min=' only once"},
        {"f(min=)", "a value after 'min='"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *message =
            g_strdup_printf("found '%s', expected %s", cases[i].text, cases[i].expected);
        CU_ASSERT_PTR_NULL(call_text_new(cases[i].text, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_STRING_EQUAL(error->message, message);
    }
}

static void call_text_expect_names_usage_and_nearest_key(void)
{
    static const char *const keys[] = {"unit", "kind", NULL};
    const char *usage = "matrix(FILE, unit=ms|s, kind=rtt|one-way)";
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"matrix(a.csv, unit=ms)", NULL},
        {"matrix(a.csv, unti=ms)",
         "found 'unti=' in matrix, expected matrix(FILE, unit=ms|s, kind=rtt|one-way); did you "
         "mean 'unit='?"},
        {"matrix(a.csv, separator=x)",
         "found 'separator=' in matrix, expected matrix(FILE, unit=ms|s, kind=rtt|one-way)"},
        {"matrix(unit=ms)",
         "found 0 arguments of matrix, expected matrix(FILE, unit=ms|s, kind=rtt|one-way)"},
        {"matrix(a, b)",
         "found 2 arguments of matrix, expected matrix(FILE, unit=ms|s, kind=rtt|one-way)"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CallText) call = call_text_new(cases[i].text, NULL);
        CU_ASSERT_EQUAL(call_text_expect(call, 1, 1, keys, usage, &error),
                        cases[i].message == NULL);
        if (cases[i].message != NULL) {
            CU_ASSERT_PTR_NOT_NULL_FATAL(error);
            CU_ASSERT_STRING_EQUAL(error->message, cases[i].message);
        }
    }
    g_autoptr(CallText) option = call_text_new("f(a=1)", NULL);
    CU_ASSERT_FALSE(call_text_expect(option, 0, 9, NULL, "f", NULL));
}

CU_TestInfo suite_call_text[] = {
    {"call_text_splits_arguments_and_options", call_text_splits_arguments_and_options},
    {"call_text_without_parentheses_is_a_name", call_text_without_parentheses_is_a_name},
    {"call_text_refuses_what_is_malformed", call_text_refuses_what_is_malformed},
    {"call_text_expect_names_usage_and_nearest_key", call_text_expect_names_usage_and_nearest_key},
    CU_TEST_INFO_NULL,
};

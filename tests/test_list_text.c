/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/error.h"
#include "sim/list_text.h"

#include <string.h>

static void list_text_reads_elements(void)
{
    static const struct {
        const char *text, *elements[4];
    } cases[] = {
        {"[]", {NULL}},
        {"  [ ]  ", {NULL}},
        {"[Tokyo, Paris, \"New York\"]", {"Tokyo", "Paris", "New York"}},
        {"[ New York ,\tS\xc3\xa3o Paulo]", {"New York", "S\xc3\xa3o Paulo"}},
        {"[\"a, b\", 'c]']", {"a, b", "c]"}},
        {"[\"\", ' x ']", {"", " x "}},
        {"[\"a \\\"b\\\" \\\\\", 'it''s', it's]", {"a \"b\" \\", "it's", "it's"}},
        {"[f(1), 'g(1, 2)']", {"f(1)", "g(1, 2)"}},
        {"['']", {""}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) list = list_text_read(cases[i].text, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(list);
        CU_ASSERT_TRUE(g_strv_equal((const char *const *)list, cases[i].elements));
    }
}

static void list_text_refuses_what_is_no_flat_list(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "found '', expected a list such as [Tokyo, Paris]"},
        {"Tokyo", "found 'Tokyo', expected a list such as [Tokyo, Paris]"},
        {"[a", "found '[a', expected a closing ]"},
        {"[", "found '[', expected a value between the commas; write \"\" for an empty one"},
        {"[a, [b]]", "found '[a, [b]]', expected a list without lists in it; put quotes around an "
                     "element that has brackets"},
        {"[a,, b]",
         "found '[a,, b]', expected a value between the commas; write \"\" for an empty one"},
        {"[a,]", "found '[a,]', expected a value between the commas; write \"\" for an empty one"},
        {"['a]", "found '['a]', expected a closing quote"},
        {"[\"a\\\"]", "found '[\"a\\\"]', expected a closing quote"},
        {"['a' b]", "found '['a' b]', expected a comma after a quote"},
        {"[a] b", "found '[a] b', expected nothing after the closing ]"},
        {"[x, f(1, 2)]", "found 'f(1', expected a closing parenthesis; a comma splits the values "
                         "in brackets, so put quotes around this one"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(list_text_read(cases[i].text, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_EQUAL(error->code, SKEIN_ERROR_INPUT);
        CU_ASSERT_STRING_EQUAL(error->message, cases[i].message);
    }
}

static void list_text_prints_what_reads_back(void)
{
    static const char *const hard[] = {"Tokyo", "New York", "a, b", "[x]", "",
                                       " ",     "\"",       "it's", "\\",  "\\\"",
                                       "f(",    "a: b #",   "x\ny", "{1}", NULL};
    g_autofree char *text = list_text_print(hard);
    CU_ASSERT_TRUE(g_str_has_prefix(text, "[Tokyo, New York, \"a, b\", \"[x]\", \"\", "));
    g_auto(GStrv) list = list_text_read(text, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(list);
    CU_ASSERT_TRUE(g_strv_equal((const char *const *)list, hard));
    g_autofree char *empty = list_text_print(hard + G_N_ELEMENTS(hard) - 1);
    CU_ASSERT_STRING_EQUAL(empty, "[]");
}

CU_TestInfo suite_list_text[] = {
    {"list_text_reads_elements", list_text_reads_elements},
    {"list_text_refuses_what_is_no_flat_list", list_text_refuses_what_is_no_flat_list},
    {"list_text_prints_what_reads_back", list_text_prints_what_reads_back},
    CU_TEST_INFO_NULL,
};

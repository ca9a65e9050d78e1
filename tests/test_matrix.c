/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "models/matrix.h"

#include <string.h>

static Matrix *parse(const char *text, MatrixOptions options, GPtrArray *warnings, GError **error)
{
    options.unit = options.unit != NULL ? options.unit : "ms";
    return matrix_parse(text, strlen(text), "m", &options, warnings, error);
}

/* Names and entries in ns, `A B|0 1;2 0`, and warnings after `!`; or the error. */
static char *matrix_text(const char *text, MatrixOptions options)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Matrix) matrix = parse(text, options, warnings, &error);
    if (matrix == NULL) {
        return g_strdup(error->message);
    }
    GString *result = g_string_new(NULL);
    const uint32_t size = matrix_size(matrix);
    for (uint32_t i = 0; i < size && matrix_name(matrix, 0) != NULL; i++) {
        g_string_append_printf(result, "%s%s", matrix_name(matrix, i), i + 1 < size ? " " : "|");
    }
    for (uint32_t i = 0; i < size * size; i++) {
        g_string_append_printf(result, "%s%" G_GINT64_FORMAT,
                               i == 0          ? ""
                               : i % size == 0 ? ";"
                                               : " ",
                               matrix_entry(matrix, i / size, i % size));
    }
    for (guint i = 0; i < warnings->len; i++) {
        g_string_append_printf(result, "!%s", (char *)g_ptr_array_index(warnings, i));
    }
    return g_string_free(result, FALSE);
}

typedef struct Case {
    const char *text;
    MatrixOptions options;
    const char *expected;
} Case;

static void check(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *found = matrix_text(cases[i].text, cases[i].options);
        CU_ASSERT_STRING_EQUAL(found, cases[i].expected);
        if (strcmp(found, cases[i].expected) != 0) {
            g_printerr("\nfound    %s\nexpected %s\n", found, cases[i].expected);
        }
    }
}

static void matrix_square_form_is_read(void)
{
    static const Case cases[] = {
        {"0 1.5\n2 0\n", {.unit = "ms"}, "0 1500000;2000000 0"},
        {"0\t0.17\n0.000000001\t0\n", {.unit = "s"}, "0 170000000;1 0"},
        {",A,B\nA,0,1\nB,2,0\n", {.unit = "ns"}, "A B|0 1;2 0"},
        {"from,New York,B\nNew York,,1\nB,2,\n", {.unit = "ns"}, "New York B|0 1;2 0"},
        {"A,B\n0,1\n2,0\n", {.unit = "us"}, "A B|0 1000;2000 0"},
        {"# RTT\n\tA\tB\nA\t0\t1\nB\t2\t0\n", {.unit = "ns"}, "A B|0 1;2 0"},
        {"0", {.unit = "ms"}, "0"},
        {"0 0\n0.0 0\n", {.unit = "ns", .zero = 7}, "0 7;7 0"},
        {"0,\n3,0\n", {.unit = "ns", .missing = 9}, "0 9;3 0"},
        {"5 1\n2 6\n",
         {.unit = "ns"},
         "0 1;2 0!m:1: ignored 2 entries on the diagonal that are not 0"},
        {"5 1\n2 0\n", {.unit = "ns", .has_diagonal = true, .local = 4}, "5 1;2 4"},
        {",A,B\nA,,1\nB,2,\n", {.unit = "ns", .has_diagonal = true, .local = 4}, "A B|4 1;2 4"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void matrix_list_form_is_read(void)
{
    static const Case cases[] = {
        {"src,dst,ms\n0,1,5\n1,0,6\n", {.unit = "ns"}, "0 5;6 0"},
        {"src,dst,avg,min\n0,1,5,1\n1,0,6,2\n", {.unit = "ns", .column = "min"}, "0 1;2 0"},
        {"from,to,d\nb,a,5\na,b,6\n", {.unit = "ns"}, "b a|0 5;6 0"},
        {"src,dst,ms\n1,0,6\n", {.unit = "ns", .missing = 3}, "0 3;6 0"},
        {"src,dst,ms\n1,0,6\n0,0,8\n",
         {.unit = "ns", .missing = 3},
         "0 3;6 0!m:3: ignored 1 entries on the diagonal that are not 0"},
        {"src,dst,a,b\n0,1,5,6\n",
         {.unit = "ns"},
         "m:1:1: found 2 columns after the two ends, expected one, or the option column=NAME to "
         "choose"},
        {"src,dst,a\n0,1,5\n", {.column = "b"}, "m:1:1: found no column 'b' after the two ends"},
        {"src,dst,ms\n0,2,5\n",
         {.unit = "ns", .missing = 7},
         "m: found no line with 1, expected all numbers from 0 to 2"},
        {"src,dst,ms\n0,2,5\n1,1,0\n",
         {.unit = "ns"},
         "m: found 5 of 6 pairs missing, the first from 0 to 1; expected them all, or the option "
         "missing=DURATION for what they stand for"},
        {"src,dst,ms\n0,1,5\n1,0,6\n0,1,5\n",
         {.unit = "ns"},
         "m:4: found the pair from 0 to 1 twice"},
        {"src,dst,ms\n0,x,5\n",
         {.unit = "ns"},
         "m:2:3: found 'x', expected a whole number from 0 to 9999"},
        {"src,dst,ms\n0,1\n", {.unit = "ns"}, "m:2:1: found 2 cells, expected 3 as in the header"},
        {"src,dst,ms\n", {.unit = "ns"}, "m:1:1: found a header alone, expected rows after it"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void matrix_errors_name_line_and_column(void)
{
    static const Case cases[] = {
        {"", {.unit = "ms"}, "m:1: found no numbers, expected a square matrix"},
        {"0 1\n2\n",
         {.unit = "ms"},
         "m:2:1: found 1 numbers in the row, expected 2 as in the first"},
        {"0 1\n2 0 3\n",
         {.unit = "ms"},
         "m:2:5: found 3 numbers in the row, expected 2 as in the first"},
        {"0 1\n2 0\n3 4\n",
         {.unit = "ms"},
         "m:3:1: found row 3, expected 2 rows, as there are columns"},
        {"0 1 2\n2 0 3\n",
         {.unit = "ms"},
         "m:2:1: found 2 rows up to the last line, expected 3, as there are columns"},
        {"0 1\n-2 0\n",
         {.unit = "ms"},
         "m:2:1: found '-2', a negative time, expected a positive one"},
        {"0 1\n2x 0\n", {.unit = "ms"}, "m:2:1: found '2x', expected a number of ms"},
        {"0,1\n,0\n", {.unit = "ms"}, "m:2:1: found an empty cell, expected a number"},
        {"0 1\n 0 0\n",
         {.unit = "ms"},
         "m:2:2: found '0', expected a positive time, or the option zero=DURATION for what a zero "
         "off the diagonal stands for"},
        {"0 1\n2 1\n",
         {.unit = "ns", .has_diagonal = true},
         "m:1:1: found '0', expected a positive time, or the option local=DURATION for what a zero "
         "on the diagonal stands for"},
        {",A,B\nA,0,1\nC,2,0\n",
         {.unit = "ms"},
         "m:3:1: found the row of 'C', expected that of 'B', in the order of the header"},
        {",A,A\nA,0,1\n", {.unit = "ms"}, "m:1:4: found the name 'A' twice"},
        {",A,B\n", {.unit = "ms"}, "m:1:1: found a header alone, expected rows after it"},
    };
    check(cases, G_N_ELEMENTS(cases));
    g_autofree char *inexact = matrix_text("0 0.5\n1 0\n", (MatrixOptions){.unit = "ns"});
    CU_ASSERT(g_str_has_prefix(inexact, "m:1:3: "));
}

CU_TestInfo suite_matrix[] = {
    {"matrix_square_form_is_read", matrix_square_form_is_read},
    {"matrix_list_form_is_read", matrix_list_form_is_read},
    {"matrix_errors_name_line_and_column", matrix_errors_name_line_and_column},
    CU_TEST_INFO_NULL,
};

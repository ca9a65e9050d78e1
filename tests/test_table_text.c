/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "models/table_text.h"

#include <string.h>

/* All cells as `line:a|b;line:...`, or the error's message. */
static char *cells_text(const char *text)
{
    g_autoptr(TableText) table = table_text_new(text, strlen(text), "t");
    g_autoptr(GError) error = NULL;
    GString *result = g_string_new(NULL);
    while (table_text_next(table, &error)) {
        g_string_append_printf(result, "%s%u:", result->len > 0 ? ";" : "", table_text_line(table));
        for (unsigned i = 0; i < table_text_count(table); i++) {
            g_string_append_printf(result, "%s%s", i > 0 ? "|" : "", table_text_cell(table, i));
        }
        CU_ASSERT_PTR_NULL(table_text_cell(table, table_text_count(table)));
    }
    if (error != NULL) {
        g_string_assign(result, error->message);
    }
    return g_string_free(result, FALSE);
}

static void table_text_splits_into_cells(void)
{
    static const struct {
        const char *text, *cells;
    } cases[] = {
        {"", ""},
        {"\n \n# all\n", ""},
        {"1 2\n3 4", "1:1|2;2:3|4"},
        {"  1   2   3 \n", "1:1|2|3"},
        {" 1 2 \t 3 \n", "1:1 2|3"},
        {"1 2 3\n1\t2 3\n", "1:1|2|3;2:1|2|3"},
        {"1 2\r\n\r\n3 4\r\n", "1:1|2;3:3|4"},
        {"\xef\xbb\xbf"
         "1,2\n",
         "1:1|2"},
        {"1,2,\n,,\n", "1:1|2|;2:||"},
        {"a b\tc\td\t\n", "1:a b|c|d"},
        {"\tTokyo\tParis\n", "1:|Tokyo|Paris"},
        {"1\t\t2\n", "1:1||2"},
        {"1 2 # why, indeed\n#3 4\n5 6#7", "1:1|2;3:5|6#7"},
        {"a,b #c\n", "1:a|b #c"},
        {"\"a,b\",\"say \"\"no\"\"\" ,c\n", "1:a,b|say \"no\"|c"},
        {"\"\",x\n", "1:|x"},
        {"5'\" tall,x\n", "1:5'\" tall|x"},
        {"1,\"open\n", "t:1:3: found a quote that does not end where its cell does"},
        {"1,2\n\"a\"b,2\n", "t:2:1: found a quote that does not end where its cell does"},
        {"1 2\n3 \x01\n", "t:2:3: found a control character, expected text"},
        {"1 2\n\xff 3\n", "t:2:1: found bytes that are no UTF-8 text"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *cells = cells_text(cases[i].text);
        CU_ASSERT_STRING_EQUAL(cells, cases[i].cells);
        if (strcmp(cells, cases[i].cells) != 0) {
            g_printerr("\nfound    %s\nexpected %s\n", cells, cases[i].cells);
        }
    }
}

static void table_text_reads_durations_exactly(void)
{
    static const struct {
        const char *cell, *unit;
        SimDuration value; /* -1: refused */
    } cases[] = {
        {"121.42", "ms", 121420000},
        {"0.1", "us", 100},
        {"0.17", "s", 170000000},
        {"1e-3", "ms", 1000},
        {"7", "ns", 7},
        {"12ms", NULL, 12000000},
        {"0.0000001", "ms", -1},
        {"5m", "s", -1},
        {"5ms", "ms", -1},
        {"nan", "ms", -1},
        {"0x10", "ms", -1},
        {"inf", "s", -1},
        {"12", NULL, -1},
        {"99999999999", "s", -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TableText) table = table_text_new(cases[i].cell, strlen(cases[i].cell), "t");
        g_autoptr(GError) error = NULL;
        SimDuration value = -1;
        CU_ASSERT(table_text_next(table, NULL));
        const bool is_read = table_text_duration(table, 0, cases[i].unit, &value, &error);
        CU_ASSERT_EQUAL(is_read, cases[i].value >= 0);
        CU_ASSERT_EQUAL(value, cases[i].value);
        CU_ASSERT(is_read || g_str_has_prefix(error->message, "t:1:1: "));
    }
}

CU_TestInfo suite_table_text[] = {
    {"table_text_splits_into_cells", table_text_splits_into_cells},
    {"table_text_reads_durations_exactly", table_text_reads_durations_exactly},
    CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: MIT */
/* Text into files: escaping of anything, numbers, failures that are not lost. */
#include "config.h"

#include "analysis/output.h"
#include "tests/suite.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

typedef void (*Write)(Output *output, const char *text, size_t size_bytes);

static char *written(Write write, const char *text, size_t size_bytes)
{
    char *bytes = NULL;
    size_t count = 0;
    FILE *file = open_memstream(&bytes, &count);
    g_autoptr(Output) output = output_new(file, "memory");
    write(output, text, size_bytes);
    CU_ASSERT_TRUE(output_finish(output, NULL));
    fclose(file);
    return bytes;
}

static void output_escapes_as_each_format_prescribes(void)
{
    static const struct {
        Write write;
        const char *text, *expected;
    } cases[] = {
        {output_json, "", "\"\""},
        {output_json, "a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {output_json, "\x01\n\t\x1f\x7f", "\"\\u0001\\u000a\\u0009\\u001f\\u007f\""},
        {output_json, "L\xc3\xa9on \xf0\x9f\x90\x9f", "\"L\xc3\xa9on \xf0\x9f\x90\x9f\""},
        {output_json, "a\xff\xc3(", "\"a" REPLACEMENT REPLACEMENT "(\""},
        {output_xml, "<a href=\"b\">&'", "&lt;a href=&quot;b&quot;&gt;&amp;&apos;"},
        {output_xml, "\x01\t\n\r\x1b", REPLACEMENT "&#9;&#10;&#13;" REPLACEMENT},
        {output_xml, "\xef\xbf\xbe\xef\xbf\xbf\xef\xbb\xbf",
         REPLACEMENT REPLACEMENT "\xef\xbb\xbf"},
        {output_xml, "\xed\xa0\x80z", REPLACEMENT REPLACEMENT REPLACEMENT "z"},
        {output_dot, "\\N \"x\" &lt; <b>", "\"\\\\N \\\"x\\\" &amp;lt; <b>\""},
        {output_dot, "a\nb\xc0", "\"a" REPLACEMENT "b" REPLACEMENT "\""},
        {output_csv, "plain text", "plain text"},
        {output_csv, "", "\"\""},
        {output_csv, "a,\"b\"\r\nc", "\"a,\"\"b\"\"\r\nc\""},
        {output_csv, "\x80", REPLACEMENT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *text = written(cases[i].write, cases[i].text, strlen(cases[i].text));
        CU_ASSERT_STRING_EQUAL(text, cases[i].expected);
        free(text);
    }
}

static void output_replaces_a_zero_byte(void)
{
    static const Write writes[] = {output_json, output_xml, output_dot, output_csv};
    for (size_t i = 0; i < G_N_ELEMENTS(writes); i++) {
        char *text = written(writes[i], "a\0b", 3);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "a" REPLACEMENT "b"));
        free(text);
    }
}

static void output_writes_numbers(void)
{
    char *bytes = NULL;
    size_t count = 0;
    FILE *file = open_memstream(&bytes, &count);
    g_autoptr(Output) output = output_new(file, "memory");
    output_integer(output, INT64_MIN);
    output_text(output, " ");
    output_integer(output, 0);
    output_text(output, " ");
    output_unsigned(output, UINT64_MAX);
    output_text(output, " ");
    output_hexadecimal(output, 0x0123456789abcdef);
    output_text(output, " ");
    output_thousandths(output, 1234567);
    output_text(output, " ");
    output_thousandths(output, -5);
    output_text(output, " ");
    output_thousandths(output, 42000);
    output_text(output, " ");
    output_number(output, 0.1);
    CU_ASSERT_TRUE(output_finish(output, NULL));
    fclose(file);
    CU_ASSERT_STRING_EQUAL(bytes, "-9223372036854775808 0 18446744073709551615 0123456789abcdef"
                                  " 1234.567 -0.005 42 0.1");
    free(bytes);
}

static void output_passes_what_is_larger_than_its_buffer(void)
{
    g_autofree char *large = g_strnfill(1000000, 'x');
    char *text = written(output_json, large, 1000000);
    CU_ASSERT_EQUAL(strlen(text), 1000002);
    free(text);
}

static void output_reports_a_full_disk(void)
{
    g_autoptr(GError) error = NULL;
    FILE *file = fopen("/dev/full", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    g_autoptr(Output) output = output_new(file, "full");
    for (int i = 0; i < 100000; i++) {
        output_text(output, "some text");
    }
    CU_ASSERT_TRUE(output_has_failed(output));
    CU_ASSERT_FALSE(output_finish(output, &error));
    CU_ASSERT_TRUE(error != NULL && error->code == 3 && strstr(error->message, "full: ") != NULL);
    fclose(file);
}

CU_TestInfo suite_output[] = {
    {"output_escapes_as_each_format_prescribes", output_escapes_as_each_format_prescribes},
    {"output_replaces_a_zero_byte", output_replaces_a_zero_byte},
    {"output_writes_numbers", output_writes_numbers},
    {"output_passes_what_is_larger_than_its_buffer", output_passes_what_is_larger_than_its_buffer},
    {"output_reports_a_full_disk", output_reports_a_full_disk},
    CU_TEST_INFO_NULL,
};

/* SPDX-License-Identifier: MIT */
/* The analysis reads what sim/metric wrote: the two know the layout independently. */
#include "analysis/histogram.h"
#include "analysis/number_text.h"
#include "sim/metric.h"
#include "tests/suite.h"

#include <math.h>

static void histogram_has_the_buckets_of_the_metric(void)
{
    for (int shift = 0; shift < 63; shift++) {
        for (int64_t offset = -2; offset <= 2; offset++) {
            const int64_t value = (INT64_C(1) << shift) + offset;
            int64_t low = 0, high = 0;
            histogram_bounds(metric_bucket(value), &low, &high);
            CU_ASSERT_TRUE(low <= value && value <= high);
            histogram_bounds(metric_bucket(-value), &low, &high);
            CU_ASSERT_TRUE(low <= -value && -value <= high);
        }
    }
}

static void histogram_reads_metrics_and_adds_them_up(void)
{
    g_auto(Histogram) histogram = {0};
    g_autoptr(Metric) all = metric_new();
    histogram_init(&histogram);
    for (int part = 0; part < 3; part++) {
        g_autoptr(Metric) metric = metric_new();
        for (int64_t i = 1; i <= 1000; i++) {
            metric_add(metric, i * i * (part - 1) * 37);
            metric_add(all, i * i * (part - 1) * 37);
        }
        g_autofree char *buckets = metric_buckets_text(metric);
        CU_ASSERT_TRUE(histogram_add_json(&histogram, buckets, NULL));
    }
    CU_ASSERT_EQUAL(histogram.count, 3000);
    for (int percent = 5; percent <= 95; percent += 5) {
        const double expected = metric_quantile(all, percent / 100.0);
        const double found = histogram_quantile(&histogram, percent / 100.0);
        CU_ASSERT_DOUBLE_EQUAL(found, expected, 1 + fabs(expected) / 1000);
    }
}

static void number_text_has_four_digits_and_a_fitting_unit(void)
{
    static const struct {
        double value;
        const char *unit, *text;
    } cases[] = {
        {0, "ns", "0"},           {999, "ns", "999 ns"},
        {1500, "ns", "1.5 us"},   {134234567, "ns", "134.2 ms"},
        {-2e9, "ns", "-2 s"},     {3600e9, "ns", "3600 s"},
        {2048, "bytes", "2 KiB"}, {0.0213333, "1", "0.02133"},
        {123456, "1", "123456"},  {2.5, "hops", "2.5 hops"},
        {NAN, "ns", "-"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = number_text(cases[i].value, cases[i].unit);
        CU_ASSERT_STRING_EQUAL(text, cases[i].text);
    }
}

static void number_text_exact_reads_back(void)
{
    static const double values[] = {0.1, 1.0 / 3, 1e300, -2.5, 5e-324, 123456789012345678.0};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *text = number_text_exact(values[i]);
        CU_ASSERT_EQUAL(g_ascii_strtod(text, NULL), values[i]);
    }
    g_autofree char *tenth = number_text_exact(0.1);
    CU_ASSERT_STRING_EQUAL(tenth, "0.1");
}

CU_TestInfo suite_histogram[] = {
    {"histogram_has_the_buckets_of_the_metric", histogram_has_the_buckets_of_the_metric},
    {"histogram_reads_metrics_and_adds_them_up", histogram_reads_metrics_and_adds_them_up},
    {"number_text_has_four_digits_and_a_fitting_unit",
     number_text_has_four_digits_and_a_fitting_unit},
    {"number_text_exact_reads_back", number_text_exact_reads_back},
    CU_TEST_INFO_NULL,
};

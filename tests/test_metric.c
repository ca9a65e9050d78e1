/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/metric.h"
#include "sim/random.h"

#include <math.h>
#include <stdlib.h>

/* The i-th of a sequence of numbers of all magnitudes and both signs. */
static int64_t any_value(uint64_t i)
{
    uint64_t bits = random_word(1, i);
    uint64_t magnitude = random_word(2, i) >> 1 >> (bits % 63);
    return bits & 64 ? -(int64_t)magnitude : (int64_t)magnitude;
}

static const int64_t EDGES[] = {
    0,
    1,
    2,
    1023,
    1024,
    1025,
    2047,
    2048,
    2049,
    2050,
    4095,
    4096,
    4097,
    INT32_MAX,
    INT64_MAX,
    INT64_MAX - 1,
    -1,
    -1023,
    -2047,
    -2048,
    -2049,
    -2050,
    -4096,
    INT32_MIN,
    -4097,
    INT64_MIN,
    INT64_MIN + 1,
    (INT64_C(2047) << 52) - 1,
    INT64_C(2047) << 52,
    -(INT64_C(2047) << 52),
    1 - (INT64_C(2047) << 52),
};

static bool holds(int32_t bucket, int64_t value)
{
    int64_t low, high;
    metric_bucket_bounds(bucket, &low, &high);
    return low <= value && (value < high || (value == INT64_MAX && high == INT64_MAX));
}

static void metric_bucket_holds_its_values_and_is_narrow(void)
{
    for (uint64_t i = 0; i < G_N_ELEMENTS(EDGES) + 20000; i++) {
        int64_t value = i < G_N_ELEMENTS(EDGES) ? EDGES[i] : any_value(i);
        int32_t bucket = metric_bucket(value);
        CU_ASSERT(holds(bucket, value));
        int64_t low, high;
        metric_bucket_bounds(bucket, &low, &high);
        double width = (double)(high - low);
        CU_ASSERT(width == 1 || width <= fabs((double)value) / 1024);
        if (value != INT64_MIN) {
            CU_ASSERT_EQUAL(metric_bucket(-value), -bucket);
        }
        CU_ASSERT_EQUAL(metric_bucket(low), bucket);
        CU_ASSERT(high == INT64_MAX || metric_bucket(high - 1) == bucket);
        CU_ASSERT(high == INT64_MAX || metric_bucket(high) == bucket + 1);
    }
    CU_ASSERT_EQUAL(metric_bucket(2047), 2047);
    CU_ASSERT_EQUAL(metric_bucket(-2047), -2047);
    CU_ASSERT_EQUAL(metric_bucket(2049), 2048);
    CU_ASSERT_EQUAL(metric_bucket(INT64_MIN), -55296);
}

static int compare_values(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void metric_quantile_is_within_a_thousandth(void)
{
    enum { COUNT = 5000 };
    static const double QUANTILES[] = {0, 0.0001, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999, 1};
    static int64_t values[COUNT];
    g_autoptr(Metric) metric = metric_new();
    for (uint64_t i = 0; i < COUNT; i++) {
        values[i] = any_value(i);
        metric_add(metric, values[i]);
    }
    qsort(values, COUNT, sizeof values[0], compare_values);
    for (size_t i = 0; i < G_N_ELEMENTS(QUANTILES); i++) {
        size_t rank = (size_t)ceil(QUANTILES[i] * COUNT);
        double expected = (double)values[rank == 0 ? 0 : rank - 1];
        double found = metric_quantile(metric, QUANTILES[i]);
        CU_ASSERT(fabs(found - expected) < 0.001 * fabs(expected) + 1e-9);
    }
    CU_ASSERT_EQUAL(metric_minimum(metric), values[0]);
    CU_ASSERT_EQUAL(metric_maximum(metric), values[COUNT - 1]);
}

static void metric_quantile_of_small_values_is_exact(void)
{
    g_autoptr(Metric) metric = metric_new();
    for (int64_t value = -100; value <= 100; value++) {
        metric_add(metric, value);
    }
    CU_ASSERT_EQUAL(metric_quantile(metric, 0), -100);
    CU_ASSERT_EQUAL(metric_quantile(metric, 0.5), 0);
    CU_ASSERT_EQUAL(metric_quantile(metric, 100.0 / 201), -1);
    CU_ASSERT_EQUAL(metric_quantile(metric, 1), 100);
    CU_ASSERT_EQUAL(metric_mean(metric), 0);
    CU_ASSERT_EQUAL(metric_count(metric), 201);
}

static void metric_without_values_has_no_mean(void)
{
    g_autoptr(Metric) metric = metric_new(), other = metric_new();
    metric_merge(metric, other);
    g_autofree char *sum = metric_sum_text(metric), *buckets = metric_buckets_text(metric);
    CU_ASSERT_EQUAL(metric_count(metric), 0);
    CU_ASSERT(isnan(metric_mean(metric)) && isnan(metric_quantile(metric, 0.5)));
    CU_ASSERT_STRING_EQUAL(sum, "0");
    CU_ASSERT_STRING_EQUAL(buckets, "[]");
}

static char *all_texts(const Metric *metric)
{
    g_autofree char *sum = metric_sum_text(metric), *squares = metric_sum_squares_text(metric),
                    *buckets = metric_buckets_text(metric);
    return g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                           " %s %s %s",
                           metric_count(metric), metric_minimum(metric), metric_maximum(metric),
                           sum, squares, buckets);
}

static void metric_merge_gives_the_same_in_any_order(void)
{
    enum { PARTS = 7, COUNT = 3000 };
    g_autoptr(Metric) whole = metric_new(), forward = metric_new(), backward = metric_new();
    Metric *parts[PARTS];
    for (int i = 0; i < PARTS; i++) {
        parts[i] = metric_new();
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        metric_add(whole, any_value(i) / 4);
        metric_add(parts[random_word(3, i) % PARTS], any_value(i) / 4);
    }
    for (int i = 0; i < PARTS; i++) {
        metric_merge(forward, parts[i]);
        metric_merge(backward, parts[PARTS - 1 - i]);
    }
    g_autofree char *expected = all_texts(whole), *found = all_texts(forward),
                    *other = all_texts(backward);
    CU_ASSERT_STRING_EQUAL(found, expected);
    CU_ASSERT_STRING_EQUAL(other, expected);
    for (int i = 0; i < PARTS; i++) {
        metric_free(parts[i]);
    }
}

static void metric_buckets_stand_in_order(void)
{
    static const int64_t VALUES[] = {5, -3, 5, 0, 4097, -5000, 4096};
    g_autoptr(Metric) metric = metric_new();
    for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
        metric_add(metric, VALUES[i]);
    }
    g_autofree char *found = metric_buckets_text(metric);
    /* 4096 = 1024 << 2 and 5000 = 1250 << 2, two octaves up. */
    CU_ASSERT_STRING_EQUAL(found, "[[-3298,1],[-3,1],[0,1],[5,2],[3072,2]]");
}

static void metric_sums_exceed_63_bits(void)
{
    g_autoptr(Metric) metric = metric_new();
    for (int i = 0; i < 3; i++) {
        metric_add(metric, INT64_MIN);
    }
    g_autofree char *sum = metric_sum_text(metric), *squares = metric_sum_squares_text(metric);
    CU_ASSERT_STRING_EQUAL(sum, "-27670116110564327424");
    CU_ASSERT_STRING_EQUAL(squares, "255211775190703847597530955573826158592");
    metric_add(metric, INT64_MAX);
    g_autofree char *less = metric_sum_text(metric), *more = metric_sum_squares_text(metric);
    CU_ASSERT_STRING_EQUAL(less, "-18446744073709551617");
    CU_ASSERT_STRING_EQUAL(more, "340282366920938463444927863358058659841");
    metric_add(metric, INT64_MIN); /* 5 * 2^126 > 2^128 */
    g_autofree char *most = metric_sum_squares_text(metric);
    CU_ASSERT_STRING_EQUAL(most, "340282366920938463463374607431768211455");
    CU_ASSERT_EQUAL(metric_quantile(metric, 0), -0x1p63);
    CU_ASSERT(metric_quantile(metric, 1) > 0x1.ffcp62);
    CU_ASSERT_EQUAL(metric_mean(metric), -27670116110564327425.0 / 5);
}

CU_TestInfo suite_metric[] = {
    {"metric_bucket_holds_its_values_and_is_narrow", metric_bucket_holds_its_values_and_is_narrow},
    {"metric_quantile_is_within_a_thousandth", metric_quantile_is_within_a_thousandth},
    {"metric_quantile_of_small_values_is_exact", metric_quantile_of_small_values_is_exact},
    {"metric_without_values_has_no_mean", metric_without_values_has_no_mean},
    {"metric_merge_gives_the_same_in_any_order", metric_merge_gives_the_same_in_any_order},
    {"metric_buckets_stand_in_order", metric_buckets_stand_in_order},
    {"metric_sums_exceed_63_bits", metric_sums_exceed_63_bits},
    CU_TEST_INFO_NULL,
};

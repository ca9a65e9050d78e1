/* SPDX-License-Identifier: MIT */
/* Metrics with mergeable histograms: see sim/metric.h.
 *
 * Counters stand in blocks of 1,024 buckets, allocated when the first value falls into them: block
 * 0 and 1 hold the magnitudes below 2,048, each further one an octave. Until the first value of a
 * sign, its table of blocks is a shared constant one without blocks, so that adding needs one test
 * only and an idle metric takes 96 bytes. */
#include "sim/metric.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define BLOCK_BITS 10
#define BLOCK_SIZE (INT32_C(1) << BLOCK_BITS)
#define BLOCK_COUNT 55   /* the last one for INT64_MIN alone */
#define BUCKET_MAX 55296 /* the bucket of the magnitude 2^63 */

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

struct Metric {
    uint64_t count;
    int64_t minimum, maximum;
    Int128 sum;
    Uint128 sum_squares;
    uint64_t *const *blocks[2]; /* by sign: 0 for values from 0 up, 1 for negative ones */
};

static uint64_t *const NO_BLOCKS[BLOCK_COUNT] = {NULL};

static uint64_t magnitude_of(int64_t value)
{
    return value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
}

static int32_t bucket_of_magnitude(uint64_t magnitude)
{
    /* The 11 leading bits, and how often they were shifted to get there. */
    int octave = 63 - __builtin_clzll(magnitude | BLOCK_SIZE) - BLOCK_BITS;
    return (int32_t)(magnitude >> octave) + octave * BLOCK_SIZE;
}

Metric *metric_new(void)
{
    Metric *metric = g_new0(Metric, 1);
    metric->minimum = INT64_MAX;
    metric->maximum = INT64_MIN;
    metric->blocks[0] = metric->blocks[1] = NO_BLOCKS;
    return metric;
}

void metric_free(Metric *metric)
{
    if (metric == NULL) {
        return;
    }
    for (int sign = 0; sign < 2; sign++) {
        if (metric->blocks[sign] == NO_BLOCKS) {
            continue;
        }
        for (int i = 0; i < BLOCK_COUNT; i++) {
            g_free(metric->blocks[sign][i]);
        }
        g_free((gpointer)metric->blocks[sign]);
    }
    g_free(metric);
}

static G_GNUC_NO_INLINE uint64_t *make_block(Metric *metric, int sign, int32_t index)
{
    if (metric->blocks[sign] == NO_BLOCKS) {
        metric->blocks[sign] = g_new0(uint64_t *, BLOCK_COUNT);
    }
    uint64_t **blocks = (uint64_t **)metric->blocks[sign];
    blocks[index] = g_new0(uint64_t, BLOCK_SIZE);
    return blocks[index];
}

/* Squares saturate instead of wrapping; sums of counts below 2^64 cannot overflow. Saturating
 * addition of non-negative numbers still gives the same result in any order. */
static void add_squares(Metric *metric, Uint128 squares)
{
    if (__builtin_add_overflow(metric->sum_squares, squares, &metric->sum_squares)) {
        metric->sum_squares = ~(Uint128)0;
    }
}

/* The first value in its block. Apart, so that adding saves no registers for it. */
static G_GNUC_NO_INLINE void add_in_new_block(Metric *metric, int64_t value)
{
    const int sign = value < 0;
    make_block(metric, sign, bucket_of_magnitude(magnitude_of(value)) >> BLOCK_BITS);
    metric_add(metric, value);
}

void metric_add(Metric *metric, int64_t value)
{
    /* Half of all values: nothing was lost. */
    if (value == 0 && metric->minimum <= 0 && metric->maximum >= 0 &&
        metric->blocks[0][0] != NULL) {
        metric->blocks[0][0][0]++;
        metric->count++;
        return;
    }
    uint64_t magnitude = magnitude_of(value);
    int32_t bucket = bucket_of_magnitude(magnitude);
    int sign = value < 0;
    uint64_t *block = metric->blocks[sign][bucket >> BLOCK_BITS];
    if (block == NULL) {
        add_in_new_block(metric, value);
        return;
    }
    block[bucket & (BLOCK_SIZE - 1)]++;
    metric->count++;
    metric->sum += value;
    add_squares(metric, (Uint128)magnitude * magnitude);
    metric->minimum = MIN(metric->minimum, value);
    metric->maximum = MAX(metric->maximum, value);
}

void metric_merge(Metric *into, const Metric *from)
{
    for (int sign = 0; sign < 2; sign++) {
        for (int32_t i = 0; i < BLOCK_COUNT; i++) {
            const uint64_t *source = from->blocks[sign][i];
            if (source == NULL) {
                continue;
            }
            uint64_t *block = into->blocks[sign][i];
            if (block == NULL) {
                block = make_block(into, sign, i);
            }
            for (int32_t j = 0; j < BLOCK_SIZE; j++) {
                block[j] += source[j];
            }
        }
    }
    into->count += from->count;
    into->sum += from->sum;
    add_squares(into, from->sum_squares);
    into->minimum = MIN(into->minimum, from->minimum);
    into->maximum = MAX(into->maximum, from->maximum);
}

uint64_t metric_count(const Metric *metric)
{
    return metric->count;
}

int64_t metric_minimum(const Metric *metric)
{
    g_assert(metric->count > 0);
    return metric->minimum;
}

int64_t metric_maximum(const Metric *metric)
{
    g_assert(metric->count > 0);
    return metric->maximum;
}

double metric_mean(const Metric *metric)
{
    return metric->count == 0 ? (double)NAN : (double)metric->sum / (double)metric->count;
}

/* The next bucket after `bucket` that holds a value; false when there is none. */
static bool next_bucket(const Metric *metric, int32_t *bucket, uint64_t *ret_count)
{
    for (int32_t next = *bucket + 1; next <= BUCKET_MAX; next++) {
        int32_t magnitude = next < 0 ? -next : next;
        const uint64_t *block = metric->blocks[next < 0][magnitude >> BLOCK_BITS];
        if (block == NULL) {
            /* On to the last bucket of the block, in walking direction. */
            next = next < 0 ? -(magnitude & ~(BLOCK_SIZE - 1)) : magnitude | (BLOCK_SIZE - 1);
            if (next == 0) {
                next = -1; /* bucket 0 counts as positive */
            }
            continue;
        }
        if (block[magnitude & (BLOCK_SIZE - 1)] > 0) {
            *bucket = next;
            *ret_count = block[magnitude & (BLOCK_SIZE - 1)];
            return true;
        }
    }
    return false;
}

double metric_quantile(const Metric *metric, double q)
{
    if (metric->count == 0) {
        return (double)NAN;
    }
    double position = q * (double)metric->count;
    uint64_t rank = position >= (double)metric->count ? metric->count : (uint64_t)position;
    rank += (double)rank < position && rank < metric->count; /* rounded up */
    rank = MAX(rank, 1);
    int32_t bucket = -BUCKET_MAX - 1;
    uint64_t count = 0, seen = 0;
    while (seen < rank && next_bucket(metric, &bucket, &count)) {
        seen += count;
    }
    g_assert(seen >= rank);
    int64_t low, high;
    metric_bucket_bounds(bucket, &low, &high);
    double middle = (double)low + (double)(high - 1 - low) / 2;
    return CLAMP(middle, (double)metric->minimum, (double)metric->maximum);
}

static char *decimal(Uint128 magnitude, bool is_negative)
{
    char digits[41]; /* 2^128 has 39 */
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + (int)(magnitude % 10));
        magnitude /= 10;
    } while (magnitude > 0);
    if (is_negative) {
        digits[--at] = '-';
    }
    return g_strdup(digits + at);
}

char *metric_sum_text(const Metric *metric)
{
    bool is_negative = metric->sum < 0;
    return decimal(is_negative ? (Uint128)0 - (Uint128)metric->sum : (Uint128)metric->sum,
                   is_negative);
}

char *metric_sum_squares_text(const Metric *metric)
{
    return decimal(metric->sum_squares, false);
}

char *metric_buckets_text(const Metric *metric)
{
    GString *text = g_string_new("[");
    int32_t bucket = -BUCKET_MAX - 1;
    uint64_t count;
    while (next_bucket(metric, &bucket, &count)) {
        g_string_append_printf(text, "%s[%d,%" G_GUINT64_FORMAT "]", text->len > 1 ? "," : "",
                               bucket, count);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

int32_t metric_bucket(int64_t value)
{
    int32_t bucket = bucket_of_magnitude(magnitude_of(value));
    return value < 0 ? -bucket : bucket;
}

void metric_bucket_bounds(int32_t bucket, int64_t *ret_low, int64_t *ret_high)
{
    int32_t index = bucket < 0 ? -bucket : bucket;
    g_assert(index <= BUCKET_MAX);
    int32_t octave = index < 2 * BLOCK_SIZE ? 0 : index / BLOCK_SIZE - 1;
    uint64_t first = (uint64_t)(index - octave * BLOCK_SIZE) << octave;
    uint64_t last = first + (UINT64_C(1) << octave) - 1;
    if (bucket >= 0) {
        *ret_low = (int64_t)first;
        *ret_high = last >= INT64_MAX ? INT64_MAX : (int64_t)last + 1;
    } else {
        *ret_low = last > INT64_MAX ? INT64_MIN : -(int64_t)last;
        *ret_high = first > INT64_MAX ? INT64_MIN + 1 : 1 - (int64_t)first;
    }
}

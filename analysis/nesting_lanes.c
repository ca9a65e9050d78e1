/* SPDX-License-Identifier: MIT */
/* First fit over stacks of open intervals, then a heap of lanes by when they are free. */
#include "analysis/nesting_lanes.h"

#include <stdbool.h>

typedef struct Interval {
    int64_t end;
    guint lane;
    char *label;
} Interval;

struct NestingLanes {
    NestingLanesEnd report;
    void *data;
    GArray *stacks[LANES_WITH_NESTING]; /* of Interval: what is open, outermost first */
    guint stack_count;
    GArray *heap; /* of Interval, one for each lane beyond, the earliest end first */
};

NestingLanes *nesting_lanes_new(NestingLanesEnd report, void *data)
{
    NestingLanes *lanes = g_new0(NestingLanes, 1);
    lanes->report = report;
    lanes->data = data;
    lanes->heap = g_array_new(FALSE, FALSE, sizeof(Interval));
    return lanes;
}

static void end_interval(NestingLanes *lanes, Interval *interval, bool is_reported)
{
    if (is_reported) {
        lanes->report(lanes->data, interval->lane, interval->end, interval->label);
    }
    g_free(interval->label);
}

static Interval *last(GArray *intervals)
{
    return &g_array_index(intervals, Interval, intervals->len - 1);
}

static void forget(NestingLanes *lanes, bool is_reported)
{
    for (guint i = 0; i < lanes->stack_count; i++) {
        GArray *stack = lanes->stacks[i];
        for (; stack->len > 0; g_array_set_size(stack, stack->len - 1)) {
            end_interval(lanes, last(stack), is_reported);
        }
        g_array_free(stack, TRUE);
    }
    for (guint i = 0; i < lanes->heap->len; i++) {
        end_interval(lanes, &g_array_index(lanes->heap, Interval, i), is_reported);
    }
    lanes->stack_count = 0;
    g_array_set_size(lanes->heap, 0);
}

void nesting_lanes_clear(NestingLanes *lanes)
{
    forget(lanes, true);
}

void nesting_lanes_free(NestingLanes *lanes)
{
    if (lanes != NULL) {
        forget(lanes, false);
        g_array_free(lanes->heap, TRUE);
        g_free(lanes);
    }
}

static bool is_nesting(NestingLanes *lanes, GArray *stack, int64_t start, int64_t end)
{
    while (stack->len > 0 && last(stack)->end <= start) {
        end_interval(lanes, last(stack), true);
        g_array_set_size(stack, stack->len - 1);
    }
    return stack->len == 0 || last(stack)->end >= end;
}

static void swap(GArray *heap, guint a, guint b)
{
    const Interval held = g_array_index(heap, Interval, a);
    g_array_index(heap, Interval, a) = g_array_index(heap, Interval, b);
    g_array_index(heap, Interval, b) = held;
}

/* Of equal ends the lower lane comes first, so that the result is one and the same. */
static bool is_before(GArray *heap, guint a, guint b)
{
    const Interval *x = &g_array_index(heap, Interval, a), *y = &g_array_index(heap, Interval, b);
    return x->end != y->end ? x->end < y->end : x->lane < y->lane;
}

static void sift_down(GArray *heap)
{
    for (guint at = 0;;) {
        guint least = at;
        for (guint child = 2 * at + 1; child <= 2 * at + 2 && child < heap->len; child++) {
            least = is_before(heap, child, least) ? child : least;
        }
        if (least == at) {
            return;
        }
        swap(heap, at, least);
        at = least;
    }
}

static void sift_up(GArray *heap)
{
    for (guint at = heap->len - 1; at > 0 && is_before(heap, at, (at - 1) / 2); at = (at - 1) / 2) {
        swap(heap, at, (at - 1) / 2);
    }
}

static guint place_in_heap(NestingLanes *lanes, int64_t start, Interval added)
{
    GArray *heap = lanes->heap;
    if (heap->len > 0 && g_array_index(heap, Interval, 0).end <= start) {
        Interval *first = &g_array_index(heap, Interval, 0);
        added.lane = first->lane;
        end_interval(lanes, first, true);
        *first = added;
        sift_down(heap);
        return added.lane;
    }
    added.lane = LANES_WITH_NESTING + heap->len;
    g_array_append_val(heap, added);
    sift_up(heap);
    return added.lane;
}

guint nesting_lanes_place(NestingLanes *lanes, int64_t start, int64_t end, char *label)
{
    Interval added = {end, 0, label};
    for (; added.lane < lanes->stack_count; added.lane++) {
        if (is_nesting(lanes, lanes->stacks[added.lane], start, end)) {
            g_array_append_val(lanes->stacks[added.lane], added);
            return added.lane;
        }
    }
    if (lanes->stack_count < LANES_WITH_NESTING) {
        lanes->stacks[lanes->stack_count] = g_array_new(FALSE, FALSE, sizeof(Interval));
        g_array_append_val(lanes->stacks[lanes->stack_count], added);
        return lanes->stack_count++;
    }
    return place_in_heap(lanes, start, added);
}

/* SPDX-License-Identifier: MIT */
/* First fit over stacks of open intervals, then a heap of lanes by when they are free. */
#include "analysis/nesting_lanes.h"

typedef struct FreeLane {
    int64_t end;
    guint lane;
} FreeLane;

struct NestingLanes {
    GArray *stacks[LANES_WITH_NESTING]; /* of int64_t: the ends of what is open, outermost first */
    guint stack_count;
    GArray *heap; /* of FreeLane, the earliest end first */
};

NestingLanes *nesting_lanes_new(void)
{
    NestingLanes *lanes = g_new0(NestingLanes, 1);
    lanes->heap = g_array_new(FALSE, FALSE, sizeof(FreeLane));
    return lanes;
}

void nesting_lanes_clear(NestingLanes *lanes)
{
    for (guint i = 0; i < lanes->stack_count; i++) {
        g_array_free(lanes->stacks[i], TRUE);
    }
    lanes->stack_count = 0;
    g_array_set_size(lanes->heap, 0);
}

void nesting_lanes_free(NestingLanes *lanes)
{
    if (lanes != NULL) {
        nesting_lanes_clear(lanes);
        g_array_free(lanes->heap, TRUE);
        g_free(lanes);
    }
}

static bool is_nesting(GArray *stack, int64_t start, int64_t end)
{
    while (stack->len > 0 && g_array_index(stack, int64_t, stack->len - 1) <= start) {
        g_array_set_size(stack, stack->len - 1);
    }
    return stack->len == 0 || g_array_index(stack, int64_t, stack->len - 1) >= end;
}

static void swap(GArray *heap, guint a, guint b)
{
    const FreeLane held = g_array_index(heap, FreeLane, a);
    g_array_index(heap, FreeLane, a) = g_array_index(heap, FreeLane, b);
    g_array_index(heap, FreeLane, b) = held;
}

/* Of equal ends the lower lane comes first, so that the result is one and the same. */
static bool is_before(GArray *heap, guint a, guint b)
{
    const FreeLane *x = &g_array_index(heap, FreeLane, a), *y = &g_array_index(heap, FreeLane, b);
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

static guint place_in_heap(GArray *heap, int64_t start, int64_t end)
{
    if (heap->len > 0 && g_array_index(heap, FreeLane, 0).end <= start) {
        const guint lane = g_array_index(heap, FreeLane, 0).lane;
        g_array_index(heap, FreeLane, 0).end = end;
        sift_down(heap);
        return lane;
    }
    const FreeLane added = {end, LANES_WITH_NESTING + heap->len};
    g_array_append_val(heap, added);
    sift_up(heap);
    return added.lane;
}

guint nesting_lanes_place(NestingLanes *lanes, int64_t start, int64_t end)
{
    for (guint i = 0; i < lanes->stack_count; i++) {
        if (is_nesting(lanes->stacks[i], start, end)) {
            g_array_append_val(lanes->stacks[i], end);
            return i;
        }
    }
    if (lanes->stack_count < LANES_WITH_NESTING) {
        GArray *stack = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_array_append_val(stack, end);
        lanes->stacks[lanes->stack_count] = stack;
        return lanes->stack_count++;
    }
    return place_in_heap(lanes->heap, start, end);
}

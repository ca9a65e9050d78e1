/* SPDX-License-Identifier: MIT */
/* Dijkstra with a binary heap that may hold a node more than once; stale entries are skipped. */
#include "models/shortest_path.h"

typedef struct Open {
    SimDuration latency;
    uint32_t node;
} Open;

static bool open_before(const Open *a, const Open *b)
{
    return a->latency != b->latency ? a->latency < b->latency : a->node < b->node;
}

static void heap_push(GArray *heap, Open open)
{
    g_array_append_val(heap, open);
    Open *items = (Open *)(void *)heap->data;
    guint at = heap->len - 1;
    while (at > 0 && open_before(&open, &items[(at - 1) / 2])) {
        items[at] = items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    items[at] = open;
}

static Open heap_pop(GArray *heap)
{
    Open *items = (Open *)(void *)heap->data;
    const Open first = items[0];
    const Open last = items[heap->len - 1];
    g_array_set_size(heap, heap->len - 1);
    guint at = 0;
    for (;;) {
        guint child = 2 * at + 1;
        if (child >= heap->len) {
            break;
        }
        if (child + 1 < heap->len && open_before(&items[child + 1], &items[child])) {
            child++;
        }
        if (!open_before(&items[child], &last)) {
            break;
        }
        items[at] = items[child];
        at = child;
    }
    if (heap->len > 0) {
        items[at] = last;
    }
    return first;
}

static int64_t narrower(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

void shortest_paths(const Graph *graph, const SimDuration *latencies, uint32_t source,
                    PathEnd *ret_ends)
{
    for (uint32_t i = 0; i < graph_node_count(graph); i++) {
        ret_ends[i] = (PathEnd){SIM_TIME_MAX, 0, 0};
    }
    ret_ends[source] = (PathEnd){0, 1, 0};
    g_autoptr(GArray) heap = g_array_new(FALSE, FALSE, sizeof(Open));
    heap_push(heap, (Open){0, source});
    while (heap->len > 0) {
        const Open open = heap_pop(heap);
        if (open.latency != ret_ends[open.node].latency) {
            continue;
        }
        for (size_t k = 0; k < graph_exit_count(graph, open.node); k++) {
            const size_t number = graph_exit(graph, open.node, k);
            const GraphEdge *edge = graph_edge(graph, number);
            PathEnd *end = &ret_ends[graph_edge_other(edge, open.node)];
            g_assert(latencies[number] >= 1);
            if (latencies[number] >= SIM_TIME_MAX - open.latency) {
                continue;
            }
            const SimDuration latency = open.latency + latencies[number];
            if (latency < end->latency) {
                end->latency = latency;
                end->passes = ret_ends[open.node].passes * (1 - edge->loss);
                end->bandwidth_bits_per_second = narrower(
                    ret_ends[open.node].bandwidth_bits_per_second, edge->bandwidth_bits_per_second);
                heap_push(heap, (Open){latency, graph_edge_other(edge, open.node)});
            }
        }
    }
}

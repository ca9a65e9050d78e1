/* SPDX-License-Identifier: MIT */
/* Linear probing over 64-bit keys (the smaller end in the upper half), deletion by shifting back,
 * at most 3/4 full. */
#include "models/edge_set.h"

#include "sim/mix.h"

enum { FIRST_SLOTS = 64 };

struct EdgeSet {
    GArray *edges;     /* of Edge */
    uint64_t *slots;   /* key of an edge; 0 is free: 0-0 is a loop */
    size_t slot_count; /* a power of two */
};

EdgeSet *edge_set_new(void)
{
    EdgeSet *set = g_new0(EdgeSet, 1);
    set->edges = g_array_new(FALSE, FALSE, sizeof(Edge));
    set->slot_count = FIRST_SLOTS;
    set->slots = g_new0(uint64_t, set->slot_count);
    return set;
}

void edge_set_free(EdgeSet *set)
{
    if (set != NULL) {
        g_array_unref(set->edges);
        g_free(set->slots);
        g_free(set);
    }
}

static uint64_t edge_key(EntityId a, EntityId b)
{
    return (uint64_t)MIN(a, b) << 32 | MAX(a, b);
}

static size_t home_slot(const EdgeSet *set, uint64_t key)
{
    return (size_t)mix_two(key, UINT64_C(0x65646765)) & (set->slot_count - 1);
}

/* The slot that holds the key, or the free one where it would go. */
static size_t find_slot(const EdgeSet *set, uint64_t key)
{
    size_t slot = home_slot(set, key);
    while (set->slots[slot] != 0 && set->slots[slot] != key) {
        slot = (slot + 1) & (set->slot_count - 1);
    }
    return slot;
}

static void grow(EdgeSet *set)
{
    uint64_t *old = set->slots;
    const size_t old_count = set->slot_count;
    set->slot_count = old_count * 2;
    set->slots = g_new0(uint64_t, set->slot_count);
    for (size_t i = 0; i < old_count; i++) {
        if (old[i] != 0) {
            set->slots[find_slot(set, old[i])] = old[i];
        }
    }
    g_free(old);
}

static void forget_key(EdgeSet *set, uint64_t key)
{
    const size_t mask = set->slot_count - 1;
    size_t hole = find_slot(set, key);
    g_assert(set->slots[hole] == key);
    /* Moves back what would no longer be found past the hole. */
    for (size_t at = (hole + 1) & mask; set->slots[at] != 0; at = (at + 1) & mask) {
        const size_t home = home_slot(set, set->slots[at]);
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            set->slots[hole] = set->slots[at];
            hole = at;
        }
    }
    set->slots[hole] = 0;
}

bool edge_set_has(const EdgeSet *set, EntityId a, EntityId b)
{
    return a != b && set->slots[find_slot(set, edge_key(a, b))] != 0;
}

bool edge_set_add(EdgeSet *set, EntityId from, EntityId to)
{
    if (from == to) {
        return false;
    }
    const uint64_t key = edge_key(from, to);
    size_t slot = find_slot(set, key);
    if (set->slots[slot] != 0) {
        return false;
    }
    set->slots[slot] = key;
    const Edge edge = {from, to};
    g_array_append_val(set->edges, edge);
    if (set->edges->len > set->slot_count / 4 * 3) {
        grow(set);
    }
    return true;
}

size_t edge_set_count(const EdgeSet *set)
{
    return set->edges->len;
}

Edge edge_set_edge(const EdgeSet *set, size_t number)
{
    g_assert(number < set->edges->len);
    return ((const Edge *)(const void *)set->edges->data)[number];
}

bool edge_set_replace(EdgeSet *set, size_t number, EntityId from, EntityId to)
{
    if (from == to || edge_set_has(set, from, to)) {
        return false;
    }
    const Edge old = edge_set_edge(set, number);
    forget_key(set, edge_key(old.from, old.to));
    const uint64_t key = edge_key(from, to);
    set->slots[find_slot(set, key)] = key;
    ((Edge *)(void *)set->edges->data)[number] = (Edge){from, to};
    return true;
}

bool edge_set_swap(EdgeSet *set, size_t first, size_t second, bool crossed)
{
    const Edge one = edge_set_edge(set, first);
    const Edge two = edge_set_edge(set, second);
    const EntityId c = crossed ? two.to : two.from;
    const EntityId d = crossed ? two.from : two.to;
    /* With an end in common, one of the new edges is a loop or the other is an old one again. */
    if (first == second || one.from == c || one.to == d || edge_set_has(set, one.from, c) ||
        edge_set_has(set, one.to, d)) {
        return false;
    }
    return edge_set_replace(set, first, one.from, c) && edge_set_replace(set, second, one.to, d);
}

void edge_set_clear(EdgeSet *set)
{
    g_array_set_size(set->edges, 0);
    memset(set->slots, 0, set->slot_count * sizeof set->slots[0]);
}

/* SPDX-License-Identifier: MIT */
/* Groups by single linkage: the tree of shortest links between places (Prim, Bell System Technical
 * Journal 36, 1957), cut at a bound. */
#include "models/partition_plan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* So many places are compared pair by pair: half a million pairs. */
#define PLACES_MAX 1024
/* The fullest partition may have so much more than its share. */
#define UNEVENNESS_MAX 0.1

/* In a cut that does not look at latencies. */
#define BLOCK_PEERS_MAX 64

/* Peers that belong together, or can each go anywhere. */
typedef struct Group {
    uint32_t leader; /* its first place */
    uint64_t load;
} Group;

typedef struct Planner {
    const PlanInput *input;
    uint32_t place_count;
    uint32_t *place_of;      /* of each peer: 0 .. place_count - 1 */
    EntityId *first;         /* peer of each place */
    EntityId *second;        /* likewise; that of the first where there is no other */
    uint64_t *loads;         /* of each place */
    SimDuration *inside;     /* the least latency within each place */
    uint32_t *link;          /* of each place but the first: the place it hangs on */
    SimDuration *link_bound; /* and how far away that is */
    uint64_t load;           /* of all */
    uint32_t *group_of;      /* of each place: its leader */
    uint16_t *part_of;       /* of each leader */
    uint64_t *part_loads;
} Planner;

/* Deals out blocks of consecutive peers, each to the partition that has least to do so far. Blocks
 * keep most neighbours of a ring or grid together; many of them even out what low numbers have to
 * do more than high ones. */
static void deal_blocks(const PlanInput *input, PartitionPlan *plan)
{
    const uint32_t size = CLAMP(input->peers / (16 * input->partitions), 1, BLOCK_PEERS_MAX);
    g_autofree uint64_t *loads = g_new0(uint64_t, input->partitions);
    unsigned idlest = 0;
    for (EntityId peer = 0; peer < input->peers; peer++) {
        for (unsigned k = 0; peer % size == 0 && k < input->partitions; k++) {
            idlest = loads[k] < loads[idlest] ? k : idlest;
        }
        plan->partition_of[peer] = (uint16_t)idlest;
        loads[idlest] += input->load(input->data, peer);
    }
    plan->lookahead = input->lower_bound;
}

/* Numbers the places in the order of their first peers. False when they are too many. */
static bool find_places(Planner *planner)
{
    const PlanInput *input = planner->input;
    g_autoptr(GHashTable) numbers = g_hash_table_new(NULL, NULL);
    for (EntityId peer = 0; peer < input->peers; peer++) {
        const gpointer key = GUINT_TO_POINTER(input->place(input->data, peer));
        gpointer known;
        uint32_t place = planner->place_count;
        if (g_hash_table_lookup_extended(numbers, key, NULL, &known)) {
            place = GPOINTER_TO_UINT(known);
            if (planner->second[place] == planner->first[place]) {
                planner->second[place] = peer;
            }
        } else {
            if (place == PLACES_MAX) {
                return false;
            }
            g_hash_table_insert(numbers, key, GUINT_TO_POINTER(place));
            planner->first[place] = planner->second[place] = peer;
            planner->place_count++;
        }
        planner->place_of[peer] = place;
        planner->loads[place] += input->load(input->data, peer);
    }
    return true;
}

static SimDuration bound_of(const Planner *planner, EntityId a, EntityId b)
{
    const PlanInput *input = planner->input;
    const SimDuration there = input->minimum(input->data, a, b);
    const SimDuration back = input->minimum(input->data, b, a);
    /* Where rounding half a round trip depends on who has the lower number, another pair of the two
     * places may get one less. */
    return MAX(MIN(there, back) - 1, input->lower_bound);
}

/* Hangs each place on the nearest one that is in the tree already, nearest first. */
static void link_places(Planner *planner)
{
    const uint32_t count = planner->place_count;
    g_autofree bool *is_linked = g_new0(bool, count);
    uint32_t newest = 0;
    for (uint32_t i = 0; i < count; i++) {
        planner->inside[i] = planner->second[i] == planner->first[i]
                                 ? SIM_TIME_MAX
                                 : bound_of(planner, planner->first[i], planner->second[i]);
        planner->link_bound[i] = SIM_TIME_MAX;
    }
    is_linked[0] = true;
    for (uint32_t linked = 1; linked < count; linked++) {
        uint32_t nearest = 0;
        for (uint32_t i = 1; i < count; i++) {
            if (is_linked[i]) {
                continue;
            }
            const SimDuration bound = bound_of(planner, planner->first[newest], planner->first[i]);
            if (bound < planner->link_bound[i]) {
                planner->link_bound[i] = bound;
                planner->link[i] = newest;
            }
            if (nearest == 0 || planner->link_bound[i] < planner->link_bound[nearest]) {
                nearest = i;
            }
        }
        is_linked[nearest] = true;
        newest = nearest;
    }
}

static uint32_t leader_of(uint32_t *leaders, uint32_t place)
{
    while (leaders[place] != place) {
        place = leaders[place] = leaders[leaders[place]];
    }
    return place;
}

/* The peers of a place that is a group of its own and wide enough may be parted. */
static bool is_divisible(const Planner *planner, uint32_t place, SimDuration bound)
{
    return planner->inside[place] >= bound;
}

static int compare_groups(const void *a, const void *b)
{
    const Group *x = a, *y = b;
    return x->load != y->load ? (x->load < y->load ? 1 : -1)
                              : (x->leader > y->leader) - (x->leader < y->leader);
}

/* Fills the partitions with groups at least `bound` apart, the heaviest first, each into the
 * emptiest partition. The load of divisible ones goes where room is left, so it counts for balance
 * only by its sum. True when the result is even. */
static bool pack(Planner *planner, SimDuration bound)
{
    const PlanInput *input = planner->input;
    const uint32_t count = planner->place_count;
    g_autofree uint32_t *sizes = g_new0(uint32_t, count);
    g_autofree Group *groups = g_new0(Group, count);
    for (uint32_t i = 0; i < count; i++) {
        planner->group_of[i] = i;
    }
    for (uint32_t i = 1; i < count; i++) {
        if (planner->link_bound[i] < bound) {
            const uint32_t one = leader_of(planner->group_of, i);
            const uint32_t other = leader_of(planner->group_of, planner->link[i]);
            planner->group_of[MAX(one, other)] = MIN(one, other);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t leader = leader_of(planner->group_of, i);
        groups[leader].leader = leader;
        groups[leader].load += planner->loads[i];
        sizes[leader]++;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (sizes[i] == 1 && is_divisible(planner, i, bound) &&
            planner->second[i] != planner->first[i]) {
            groups[i].load = 0;
            planner->part_of[i] = UINT16_MAX; /* each peer for itself */
        } else {
            planner->part_of[i] = 0;
        }
    }
    qsort(groups, count, sizeof *groups, compare_groups);
    memset(planner->part_loads, 0, input->partitions * sizeof *planner->part_loads);
    uint64_t fullest = 0;
    for (uint32_t i = 0; i < count && groups[i].load > 0; i++) {
        unsigned emptiest = 0;
        for (unsigned k = 1; k < input->partitions; k++) {
            emptiest = planner->part_loads[k] < planner->part_loads[emptiest] ? k : emptiest;
        }
        planner->part_of[groups[i].leader] = (uint16_t)emptiest;
        planner->part_loads[emptiest] += groups[i].load;
        fullest = MAX(fullest, planner->part_loads[emptiest]);
    }
    /* What is divisible fills up the others. */
    return (double)fullest * input->partitions <= (double)planner->load * (1 + UNEVENNESS_MAX);
}

static int compare_durations(const void *a, const void *b)
{
    const SimDuration x = *(const SimDuration *)a, y = *(const SimDuration *)b;
    return (x > y) - (x < y);
}

/* The longest bound that packs evenly, packed; else the shortest there is. Groups of a shorter
 * bound are parts of those of a longer one, so that halving finds it. */
static SimDuration choose_bound(Planner *planner)
{
    const uint32_t count = planner->place_count;
    g_autofree SimDuration *bounds = g_new(SimDuration, 2 * count);
    uint32_t bound_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) {
            bounds[bound_count++] = planner->link_bound[i];
        }
        if (planner->inside[i] != SIM_TIME_MAX) {
            bounds[bound_count++] = planner->inside[i];
        }
    }
    qsort(bounds, bound_count, sizeof *bounds, compare_durations);
    uint32_t low = 0, high = bound_count;
    while (low + 1 < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (pack(planner, bounds[middle])) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const SimDuration bound = bound_count == 0 ? planner->input->lower_bound : bounds[low];
    pack(planner, bound);
    return bound;
}

/* Peers whose place is divisible go, in order, to the first partition that has room. */
static void assign(Planner *planner, PartitionPlan *plan)
{
    const PlanInput *input = planner->input;
    const uint64_t share = planner->load / input->partitions + 1;
    unsigned filling = 0;
    for (EntityId peer = 0; peer < input->peers; peer++) {
        const uint32_t leader = leader_of(planner->group_of, planner->place_of[peer]);
        uint16_t part = planner->part_of[leader];
        if (part == UINT16_MAX) {
            while (filling + 1 < input->partitions && planner->part_loads[filling] >= share) {
                filling++;
            }
            part = (uint16_t)filling;
            planner->part_loads[filling] += input->load(input->data, peer);
        }
        plan->partition_of[peer] = part;
    }
}

void partition_plan_make(PartitionPlan *plan, const PlanInput *input)
{
    g_assert(input->partitions >= 1 && input->partitions <= input->peers);
    uint64_t load = 0;
    for (EntityId peer = 0; peer < input->peers; peer++) {
        load += input->load(input->data, peer);
    }
    *plan = (PartitionPlan){.partition_of = g_new(uint16_t, input->peers)};
    g_autofree uint32_t *place_of = g_new(uint32_t, input->peers);
    g_autofree EntityId *peers = g_new(EntityId, 2 * PLACES_MAX);
    g_autofree uint64_t *loads = g_new0(uint64_t, PLACES_MAX + input->partitions);
    g_autofree SimDuration *bounds = g_new0(SimDuration, 2 * PLACES_MAX);
    g_autofree uint32_t *links = g_new0(uint32_t, 2 * PLACES_MAX);
    g_autofree uint16_t *parts = g_new0(uint16_t, PLACES_MAX);
    Planner planner = {
        .input = input,
        .place_of = place_of,
        .first = peers,
        .second = peers + PLACES_MAX,
        .loads = loads,
        .inside = bounds,
        .link = links,
        .link_bound = bounds + PLACES_MAX,
        .load = load,
        .group_of = links + PLACES_MAX,
        .part_of = parts,
        .part_loads = loads + PLACES_MAX,
    };
    if (input->minimum == NULL || !find_places(&planner) || planner.place_count == 1) {
        deal_blocks(input, plan);
        return;
    }
    link_places(&planner);
    plan->lookahead = choose_bound(&planner);
    assign(&planner, plan);
}

void partition_plan_clear(PartitionPlan *plan)
{
    g_clear_pointer(&plan->partition_of, g_free);
}

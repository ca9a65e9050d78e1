/* SPDX-License-Identifier: MIT */
/* Where edges lead both ways: the components of the overlay. Where they have a direction: a set of
 * peers for each of the origins that were named. Both by walking breadth first. */
#include "models/overlay_reach.h"

/* The peers that can be reached from one. */
typedef struct Reached {
    uint32_t count;
    uint8_t bits[];
} Reached;

struct OverlayReach {
    const Topology *topology;
    uint32_t peers;
    uint32_t *components; /* by peer, from 1; NULL: all are one, or it is directed */
    GArray *sizes;        /* of uint32_t, by component */
    GHashTable *sets;     /* directed: origin -> Reached; NULL: it is not */
};

/* Numbers everything that is connected to `start`, and returns how many there are. */
static uint32_t number_component(OverlayReach *reach, EntityId start, uint32_t component,
                                 EntityId *queue)
{
    uint32_t head = 0, tail = 0;
    queue[tail++] = start;
    reach->components[start] = component;
    while (head < tail) {
        const EntityId peer = queue[head++];
        for (uint32_t k = 0; k < topology_degree(reach->topology, peer); k++) {
            const EntityId next = topology_neighbour(reach->topology, peer, k);
            if (reach->components[next] == 0) {
                reach->components[next] = component;
                queue[tail++] = next;
            }
        }
    }
    return tail;
}

static void number_components(OverlayReach *reach)
{
    const uint32_t none = 0;
    reach->sizes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_array_append_val(reach->sizes, none);
    reach->components = g_new0(uint32_t, reach->peers);
    g_autofree EntityId *queue = g_new(EntityId, reach->peers);
    for (uint32_t i = 0; i < reach->peers; i++) {
        if (reach->components[i] == 0) {
            const uint32_t size = number_component(reach, i, reach->sizes->len, queue);
            g_array_append_val(reach->sizes, size);
        }
    }
}

OverlayReach *overlay_reach_new(const Topology *topology)
{
    OverlayReach *reach = g_new0(OverlayReach, 1);
    reach->topology = topology;
    reach->peers = topology_peer_count(topology);
    if (topology_is_directed(topology)) {
        reach->sets = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    } else if (!topology_is_arithmetic(topology)) { /* all of those hang together */
        number_components(reach);
    }
    return reach;
}

static bool is_set(const Reached *reached, EntityId peer)
{
    return (reached->bits[peer / 8] >> peer % 8 & 1) != 0;
}

static void set(Reached *reached, EntityId peer)
{
    reached->bits[peer / 8] |= (uint8_t)(1u << peer % 8);
    reached->count++;
}

void overlay_reach_add(OverlayReach *reach, EntityId from)
{
    if (reach->sets == NULL || g_hash_table_contains(reach->sets, GUINT_TO_POINTER(from))) {
        return;
    }
    const Topology *topology = reach->topology;
    Reached *reached = g_malloc0(sizeof *reached + (reach->peers + 7) / 8);
    g_autofree EntityId *queue = g_new(EntityId, reach->peers);
    uint32_t head = 0, tail = 0;
    queue[tail++] = from;
    set(reached, from);
    while (head < tail) {
        const EntityId peer = queue[head++];
        for (uint32_t k = 0; k < topology_degree(topology, peer); k++) {
            const EntityId next = topology_neighbour(topology, peer, k);
            if (topology_sends(topology, peer, k) && !is_set(reached, next)) {
                set(reached, next);
                queue[tail++] = next;
            }
        }
    }
    g_hash_table_insert(reach->sets, GUINT_TO_POINTER(from), reached);
}

void overlay_reach_free(OverlayReach *reach)
{
    if (reach != NULL) {
        g_clear_pointer(&reach->sets, g_hash_table_unref);
        g_clear_pointer(&reach->sizes, g_array_unref);
        g_free(reach->components);
        g_free(reach);
    }
}

static const Reached *set_of(const OverlayReach *reach, EntityId from)
{
    const Reached *reached = g_hash_table_lookup(reach->sets, GUINT_TO_POINTER(from));
    g_assert(reached != NULL);
    return reached;
}

bool overlay_reaches(const OverlayReach *reach, EntityId from, EntityId to)
{
    if (reach->sets != NULL) {
        return is_set(set_of(reach, from), to);
    }
    return reach->components == NULL || reach->components[from] == reach->components[to];
}

uint32_t overlay_reach_count(const OverlayReach *reach, EntityId from)
{
    if (reach->sets != NULL) {
        return set_of(reach, from)->count;
    }
    return reach->components == NULL
               ? reach->peers
               : g_array_index(reach->sizes, uint32_t, reach->components[from]);
}

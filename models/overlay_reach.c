/* SPDX-License-Identifier: MIT */
/* Components of the overlay, by walking through it breadth first. */
#include "models/overlay_reach.h"

struct OverlayReach {
    uint32_t peers;
    uint32_t *components; /* by peer; NULL: all are one */
    GArray *sizes;        /* of uint32_t, by component */
};

/* Numbers everything that is connected to `start`. */
static uint32_t fill(OverlayReach *reach, const Topology *topology, EntityId start,
                     uint32_t component, EntityId *queue)
{
    uint32_t head = 0, tail = 0;
    queue[tail++] = start;
    reach->components[start] = component;
    while (head < tail) {
        const EntityId peer = queue[head++];
        for (uint32_t k = 0; k < topology_degree(topology, peer); k++) {
            const EntityId next = topology_neighbour(topology, peer, k);
            if (reach->components[next] == UINT32_MAX) {
                reach->components[next] = component;
                queue[tail++] = next;
            }
        }
    }
    return tail;
}

OverlayReach *overlay_reach_new(const Topology *topology)
{
    OverlayReach *reach = g_new0(OverlayReach, 1);
    reach->peers = topology_peer_count(topology);
    if (topology_is_arithmetic(topology)) {
        return reach; /* all of these hang together */
    }
    reach->sizes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    reach->components = g_new(uint32_t, reach->peers);
    for (uint32_t i = 0; i < reach->peers; i++) {
        reach->components[i] = UINT32_MAX;
    }
    g_autofree EntityId *queue = g_new(EntityId, reach->peers);
    for (uint32_t i = 0; i < reach->peers; i++) {
        if (reach->components[i] == UINT32_MAX) {
            const uint32_t size = fill(reach, topology, i, reach->sizes->len, queue);
            g_array_append_val(reach->sizes, size);
        }
    }
    return reach;
}

void overlay_reach_free(OverlayReach *reach)
{
    if (reach != NULL) {
        g_free(reach->components);
        if (reach->sizes != NULL) {
            g_array_unref(reach->sizes);
        }
        g_free(reach);
    }
}

bool overlay_reaches(const OverlayReach *reach, EntityId from, EntityId to)
{
    return reach->components == NULL || reach->components[from] == reach->components[to];
}

uint32_t overlay_reach_count(const OverlayReach *reach, EntityId from)
{
    return reach->components == NULL
               ? reach->peers
               : g_array_index(reach->sizes, uint32_t, reach->components[from]);
}

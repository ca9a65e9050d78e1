/* SPDX-License-Identifier: MIT */
/* Which connection to a peer: by name, the first, one for a new stream; and those that stood before
 * the run, made when they are first asked for. */
#include "models/connection.h"

#include "models/stack.h"

/* True when self is the dialling side of the edge to a neighbour; neighbours are in ascending
 * order. */
static bool host_dials(const Host *host, EntityId peer)
{
    const Topology *topology = host->network->topology;
    uint32_t low = 0, high = topology_degree(topology, host->entity.id);
    while (low + 1 < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (topology_neighbour(topology, host->entity.id, middle) <= peer) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return topology_dials(topology, host->entity.id, low);
}

/* The id of the connection that stood between the two before the run, 0 when there was none or it
 * is gone. */
static uint64_t preconnected_id(const Host *host, EntityId peer, uint64_t wanted)
{
    const Network *network = host->network;
    if (!network->topology_options.preconnected || host->crashes > 0) {
        return 0;
    }
    const Contact *contact = contact_table_find(&host->contacts, peer);
    if (!topology_has_edge(network->topology, host->entity.id, peer)) {
        return 0;
    }
    if (network->stack->has_one_stream) { /* one each way */
        const bool is_own = wanted == 0 || wanted >> 32 == host->entity.id;
        const bool was_lost =
            contact != NULL && (is_own ? contact->was_lost : contact->other_was_lost);
        return was_lost ? 0
               : is_own ? record_id(host->entity.id, CONNECTION_PRECONNECTED | peer)
                        : record_id(peer, CONNECTION_PRECONNECTED | host->entity.id);
    }
    if (contact != NULL && contact->was_lost) {
        return 0;
    }
    return host_dials(host, peer) ? record_id(host->entity.id, CONNECTION_PRECONNECTED | peer)
                                  : record_id(peer, CONNECTION_PRECONNECTED | host->entity.id);
}

/* The half that needs no dial: one that stood before the run, or the holder of streams without
 * connections. */
static Connection *standing(Host *host, EntityId peer, uint64_t id)
{
    if (!host->network->stack->has_connections) {
        return connection_new(host, 0, peer, CONNECTION_OPEN);
    }
    const uint64_t own = preconnected_id(host, peer, id);
    if (own == 0 || (id != 0 && id != own)) {
        return NULL;
    }
    Connection *connection = connection_new(host, own, peer, CONNECTION_OPEN);
    connection->dialed = 0;
    if (connection->account != NULL) {
        connection->account->opened = 0;
    }
    return connection;
}

Connection *connection_find(Host *host, EntityId peer, uint64_t id)
{
    if (!host->network->stack->has_connections) {
        return connection_first(host, peer);
    }
    const Contact *contact = contact_table_find(&host->contacts, peer);
    for (Connection *at = contact == NULL ? NULL : contact->connections; at != NULL;
         at = at->next) {
        if (at->id == id) {
            return at;
        }
    }
    return ((uint32_t)id & CONNECTION_PRECONNECTED) != 0 ? standing(host, peer, id) : NULL;
}

Connection *connection_first(Host *host, EntityId peer)
{
    const Contact *contact = contact_table_find(&host->contacts, peer);
    Connection *first = contact == NULL ? NULL : contact->connections;
    if (first == NULL) {
        return standing(host, peer, 0);
    }
    for (Connection *at = first; at != NULL; at = at->next) {
        if (at->state == CONNECTION_OPEN && !at->is_closing) {
            return at;
        }
    }
    return first;
}

Connection *connection_for_stream(Host *host, EntityId peer)
{
    if (!host->network->stack->has_one_stream) {
        return connection_first(host, peer);
    }
    connection_find(host, peer, record_id(host->entity.id, CONNECTION_PRECONNECTED | peer));
    const Contact *contact = contact_table_find(&host->contacts, peer);
    Connection *dialing = NULL;
    for (Connection *at = contact == NULL ? NULL : contact->connections; at != NULL;
         at = at->next) {
        if (!at->is_dialer || at->has_carried || at->is_closing) {
            continue;
        }
        if (at->state == CONNECTION_OPEN) {
            return at;
        }
        dialing = dialing == NULL ? at : dialing;
    }
    return dialing;
}

/* SPDX-License-Identifier: MIT */
#include "models/network_memory.h"

#include "models/connection.h"

static size_t largest_stream(const Network *network)
{
    size_t size_bytes = sizeof(Stream);
    for (unsigned i = 0; i < network->protocol_count; i++) {
        size_bytes =
            MAX(size_bytes,
                sizeof(Stream) + network->application->protocols[i].stream_state_size_bytes);
    }
    return size_bytes;
}

NetworkMemory network_memory(const Network *network)
{
    const Simulation *simulation = network->simulation;
    const SimulationMemory areas = simulation_memory(simulation);
    NetworkMemory memory = {
        .peer_bytes = areas.entity_bytes,
        .contact_bytes = sizeof(Contact) + sizeof(EntityId),
        .connection_half_bytes = block_pool_rounded(sizeof(Connection)),
        .stream_half_bytes = block_pool_rounded(largest_stream(network)) + sizeof(StreamSlot),
        .event_bytes = sizeof(Event),
        .timer_bytes = areas.timer_bytes,
        .peers = simulation_entity_count(simulation),
        .peers_bytes = areas.entities_bytes,
        .queue_bytes = areas.queues_bytes,
        .timers_bytes = areas.timers_bytes,
        .bodies_bytes = areas.bodies_bytes,
    };
    for (unsigned k = 0; k < simulation_partition_count(simulation); k++) {
        memory.held_bytes += network->parts[k].blocks.used_bytes;
        memory.pool_bytes += network->parts[k].blocks.size_bytes;
    }
    return memory;
}

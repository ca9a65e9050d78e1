/* SPDX-License-Identifier: MIT */
/* Inside models/: a queue with its transmitter as a packet meets it on its way: the up or down link
 * of a host, or the link of a pair. It finds the port, the policy and the rate in force, and passes
 * packets through. Where the policy stores packets, what leaves later goes on by
 * packet_continue(). */
#ifndef MODELS_PACKET_STATION_H
#define MODELS_PACKET_STATION_H

#include "models/packet_link.h"

typedef enum StationPlace {
    STATION_UP,
    STATION_DOWN,
    STATION_SENDING,
    STATION_RECEIVING
} StationPlace;

typedef enum StationAnswer {
    STATION_PASSED, /* *time is when its last bit has left */
    STATION_FULL,
    STATION_HOLDS, /* it goes on by itself */
} StationAnswer;

/* True when the station stores packets: they may come to it only at the present instant. */
bool station_is_managed(const Host *host, StationPlace place);

/* A packet comes to the station of this host at *time, now or later. On STATION_FULL it is still
 * the caller's to lose. */
StationAnswer station_pass(Host *host, StationPlace place, Packet *packet,
                           const PacketContent *content, SimTime *time);

/* The event of a managed station whose transmitter is free again. */
void station_ready(Entity *self, const EventContent *content);

/* What managed stations hold at the end of the run. */
void station_report_held(Host *host);
void station_clear_all(Host *host);

/* The number of the value in force among the values of the key. */
unsigned path_value_in_force(const Network *network, PathKey key, SimTime time, EntityId sender,
                             EntityId receiver);

/* The rate from sender to receiver, or of a peer's up or down link, before any `set` row. */
int64_t network_base_rate(const Network *network, PathKey key, EntityId sender, EntityId receiver);

/* Of packet_link.c, for what a managed station has held: on from its next stage at `time`; and it
 * has been dropped. The content lies behind the packet. */
void packet_continue(Host *host, Packet *packet, SimTime time);
void packet_drop(Host *host, const Packet *packet);

#endif

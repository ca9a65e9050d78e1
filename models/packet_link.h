/* SPDX-License-Identifier: MIT */
/* Inside models/: the way of a packet from one host to another, for stacks that send packets (tcp,
 * quic; datagram where links have a rate). A stack hands a packet over with packet_send(); the link
 * decides its fate, and what arrives is handed to the stack of the receiver (Stack.receive_packet)
 * as an event there.
 *
 * The stations on the way, each left out where it is not set:
 *
 *     at the sender     loss (link.loss), duplication; the host's up link (access.up: queue and
 *                       serialisation, shared by all that the host sends); the link of the pair
 *                       (link.bandwidth: queue and serialisation)
 *     on the wire       a partition; propagation (link.latency, link.jitter)
 *     at the receiver   the host's down link (access.down: queue and serialisation, shared by all
 *                       that comes to the host); corruption
 *
 * `link.order` moves the loss behind the serialisation, or the pair's queue behind the propagation,
 * where it is state of the receiver. A packet waits for the serialisation of others, never for
 * their propagation. Peer-local: up and pair stations are the sender's, the arrival comes to the
 * receiver first and queues there, so nothing arrives earlier than the link's least latency.
 *
 * On one link packets arrive in the order in which they left, also under jitter, unless
 * `link.reorder` says otherwise. A packet that does not arrive is gone in silence, as in a real
 * network; Stack.packet_gone is for the record only. */
#ifndef MODELS_PACKET_LINK_H
#define MODELS_PACKET_LINK_H

#include "models/peer.h"

/* A packet and, in `content`, what its stack wrote. It is copied from station to station and its
 * bytes are hashed, so it has no pointers, no padding and nothing unset. */
typedef struct Packet {
    /* Of the stack: */
    uint64_t connection; /* for the record; 0: none */
    uint64_t flow;       /* tells flows apart in a fair queue; any number */
    uint32_t size_bytes; /* on the link, all headers included */
    uint32_t content_size_bytes;
    /* Of the link: */
    SimTime sent;
    SimDuration waited; /* in queues so far */
    EntityId sender, receiver;
    uint32_t number;       /* of the sender's packets, from 1 */
    uint32_t original;     /* number of the packet that this is a duplicate of; 0: it is none */
    uint32_t index;        /* of its draws on the link */
    uint16_t stage;        /* where it goes on */
    uint8_t doom;          /* what happens to it at the receiver, drawn at the sender */
    uint8_t is_background; /* of the stack: no run waits for it; not hashed */
    uint64_t content[];
} Packet;

/* Room for what a row says in words. */
enum { PACKET_TEXT_BYTES = 256 };

/* What goes into `content`: two parts, of which the first is a multiple of 8 bytes if there is a
 * second. */
typedef struct PacketContent {
    const void *head, *tail;
    uint32_t head_size_bytes, tail_size_bytes;
    bool is_whole;   /* it must not be fragmented: a packet beyond the MTU is lost as `too-big` */
    bool is_blocked; /* the sender's network or the receiver's drops such packets */
} PacketContent;

/* Sends a packet from this host to the peer, now. Of `packet` the stack's fields are read, without
 * content_size_bytes. Everything is copied. False when the host's own up link had no room, which a
 * kernel tells its transport; true says nothing about what happens later. */
bool packet_send(Host *host, EntityId peer, const Packet *packet, const PacketContent *content);

/* The largest packet that the link to the peer carries, headers included. */
uint32_t packet_mtu(const Host *host, EntityId peer);

/* The event of a packet, and its digests: with all bytes of its content, and of the link's fields
 * alone, for a stack whose content has bytes that are not hashed. */
void packet_arrived(Entity *self, const EventContent *content);
uint64_t packet_digest(const EventContent *content);
uint64_t packet_head_digest(const Packet *packet);

/* The row of record.packets. `received` is RECORD_NO_TIME unless the fate is delivered. */
void packet_record(const Host *host, const Packet *packet, const void *content, SimTime received,
                   const char *fate);

/* For the end of the run: a packet that is still on its way. */
void packet_is_in_flight(const Host *host, const Packet *packet);

#endif

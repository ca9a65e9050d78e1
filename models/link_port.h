/* SPDX-License-Identifier: MIT */
/* One output of a link or host: a first-in first-out queue and the transmitter behind it, which
 * serialises one packet after another at a rate. It is given the time and never owns it: asked with
 * each arriving packet, it answers at once when that packet's first bit leaves and when its last
 * bit has left, or that the queue had no room. No event per packet is needed for that, because what
 * comes later cannot change the fate of what waits already (models/managed_queue.h is for
 * disciplines where it can).
 *
 * A packet waits for the serialisation of those before it and for nothing else: propagation is not
 * the port's. The one being sent is no longer in the queue. Times are whole ns; what division
 * leaves over is carried to the next packet while the transmitter is busy, so that a busy port
 * carries exactly rate times time. A rate may change over time: a transmission then goes on at the
 * new rate. */
#ifndef MODELS_LINK_PORT_H
#define MODELS_LINK_PORT_H

#include "models/red.h"
#include "sim/sim_time.h"

/* A rate and the time it holds until (SIM_TIME_MAX: forever). 0 is no limit: nothing takes time. */
typedef struct LinkRate {
    int64_t bits_per_second;
    SimTime until;
} LinkRate;

/* Where a port has its rate from, for any time now or later. */
typedef struct LinkRateSource {
    int64_t bits_per_second; /* when `at` is NULL */
    LinkRate (*at)(const void *context, SimTime time);
    const void *context;
} LinkRateSource;

typedef struct LinkPortPlace {
    SimTime start; /* of its transmission */
    uint32_t size_bytes;
} LinkPortPlace;

/* Zero-filled is a port that is idle. */
typedef struct LinkPort {
    SimTime busy_until;
    uint64_t remainder;     /* that the last division left: ns times rate */
    LinkPortPlace *waiting; /* a ring of those whose transmission has not begun */
    uint32_t head, count, capacity;
    uint64_t waiting_bytes;
    RedState red;
    struct ManagedQueue *managed; /* what waits instead where the policy stores it */
} LinkPort;

void link_port_clear(LinkPort *port);

/* A packet arrives at `now`, which is no earlier than the arrival before it. False when the queue
 * drops it. `word` is a random one, used by policies that draw. */
bool link_port_pass(LinkPort *port, const QueuePolicy *policy, const LinkRateSource *source,
                    SimTime now, uint32_t size_bytes, uint64_t word, SimTime *ret_start,
                    SimTime *ret_end);

/* What waits at `now`; forgets what has left. */
uint64_t link_port_waiting_bytes(LinkPort *port, SimTime now);
uint32_t link_port_waiting_packets(LinkPort *port, SimTime now);

/* Forgets the next one that waited and whose transmission had begun by `now`; false when there is
 * none. For series: what waits, step by step. */
bool link_port_step(LinkPort *port, SimTime now, SimTime *ret_start);

/* When the last bit of a transmission that begins at `start` has left. */
SimTime link_rate_end(const LinkRateSource *source, SimTime start, uint64_t size_bytes,
                      uint64_t *remainder);

#endif

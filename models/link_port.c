/* SPDX-License-Identifier: MIT */
/* Arithmetic of a queue and its transmitter. */
#include "models/link_port.h"

#include "models/managed_queue.h"

#include <string.h>

typedef unsigned __int128 Wide;

static const uint64_t NS = 1000000000;

void link_port_clear(LinkPort *port)
{
    g_free(port->waiting);
    managed_queue_free(port->managed);
    memset(port, 0, sizeof *port);
}

/* Time. */

static SimTime limited(SimTime start, Wide delay)
{
    return delay > (Wide)(SIM_TIME_MAX - start) ? SIM_TIME_MAX : start + (SimTime)delay;
}

/* Bits times ns is what remains to be sent; each step of the rate carries a part of it. */
static SimTime end_over_steps(const LinkRateSource *source, SimTime start, Wide bits_ns)
{
    for (SimTime at = start;;) {
        const LinkRate rate = source->at(source->context, at);
        if (rate.bits_per_second == 0) {
            return at;
        }
        const uint64_t per_second = (uint64_t)rate.bits_per_second;
        const Wide carried = (Wide)per_second * (uint64_t)(rate.until - at);
        if (bits_ns <= carried || rate.until == SIM_TIME_MAX) {
            return limited(at, (bits_ns + per_second - 1) / per_second);
        }
        bits_ns -= carried;
        at = rate.until;
    }
}

SimTime link_rate_end(const LinkRateSource *source, SimTime start, uint64_t size_bytes,
                      uint64_t *remainder)
{
    if (source->at != NULL) {
        const LinkRate rate = source->at(source->context, start);
        if (rate.until != SIM_TIME_MAX) {
            *remainder = 0;
            return end_over_steps(source, start, (Wide)size_bytes * 8 * NS);
        }
        const LinkRateSource constant = {.bits_per_second = rate.bits_per_second};
        return link_rate_end(&constant, start, size_bytes, remainder);
    }
    const uint64_t rate = (uint64_t)source->bits_per_second;
    if (rate == 0) {
        *remainder = 0;
        return start;
    }
    if (size_bytes < UINT64_C(1) << 30 && *remainder < rate && rate < UINT64_C(1) << 62) {
        const uint64_t total = size_bytes * 8 * NS + *remainder;
        *remainder = total % rate;
        return limited(start, total / rate);
    }
    const Wide total = (Wide)size_bytes * 8 * NS + (*remainder < rate ? *remainder : 0);
    *remainder = (uint64_t)(total % rate);
    return limited(start, total / rate);
}

/* What waits. */

bool link_port_step(LinkPort *port, SimTime now, SimTime *ret_start)
{
    if (port->count == 0 || port->waiting[port->head].start > now) {
        return false;
    }
    *ret_start = port->waiting[port->head].start;
    port->waiting_bytes -= port->waiting[port->head].size_bytes;
    port->head = (port->head + 1) & (port->capacity - 1);
    port->count--;
    return true;
}

static void forget_started(LinkPort *port, SimTime now)
{
    SimTime start;
    while (link_port_step(port, now, &start)) {
    }
}

static void wait_until(LinkPort *port, SimTime start, uint32_t size_bytes)
{
    if (port->count == port->capacity) {
        const uint32_t capacity = port->capacity == 0 ? 8 : 2 * port->capacity;
        LinkPortPlace *waiting = g_new(LinkPortPlace, capacity);
        for (uint32_t i = 0; i < port->count; i++) {
            waiting[i] = port->waiting[(port->head + i) & (port->capacity - 1)];
        }
        g_free(port->waiting);
        port->waiting = waiting;
        port->capacity = capacity;
        port->head = 0;
    }
    port->waiting[(port->head + port->count) & (port->capacity - 1)] =
        (LinkPortPlace){.start = start, .size_bytes = size_bytes};
    port->count++;
    port->waiting_bytes += size_bytes;
}

uint64_t link_port_waiting_bytes(LinkPort *port, SimTime now)
{
    forget_started(port, now);
    return port->waiting_bytes;
}

uint32_t link_port_waiting_packets(LinkPort *port, SimTime now)
{
    forget_started(port, now);
    return port->count;
}

/* Passing. */

static bool has_room(const LinkPort *port, const QueuePolicy *policy, uint32_t size_bytes)
{
    return policy->counts_bytes ? port->waiting_bytes + size_bytes <= policy->limit
                                : port->count < policy->limit;
}

static bool is_dropped_early(LinkPort *port, const QueuePolicy *policy,
                             const LinkRateSource *source, SimTime now, uint64_t word)
{
    uint64_t remainder = 0;
    const SimDuration packet_time =
        link_rate_end(source, now, policy->mean_packet_size, &remainder) - now;
    return red_drops(&port->red, policy, policy->counts_bytes ? port->waiting_bytes : port->count,
                     MAX(now - port->busy_until, 0), packet_time, word);
}

bool link_port_pass(LinkPort *port, const QueuePolicy *policy, const LinkRateSource *source,
                    SimTime now, uint32_t size_bytes, uint64_t word, SimTime *ret_start,
                    SimTime *ret_end)
{
    forget_started(port, now);
    if (policy->kind == QUEUE_RED && is_dropped_early(port, policy, source, now, word)) {
        return false;
    }
    SimTime start = now;
    if (port->busy_until > now) {
        if (!has_room(port, policy, size_bytes)) {
            return false;
        }
        start = port->busy_until;
        wait_until(port, start, size_bytes);
    } else if (port->busy_until < now) {
        port->remainder = 0;
    }
    port->busy_until = link_rate_end(source, start, size_bytes, &port->remainder);
    *ret_start = start;
    *ret_end = port->busy_until;
    return true;
}

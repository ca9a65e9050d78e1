/* SPDX-License-Identifier: MIT */
/* Probes beside the flows of traffic: small messages that the other side echoes, each measured by
 * itself. On the connection of the flows they show what these put before them. */
#ifndef SCENARIOS_TRAFFIC_PROBE_H
#define SCENARIOS_TRAFFIC_PROBE_H

#include "models/application.h"

/* Numbers in the tables of the application. */
enum { TRAFFIC_PROTOCOL_FLOW, TRAFFIC_PROTOCOL_PROBE };
enum { TRAFFIC_TIMER_ARRIVAL, TRAFFIC_TIMER_ANSWER, TRAFFIC_TIMER_CHUNK, TRAFFIC_TIMER_PROBE };
enum {
    TRAFFIC_METRIC_COMPLETION,
    TRAFFIC_METRIC_GOODPUT,
    TRAFFIC_METRIC_RECEIVED,
    TRAFFIC_METRIC_FAILURE,
    TRAFFIC_METRIC_PROBE,
};

extern const char *const TRAFFIC_PROBE_MESSAGES[];

/* Begins probing the target, if that is set. */
void traffic_probe_start(Host *host, EntityId target);

/* A timer, of which the argument is the target; and of a stream. */
void traffic_probe_send(Host *host, uint64_t argument);
void traffic_probe_received(Host *host, Stream *stream, const Message *message);

#endif

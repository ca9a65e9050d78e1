/* SPDX-License-Identifier: MIT */
/* Probes. */
#include "scenarios/traffic_probe.h"

#include "scenarios/traffic_settings.h"
#include "sim/sim_time.h"

#include <string.h>

enum { MESSAGE_PROBE, MESSAGE_ECHO };
const char *const TRAFFIC_PROBE_MESSAGES[] = {"probe", "echo", NULL};

void traffic_probe_start(Host *host, EntityId target)
{
    const TrafficSettings *settings = host_settings(host);
    if (settings->probe_interval > 0 && target != host_id(host)) {
        host_after(host, settings->probe_interval, TRAFFIC_TIMER_PROBE, target);
    }
}

static Stream *stream_to(Host *host, EntityId target)
{
    const TrafficSettings *settings = host_settings(host);
    Stream *stream = host_next_stream(host, target, TRAFFIC_PROTOCOL_PROBE, NULL);
    if (stream != NULL) {
        return stream;
    }
    return settings->probe_apart ? host_open_apart(host, target, TRAFFIC_PROTOCOL_PROBE, NULL)
                                 : host_open(host, target, TRAFFIC_PROTOCOL_PROBE, NULL);
}

/* It carries the time at which it was sent, for several may be on their way. */
static void send(Host *host, Stream *stream, unsigned kind, SimTime sent)
{
    const TrafficSettings *settings = host_settings(host);
    const int64_t content = sent;
    stream_send(host, stream,
                &(Message){.kind = kind,
                           .content = &content,
                           .content_size_bytes = sizeof content,
                           .size_bytes = (uint32_t)settings->probe_size_bytes});
}

void traffic_probe_send(Host *host, uint64_t argument)
{
    const TrafficSettings *settings = host_settings(host);
    send(host, stream_to(host, (EntityId)argument), MESSAGE_PROBE, host_now(host));
    host_after(host, settings->probe_interval, TRAFFIC_TIMER_PROBE, argument);
}

void traffic_probe_received(Host *host, Stream *stream, const Message *message)
{
    int64_t sent;
    memcpy(&sent, message->content, sizeof sent);
    if (message->kind == MESSAGE_PROBE) {
        send(host, stream, MESSAGE_ECHO, sent);
    } else {
        host_measure(host, TRAFFIC_METRIC_PROBE, host_now(host) - sent);
    }
}

/* SPDX-License-Identifier: MIT */
/* What a network tells about itself: names, metrics, inputs, one peer in words. */
#include "models/connection.h"
#include "models/held_items.h"
#include "models/network.h"
#include "models/stack.h"

#include "sim/value_text.h"

#include <string.h>

uint32_t network_peer_count(const Network *network)
{
    return network->peer_count;
}

const char *const *network_peer_names(const Network *network)
{
    return (const char *const *)network->peer_names;
}

Simulation *network_simulation(const Network *network)
{
    return network->simulation;
}

unsigned network_metric_count(const Network *network)
{
    return network->metric_count;
}

const char *network_metric_name(const Network *network, unsigned index)
{
    return network->metric_names[index];
}

const char *network_metric_unit(const Network *network, unsigned index)
{
    static const char *const UNITS[METRIC_FIRST] = {"ns", "ns", "1"};
    return index < METRIC_FIRST ? UNITS[index]
                                : network->application->metrics[index - METRIC_FIRST].unit;
}

const Metric *network_metric(const Network *network, unsigned index)
{
    g_assert(index < network->metric_count && network->parts != NULL);
    return network->parts[0].metrics[index];
}

SimDuration network_lookahead(const Network *network)
{
    return network->lookahead;
}

/* GLib gives an empty array no memory, not even for its NULL. */
static const char *const *texts_of(const GPtrArray *array)
{
    static const char *const NONE[] = {NULL};
    return array->len == 0 ? NONE : (const char *const *)(void *)array->pdata;
}

const char *const *network_inputs(const Network *network)
{
    return texts_of(network->inputs);
}

const char *const *network_warnings(const Network *network)
{
    return texts_of(network->warnings);
}

bool network_records_trace(const Network *network, uint64_t trace)
{
    switch (network->level) {
    case RECORD_ALL:
        return true;
    case RECORD_SAMPLED:
        return trace != 0 && random_chance(mix_two(network->options.seed, trace), network->sample);
    case RECORD_METRICS:
        return false;
    }
    return false;
}

void message_record(const Host *host, const MessageHeader *message, EntityId receiver,
                    SimTime received, const char *fate)
{
    const NetworkPart *part = host_part(host);
    if (received != RECORD_NO_TIME) {
        metric_add(part->metrics[METRIC_MESSAGE_LATENCY], received - message->sent);
        metric_add(part->metrics[METRIC_MESSAGE_LOSS], 0);
    } else if (strcmp(fate, "in-flight") != 0) {
        metric_add(part->metrics[METRIC_MESSAGE_LOSS], 1);
    }
    if (part->records == NULL || message->is_recorded == 0) {
        return;
    }
    const Protocol *protocol = &host->network->application->protocols[message->protocol];
    record_message(
        part->records,
        &(MessageRow){.id = record_id(message->sender, message->number),
                      .sender = message->sender,
                      .receiver = receiver,
                      .stream = message->stream,
                      .kind = protocol->messages == NULL ? NULL : protocol->messages[message->kind],
                      .fate = fate,
                      .size_bytes = message->size_bytes,
                      .sent = message->sent,
                      .received = received});
}

static void print_streams(const Network *network, const Connection *connection, GString *text)
{
    for (const Stream *stream = connection->streams; stream != NULL; stream = stream->next) {
        g_string_append_printf(text, "    stream %" G_GUINT64_FORMAT " %s, opened by %u%s%s\n",
                               stream->id, network->application->protocols[stream->protocol].name,
                               (unsigned)(stream->id >> 32),
                               stream->is_write_closed ? ", write side closed" : "",
                               stream->is_remote_closed ? ", other side closed" : "");
    }
}

void network_print_peer(const Network *network, EntityId peer, GString *text)
{
    const Host *host = host_of(simulation_entity(network->simulation, peer));
    const char *name = host_peer_name(host, peer);
    g_string_append_printf(text, "peer %u%s%s%s\n", peer, name == NULL ? "" : " ",
                           name == NULL ? "" : name, host->is_crashed ? ", crashed" : "");
    if (network->application->print_state != NULL) {
        g_string_append(text, "  state ");
        network->application->print_state(host->state, text);
        g_string_append_c(text, '\n');
    }
    uint32_t held = 0;
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        held += held_items_count(&host->contacts.contacts[i]);
        const Connection *connection = host->contacts.contacts[i].connections;
        for (; connection != NULL; connection = connection->next) {
            g_autofree char *since = value_print(connection->dialed, VALUE_DURATION);
            g_string_append_printf(text, "  connection with %u, %s by %s at %s\n", connection->peer,
                                   connection->state == CONNECTION_OPEN ? "open, dialled"
                                                                        : "being dialled",
                                   connection->is_dialer ? "this peer" : "the other", since);
            print_streams(network, connection, text);
        }
    }
    if (held > 0) {
        g_string_append_printf(text, "  %u things held until they can be sent\n", held);
    }
}

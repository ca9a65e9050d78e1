/* SPDX-License-Identifier: MIT */
/* What a network tells about itself: names, metrics, inputs, one peer in words. */
#include "models/connection.h"
#include "models/held_items.h"
#include "models/network.h"
#include "models/snapshot_layer.h"
#include "models/stack.h"
#include "sim/json_text.h"
#include "sim/value_text.h"

#include <string.h>

uint32_t network_peer_count(const Network *network)
{
    return network->peer_count;
}

const Topology *network_topology(const Network *network)
{
    return network->topology;
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

static const MetricName METRICS[METRIC_FIRST] = {
    [METRIC_DIAL_TIME] = {"dial.time", "ns", NULL},
    [METRIC_MESSAGE_LATENCY] = {"message.latency", "ns", NULL},
    [METRIC_MESSAGE_LOSS] = {"message.loss", "1", NULL},
    [METRIC_PACKET_LATENCY] = {"packet.latency", "ns", NULL},
    [METRIC_PACKET_QUEUEING] = {"packet.queueing", "ns", NULL},
    [METRIC_PACKET_LOSS] = {"packet.loss", "1", NULL},
    [METRIC_PACKET_DROP] = {"packet.queue-drop", "B", NULL},
};

const char *network_metric_title(NetworkMetric metric)
{
    return METRICS[metric].name;
}

const char *network_metric_unit(const Network *network, unsigned index)
{
    return index < METRIC_FIRST ? METRICS[index].unit
                                : network->application->metrics[index - METRIC_FIRST].unit;
}

const Application *network_application(const Network *network)
{
    return network->application;
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
    if (message->original != 0) {
        ; /* a link's doing, not a message that was sent */
    } else if (received != RECORD_NO_TIME) {
        metric_add(part->metrics[METRIC_MESSAGE_LATENCY], received - message->sent);
        metric_add(part->metrics[METRIC_MESSAGE_LOSS], 0);
    } else if (strcmp(fate, "in-flight") != 0) {
        metric_add(part->metrics[METRIC_MESSAGE_LOSS], 1);
    } else {
        snapshot_layer_in_flight(host->network, message, receiver);
    }
    const Stack *stack = host->network->stack;
    if (host->network->record.packets && !host->network->sends_packets &&
        stack->record_message != NULL) {
        stack->record_message(host, message, receiver, received, fate);
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
                      .received = received,
                      .duplicate_of = message->original == 0
                                          ? 0
                                          : record_id(message->sender, message->original)});
}

uint64_t network_state_hash(const Network *network, EntityId peer)
{
    const Application *application = network->application;
    const void *state = host_of(simulation_entity(network->simulation, peer))->state;
    if (application->hash_state != NULL) {
        return application->hash_state(state);
    }
    if (application->print_state == NULL) {
        return 0;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    application->print_state(state, text);
    return mix_bytes(text->str, text->len);
}

static int compare_lines(const void *a, const void *b)
{
    const LogLine *x = a, *y = b;
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    if (x->peer != y->peer) {
        return x->peer < y->peer ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

void network_flush_log(Network *network)
{
    const NetworkOptions *options = &network->options;
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(LogLine));
    for (unsigned k = 0; k < simulation_partition_count(network->simulation); k++) {
        GArray *log = network->parts[k].log;
        if (log != NULL && log->len > 0) {
            g_array_append_vals(lines, log->data, log->len);
            g_array_set_size(log, 0);
        }
    }
    g_array_sort(lines, compare_lines);
    for (guint i = 0; i < lines->len; i++) {
        const LogLine *line = &g_array_index(lines, LogLine, i);
        options->log_line(options->log_data, line->time, line->peer, line->level, line->text);
        g_free(line->text);
    }
}

static void print_streams(const Host *host, const Connection *connection, GString *text)
{
    for (const Stream *stream = connection_newest_stream(host, connection); stream != NULL;
         stream = stream_next(host, stream)) {
        g_string_append_printf(
            text, "    stream %u#%u %s, opened by %u%s%s\n", (unsigned)(stream->id >> 32),
            (unsigned)stream->id, host->network->application->protocols[stream->protocol].name,
            (unsigned)(stream->id >> 32), stream->is_write_closed ? ", write side closed" : "",
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
            g_autofree char *since = value_print_readable(connection->dialed, VALUE_DURATION, 0);
            g_string_append_printf(text, "  connection with %u, %s by %s at %s\n", connection->peer,
                                   connection->state == CONNECTION_OPEN ? "open, dialled"
                                                                        : "being dialled",
                                   connection->is_dialer ? "this peer" : "the other", since);
            print_streams(host, connection, text);
        }
    }
    if (held > 0) {
        g_string_append_printf(text, "  %u things held until they can be sent\n", held);
    }
}

static void append_streams_json(const Host *host, const Connection *connection, GString *json)
{
    json_text_append_key(json, "streams");
    g_string_append_c(json, '[');
    for (const Stream *stream = connection_newest_stream(host, connection); stream != NULL;
         stream = stream_next(host, stream)) {
        json_text_next(json);
        g_string_append_c(json, '{');
        json_text_append_value(json, "id", "%" G_GUINT64_FORMAT, stream->id);
        json_text_append_member(json, "protocol",
                                host->network->application->protocols[stream->protocol].name);
        json_text_append_value(json, "opener", "%u", (unsigned)(stream->id >> 32));
        json_text_append_value(json, "write_closed", stream->is_write_closed ? "true" : "false");
        json_text_append_value(json, "remote_closed", stream->is_remote_closed ? "true" : "false");
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
}

static void append_connections_json(const Host *host, GString *json)
{
    json_text_append_key(json, "connections");
    g_string_append_c(json, '[');
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        const Connection *connection = host->contacts.contacts[i].connections;
        for (; connection != NULL; connection = connection->next) {
            json_text_next(json);
            g_string_append_c(json, '{');
            json_text_append_value(json, "peer", "%u", connection->peer);
            json_text_append_value(json, "open",
                                   connection->state == CONNECTION_OPEN ? "true" : "false");
            json_text_append_value(json, "dialer", connection->is_dialer ? "true" : "false");
            json_text_append_value(json, "dialed_ns", "%" G_GINT64_FORMAT, connection->dialed);
            append_streams_json(host, connection, json);
            g_string_append_c(json, '}');
        }
    }
    g_string_append_c(json, ']');
}

void network_append_peer_json(const Network *network, EntityId peer, GString *json)
{
    const Host *host = host_of(simulation_entity(network->simulation, peer));
    g_string_append_c(json, '{');
    json_text_append_value(json, "peer", "%u", peer);
    json_text_append_member(json, "name", host_peer_name(host, peer));
    json_text_append_value(json, "crashed", host->is_crashed ? "true" : "false");
    json_text_append_key(json, "state");
    if (network->application->print_state != NULL) {
        network->application->print_state(host->state, json);
    } else {
        g_string_append(json, "null");
    }
    append_connections_json(host, json);
}

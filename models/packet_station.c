/* SPDX-License-Identifier: MIT */
/* Stations by place, and the two ways through them: a port that answers at once, or a managed queue
 * whose transmitter takes one packet after another by events. */
#include "models/packet_station.h"

#include "models/managed_queue.h"

#include <string.h>

typedef struct RateContext {
    const Network *network;
    PathKey key;
    EntityId sender, receiver;
} RateContext;

typedef struct Station {
    LinkPort *port;
    uint32_t *draws;
    const QueuePolicy *policy;
    RateContext rate;
    EntityId peer; /* of the pair's link; else the host itself */
    StationPlace place;
    NetworkSeries series;
} Station;

/* The body of KIND_PORT. */
typedef struct PortBody {
    uint32_t place;
    EntityId peer;
} PortBody;

/* What is in force. */

unsigned path_value_in_force(const Network *network, PathKey key, SimTime time, EntityId sender,
                             EntityId receiver)
{
    if (!network->path.is_varied[key]) {
        return 0;
    }
    const unsigned row =
        fault_plan_setting(network->plan, time, path_key_name(key), sender, receiver);
    return row == 0 ? 0 : network->row_numbers[row - 1];
}

int64_t network_base_rate(const Network *network, PathKey key, EntityId sender, EntityId receiver)
{
    const PathModels *path = &network->path;
    if (path->tables[key] != NULL) {
        return *(const int64_t *)edge_values_get(path->tables[key], sender, receiver);
    }
    if (key == PATH_BANDWIDTH && path->takes_path_bandwidth) {
        return latency_model_path_bandwidth(network_latency(network, 0, 0), sender, receiver);
    }
    return g_array_index(path->values[key], int64_t, 0);
}

static LinkRate rate_at(const void *data, SimTime time)
{
    const RateContext *context = data;
    const Network *network = context->network;
    const unsigned value =
        path_value_in_force(network, context->key, time, context->sender, context->receiver);
    return (LinkRate){
        .bits_per_second =
            value > 0
                ? g_array_index(network->path.values[context->key], int64_t, value)
                : network_base_rate(network, context->key, context->sender, context->receiver),
        .until = fault_plan_next_change(network->plan, time)};
}

static LinkRateSource source_of(const RateContext *context)
{
    const PathModels *path = &context->network->path;
    return (LinkRateSource){.bits_per_second = network_base_rate(
                                context->network, context->key, context->sender, context->receiver),
                            .at = path->is_varied[context->key] ? rate_at : NULL,
                            .context = context};
}

/* Stations. */

static Station access_station(Host *host, StationPlace place)
{
    if (host->access == NULL) {
        host->access = g_new0(AccessPorts, 1);
        host_part(host)->has_ports = true;
    }
    const bool is_up = place == STATION_UP;
    const EntityId self = host->entity.id;
    return (Station){
        .port = is_up ? &host->access->up : &host->access->down,
        .draws = &host->access->draws,
        .policy = &host->network->path.access_queue,
        .rate = {host->network, is_up ? PATH_UP : PATH_DOWN, self, self},
        .peer = self,
        .place = place,
        .series = is_up ? SERIES_UP_QUEUE : SERIES_DOWN_QUEUE,
    };
}

static Station pair_station(Host *host, StationPlace place, EntityId peer, SimTime time)
{
    const Network *network = host->network;
    Contact *contact = contact_table_get(&host->contacts, peer);
    if (contact->ports == NULL) {
        contact->ports = g_new0(PairPorts, 1);
        host_part(host)->has_ports = true;
    }
    const bool is_sender = place == STATION_SENDING;
    const EntityId self = host->entity.id;
    const EntityId sender = is_sender ? self : peer, receiver = is_sender ? peer : self;
    const unsigned policy = path_value_in_force(network, PATH_QUEUE, time, sender, receiver);
    return (Station){
        .port = is_sender ? &contact->ports->sending : &contact->ports->receiving,
        .draws = &contact->ports->draws,
        .policy = &g_array_index(network->path.values[PATH_QUEUE], QueuePolicy, policy),
        .rate = {network, PATH_BANDWIDTH, sender, receiver},
        .peer = peer,
        .place = place,
        .series = SERIES_LINK_QUEUE,
    };
}

static Station station_at(Host *host, StationPlace place, EntityId peer, SimTime time)
{
    return place == STATION_UP || place == STATION_DOWN ? access_station(host, place)
                                                        : pair_station(host, place, peer, time);
}

bool station_is_managed(const Host *host, StationPlace place)
{
    const PathModels *path = &host->network->path;
    return queue_policy_is_managed(place == STATION_UP || place == STATION_DOWN
                                       ? &path->access_queue
                                       : &g_array_index(path->values[PATH_QUEUE], QueuePolicy, 0));
}

static void sample(const Host *host, const Station *station, SimTime time, uint64_t waiting_bytes)
{
    network_sample(host, station->series, time, (double)waiting_bytes, 0,
                   station->series == SERIES_LINK_QUEUE ? station->peer : RECORD_NO_PEER);
}

/* What has left since the last packet came, up to `now`. */
static void sample_steps(const Host *host, const Station *station, SimTime now)
{
    SimTime start;
    while (link_port_step(station->port, now, &start)) {
        sample(host, station, start, station->port->waiting_bytes);
    }
}

/* A port that answers at once. */

static bool pass_port(const Host *host, const Station *station, Packet *packet, SimTime *time)
{
    const Network *network = host->network;
    const LinkRateSource source = source_of(&station->rate);
    uint64_t word = 0;
    if (station->policy->kind == QUEUE_RED) {
        word = random_word(random_key(network->options.seed, network->path.queue_purpose,
                                      host->entity.id, station->peer),
                           (*station->draws)++);
    }
    const bool is_sampled = network_records_series(host, station->series);
    if (is_sampled) {
        sample_steps(host, station, *time);
    }
    SimTime start, end;
    if (!link_port_pass(station->port, station->policy, &source, *time, packet->size_bytes, word,
                        &start, &end)) {
        return false;
    }
    if (is_sampled) {
        sample(host, station, *time, link_port_waiting_bytes(station->port, *time));
    }
    packet->waited += start - *time;
    *time = end;
    return true;
}

/* A managed queue. */

static void drop_all(Host *host, QueueItem *items)
{
    while (items != NULL) {
        QueueItem *next = items->next;
        packet_drop(host, (const Packet *)items->body);
        g_free(items);
        items = next;
    }
}

/* Sends what the queue gives until a transmission takes time. */
static void transmit(Host *host, const Station *station)
{
    LinkPort *port = station->port;
    const SimTime now = host_now(host);
    const LinkRateSource source = source_of(&station->rate);
    while (port->busy_until <= now) {
        QueueItem *dropped = NULL;
        QueueItem *item = managed_queue_take(port->managed, now, &dropped);
        drop_all(host, dropped);
        if (network_records_series(host, station->series) && (item != NULL || dropped != NULL)) {
            sample(host, station, now, managed_queue_waiting_bytes(port->managed));
        }
        if (item == NULL) {
            return;
        }
        if (port->busy_until < now) {
            port->remainder = 0;
        }
        const SimTime end = link_rate_end(&source, now, item->size_bytes, &port->remainder);
        port->busy_until = end;
        if (end > now) {
            PortBody *body =
                entity_post(&host->entity, host->entity.id, end - now, KIND_PORT, sizeof *body);
            *body = (PortBody){.place = station->place, .peer = station->peer};
        }
        Packet *packet = (Packet *)item->body;
        packet->waited += now - item->enqueued;
        packet_continue(host, packet, end);
        g_free(item);
    }
}

static QueueItem *item_of(const Packet *packet, const PacketContent *content)
{
    QueueItem *item = queue_item_new((uint32_t)sizeof *packet + packet->content_size_bytes);
    item->size_bytes = packet->size_bytes;
    item->flow = mix_two(packet->flow, (uint64_t)packet->sender << 32 | packet->receiver);
    uint8_t *body = (uint8_t *)item->body;
    memcpy(body, packet, sizeof *packet);
    memcpy(body + sizeof *packet, content->head, content->head_size_bytes);
    if (content->tail_size_bytes > 0) {
        memcpy(body + sizeof *packet + content->head_size_bytes, content->tail,
               content->tail_size_bytes);
    }
    return item;
}

static StationAnswer hold(Host *host, const Station *station, const Packet *packet,
                          const PacketContent *content)
{
    LinkPort *port = station->port;
    if (port->managed == NULL) {
        port->managed = managed_queue_new(station->policy);
    }
    QueueItem *item = item_of(packet, content);
    QueueItem *dropped = managed_queue_add(port->managed, host_now(host), item);
    if (dropped == item && item->next == NULL) {
        g_free(item);
        return STATION_FULL;
    }
    if (network_records_series(host, station->series)) {
        sample(host, station, host_now(host), managed_queue_waiting_bytes(port->managed));
    }
    drop_all(host, dropped);
    transmit(host, station);
    return STATION_HOLDS;
}

StationAnswer station_pass(Host *host, StationPlace place, Packet *packet,
                           const PacketContent *content, SimTime *time)
{
    const EntityId peer = place == STATION_SENDING ? packet->receiver : packet->sender;
    const Station station = station_at(host, place, peer, *time);
    if (queue_policy_is_managed(station.policy)) {
        g_assert(*time == host_now(host));
        return hold(host, &station, packet, content);
    }
    return pass_port(host, &station, packet, time) ? STATION_PASSED : STATION_FULL;
}

void station_ready(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    const PortBody *body = content->body;
    const Station station = station_at(host, (StationPlace)body->place, body->peer, host_now(host));
    transmit(host, &station);
}

/* The end of the run. */

static void report_held(Host *host, LinkPort *port, StationPlace place, EntityId peer)
{
    const Station station = {
        .port = port,
        .peer = peer,
        .series = place == STATION_UP     ? SERIES_UP_QUEUE
                  : place == STATION_DOWN ? SERIES_DOWN_QUEUE
                                          : SERIES_LINK_QUEUE,
    };
    if (network_records_series(host, station.series)) {
        sample_steps(host, &station, simulation_now(host->network->simulation) - 1);
    }
    if (port->managed == NULL) {
        return;
    }
    for (QueueItem *item; (item = managed_queue_remove(port->managed)) != NULL; g_free(item)) {
        packet_is_in_flight(host, (const Packet *)item->body);
    }
}

void station_report_held(Host *host)
{
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        PairPorts *ports = host->contacts.contacts[i].ports;
        const EntityId peer = host->contacts.contacts[i].peer;
        if (ports != NULL) {
            report_held(host, &ports->sending, STATION_SENDING, peer);
            report_held(host, &ports->receiving, STATION_RECEIVING, peer);
        }
    }
    if (host->access != NULL) {
        report_held(host, &host->access->up, STATION_UP, host->entity.id);
        report_held(host, &host->access->down, STATION_DOWN, host->entity.id);
    }
}

void station_clear_all(Host *host)
{
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        PairPorts *ports = host->contacts.contacts[i].ports;
        if (ports != NULL) {
            link_port_clear(&ports->sending);
            link_port_clear(&ports->receiving);
            g_clear_pointer(&host->contacts.contacts[i].ports, g_free);
        }
    }
    if (host->access != NULL) {
        link_port_clear(&host->access->up);
        link_port_clear(&host->access->down);
        g_clear_pointer(&host->access, g_free);
    }
}

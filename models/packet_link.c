/* SPDX-License-Identifier: MIT */
/* Packets from station to station. Where a station answers at once when a packet will have left it,
 * the packet goes on to the next one with that time; an event is needed only to cross to the
 * receiver, and there to wait for the end of what its down link does. */
#include "models/packet_link.h"

#include "models/link.h"
#include "models/stack.h"

#include <string.h>

/* Where a packet is, or goes on when its event comes. */
typedef enum Stage {
    STAGE_UP,
    STAGE_LINK,
    STAGE_WIRE,
    STAGE_FAR_LINK, /* with link.order: propagation-first */
    STAGE_DOWN,
    STAGE_HOST,
} Stage;

enum { DOOM_NONE, DOOM_LOST, DOOM_CORRUPTED };

static LinkOrder order_of(const Host *host)
{
    return (LinkOrder)host->network->link.order;
}

/* The end of a packet, here. */

static void deliver(Host *host, const Packet *packet)
{
    const NetworkPart *part = host_part(host);
    metric_add(part->metrics[METRIC_PACKET_LATENCY], host_now(host) - packet->sent);
    metric_add(part->metrics[METRIC_PACKET_QUEUEING], packet->waited);
    metric_add(part->metrics[METRIC_PACKET_LOSS], 0);
    host->network->stack->receive_packet(host, packet);
}

static void lose(const Host *host, const Packet *packet, const PacketContent *content,
                 const char *fate)
{
    const NetworkPart *part = host_part(host);
    metric_add(part->metrics[METRIC_PACKET_LOSS], 1);
    if (strcmp(fate, "queue-drop") == 0) {
        metric_add(part->metrics[METRIC_PACKET_DROP], packet->size_bytes);
    }
    if (host->network->stack->packet_gone != NULL) {
        host->network->stack->packet_gone(host, packet, content->head, fate);
    }
}

/* Stations. */

typedef struct RateContext {
    const Network *network;
    PathKey key;
    EntityId sender, receiver;
} RateContext;

static unsigned row_in_force(const Network *network, PathKey key, SimTime time, EntityId sender,
                             EntityId receiver)
{
    if (!network->path.is_varied[key]) {
        return 0;
    }
    const unsigned row =
        fault_plan_setting(network->plan, time, path_key_name(key), sender, receiver);
    return row == 0 ? 0 : network->row_numbers[row - 1];
}

static LinkRate rate_at(const void *data, SimTime time)
{
    const RateContext *context = data;
    const Network *network = context->network;
    const unsigned row =
        row_in_force(network, context->key, time, context->sender, context->receiver);
    return (LinkRate){.bits_per_second =
                          g_array_index(network->path.values[context->key], int64_t, row),
                      .until = fault_plan_next_change(network->plan, time)};
}

static double probability_of(const Host *host, PathKey key, EntityId peer)
{
    const Network *network = host->network;
    const unsigned row = row_in_force(network, key, host_now(host), host->entity.id, peer);
    return g_array_index(network->path.values[key], double, row);
}

typedef struct Station {
    LinkPort *port;
    uint32_t *draws;
    const QueuePolicy *policy;
    RateContext rate;
    EntityId owner, other; /* of the draws */
} Station;

static AccessPorts *access_ports(Host *host)
{
    if (host->access == NULL) {
        host->access = g_new0(AccessPorts, 1);
    }
    return host->access;
}

static PairPorts *pair_ports(Host *host, EntityId peer)
{
    Contact *contact = contact_table_get(&host->contacts, peer);
    if (contact->ports == NULL) {
        contact->ports = g_new0(PairPorts, 1);
    }
    return contact->ports;
}

static Station access_station(Host *host, PathKey key)
{
    AccessPorts *ports = access_ports(host);
    return (Station){
        .port = key == PATH_UP ? &ports->up : &ports->down,
        .draws = &ports->draws,
        .policy = &host->network->path.access_queue,
        .rate = {host->network, key, host->entity.id, host->entity.id},
        .owner = host->entity.id,
        .other = host->entity.id,
    };
}

static Station pair_station(Host *host, const Packet *packet, SimTime time)
{
    const Network *network = host->network;
    const bool is_sender = packet->sender == host->entity.id;
    const EntityId peer = is_sender ? packet->receiver : packet->sender;
    PairPorts *ports = pair_ports(host, peer);
    const unsigned row = row_in_force(network, PATH_QUEUE, time, packet->sender, packet->receiver);
    return (Station){
        .port = is_sender ? &ports->sending : &ports->receiving,
        .draws = &ports->draws,
        .policy = &g_array_index(network->path.values[PATH_QUEUE], QueuePolicy, row),
        .rate = {network, PATH_BANDWIDTH, packet->sender, packet->receiver},
        .owner = host->entity.id,
        .other = peer,
    };
}

/* Passes the packet at *time, which becomes the time when it has left. */
static bool pass(const Station *station, Packet *packet, SimTime *time)
{
    const Network *network = station->rate.network;
    const GArray *rates = network->path.values[station->rate.key];
    const bool is_varied = network->path.is_varied[station->rate.key];
    const LinkRateSource source = {.bits_per_second = g_array_index(rates, int64_t, 0),
                                   .at = is_varied ? rate_at : NULL,
                                   .context = &station->rate};
    uint64_t word = 0;
    if (station->policy->kind == QUEUE_RED) {
        word = random_word(random_key(network->options.seed, network->path.queue_purpose,
                                      station->owner, station->other),
                           (*station->draws)++);
    }
    SimTime start, end;
    if (!link_port_pass(station->port, station->policy, &source, *time, packet->size_bytes, word,
                        &start, &end)) {
        return false;
    }
    packet->waited += start - *time;
    *time = end;
    return true;
}

static void post(Host *host, EntityId target, SimTime time, const Packet *packet,
                 const PacketContent *content)
{
    uint8_t *body = entity_post(&host->entity, target, time - host_now(host), KIND_PACKET,
                                (uint32_t)sizeof *packet + packet->content_size_bytes);
    memcpy(body, packet, sizeof *packet);
    memcpy(body + sizeof *packet, content->head, content->head_size_bytes);
    if (content->tail_size_bytes > 0) {
        memcpy(body + sizeof *packet + content->head_size_bytes, content->tail,
               content->tail_size_bytes);
    }
}

/* Onto the wire at `time`: the receiver has it next. */
static void propagate(Host *host, Packet *packet, const PacketContent *content, SimTime time)
{
    const Network *network = host->network;
    if (link_is_cut_at(host, packet->receiver, time)) {
        lose(host, packet, content, "partitioned");
        return;
    }
    if (packet->doom == DOOM_LOST && order_of(host) == LINK_LOSS_LAST) {
        lose(host, packet, content, "lost");
        return;
    }
    const uint64_t purpose =
        packet->original == 0 ? network->latency_purpose : network->path.duplicate_purpose;
    SimTime arrival = time + link_delay_at(host, packet->receiver, time, purpose, packet->index);
    const bool may_overtake =
        network->link.reorder == LINK_REORDER_YES ||
        (network->link.reorder == LINK_REORDER_AUTO && !network->stack->has_connections);
    if (!may_overtake) {
        Contact *contact = contact_table_get(&host->contacts, packet->receiver);
        contact->floor = arrival = MAX(arrival, contact->floor);
    }
    packet->stage = order_of(host) == LINK_PROPAGATION_FIRST && network->path.has_pair_port
                        ? STAGE_FAR_LINK
                        : STAGE_DOWN;
    post(host, packet->receiver, arrival, packet, content);
}

/* At the sender, from its station on. False when the host's own queue had no room. */
static bool leave(Host *host, Packet *packet, const PacketContent *content, SimTime time)
{
    const Network *network = host->network;
    if (packet->stage == STAGE_UP && network->path.has_access_ports) {
        const Station up = access_station(host, PATH_UP);
        if (!pass(&up, packet, &time)) {
            lose(host, packet, content, "queue-drop");
            return false;
        }
    }
    if (network->path.has_pair_port && order_of(host) != LINK_PROPAGATION_FIRST) {
        const Station link = pair_station(host, packet, time);
        if (!pass(&link, packet, &time)) {
            lose(host, packet, content, "queue-drop");
            return true;
        }
    }
    propagate(host, packet, content, time);
    return true;
}

/* At the receiver, now: on to the host, or a later event for it. */
static void enter(Host *host, Packet *packet, const Packet *body)
{
    const Network *network = host->network;
    const PacketContent content = {.head = body->content,
                                   .head_size_bytes = packet->content_size_bytes};
    SimTime time = host_now(host);
    bool has_room = true;
    if (packet->stage == STAGE_FAR_LINK) {
        const Station link = pair_station(host, packet, time);
        has_room = pass(&link, packet, &time);
    }
    if (has_room && packet->doom == DOOM_LOST) {
        lose(host, packet, &content, "lost");
        return;
    }
    if (has_room && network->path.has_access_ports && packet->stage != STAGE_HOST) {
        const Station down = access_station(host, PATH_DOWN);
        has_room = pass(&down, packet, &time);
    }
    if (!has_room) {
        lose(host, packet, &content, "queue-drop");
        return;
    }
    if (time > host_now(host)) {
        packet->stage = STAGE_HOST;
        post(host, host->entity.id, time, packet, &content);
    } else if (packet->doom == DOOM_CORRUPTED) {
        lose(host, packet, &content, "corrupted");
    } else if (host->is_crashed) {
        lose(host, packet, &content, "dead-peer");
    } else {
        deliver(host, body);
    }
}

/* What becomes of a packet on the link, drawn when it is sent. */

static uint64_t word_of(const Host *host, uint64_t purpose, const Packet *packet)
{
    const uint64_t key =
        random_key(host->network->options.seed, purpose, packet->sender, packet->receiver);
    return random_pair(key, packet->index, packet->original == 0 ? 0 : 1).first;
}

static bool is_corrupted(const Host *host, const Packet *packet)
{
    return host->network->path.has_corruption &&
           random_chance(word_of(host, host->network->path.corruption_purpose, packet),
                         probability_of(host, PATH_CORRUPTION, packet->receiver));
}

static bool is_duplicated(const Host *host, const Packet *packet)
{
    return host->network->path.has_copies &&
           random_chance(word_of(host, host->network->path.duplication_purpose, packet),
                         probability_of(host, PATH_DUPLICATION, packet->receiver));
}

static void send_copy(Host *host, Packet *copy, const PacketContent *content)
{
    const Stack *stack = host->network->stack;
    copy->original = copy->number;
    copy->number = ++host->packets_made;
    copy->doom = is_corrupted(host, copy) ? DOOM_CORRUPTED : DOOM_NONE;
    g_autofree void *head = g_memdup2(content->head, content->head_size_bytes);
    if (stack->copied_packet != NULL) {
        stack->copied_packet(host, head);
    }
    PacketContent content_of_copy = *content;
    content_of_copy.head = head;
    leave(host, copy, &content_of_copy, host_now(host));
}

bool packet_send(Host *host, EntityId peer, const Packet *packet, const PacketContent *content)
{
    g_assert(entity_is_running(&host->entity) && host->network->sends_packets);
    Contact *contact = contact_table_get(&host->contacts, peer);
    Packet sent = {
        .connection = packet->connection,
        .flow = packet->flow,
        .size_bytes = packet->size_bytes,
        .content_size_bytes = content->head_size_bytes + content->tail_size_bytes,
        .sent = host_now(host),
        .sender = host->entity.id,
        .receiver = peer,
        .number = ++host->packets_made,
        .index = contact->messages++,
        .stage = STAGE_UP,
    };
    const bool is_lost = link_message_is_lost(host, contact);
    if (is_lost && order_of(host) == LINK_LOSS_FIRST) {
        lose(host, &sent, content, "lost");
        return true;
    }
    Packet copy = sent;
    const bool has_copy = is_duplicated(host, &sent);
    sent.doom = is_lost ? DOOM_LOST : is_corrupted(host, &sent) ? DOOM_CORRUPTED : DOOM_NONE;
    const bool is_taken = leave(host, &sent, content, host_now(host));
    if (has_copy) {
        send_copy(host, &copy, content);
    }
    return is_taken;
}

uint32_t packet_mtu(const Host *host, EntityId peer)
{
    (void)peer;
    return (uint32_t)host->network->link.mtu_bytes;
}

void packet_arrived(Entity *self, const EventContent *content)
{
    const Packet *body = content->body;
    Packet packet = *body;
    enter(host_of(self), &packet, body);
}

uint64_t packet_digest(const EventContent *content)
{
    const Packet *packet = content->body;
    return mix_two(packet_head_digest(packet),
                   mix_bytes(packet->content, packet->content_size_bytes));
}

uint64_t packet_head_digest(const Packet *packet)
{
    uint64_t digest = mix_two((uint64_t)packet->sent, (uint64_t)packet->waited);
    digest = mix_two(digest, (uint64_t)packet->sender << 32 | packet->number);
    digest = mix_two(digest, (uint64_t)packet->size_bytes << 32 | packet->original);
    return mix_two(digest, (uint64_t)packet->stage << 16 | packet->doom);
}

void packet_is_in_flight(const Host *host, const Packet *packet)
{
    if (host->network->stack->packet_gone != NULL) {
        host->network->stack->packet_gone(host, packet, packet->content, "in-flight");
    }
}

void packet_ports_clear(Host *host)
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

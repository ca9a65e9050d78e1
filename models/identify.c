/* SPDX-License-Identifier: MIT */
/* Identify, and its pushes. */
#include "models/identify.h"

#include "models/stack.h"

/* The count in the ids of its streams, which those of the application do not come near. */
#define IDENTIFY_STREAM (UINT32_C(1) << 31)

/* go-libp2p's maxPushConcurrency. */
enum { PUSHES_MAX = 32 };

/* Of one peer, while any is under way. */
struct IdentifyPushes {
    Span span;
    uint32_t cursor; /* the contact with the next connection that is due */
    uint32_t running, written, failed;
    bool is_repeated;    /* announced once more since they began */
    bool is_going_later; /* identify_go_on() is deferred */
};

const char *identify_protocol_name(unsigned protocol)
{
    return protocol == PROTOCOL_IDENTIFY        ? "/ipfs/id/1.0.0"
           : protocol == PROTOCOL_IDENTIFY_PUSH ? "/ipfs/id/push/1.0.0"
                                                : NULL;
}

static uint32_t answer_bytes(const Host *host)
{
    const uint32_t size_bytes = (uint32_t)host->network->layers.identify.size_bytes;
    return size_bytes + (size_bytes < 128 ? 1 : 2); /* the length before it, a varint */
}

/* The dial is done, as far as identify goes. */
static void finish_opening(Host *host, MuxedConnection *muxed)
{
    channels_open_held(host, muxed);
    if (muxed->is_opening) {
        muxed->is_opening = false;
        connection_opened(host, muxed->connection);
    }
}

void identify_begin(Host *host, MuxedConnection *muxed)
{
    const IdentifySettings *settings = &host->network->layers.identify;
    if (settings->enabled) {
        if (muxed->is_opening) {
            const Span identify =
                span_start(host, "identify", &muxed->connection->account->span.context);
            muxed->identify = g_memdup2(&identify, sizeof identify);
        }
        muxed->is_identifying = true;
        muxed->carrier->set_identify_timeout(host, muxed, host_now(host) + settings->timeout);
        channel_open(host, muxed,
                     channel_new(host, muxed, record_id(host->entity.id, IDENTIFY_STREAM),
                                 PROTOCOL_IDENTIFY));
    }
    if (!settings->enabled || !settings->wait) {
        finish_opening(host, muxed);
    }
}

/* Pushes on one connection. */

static bool is_own_push(const Channel *channel)
{
    return channel->protocol == PROTOCOL_IDENTIFY_PUSH && channel->negotiation.is_initiator &&
           !channel->has_ended;
}

static bool is_pushing(const MuxedConnection *muxed)
{
    const Channel *channel = muxed->channels;
    while (channel != NULL && !is_own_push(channel)) {
        channel = channel->next;
    }
    return channel != NULL;
}

/* One time is kept for both: that of the answer, else that of the push begun last. */
static void set_timeout(Host *host, MuxedConnection *muxed)
{
    const SimDuration timeout = host->network->layers.identify.timeout;
    if (!muxed->is_identifying) {
        muxed->carrier->set_identify_timeout(
            host, muxed, is_pushing(muxed) ? host_now(host) + timeout : SIM_TIME_MAX);
    }
}

/* One is not under way any more. The next begins when all else of this instant is done. */
static void count_push(Host *host, bool is_written)
{
    struct IdentifyPushes *pushes = host->pushes;
    if (pushes == NULL) {
        return; /* the peer crashes */
    }
    pushes->running--;
    pushes->written += is_written ? 1 : 0;
    pushes->failed += is_written ? 0 : 1;
    if (!pushes->is_going_later) {
        pushes->is_going_later = true;
        entity_defer(&host->entity, KIND_RELEASE, IDENTIFY_GO_ON);
    }
}

static void push(Host *host, MuxedConnection *muxed)
{
    const uint64_t id = record_id(host->entity.id, ++host->streams_made);
    host->pushes->running++;
    Channel *channel = channel_new(host, muxed, id, PROTOCOL_IDENTIFY_PUSH);
    channel_open(host, muxed, channel);
    set_timeout(host, muxed);
}

static void write_message(Host *host, MuxedConnection *muxed, Channel *channel)
{
    const uint64_t id = channel->id;
    channel->has_ended = true;
    muxed->carrier->write(host, muxed, id, CHANNEL_ITEM_IDENTIFY, 0, answer_bytes(host), 0);
    muxed->carrier->end(host, muxed, id, STREAM_HALF_CLOSE);
}

void identify_speak(Host *host, MuxedConnection *muxed, Channel *channel)
{
    if (is_own_push(channel)) {
        write_message(host, muxed, channel);
        set_timeout(host, muxed);
        count_push(host, true);
    } else if (channel->protocol == PROTOCOL_IDENTIFY && !channel->negotiation.is_initiator) {
        write_message(host, muxed, channel);
    }
}

void identify_note_gone(Host *host, const Channel *channel)
{
    if (is_own_push(channel)) {
        count_push(host, false);
    }
}

static void give_up_pushes(Host *host, MuxedConnection *muxed)
{
    for (Channel *channel = muxed->channels, *next; channel != NULL; channel = next) {
        next = channel->next;
        if (is_own_push(channel)) {
            channel_drop(host, muxed, channel);
        }
    }
}

/* Pushes to all connections. */

/* Counts those that stood before the run. */
static void meet_neighbours(Host *host)
{
    const bool stand = host->network->topology_options.preconnected;
    const uint32_t count = stand ? host_neighbour_count(host) : 0;
    for (uint32_t i = 0; i < count; i++) {
        connection_first(host, host_neighbour(host, i));
    }
}

static MuxedConnection *ready_half(Host *host, Connection *connection)
{
    MuxedConnection *muxed = connection->state != CONNECTION_OPEN || connection->is_closing
                                 ? NULL
                                 : host->network->stack->muxed(host, connection);
    return muxed != NULL && muxed->is_ready ? muxed : NULL;
}

static void make_all_due(Host *host)
{
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        Connection *at = host->contacts.contacts[i].connections;
        for (; at != NULL; at = at->next) {
            MuxedConnection *muxed = ready_half(host, at);
            if (muxed != NULL) {
                muxed->is_push_due = true;
            }
        }
    }
}

static MuxedConnection *due_half(Host *host, const Contact *contact)
{
    for (Connection *at = contact->connections; at != NULL; at = at->next) {
        MuxedConnection *muxed = ready_half(host, at);
        if (muxed != NULL && muxed->is_push_due) {
            return muxed;
        }
    }
    return NULL;
}

static MuxedConnection *take_due(Host *host)
{
    struct IdentifyPushes *pushes = host->pushes;
    for (; pushes->cursor < host->contacts.count; pushes->cursor++) {
        const Contact *contact = &host->contacts.contacts[pushes->cursor];
        MuxedConnection *muxed = due_half(host, contact);
        if (muxed != NULL) {
            muxed->is_push_due = false;
            pushes->cursor += due_half(host, contact) == NULL ? 1 : 0;
            return muxed;
        }
    }
    return NULL;
}

static void push_all(Host *host)
{
    struct IdentifyPushes *pushes = host->pushes;
    MuxedConnection *muxed;
    while (pushes->running < PUSHES_MAX && (muxed = take_due(host)) != NULL) {
        push(host, muxed);
    }
    if (pushes->running > 0) {
        return;
    }
    if (pushes->is_repeated) {
        pushes->is_repeated = false;
        pushes->cursor = 0;
        push_all(host);
        return;
    }
    span_set_integer(&pushes->span, "pushes", pushes->written);
    span_set_integer(&pushes->span, "failed", pushes->failed);
    span_set_integer(&pushes->span, "bytes_sent", (int64_t)pushes->written * answer_bytes(host));
    span_end(host, &pushes->span);
    g_clear_pointer(&host->pushes, g_free);
}

void identify_go_on(Host *host)
{
    if (host->pushes != NULL && host->pushes->is_going_later) {
        host->pushes->is_going_later = false;
        push_all(host);
    }
}

void host_announce(Host *host)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    if (host->network->stack->muxed == NULL || !host->network->layers.identify.enabled) {
        return;
    }
    meet_neighbours(host);
    make_all_due(host);
    if (host->pushes != NULL) {
        host->pushes->is_repeated = true;
        return;
    }
    host->pushes = g_new0(struct IdentifyPushes, 1);
    host->pushes->span = span_start(host, "identify push", NULL);
    push_all(host);
}

void identify_forget(Host *host, bool by_crash)
{
    if (host->pushes != NULL && by_crash) {
        span_end_error(host, &host->pushes->span);
    }
    g_clear_pointer(&host->pushes, g_free);
}

/* The answer of the other side. */

static void stop_waiting(Host *host, MuxedConnection *muxed)
{
    muxed->is_identifying = false;
    set_timeout(host, muxed);
}

/* While the answer is still to come, it says as much as a push. */
static void take_push(Host *host, MuxedConnection *muxed, Channel *channel)
{
    channel->has_ended = true;
    muxed->carrier->end(host, muxed, channel->id, STREAM_HALF_CLOSE);
    muxed->is_known |= !muxed->is_identifying;
}

void identify_arrived(Host *host, MuxedConnection *muxed, Channel *channel)
{
    if (channel->protocol == PROTOCOL_IDENTIFY_PUSH) {
        take_push(host, muxed, channel);
        return;
    }
    channel->has_ended = true;
    muxed->carrier->end(host, muxed, channel->id, STREAM_HALF_CLOSE);
    if (!muxed->is_identifying) {
        return; /* too late */
    }
    stop_waiting(host, muxed);
    muxed->is_known = true;
    if (muxed->identify != NULL) {
        span_set_integer(muxed->identify, "bytes_received", answer_bytes(host));
        span_set_integer(muxed->identify, "round_trips", 1);
        span_end(host, muxed->identify);
        g_clear_pointer(&muxed->identify, g_free);
    }
    finish_opening(host, muxed);
}

static void give_up_waiting(Host *host, MuxedConnection *muxed)
{
    if (!muxed->is_identifying) {
        return;
    }
    stop_waiting(host, muxed);
    muxed->has_given_up = true;
    if (muxed->identify != NULL) {
        span_end_error(host, muxed->identify);
        g_clear_pointer(&muxed->identify, g_free);
    }
    finish_opening(host, muxed);
}

void identify_refused(Host *host, MuxedConnection *muxed, unsigned protocol)
{
    if (protocol == PROTOCOL_IDENTIFY) {
        give_up_waiting(host, muxed);
    }
}

/* The application may end the connection when it is told. */
void identify_timed_out(Host *host, MuxedConnection *muxed)
{
    give_up_pushes(host, muxed);
    give_up_waiting(host, muxed);
}

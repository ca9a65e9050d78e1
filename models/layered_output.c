/* SPDX-License-Identifier: MIT */
/* What a half of a layered connection sends, and when it wants to be woken. */
#include "models/layered.h"

#include <string.h>

/* The largest plain record where nothing is sealed. */
enum { PLAIN_RECORD_BYTES = 65536 };

/* RFC 6455, section 5.2: what a message of so many bytes has before it; a client masks. */
static uint32_t websocket_header_bytes(const Host *host, const Layered *layered, uint64_t bytes)
{
    if (!host->network->layers.plan.has_websocket) {
        return 0;
    }
    return (bytes < 126 ? 2u : bytes < 65536 ? 4u : 10u) + (layered->muxed.is_dialer ? 4u : 0u);
}

static LayeredPart *add_part(FrameBuffer *record, LayeredPartKind kind, uint32_t content_bytes)
{
    LayeredPart *part = frame_buffer_add(record, (uint32_t)sizeof(LayeredPart) + content_bytes);
    *part =
        (LayeredPart){.size_bytes = (uint32_t)sizeof *part + content_bytes, .kind = (uint32_t)kind};
    return part;
}

static void write_record(Host *host, Layered *layered, FrameBuffer *record, uint64_t wire_bytes)
{
    memcpy(tcp_endpoint_add(layered_endpoint(layered), host_now(host), 0, record->size_bytes,
                            (uint32_t)wire_bytes),
           record->bytes, record->size_bytes);
    frame_buffer_cut(record, 0);
}

/* The upgrade. */

/* Whether the next message still has to be computed. */
static bool is_busy(Host *host, Layered *layered, const UpgradeMessage *message)
{
    const SimDuration operation = host->network->layers.security.operation;
    if (layered->upgrade->busy_until > host_now(host)) {
        return true;
    }
    if (message->operations == 0 || operation == 0 || layered->upgrade->has_computed) {
        layered->upgrade->has_computed = false;
        return false;
    }
    layered->upgrade->has_computed = true;
    layered->upgrade->busy_until = host_now(host) + message->operations * operation;
    return true;
}

void layered_end_upgrade(Host *host, Layered *layered)
{
    LayeredUpgrade *upgrade = g_steal_pointer(&layered->upgrade);
    if (upgrade != NULL) {
        g_free(upgrade->step);
        block_pool_give(&host_part(host)->blocks, upgrade, sizeof *upgrade);
    }
}

/* False when there is more that has to wait. */
static bool flush_upgrade(Host *host, Layered *layered, FrameBuffer *record)
{
    Upgrade *upgrade = &layered->upgrade->state;
    uint64_t wire_bytes = 0;
    bool is_late = false;
    while (upgrade->out_count > 0 && !(is_late = is_busy(host, layered, &upgrade->out[0]))) {
        UpgradeMessage message;
        upgrade_next(upgrade, &message);
        wire_bytes += message.size_bytes;
        if (message.kind != UPGRADE_HTTP) {
            wire_bytes += websocket_header_bytes(host, layered, message.size_bytes);
        }
        memcpy(add_part(record, LAYERED_UPGRADE, sizeof message)->content, &message,
               sizeof message);
    }
    if (record->size_bytes > 0) {
        write_record(host, layered, record, wire_bytes);
    }
    if (is_late) {
        return false;
    }
    layered_show_step(host, layered);
    if (upgrade->step == UPGRADE_DONE) {
        layered_end_upgrade(host, layered);
    }
    return true;
}

/* The session. */

/* Frames for one record; how many bytes they take. *ret_is_session: all are the session's own. */
static uint64_t gather_frames(Host *host, Layered *layered, FrameBuffer *record, uint64_t room,
                              bool *ret_is_session)
{
    const uint32_t record_bytes = security_get(layered->security)->record_bytes;
    const uint32_t limit = record_bytes == 0 ? PLAIN_RECORD_BYTES : record_bytes;
    uint64_t plain_bytes = 0;
    *ret_is_session = true;
    while (plain_bytes < MIN(room, limit)) {
        const uint32_t at = record->size_bytes;
        add_part(record, LAYERED_FRAME, 0);
        if (!muxer_next(layered->session, host_now(host), (uint32_t)(limit - plain_bytes),
                        record)) {
            frame_buffer_cut(record, at);
            break;
        }
        LayeredPart *part = frame_buffer_at(record, at);
        part->size_bytes = record->size_bytes - at;
        const MuxFrame *frame = (const MuxFrame *)(const void *)part->content;
        *ret_is_session = *ret_is_session && frame->stream == 0;
        plain_bytes += frame->length;
    }
    return plain_bytes;
}

/* As much as the send buffer takes; a writer that finds it full waits with what it has begun. */
static void flush_session(Host *host, Layered *layered, FrameBuffer *record)
{
    TcpEndpoint *endpoint = layered_endpoint(layered);
    uint32_t room;
    while ((room = tcp_room(&endpoint->tcp)) > 0) {
        bool is_session;
        const uint64_t plain_bytes = gather_frames(host, layered, record, room, &is_session);
        if (plain_bytes == 0) {
            return;
        }
        endpoint->is_quiet = is_session && (endpoint->is_quiet ||
                                            endpoint->tcp.unacknowledged == endpoint->tcp.written);
        const uint64_t sealed_bytes =
            security_sealed_bytes(security_get(layered->security), plain_bytes);
        write_record(host, layered, record,
                     sealed_bytes + websocket_header_bytes(host, layered, sealed_bytes));
    }
}

static bool has_unsent(const Layered *layered)
{
    return layered->session != NULL && muxer_has_unsent(layered->session);
}

void layered_flush(Host *host, Layered *layered)
{
    TcpEndpoint *endpoint = layered_endpoint(layered);
    layered->flush_at = SIM_TIME_MAX;
    if (endpoint->is_gone || endpoint->tcp.is_closed || endpoint->tcp.state == TCP_CLOSED) {
        return;
    }
    if (layered->upgrade == NULL && !has_unsent(layered) && !layered->is_closing) {
        tcp_endpoint_flush(host, endpoint);
        layered_set_timer(host, layered);
        return;
    }
    FrameBuffer *record = &host_part(host)->record;
    if ((layered->upgrade == NULL || flush_upgrade(host, layered, record)) &&
        layered->session != NULL) {
        flush_session(host, layered, record);
        if (layered->is_closing && !has_unsent(layered)) {
            tcp_close(&endpoint->tcp, host_now(host));
            tcp_orphan(&endpoint->tcp, host_now(host));
        }
    }
    tcp_endpoint_flush(host, endpoint);
    layered_set_timer(host, layered);
}

/* Whether what there is to say may wait for more: a full segment does not, nor what the session
 * says on its own. */
bool layered_may_wait(const Host *host, const Layered *layered)
{
    return host->network->layers.muxer.coalesce > 0 && layered->upgrade == NULL &&
           layered->session != NULL && muxer_streams_have_unsent(layered->session) &&
           security_sealed_bytes(security_get(layered->security),
                                 muxer_ahead_bytes(layered->session)) <
               layered_endpoint(layered)->tcp.mss_bytes;
}

void layered_flush_later(Host *host, Layered *layered)
{
    if (layered->is_settle_due) {
        return;
    }
    if (!layered_may_wait(host, layered)) {
        layered->is_settle_due = true;
        entity_defer(&host->entity, KIND_TRANSPORT_SETTLE, layered->muxed.id);
        return;
    }
    if (layered->flush_at == SIM_TIME_MAX && has_unsent(layered)) {
        layered->flush_at = host_now(host) + host->network->layers.muxer.coalesce;
    }
    layered_set_timer(host, layered);
}

/* When it wants to be woken. */

void layered_set_timer(Host *host, Layered *layered)
{
    Entity *entity = &host->entity;
    bool is_idle = true;
    SimTime deadline =
        layered->session == NULL ? SIM_TIME_MAX : muxer_deadline(layered->session, &is_idle);
    const SimTime others[] = {layered->timeout, layered->flush_at,
                              layered->upgrade != NULL &&
                                      layered->upgrade->busy_until > host_now(host)
                                  ? layered->upgrade->busy_until
                                  : SIM_TIME_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        is_idle = is_idle && others[i] == SIM_TIME_MAX;
        deadline = MIN(deadline, others[i]);
    }
    if (layered->timer != 0 && (is_idle != layered->is_timer_idle || deadline == SIM_TIME_MAX)) {
        timer_free(entity, layered->timer);
        layered->timer = 0;
        layered->wake_at = SIM_TIME_MAX;
    }
    if (deadline == SIM_TIME_MAX) {
        return;
    }
    if (layered->timer == 0) {
        layered->timer =
            timer_new(entity, KIND_TRANSPORT_TIMER, layered->muxed.id | LAYERED_TIMER, is_idle);
        layered->is_timer_idle = is_idle;
    }
    if (deadline != layered->wake_at) {
        layered->wake_at = MAX(deadline, host_now(host) + 1);
        timer_set(entity, layered->timer, layered->wake_at - host_now(host));
    }
}

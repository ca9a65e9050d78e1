/* SPDX-License-Identifier: MIT */
/* Identify. */
#include "models/identify.h"

/* The count in the ids of its streams, which those of the application do not come near. */
#define IDENTIFY_STREAM (UINT32_C(1) << 31)

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
        channel_open(
            host, muxed,
            channel_new(muxed, record_id(host->entity.id, IDENTIFY_STREAM), PROTOCOL_IDENTIFY));
    }
    if (!settings->enabled || !settings->wait) {
        finish_opening(host, muxed);
    }
}

static void stop_waiting(Host *host, MuxedConnection *muxed)
{
    muxed->is_identifying = false;
    muxed->carrier->set_identify_timeout(host, muxed, SIM_TIME_MAX);
}

void identify_answer(Host *host, MuxedConnection *muxed, Channel *channel)
{
    const uint64_t id = channel->id;
    channel->has_ended = true;
    muxed->carrier->write(host, muxed, id, CHANNEL_ITEM_IDENTIFY, 0, answer_bytes(host), 0);
    muxed->carrier->end(host, muxed, id, STREAM_HALF_CLOSE);
}

void identify_arrived(Host *host, MuxedConnection *muxed, Channel *channel)
{
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

void identify_failed(Host *host, MuxedConnection *muxed)
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

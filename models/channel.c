/* SPDX-License-Identifier: MIT */
/* Channels: negotiation, and what they carry afterwards. */
#include "models/channel.h"

#include "models/identify.h"
#include "models/ranked.h"
#include "models/receive.h"

#include <string.h>

static const char *protocol_name(const Host *host, unsigned protocol)
{
    const char *name = identify_protocol_name(protocol);
    return name != NULL ? name : host->network->application->protocols[protocol].name;
}

/* The list. */

Channel *channel_find(const MuxedConnection *muxed, uint64_t id)
{
    return id_table_find(&muxed->by_id, id);
}

Channel *channel_new(Host *host, MuxedConnection *muxed, uint64_t id, unsigned protocol)
{
    BlockPool *blocks = &host_part(host)->blocks;
    Channel *channel = block_pool_take(blocks, sizeof *channel);
    channel->id = id;
    channel->protocol = (uint16_t)protocol;
    Channel *first = muxed->channels;
    channel->before = first == NULL ? channel : first->before;
    *(first == NULL ? &muxed->channels : &first->before->next) = channel;
    muxed->channels->before = channel;
    id_table_add(&muxed->by_id, blocks, id, channel);
    return channel;
}

static void free_channel(Host *host, MuxedConnection *muxed, Channel *channel)
{
    Channel *first = muxed->channels;
    *(channel == first ? &muxed->channels : &channel->before->next) = channel->next;
    (channel->next == NULL ? first : channel->next)->before = channel->before;
    BlockPool *blocks = &host_part(host)->blocks;
    id_table_remove(&muxed->by_id, channel->id);
    if (muxed->by_id.count == 0) {
        id_table_clear(&muxed->by_id, blocks);
    }
    if (channel->held != NULL) {
        g_byte_array_unref(channel->held);
    }
    block_pool_give(blocks, channel, sizeof *channel);
}

/* What is held: items as they will be written. */

typedef struct HeldMessages {
    const Host *host;
    EntityId peer;
    const char *fate;
} HeldMessages;

static void record_held(void *data, const MessageHeader *header)
{
    const HeldMessages *held = data;
    message_record(held->host, header, held->peer, RECORD_NO_TIME, held->fate);
}

static void record_all_held(const Host *host, const MuxedConnection *muxed, const Channel *channel,
                            const char *fate)
{
    HeldMessages held = {host, muxed->peer, fate};
    const GByteArray *items = channel->held;
    for (guint at = 0; items != NULL && at < items->len;) {
        const ChannelItem *item = (const ChannelItem *)(const void *)(items->data + at);
        channel_item_messages(item, record_held, &held);
        at += item->size_bytes;
    }
}

static void *hold(Channel *channel, ChannelItemKind kind, uint32_t length, uint32_t body_size_bytes)
{
    const uint32_t size_bytes = channel_item_size_bytes(body_size_bytes);
    if (channel->held == NULL) {
        channel->held = g_byte_array_new();
    }
    const guint at = channel->held->len;
    g_byte_array_set_size(channel->held, at + size_bytes);
    ChannelItem *item = (ChannelItem *)(void *)(channel->held->data + at);
    memset(item, 0, size_bytes);
    *item = (ChannelItem){.size_bytes = size_bytes, .length = length, .kind = (uint16_t)kind};
    return item->body;
}

static void write_held(Host *host, MuxedConnection *muxed, Channel *channel)
{
    GByteArray *items = g_steal_pointer(&channel->held);
    for (guint at = 0; items != NULL && at < items->len;) {
        const ChannelItem *item = (const ChannelItem *)(const void *)(items->data + at);
        const uint32_t body_bytes = item->size_bytes - (uint32_t)sizeof *item;
        void *body = muxed->carrier->write(host, muxed, channel->id, (ChannelItemKind)item->kind, 0,
                                           item->length, body_bytes);
        if (body != NULL) {
            memcpy(body, item->body, body_bytes);
        }
        at += item->size_bytes;
    }
    if (items != NULL) {
        g_byte_array_unref(items);
    }
    if (channel->is_end_held) {
        channel->is_end_held = false;
        muxed->carrier->end(host, muxed, channel->id, (StreamEnd)channel->end);
    }
}

/* Negotiation. */

/* Writes what may be gone already: the other side has reset the stream in between. */
static void write_item(Host *host, MuxedConnection *muxed, uint64_t stream, ChannelItemKind kind,
                       bool more, uint32_t length, const void *content, uint32_t content_bytes)
{
    void *body = muxed->carrier->write(host, muxed, stream, kind, more ? CHANNEL_ITEM_MORE : 0,
                                       length, content_bytes);
    if (body != NULL && content_bytes > 0) {
        memcpy(body, content, content_bytes);
    }
}

/* All of them in one write, with what is said next if there is `more`; js-libp2p writes each and
 * its length apart. */
static void write_words(Host *host, MuxedConnection *muxed, const Channel *channel,
                        const NegotiationMessage *words, unsigned count, bool more)
{
    const bool splits = host->network->layers.negotiation.split_prefix;
    for (unsigned i = 0; i < count; i++) {
        const NegotiationWord word = (NegotiationWord)words[i].word;
        uint32_t bytes = negotiation_size_bytes(word, protocol_name(host, channel->protocol));
        if (splits) {
            const uint32_t prefix_bytes = negotiation_prefix_bytes(bytes);
            write_item(host, muxed, channel->id, CHANNEL_ITEM_PREFIX, false, prefix_bytes, NULL, 0);
            bytes -= prefix_bytes;
        }
        const bool joins = !splits && channel->negotiation.is_initiator && (more || i + 1 < count);
        write_item(host, muxed, channel->id, CHANNEL_ITEM_WORD, joins, bytes, &words[i],
                   sizeof words[i]);
    }
}

static NegotiationMode opening_mode(const Host *host, const MuxedConnection *muxed,
                                    const Channel *channel)
{
    const Layers *layers = &host->network->layers;
    if (identify_protocol_name(channel->protocol) != NULL) {
        return NEGOTIATION_PIPELINED;
    }
    switch ((StreamNegotiation)layers->negotiation.streams) {
    case STREAMS_LAZY:
        return NEGOTIATION_LAZY;
    case STREAMS_LAZY_WHEN_KNOWN:
        return muxed->is_known ? NEGOTIATION_LAZY : NEGOTIATION_PIPELINED;
    case STREAMS_PIPELINED:
        return NEGOTIATION_PIPELINED;
    case STREAMS_STRICT:
        break;
    }
    return NEGOTIATION_STRICT;
}

static ProtocolList own_list(const Channel *channel)
{
    return (ProtocolList){.protocols = &channel->protocol, .count = 1};
}

void channel_open(Host *host, MuxedConnection *muxed, Channel *channel)
{
    NegotiationMessage words[NEGOTIATION_MESSAGES_MAX];
    const NegotiationMode mode = opening_mode(host, muxed, channel);
    channel->has_begun = true;
    muxed->carrier->open(host, muxed, channel->id);
    const unsigned count =
        negotiation_begin(&channel->negotiation, true, mode, own_list(channel), words);
    channel->may_speak = mode == NEGOTIATION_LAZY;
    write_words(host, muxed, channel, words, count, channel->may_speak && channel->held != NULL);
    if (channel->may_speak) {
        write_held(host, muxed, channel);
    }
}

/* The application's streams wait for identify where that is waited for. */
static bool may_open(const Host *host, const MuxedConnection *muxed)
{
    const IdentifySettings *identify = &host->network->layers.identify;
    return muxed->is_ready &&
           (muxed->is_known || !identify->enabled || !identify->wait || muxed->has_given_up);
}

void channels_open_held(Host *host, MuxedConnection *muxed)
{
    if (!may_open(host, muxed)) {
        return;
    }
    for (Channel *channel = muxed->channels, *next; channel != NULL; channel = next) {
        next = channel->next;
        if (!channel->has_begun && channel->id >> 32 == host->entity.id) {
            channel_open(host, muxed, channel);
        }
    }
}

static bool accepts(const Host *host, unsigned protocol)
{
    return identify_protocol_name(protocol) != NULL ||
           !layers_refuse(&host->network->layers, host->entity.id);
}

void channel_drop(Host *host, MuxedConnection *muxed, Channel *channel)
{
    record_all_held(host, muxed, channel, "reset");
    muxed->carrier->end(host, muxed, channel->id, STREAM_RESET);
    identify_note_gone(host, channel);
    free_channel(host, muxed, channel);
}

/* The other side does not speak it: the stream is of no use. */
static void give_up(Host *host, MuxedConnection *muxed, Channel *channel)
{
    const uint64_t id = channel->id;
    const unsigned protocol = channel->protocol;
    channel_drop(host, muxed, channel);
    if (identify_protocol_name(protocol) != NULL) {
        identify_refused(host, muxed, protocol);
        return;
    }
    Stream *stream = stream_find(host, muxed->connection, id, UINT32_MAX);
    if (stream != NULL) {
        stream_ended(host, stream, OUTCOME_NO_PROTOCOL);
    }
}

static void receive_word(Host *host, MuxedConnection *muxed, Channel *channel,
                         const NegotiationMessage *word)
{
    NegotiationMessage words[NEGOTIATION_MESSAGES_MAX];
    if (!channel->negotiation.is_initiator && word->word == NEGOTIATION_PROPOSAL) {
        channel->protocol = word->protocol;
    }
    ProtocolList list = own_list(channel);
    if (!channel->negotiation.is_initiator && !accepts(host, channel->protocol)) {
        list.count = 0;
    }
    const unsigned count = negotiation_receive(&channel->negotiation, list, word, words);
    write_words(host, muxed, channel, words, count, false);
    if (channel->negotiation.result == NEGOTIATION_FAILED) {
        give_up(host, muxed, channel);
    } else if (channel->negotiation.result == NEGOTIATION_AGREED && !channel->may_speak) {
        channel->may_speak = true;
        identify_speak(host, muxed, channel);
        write_held(host, muxed, channel);
    }
}

/* A channel that the other side has opened. */
static Channel *accept_channel(Host *host, MuxedConnection *muxed, uint64_t id)
{
    NegotiationMessage words[NEGOTIATION_MESSAGES_MAX];
    Channel *channel = channel_new(host, muxed, id, 0);
    channel->has_begun = true;
    const unsigned count =
        negotiation_begin(&channel->negotiation, false, NEGOTIATION_LAZY, (ProtocolList){0}, words);
    write_words(host, muxed, channel, words, count, false);
    return channel;
}

/* What arrives. */

void channel_received(Host *host, MuxedConnection *muxed, uint64_t stream, const ChannelItem *item)
{
    Channel *channel = channel_find(muxed, stream);
    switch ((ChannelItemKind)item->kind) {
    case CHANNEL_ITEM_PREFIX:
        break;
    case CHANNEL_ITEM_WORD:
        if (channel == NULL && stream >> 32 != host->entity.id) {
            channel = accept_channel(host, muxed, stream);
        }
        if (channel != NULL) {
            receive_word(host, muxed, channel,
                         (const NegotiationMessage *)(const void *)item->body);
        }
        break;
    case CHANNEL_ITEM_IDENTIFY:
        if (channel != NULL) {
            identify_arrived(host, muxed, channel);
        }
        break;
    case CHANNEL_ITEM_MESSAGE:
        if (channel == NULL || !channel->may_speak || channel->is_ended_here ||
            muxed->connection == NULL) {
            message_record(host, (const MessageHeader *)(const void *)item->body, host->entity.id,
                           RECORD_NO_TIME, "reset");
        } else {
            receive_message(host, (const MessageHeader *)(const void *)item->body);
        }
        break;
    }
}

/* Ends. */

/* The channel is gone once both sides have ended it. */
static void note_end(Host *host, MuxedConnection *muxed, Channel *channel)
{
    if (channel->has_ended && channel->has_remote_ended) {
        free_channel(host, muxed, channel);
    }
}

void channel_ended(Host *host, MuxedConnection *muxed, uint64_t id, StreamEnd how)
{
    Channel *channel = channel_find(muxed, id);
    if (channel == NULL) {
        return;
    }
    channel->has_remote_ended = true;
    if (how != STREAM_HALF_CLOSE) { /* nobody is there to listen */
        record_all_held(host, muxed, channel, "reset");
        identify_note_gone(host, channel);
        free_channel(host, muxed, channel);
    } else {
        note_end(host, muxed, channel);
    }
    Stream *stream = stream_find(host, muxed->connection, id, UINT32_MAX);
    if (stream == NULL || muxed->connection == NULL) {
        return;
    }
    if (how == STREAM_HALF_CLOSE) {
        stream_half_closed(host, stream);
    } else {
        stream_ended(host, stream, how == STREAM_CLOSE ? OUTCOME_CLOSED : OUTCOME_RESET);
    }
}

/* What the application does. */

void channel_send(Host *host, MuxedConnection *muxed, Stream *stream, const MessageHeader *header,
                  const void *content)
{
    Channel *channel = channel_find(muxed, stream->id);
    if (channel == NULL) {
        channel = channel_new(host, muxed, stream->id, stream->protocol);
    }
    const uint32_t length = MAX(header->size_bytes, 1);
    const uint32_t body_bytes = (uint32_t)sizeof *header + header->content_size_bytes;
    uint8_t *body = channel->may_speak
                        ? muxed->carrier->write(host, muxed, channel->id, CHANNEL_ITEM_MESSAGE, 0,
                                                length, body_bytes)
                        : hold(channel, CHANNEL_ITEM_MESSAGE, length, body_bytes);
    if (body == NULL) { /* its end is on the way up */
        message_record(host, header, muxed->peer, RECORD_NO_TIME, "reset");
        return;
    }
    memcpy(body, header, sizeof *header);
    if (header->content_size_bytes > 0) {
        memcpy(body + sizeof *header, content, header->content_size_bytes);
    }
    if (!channel->has_begun && may_open(host, muxed)) {
        channel_open(host, muxed, channel);
    }
}

void channel_end(Host *host, MuxedConnection *muxed, const Stream *stream, StreamEnd how)
{
    Channel *channel = channel_find(muxed, stream->id);
    if (channel == NULL) {
        return; /* nothing was ever said on it */
    }
    channel->has_ended = true;
    channel->is_ended_here |= how != STREAM_HALF_CLOSE;
    channel->end = (uint8_t)how;
    if (how == STREAM_RESET) {
        record_all_held(host, muxed, channel, "reset");
        if (channel->has_begun) {
            muxed->carrier->end(host, muxed, channel->id, how);
        }
        free_channel(host, muxed, channel);
    } else if (channel->may_speak) {
        muxed->carrier->end(host, muxed, channel->id, how);
        note_end(host, muxed, channel);
    } else {
        channel->is_end_held = true;
    }
}

/* All of them. */

void channels_begin(Host *host, MuxedConnection *muxed)
{
    muxed->is_ready = true;
    if (muxed->connection == NULL) {
        muxed->connection = connection_new(host, muxed->id, muxed->peer, CONNECTION_OPEN);
    } else if (muxed->connection->is_attempt) {
        ranked_dial_won(host, muxed->connection);
    }
    identify_begin(host, muxed);
}

void channels_stand(MuxedConnection *muxed)
{
    muxed->is_ready = muxed->is_known = true;
}

static void set_connection(Channel *channel, uint64_t id)
{
    GByteArray *items = channel->held;
    for (guint at = 0; items != NULL && at < items->len;) {
        ChannelItem *item = (ChannelItem *)(void *)(items->data + at);
        if (item->kind == CHANNEL_ITEM_MESSAGE) {
            ((MessageHeader *)(void *)item->body)->connection = id;
        }
        at += item->size_bytes;
    }
}

void channels_move(MuxedConnection *from, MuxedConnection *to)
{
    g_assert(to->channels == NULL);
    to->channels = g_steal_pointer(&from->channels);
    to->by_id = from->by_id;
    from->by_id = (IdTable){0};
    for (Channel *channel = to->channels; channel != NULL; channel = channel->next) {
        set_connection(channel, to->id);
    }
}

void channels_clear(Host *host, MuxedConnection *muxed, const char *fate)
{
    while (muxed->channels != NULL) {
        if (fate != NULL) {
            record_all_held(host, muxed, muxed->channels, fate);
        }
        identify_note_gone(host, muxed->channels);
        free_channel(host, muxed, muxed->channels);
    }
    g_clear_pointer(&muxed->identify, g_free);
}

void channels_finish(Host *host, const MuxedConnection *muxed)
{
    for (const Channel *channel = muxed->channels; channel != NULL; channel = channel->next) {
        record_all_held(host, muxed, channel, "in-flight");
    }
}

/* Items. */

void channel_item_messages(const ChannelItem *item,
                           void (*each)(void *data, const MessageHeader *header), void *data)
{
    if (item->kind == CHANNEL_ITEM_MESSAGE) {
        each(data, (const MessageHeader *)(const void *)item->body);
    }
}

uint64_t channel_item_digest(const ChannelItem *item)
{
    if (item->kind == CHANNEL_ITEM_MESSAGE) {
        return message_header_digest((const MessageHeader *)(const void *)item->body);
    }
    return mix_two((uint64_t)item->length << 16 | item->kind,
                   mix_bytes(item->body, item->size_bytes - sizeof *item));
}

/* SPDX-License-Identifier: MIT */
/* Many streams on one connection: one side of a muxer's session, a plain state machine that knows
 * no host and no clock. It is given what the streams write and the frames that have come, says
 * which frame to send next, and tells its user what has arrived.
 *
 *     muxer_new()                                  the two sides have agreed on the muxer
 *     muxer_open(), muxer_write(), muxer_end()     what this side's streams do
 *     muxer_receive(), muxer_expire()              a frame has come; muxer_deadline() has come
 *     muxer_next()                                 after each of these, until it returns false
 *
 * A stream is known by the simulator's number for it, the same at both sides; a frame takes the
 * bytes that the protocol's own header has. What is written is cut into frames as the protocol's
 * implementations do (one write, one frame or more; items joined by CHANNEL_ITEM_MORE are one
 * write), and the frames of several streams take turns.
 *
 * An application reads what arrives at once, or at the rate of the section `reader`. Then items
 * reach the user late, yamux returns credit late, and mplex, which has none, stops reading the
 * connection: muxer_may_read() says whether the transport may be read, and is to be asked again
 * after each call.
 *
 * The user's functions are called from muxer_receive() and muxer_expire() alone, but for lost().
 * They may open, write, end and free. After died(), or once freed, nothing is told any more. */
#ifndef MODELS_MUXER_H
#define MODELS_MUXER_H

#include "models/channel_item.h"
#include "models/frame_buffer.h"
#include "models/muxer_settings.h"
#include "models/stream_end.h"
#include "sim/block_pool.h"
#include "sim/sim_time.h"

#include <glib.h>

typedef enum MuxerDeath {
    MUXER_WRITE_TIMEOUT,   /* the transport took nothing for too long */
    MUXER_KEEP_ALIVE_LOST, /* a ping of the session was not answered */
    MUXER_PROTOCOL_ERROR,  /* the other side sent what it must not */
    MUXER_GONE_AWAY,       /* the other side has said so */
} MuxerDeath;

typedef struct MuxerUser {
    void (*opened)(void *user, uint64_t stream); /* by the other side; its items follow */
    void (*item)(void *user, uint64_t stream, const ChannelItem *item); /* in order */
    /* By the other side, after its items. STREAM_CLOSE and STREAM_RESET: the stream is gone, and
     * what was written here and has not left is dropped. */
    void (*ended)(void *user, uint64_t stream, StreamEnd how);
    void (*died)(void *user, MuxerDeath death); /* and all streams with it, untold */
    /* It reaches nobody: it was dropped here before it left, or when it had come. From any call;
     * it may not use the session. NULL: nobody asks. */
    void (*lost)(void *user, const ChannelItem *item);
} MuxerUser;

/* A frame on its way: plain bytes, followed by the items that end in it. The simulator's stream
 * and `how` stand for what the real header's number and the application know. */
typedef struct MuxFrame {
    uint32_t size_bytes;    /* of all of it, a multiple of 8 */
    uint32_t length;        /* on the wire, header and payload */
    uint32_t payload_bytes; /* of a stream's data */
    uint32_t value;         /* credit, a ping's number, a reason */
    uint64_t stream;        /* 0: of the session */
    uint8_t type, flags;    /* of the muxer */
    uint16_t how;           /* StreamEnd, of frames that end */
    uint32_t reserved;
    uint64_t items[];
} MuxFrame;

typedef struct Muxer Muxer;

/* The beginning of each muxer's own struct. */
typedef struct MuxerSession {
    const Muxer *muxer;
    const MuxerSettings *settings;
    const MuxerUser *calls;
    void *user;
    BlockPool *blocks; /* for all that it takes */
} MuxerSession;

struct Muxer {
    const char *name;
    const char *protocol; /* as negotiated */
    MuxerSession *(*new)(const MuxerSettings *settings, BlockPool *blocks, bool is_initiator,
                         bool stands, SimTime now);
    void (*free)(MuxerSession *session);
    void (*open)(MuxerSession *session, SimTime now, uint64_t stream);
    void *(*write)(MuxerSession *session, SimTime now, uint64_t stream, const ChannelItem *item,
                   uint32_t body_size_bytes);
    void (*end)(MuxerSession *session, SimTime now, uint64_t stream, StreamEnd how);
    void (*go_away)(MuxerSession *session, SimTime now);
    bool (*next)(MuxerSession *session, SimTime now, uint32_t room_bytes, FrameBuffer *frames);
    void (*receive)(MuxerSession *session, SimTime now, const MuxFrame *frame);
    SimTime (*deadline)(const MuxerSession *session, bool *ret_is_idle);
    void (*expire)(MuxerSession *session, SimTime now);
    bool (*may_read)(const MuxerSession *session);
    uint64_t (*ahead_bytes)(const MuxerSession *session);
    void (*each_waiting)(const MuxerSession *session,
                         void (*each)(void *data, const ChannelItem *item), void *data);
    bool (*has_unsent)(const MuxerSession *session);
    bool (*streams_have_unsent)(const MuxerSession *session);
    size_t (*memory_bytes)(const MuxerSession *session);
    void (*check)(const MuxerSession *session);
};

#define X(name) extern const Muxer MUXER_##name;
#include "models/muxer_list.h"
#undef X

typedef enum MuxerNumber {
#define X(name) MUXER_NUMBER_##name,
#include "models/muxer_list.h"
#undef X
    MUXER_COUNT
} MuxerNumber;

/* By the order of the list; by name: -1 when there is none. */
const Muxer *muxer_at(unsigned number);
int muxer_find(const char *name);

/* is_initiator: this side dialled. stands: the session began before the run, so nothing is said at
 * its beginning. The settings, blocks, calls and user are the caller's and outlive the session. */
MuxerSession *muxer_new(const Muxer *muxer, const MuxerSettings *settings, BlockPool *blocks,
                        bool is_initiator, bool stands, const MuxerUser *calls, void *user,
                        SimTime now);
/* NULL is fine, and so is a call from one of the user's functions. */
void muxer_free(MuxerSession *session);

/* Opens a stream from this side; what opens it goes out at once or with its first data. */
static inline void muxer_open(MuxerSession *session, SimTime now, uint64_t stream)
{
    session->muxer->open(session, now, stream);
}

/* Queues an item of `length` bytes behind what the stream has; returns where to write the body,
 * zeros at first, before the next call. NULL: the stream is gone or closed for writing here. */
void *muxer_write(MuxerSession *session, SimTime now, uint64_t stream, uint16_t kind,
                  uint16_t flags, uint32_t length, uint32_t body_size_bytes);

/* Ends this side's half after what was written, or aborts. After STREAM_CLOSE and STREAM_RESET
 * nothing is told of the stream any more. */
static inline void muxer_end(MuxerSession *session, SimTime now, uint64_t stream, StreamEnd how)
{
    session->muxer->end(session, now, stream, how);
}

/* The connection is about to be closed in good order: says so behind what is queued, if the
 * protocol has words for it. */
static inline void muxer_go_away(MuxerSession *session, SimTime now)
{
    session->muxer->go_away(session, now);
}

/* Appends the next frame to `frames`; false: there is none now. No frame takes more than
 * room_bytes unless it takes less than 32 anyway. */
static inline bool muxer_next(MuxerSession *session, SimTime now, uint32_t room_bytes,
                              FrameBuffer *frames)
{
    return session->muxer->next(session, now, room_bytes, frames);
}

static inline void muxer_receive(MuxerSession *session, SimTime now, const MuxFrame *frame)
{
    session->muxer->receive(session, now, frame);
}

/* SIM_TIME_MAX: none. is_idle: only keep-alives are due, for which a run need not wait. */
static inline SimTime muxer_deadline(const MuxerSession *session, bool *ret_is_idle)
{
    return session->muxer->deadline(session, ret_is_idle);
}

static inline void muxer_expire(MuxerSession *session, SimTime now)
{
    session->muxer->expire(session, now);
}

static inline bool muxer_may_read(const MuxerSession *session)
{
    return session->muxer->may_read(session);
}

/* What muxer_next() returns before the first frame of a stream that writes now, with the frames'
 * headers; 0: nothing waits. */
static inline uint64_t muxer_ahead_bytes(const MuxerSession *session)
{
    return session->muxer->ahead_bytes(session);
}

/* The items that have not left, and those that have come and are not read. */
static inline void muxer_each_waiting(const MuxerSession *session,
                                      void (*each)(void *data, const ChannelItem *item), void *data)
{
    session->muxer->each_waiting(session, each, data);
}

/* Whether anything that was written has not left, for want of room or of a window. */
static inline bool muxer_has_unsent(const MuxerSession *session)
{
    return session->muxer->has_unsent(session);
}

/* The same, of streams: what the session itself says does not count. */
static inline bool muxer_streams_have_unsent(const MuxerSession *session)
{
    return session->muxer->streams_have_unsent(session);
}

static inline size_t muxer_memory_bytes(const MuxerSession *session)
{
    return session->muxer->memory_bytes(session);
}

/* Aborts when an invariant is broken. */
static inline void muxer_check(const MuxerSession *session)
{
    session->muxer->check(session);
}

#endif

/* SPDX-License-Identifier: MIT */
/* Inside the muxers: what yamux and mplex share. The streams of a session, the queue of frames that
 * wait for the transport, and the reading of what has arrived.
 *
 * The queue holds `queue_limit` frames, as the channel to the sending task does in the Go
 * implementations; writers that find it full wait behind it in the order in which they came, one
 * frame each, and a writer with more to send comes in at the end again. A frame takes from its
 * stream's window when it enters the queue. Frames of the protocol itself are never held up by the
 * limit, so a reader can always return credit and no two peers wait for each other.
 *
 * A stream leaves the table when both its halves have ended, and memory once no frame of it waits.
 */
#ifndef MODELS_MUX_CORE_H
#define MODELS_MUX_CORE_H

#include "models/mux_items.h"
#include "models/muxer.h"

#define MUX_NO_WINDOW UINT64_MAX /* in a protocol without windows */

typedef struct MuxStream {
    uint64_t id;
    MuxItems out;          /* not entirely in frames that have left */
    uint32_t taken;        /* bytes of the first item that have */
    uint32_t formed;       /* where in `out` the next frame begins, */
    uint32_t formed_bytes; /* and how far into that item */
    uint32_t writes;       /* complete, and not entirely in frames */
    uint32_t queued;       /* frames that wait, and its turn */
    uint32_t number;       /* in the protocol */
    uint64_t window;       /* bytes that may be sent */
    MuxItems in;           /* arrived and not read, each with its end behind it */
    uint64_t item_end;     /* of the last item that arrived, in the incoming bytes */
    uint64_t received, read;
    uint64_t credit; /* bytes that the other side may still send */
    SimTime read_at; /* what is being read will have been; SIM_TIME_MAX: nothing is */
    SimTime epoch;   /* of the last update of the window, or blocked since */
    uint32_t reading_bytes, receive_window_bytes;
    uint8_t end_wanted;  /* 1 + StreamEnd, once what was written is in frames */
    uint8_t end_arrived; /* 1 + StreamEnd, once what has arrived is read */
    bool is_own;         /* opened by this side */
    bool is_held;        /* it may not be opened yet */
    bool is_unanswered;  /* the other side has not taken it yet */
    bool has_turn;       /* waits behind the queue */
    bool is_write_ended, is_read_ended;
    bool is_abandoned; /* closed here: nothing is told of it any more */
    bool is_detached;  /* not in the table any more */
} MuxStream;

/* A frame in the queue, or a writer's turn behind it. */
typedef struct MuxEntry {
    MuxStream *stream; /* NULL: of the session */
    uint32_t payload_bytes, value;
    uint8_t type, flags, how;
    bool is_turn;
    uint32_t reserved;
} MuxEntry;

/* The id stands beside the pointer, so that others than the one looked for are not touched. */
typedef struct MuxSlot {
    uint64_t id;
    MuxStream *stream;
} MuxSlot;

typedef struct MuxCore {
    MuxerSession session;
    MuxSlot *streams; /* in the order of their ids */
    MuxEntry *queue;
    SimTime waiting_since; /* the transport took no frame, and there is one; SIM_TIME_MAX: none */
    SimTime read_at;       /* the least of the streams' */
    uint32_t stream_count, stream_capacity;
    uint32_t queue_head, queue_tail, queue_capacity;
    uint32_t queue_limit;
    uint32_t writes; /* of all streams in the table */
    uint32_t payload_max_bytes;
    uint32_t next_number;
    uint16_t busy; /* calls of the user that are under way */
    uint8_t data_type;
    bool is_initiator : 1, is_dead : 1, is_freed : 1;
} MuxCore;

static inline uint32_t mux_queue_count(const MuxCore *core)
{
    return core->queue_tail - core->queue_head;
}

static inline const MuxEntry *mux_queue_first(const MuxCore *core)
{
    return core->queue_head < core->queue_tail ? &core->queue[core->queue_head] : NULL;
}

void mux_core_init(MuxCore *core, const MuxerSettings *settings, BlockPool *blocks,
                   bool is_initiator);
/* Frees it with its streams; true: the caller is to free the struct. While the user is being called
 * it is false, and mux_leave() will say so. */
bool mux_core_clear(MuxCore *core);

/* Around calls of the user. mux_leave() is false when the session is dead or freed: nothing of it
 * may be touched then. */
void mux_enter(MuxCore *core);
bool mux_leave(MuxCore *core);

MuxStream *mux_find(const MuxCore *core, uint64_t id);
MuxStream *mux_add(MuxCore *core, uint64_t id, bool is_own);
/* A stream that is in no table: a name for frames about it. */
MuxStream *mux_stub(MuxCore *core, uint64_t id, uint32_t number);
/* Takes it out of the table. */
void mux_detach(MuxCore *core, MuxStream *stream);

/* Writing. */
void *mux_write(MuxCore *core, SimTime now, MuxStream *stream, const ChannelItem *item,
                uint32_t body_size_bytes);
/* A frame of the protocol's own. */
void mux_say(MuxCore *core, SimTime now, MuxStream *stream, const MuxEntry *entry);
/* Puts into the queue what may go there. */
void mux_offer(MuxCore *core, SimTime now, MuxStream *stream);
/* What is not in frames yet never will be. */
void mux_drop_unsent(MuxCore *core, MuxStream *stream);
bool mux_has_unformed(const MuxStream *stream);
/* Appends the first frame of the queue, with a header of that many bytes. Returns the stream that
 * came into the queue for it; NULL: none did. */
MuxStream *mux_take(MuxCore *core, SimTime now, uint32_t header_bytes, uint32_t room_bytes,
                    FrameBuffer *frames);

/* Reading (models/mux_reading.c). Called when that many more bytes of a stream have been read,
 * before their items are told. */
typedef void MuxRead(MuxCore *core, SimTime now, MuxStream *stream);
/* The data of a frame; false as mux_leave() is. */
bool mux_arrived(MuxCore *core, SimTime now, MuxStream *stream, const MuxFrame *frame,
                 MuxRead *has_read);
/* What is due at core->read_at. */
bool mux_expire_reading(MuxCore *core, SimTime now, MuxRead *has_read,
                        bool (*has_ended)(MuxCore *core, SimTime now, MuxStream *stream));
void mux_find_reading(MuxCore *core);
static inline uint64_t mux_unread(const MuxStream *stream)
{
    return stream->received - stream->read;
}

/* What stands before a frame of a stream that writes now: the queue, and one frame of each writer
 * that waits. */
uint64_t mux_ahead_bytes(const MuxCore *core, uint32_t (*header)(const MuxEntry *entry));
/* The items that have not left, and those that are not read. */
void mux_each_waiting(const MuxCore *core, void (*each)(void *data, const ChannelItem *item),
                      void *data);
/* The items of a frame that nobody takes, from that one on. */
void mux_lose_frame(const MuxCore *core, const MuxFrame *frame, const uint8_t *from);
/* Whether anything waits, in the queue or for a window. */
static inline bool mux_has_unsent(const MuxCore *core)
{
    return mux_queue_count(core) > 0 || core->writes > 0;
}
/* The same, of streams: what the session itself says does not count. */
bool mux_streams_have_unsent(const MuxCore *core);
size_t mux_memory_bytes(const MuxCore *core, size_t struct_bytes);
void mux_check(const MuxCore *core);

#endif

/* SPDX-License-Identifier: MIT */
/* Two sessions of a muxer and a toy pipe between them, without an engine. A is the initiator.
 * Frames that are put on the pipe are written down:
 *
 *     TIME_MS END TYPE[+FLAGS] [#NUMBER] [VALUE] =LENGTH;     as in `0 A window+syn #1 =12;`
 *
 * where VALUE is the payload of data, the credit, or a ping's number, unless it is 0; and in
 * another text what the users are told: `50 B opened 1; 50 B item 1 32;`, of a stream its count. */
#ifndef TESTS_MUX_RIG_H
#define TESTS_MUX_RIG_H

#include "models/muxer.h"

typedef struct MuxRig MuxRig;

typedef struct MuxRigEnd {
    MuxRig *rig;
    MuxerSession *session; /* NULL: freed */
    SimTime busy_until;    /* its side of the pipe */
    uint64_t taken_bytes;  /* of items */
    uint64_t taken_items;
    uint64_t lost_items;
    uint64_t wire_bytes, frames;
    int death;                  /* -1: lives */
    bool echoes, closes, frees; /* answers items with their length, ends with its own close; frees
                                   the session at the first item */
} MuxRigEnd;

struct MuxRig {
    MuxRigEnd ends[2];
    MuxerSettings settings;
    BlockPool blocks;
    SimTime now;
    SimDuration latency;     /* one way */
    int64_t bits_per_second; /* each way; 0: no limit */
    uint64_t ahead_bytes;    /* that the pipe takes beyond what it is sending */
    GArray *wire;            /* of what is on its way, in the order of sending */
    guint gone;
    GString *log, *told;
    bool is_quiet, is_cut, checks; /* is_cut: the pipe takes nothing */
    /* Called with each item; may be NULL. */
    void (*got)(MuxRig *rig, unsigned end, uint64_t stream, const ChannelItem *item);
};

MuxRig *mux_rig_new(const Muxer *muxer, const char *const *changes);
void mux_rig_free(MuxRig *rig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MuxRig, mux_rig_free)

/* The simulator's id of the end's stream number `count`, from 1. */
static inline uint64_t mux_rig_id(unsigned end, uint32_t count)
{
    return (uint64_t)end << 32 | count;
}

void mux_rig_open(MuxRig *rig, unsigned end, uint64_t stream);
bool mux_rig_write(MuxRig *rig, unsigned end, uint64_t stream, uint16_t flags, uint32_t length);
void mux_rig_end(MuxRig *rig, unsigned end, uint64_t stream, StreamEnd how);
/* Puts on the pipe what the end has to send. */
void mux_rig_flush(MuxRig *rig, unsigned end);
/* Until that time, or until nothing happens any more but keep-alives. */
void mux_rig_run(MuxRig *rig, SimTime until);
void mux_rig_run_idle(MuxRig *rig, SimTime until); /* keep-alives too */

/* Fail the test unless the text is that, and empty it. */
void mux_rig_expect(MuxRig *rig, const char *log);
void mux_rig_expect_told(MuxRig *rig, const char *told);

#endif

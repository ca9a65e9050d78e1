/* SPDX-License-Identifier: MIT */
/* A pipe for muxers. */
#include "tests/mux_rig.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

typedef struct Passing {
    SimTime at;
    unsigned target;
    bool is_there; /* arrived, and not read yet */
    MuxFrame *frame;
} Passing;

static const char *const YAMUX_TYPES[] = {"data", "window", "ping", "away"};
static const char *const YAMUX_FLAGS[] = {"+syn", "+ack", "+fin", "+rst"};
static const char *const MPLEX_TYPES[] = {"new", "message", "close", "reset"};
static const char *const ENDS[] = {"half-closed", "closed", "reset"};

static void note_told(MuxRigEnd *end, const char *what, uint64_t stream, uint32_t length)
{
    MuxRig *rig = end->rig;
    if (rig->is_quiet) {
        return;
    }
    g_string_append_printf(rig->told, "%g %c %s %u", (double)rig->now / 1e6,
                           end == rig->ends ? 'A' : 'B', what, (uint32_t)stream);
    if (length > 0) {
        g_string_append_printf(rig->told, " %u", length);
    }
    g_string_append(rig->told, "; ");
}

static void opened(void *user, uint64_t stream)
{
    note_told(user, "opened", stream, 0);
}

static void item(void *user, uint64_t stream, const ChannelItem *item)
{
    MuxRigEnd *end = user;
    MuxRig *rig = end->rig;
    end->taken_bytes += item->length;
    end->taken_items++;
    note_told(end, "item", stream, item->length);
    if (end->echoes) {
        muxer_write(end->session, rig->now, stream, 0, 0, item->length, 8);
    }
    if (end->frees) {
        muxer_free(end->session);
        end->session = NULL;
    }
    if (rig->got != NULL) {
        rig->got(rig, (unsigned)(end - rig->ends), stream, item);
    }
}

static void ended(void *user, uint64_t stream, StreamEnd how)
{
    MuxRigEnd *end = user;
    note_told(end, ENDS[how], stream, 0);
    if (how == STREAM_HALF_CLOSE && end->closes) {
        muxer_end(end->session, end->rig->now, stream, STREAM_HALF_CLOSE);
    }
}

static void died(void *user, MuxerDeath death)
{
    MuxRigEnd *end = user;
    end->death = (int)death;
    note_told(end, "died", 0, (uint32_t)death);
}

static void lost(void *user, const ChannelItem *item)
{
    MuxRigEnd *end = user;
    g_assert(item->length > 0);
    end->lost_items++;
}

static const MuxerUser USER = {opened, item, ended, died, lost};

MuxRig *mux_rig_new(const Muxer *muxer, const char *const *changes)
{
    MuxRig *rig = g_new0(MuxRig, 1);
    rig->settings = muxer_settings_of(changes);
    rig->latency = 50 * SIM_MILLISECOND;
    rig->ahead_bytes = 1;
    rig->checks = true;
    rig->wire = g_array_new(FALSE, FALSE, sizeof(Passing));
    rig->log = g_string_new(NULL);
    rig->told = g_string_new(NULL);
    for (unsigned i = 0; i < 2; i++) {
        rig->ends[i].rig = rig;
        rig->ends[i].death = -1;
        rig->ends[i].session =
            muxer_new(muxer, &rig->settings, &rig->blocks, i == 0, false, &USER, &rig->ends[i], 0);
    }
    return rig;
}

void mux_rig_free(MuxRig *rig)
{
    for (guint i = rig->gone; i < rig->wire->len; i++) {
        g_free(g_array_index(rig->wire, Passing, i).frame);
    }
    g_array_unref(rig->wire);
    muxer_free(rig->ends[0].session);
    muxer_free(rig->ends[1].session);
    CU_ASSERT_EQUAL(rig->blocks.used_bytes, 0);
    block_pool_clear(&rig->blocks);
    g_string_free(rig->log, TRUE);
    g_string_free(rig->told, TRUE);
    g_free(rig);
}

/* The pipe. */

static void note_frame(MuxRig *rig, unsigned end, const MuxFrame *frame)
{
    if (rig->is_quiet) {
        return;
    }
    const bool is_yamux = rig->ends[end].session->muxer == &MUXER_yamux;
    g_string_append_printf(rig->log, "%g %c %s", (double)rig->now / 1e6, end == 0 ? 'A' : 'B',
                           (is_yamux ? YAMUX_TYPES : MPLEX_TYPES)[frame->type]);
    for (unsigned i = 0; is_yamux && i < 4; i++) {
        g_string_append(rig->log, (frame->flags & 1U << i) != 0 ? YAMUX_FLAGS[i] : "");
    }
    if (!is_yamux) {
        g_string_append_printf(rig->log, "/%u", frame->flags);
    }
    if (frame->stream != 0) {
        g_string_append_printf(rig->log, " #%u", frame->reserved);
    }
    if (frame->value + frame->payload_bytes > 0) {
        g_string_append_printf(rig->log, " %u", frame->value + frame->payload_bytes);
    }
    g_string_append_printf(rig->log, " =%u; ", frame->length);
}

static bool takes(const MuxRig *rig, const MuxRigEnd *end)
{
    if (rig->is_cut || end->session == NULL) {
        return false;
    }
    return rig->bits_per_second == 0 ||
           (end->busy_until - rig->now) / 8 * rig->bits_per_second / SIM_SECOND <
               (SimTime)rig->ahead_bytes;
}

void mux_rig_flush(MuxRig *rig, unsigned end)
{
    MuxRigEnd *sender = &rig->ends[end];
    g_auto(FrameBuffer) frames = {.bytes = NULL};
    while (takes(rig, sender) && muxer_next(sender->session, rig->now, UINT32_MAX, &frames)) {
        const MuxFrame *frame = frame_buffer_at(&frames, 0);
        g_assert(frame->size_bytes == frames.size_bytes);
        sender->wire_bytes += frame->length;
        sender->frames++;
        note_frame(rig, end, frame);
        sender->busy_until = MAX(sender->busy_until, rig->now);
        if (rig->bits_per_second > 0) {
            sender->busy_until += 8 * frame->length * SIM_SECOND / rig->bits_per_second;
        }
        const Passing passing = {sender->busy_until + rig->latency, !end, false,
                                 g_memdup2(frame, frames.size_bytes)};
        g_array_append_val(rig->wire, passing);
        frame_buffer_cut(&frames, 0);
    }
    if (rig->checks && sender->session != NULL) {
        muxer_check(sender->session);
    }
}

void mux_rig_open(MuxRig *rig, unsigned end, uint64_t stream)
{
    muxer_open(rig->ends[end].session, rig->now, stream);
}

bool mux_rig_write(MuxRig *rig, unsigned end, uint64_t stream, uint16_t flags, uint32_t length)
{
    return muxer_write(rig->ends[end].session, rig->now, stream, 1, flags, length, 8) != NULL;
}

void mux_rig_end(MuxRig *rig, unsigned end, uint64_t stream, StreamEnd how)
{
    muxer_end(rig->ends[end].session, rig->now, stream, how);
}

/* Time. */

/* Reads what has come, as long as the session takes it. */
static void read_arrived(MuxRig *rig, unsigned end)
{
    for (guint i = rig->gone; i < rig->wire->len; i++) {
        Passing *passing = &g_array_index(rig->wire, Passing, i);
        if (passing->target != end || passing->frame == NULL) {
            continue;
        }
        if (passing->at > rig->now ||
            (rig->ends[end].session != NULL && !muxer_may_read(rig->ends[end].session))) {
            passing->is_there = passing->at <= rig->now;
            break;
        }
        g_autofree MuxFrame *frame = g_steal_pointer(&passing->frame);
        if (rig->ends[end].session != NULL) {
            muxer_receive(rig->ends[end].session, rig->now, frame);
        }
    }
    while (rig->gone < rig->wire->len &&
           g_array_index(rig->wire, Passing, rig->gone).frame == NULL) {
        rig->gone++;
    }
}

static SimTime next_event(const MuxRig *rig, bool waits_for_idle)
{
    SimTime next = SIM_TIME_MAX;
    bool is_seen[2] = {false, false};
    for (guint i = rig->gone; i < rig->wire->len && (!is_seen[0] || !is_seen[1]); i++) {
        const Passing *passing = &g_array_index(rig->wire, Passing, i);
        if (passing->frame != NULL && !is_seen[passing->target]) {
            is_seen[passing->target] = true;
            next = passing->is_there ? next : MIN(next, passing->at);
        }
    }
    for (unsigned end = 0; end < 2; end++) {
        const MuxRigEnd *one = &rig->ends[end];
        if (one->session == NULL) {
            continue;
        }
        bool is_idle;
        const SimTime deadline = muxer_deadline(one->session, &is_idle);
        if (waits_for_idle || !is_idle) {
            next = MIN(next, deadline);
        }
        if (one->busy_until > rig->now && muxer_has_unsent(one->session)) {
            next = MIN(next, one->busy_until);
        }
    }
    return next;
}

static void run(MuxRig *rig, SimTime until, bool waits_for_idle)
{
    for (;;) {
        mux_rig_flush(rig, 0);
        mux_rig_flush(rig, 1);
        const SimTime next = next_event(rig, waits_for_idle);
        if (next > until || next == SIM_TIME_MAX) {
            rig->now = until == SIM_TIME_MAX ? rig->now : until;
            return;
        }
        rig->now = MAX(next, rig->now);
        for (unsigned end = 0; end < 2; end++) {
            read_arrived(rig, end);
            bool is_idle;
            MuxerSession *session = rig->ends[end].session;
            if (session != NULL && muxer_deadline(session, &is_idle) <= rig->now) {
                muxer_expire(session, rig->now);
                read_arrived(rig, end);
            }
        }
    }
}

void mux_rig_run(MuxRig *rig, SimTime until)
{
    run(rig, until, false);
}

void mux_rig_run_idle(MuxRig *rig, SimTime until)
{
    run(rig, until, true);
}

/* Texts. */

static void expect_text(GString *text, const char *expected)
{
    if (strcmp(text->str, expected) != 0) {
        printf("\nfound    %s\nexpected %s\n", text->str, expected);
        CU_FAIL("another text");
    }
    CU_ASSERT_STRING_EQUAL(text->str, expected);
    g_string_truncate(text, 0);
}

void mux_rig_expect(MuxRig *rig, const char *log)
{
    expect_text(rig->log, log);
}

void mux_rig_expect_told(MuxRig *rig, const char *told)
{
    expect_text(rig->told, told);
}

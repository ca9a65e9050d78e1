/* SPDX-License-Identifier: MIT */
#include "tests/quic_rig.h"

#include "tests/suite.h"

#include <stdio.h>
#include <string.h>

typedef struct Flight {
    SimTime arrival;
    unsigned to;
    GByteArray *bytes;
} Flight;

static void flight_free(void *data)
{
    Flight *flight = data;
    g_byte_array_unref(flight->bytes);
    g_free(flight);
}

/* What the machine says. */

static void item(void *user, uint64_t stream, const TcpItem *item_here)
{
    QuicRigEnd *end = user;
    if (end->rig->tells_items) {
        g_string_append_printf(end->rig->news, "%g %u:%d; ", (double)end->rig->now / 1e6,
                               (unsigned)stream, (int)item_here->body[0]);
    }
}

static void ended(void *user, uint64_t stream, StreamEnd how)
{
    static const char *const NAMES[] = {"half", "close", "reset"};
    QuicRigEnd *end = user;
    g_string_append_printf(end->rig->news, "%g %u:%s; ", (double)end->rig->now / 1e6,
                           (unsigned)stream, NAMES[how]);
}

static const QuicUser USER = {.item = item, .ended = ended};

/* The log. */

static void log_packet(GString *log, const QuicPacket *packet)
{
    static const char LETTERS[] = {'p', 'a', 'c', 's', 'r', 'o', 'm', 'm', 'm', 'd', 'x'};
    g_string_append_printf(log, "%c(", "IH1"[packet->space]);
    for (const QuicFrame *frame = NULL; (frame = quic_next_frame_in(packet, frame)) != NULL;) {
        const bool has_end = frame->kind == QUIC_FRAME_STREAM && (frame->flags & QUIC_FIN) != 0;
        g_string_append_c(log, has_end ? 'S' : LETTERS[frame->kind]);
    }
    g_string_append_c(log, ')');
}

static void log_datagram(QuicRig *rig, unsigned from, const QuicDatagram *datagram, bool is_lost)
{
    if (rig->log == NULL) {
        return;
    }
    g_string_append_printf(rig->log, "%g%c", (double)rig->now / 1e6, from == 0 ? '>' : '<');
    uint32_t wire_bytes = 0;
    if ((datagram->flags & (QUIC_RETRY | QUIC_VERSION_NEGOTIATION)) != 0) {
        g_string_append_c(rig->log, (datagram->flags & QUIC_RETRY) != 0 ? 'R' : 'V');
        wire_bytes = datagram->wire_bytes;
    }
    for (const QuicPacket *packet = NULL;
         (packet = quic_next_packet_in(datagram, packet)) != NULL;) {
        log_packet(rig->log, packet);
        wire_bytes += packet->wire_bytes;
    }
    CU_ASSERT_EQUAL(wire_bytes, datagram->wire_bytes);
    g_string_append_printf(rig->log, "%u%s; ", datagram->wire_bytes, is_lost ? "!" : "");
}

/* The pipe. */

static bool is_lost(QuicRig *rig, unsigned from)
{
    const QuicRigEnd *end = &rig->ends[from];
    for (unsigned i = 0; i < QUIC_RIG_LOSSES && end->losses[i] != 0; i++) {
        if (end->losses[i] == end->sent) {
            return true;
        }
    }
    if (from == 0 && rig->loss > 0) {
        rig->luck = rig->luck * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (double)(rig->luck >> 11) * 0x1p-53 < rig->loss;
    }
    return false;
}

static void carry(QuicRig *rig, unsigned from, const QuicDatagram *datagram)
{
    QuicRigEnd *end = &rig->ends[from];
    end->sent++;
    end->sent_bytes += datagram->wire_bytes;
    const bool is_too_big = rig->mtu_bytes > 0 && datagram->wire_bytes + 28 > rig->mtu_bytes;
    const bool is_dropped = rig->wait_limit > 0 && end->busy_until - rig->now > rig->wait_limit;
    const bool gone = is_lost(rig, from) || is_too_big || is_dropped;
    log_datagram(rig, from, datagram, gone);
    SimTime left = rig->now;
    if (rig->rate_bytes_per_ns > 0 && !is_dropped && !is_too_big) {
        end->wait_max = MAX(end->wait_max, end->busy_until - rig->now);
        left = MAX(rig->now, end->busy_until) +
               (SimDuration)((datagram->wire_bytes + 28) / rig->rate_bytes_per_ns);
        end->busy_until = left;
    }
    if (!gone) {
        Flight *flight = g_new0(Flight, 1);
        flight->arrival = left + rig->delay + (end->sent == end->late ? end->lateness : 0);
        flight->to = 1 - from;
        flight->bytes = g_byte_array_new();
        g_byte_array_append(flight->bytes, (const guint8 *)datagram, datagram->size_bytes);
        g_ptr_array_add(rig->wire, flight);
        rig->is_ordered &= end->late == 0;
    }
}

void quic_rig_flush(QuicRig *rig, unsigned from)
{
    QuicRigEnd *end = &rig->ends[from];
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    while (quic_next_datagram(&end->quic, rig->now, bytes)) {
        carry(rig, from, (const QuicDatagram *)(const void *)bytes->data);
    }
    quic_check(&end->quic);
}

static void note(QuicRig *rig, unsigned number)
{
    QuicRigEnd *end = &rig->ends[number];
    const unsigned events = quic_take_events(&end->quic);
    end->events |= events;
    if ((events & QUIC_EVENT_OPENED) != 0) {
        end->opened = rig->now;
    }
    quic_rig_flush(rig, number);
}

/* The listener has no connection before the first datagram of one. */
static void arrive(QuicRig *rig, unsigned to, const QuicDatagram *datagram)
{
    QuicRigEnd *end = &rig->ends[to];
    end->is_known |=
        to == 0 || end->quic.state != QUIC_SHAKING || quic_is_first(&rig->settings, datagram);
    if (end->is_known) {
        quic_receive(&end->quic, rig->now, datagram);
        note(rig, to);
        return;
    }
    QuicDatagram answer;
    if (quic_answer_unknown(&rig->settings, datagram, true, &answer)) {
        carry(rig, to, &answer);
    }
}

void quic_rig_run(QuicRig *rig, SimTime until)
{
    for (;;) {
        SimTime next = until;
        int who = -1;
        unsigned first = 0;
        for (unsigned i = 0; i < rig->wire->len; i++) {
            const Flight *flight = g_ptr_array_index(rig->wire, i);
            if (flight->arrival < next) {
                next = flight->arrival;
                who = 2;
                first = i;
            }
            if (rig->rate_bytes_per_ns == 0 && rig->is_ordered && who == 2) {
                break; /* they arrive in order */
            }
        }
        for (int end = 0; end < 2; end++) {
            bool is_idle;
            const SimTime at = quic_deadline(&rig->ends[end].quic, &is_idle);
            if (at < next) {
                next = MAX(at, rig->now + 1);
                who = end;
            }
        }
        if (who < 0 || next >= until) {
            rig->now = until;
            return;
        }
        rig->now = next;
        if (who < 2) {
            quic_expire(&rig->ends[who].quic, rig->now);
            note(rig, (unsigned)who);
        } else {
            Flight *flight = g_ptr_array_steal_index(rig->wire, first);
            arrive(rig, flight->to, (const QuicDatagram *)(const void *)flight->bytes->data);
            flight_free(flight);
        }
    }
}

void quic_rig_init(QuicRig *rig, const char *const *changes)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_ptr_array_add(all, (char *)(uintptr_t) "path-mtu-discovery=no");
    for (; changes != NULL && *changes != NULL; changes++) {
        g_ptr_array_add(all, (char *)(uintptr_t)*changes);
    }
    g_ptr_array_add(all, NULL);
    *rig = (QuicRig){.settings = quic_settings_of((const char *const *)(void *)all->pdata),
                     .delay = 50 * SIM_MILLISECOND,
                     .is_ordered = true};
    rig->wire = g_ptr_array_new_with_free_func(flight_free);
    rig->log = g_string_new(NULL);
    rig->news = g_string_new(NULL);
    rig->tells_items = true;
    for (unsigned i = 0; i < 2; i++) {
        rig->ends[i].rig = rig;
        rig->ends[i].opened = -1;
    }
    quic_accept(&rig->ends[1].quic, &rig->settings, &USER, &rig->ends[1], 0);
    quic_open(&rig->ends[0].quic, &rig->settings, &USER, &rig->ends[0], false, 0);
}

void quic_rig_begin(QuicRig *rig)
{
    note(rig, 0);
}

void quic_rig_stand(QuicRig *rig)
{
    for (unsigned i = 0; i < 2; i++) {
        quic_clear(&rig->ends[i].quic);
        quic_stand(&rig->ends[i].quic, &rig->settings, &USER, &rig->ends[i], i == 0, 0);
    }
}

void quic_rig_clear(QuicRig *rig)
{
    quic_clear(&rig->ends[0].quic);
    quic_clear(&rig->ends[1].quic);
    settings_clear(&QUIC_SETTINGS, &rig->settings);
    g_ptr_array_unref(rig->wire);
    if (rig->log != NULL) {
        g_string_free(rig->log, TRUE);
    }
    g_string_free(rig->news, TRUE);
}

void quic_rig_write(QuicRig *rig, unsigned end, uint64_t stream, uint32_t length, int64_t number)
{
    Quic *quic = &rig->ends[end].quic;
    if (quic_stream_find(quic, stream) == NULL) {
        quic_stream_open(quic, stream);
    }
    int64_t *body = quic_stream_write(quic, stream, length, sizeof number);
    CU_ASSERT_PTR_NOT_NULL_FATAL(body);
    *body = number;
}

static void expect(GString *found, const char *expected)
{
    if (strcmp(found->str, expected) != 0) {
        printf("\n    found    %s\n    expected %s\n", found->str, expected);
    }
    CU_ASSERT_STRING_EQUAL(found->str, expected);
    g_string_truncate(found, 0);
}

void quic_rig_expect(QuicRig *rig, const char *log)
{
    expect(rig->log, log);
}

void quic_rig_expect_news(QuicRig *rig, const char *news)
{
    expect(rig->news, news);
}

uint64_t quic_rig_received(const QuicRig *rig, unsigned end, uint64_t stream)
{
    const QuicStream *found = quic_stream_find(&rig->ends[end].quic, stream);
    return found == NULL ? 0 : found->credit.received;
}

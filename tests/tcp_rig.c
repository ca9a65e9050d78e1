/* SPDX-License-Identifier: MIT */
/* A scripted wire between two TCPs: see tests/tcp_rig.h. */
#include "tests/tcp_rig.h"

#include "sim/random.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

enum { MTU = 1500 };

typedef struct OnWire {
    SimTime arrival;
    uint64_t order;
    unsigned to;
    TcpSegment segment;
} OnWire;

TcpRig *tcp_rig_new(const char *const *changes)
{
    TcpRig *rig = g_new0(TcpRig, 1);
    rig->settings[0] = rig->settings[1] = tcp_settings_of(changes);
    rig->latency = 50 * SIM_MILLISECOND;
    rig->log = g_string_new(NULL);
    rig->wire = g_array_new(FALSE, FALSE, sizeof(OnWire));
    rig->departures = g_array_new(FALSE, FALSE, sizeof(SimTime));
    return rig;
}

void tcp_rig_free(TcpRig *rig)
{
    for (unsigned end = 0; end < 2; end++) {
        if (rig->is_open[end]) {
            tcp_clear(&rig->ends[end]);
        }
    }
    CU_ASSERT_EQUAL(rig->blocks.used_bytes, 0);
    block_pool_clear(&rig->blocks);
    g_string_free(rig->log, TRUE);
    g_array_unref(rig->wire);
    g_array_unref(rig->departures);
    g_free(rig);
}

/* The log. */

static void append_place(GString *log, const TcpRig *rig, uint64_t place)
{
    const uint64_t mss = rig->ends[0].mss_bytes;
    g_string_append_printf(log, "%" G_GUINT64_FORMAT, (place - 1) / mss + 1);
    if ((place - 1) % mss != 0) {
        g_string_append_printf(log, ".%" G_GUINT64_FORMAT, (place - 1) % mss);
    }
}

/* Lengthens the last entry when this is the next full segment of the same instant and end. */
static bool joins_last(TcpRig *rig, unsigned end, const TcpSegment *segment)
{
    g_autofree char *start =
        g_strdup_printf("%g %c ", (double)rig->now / 1e6, end == 0 ? 'A' : 'B');
    char *last = rig->log->len < 2 ? NULL : rig->log->str + rig->log->len - 2;
    while (last != NULL && last > rig->log->str &&
           (last < rig->log->str + 2 || strncmp(last - 2, "; ", 2) != 0)) {
        last--;
    }
    uint64_t first = 0, more = 0;
    if (last == NULL || !g_str_has_prefix(last, start) ||
        strspn(last + strlen(start), "0123456789+") != strlen(last) - strlen(start) - 2 ||
        sscanf(last + strlen(start), "%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT, &first, &more) <
            1 ||
        1 + (first + more) * rig->ends[0].mss_bytes != segment->number) {
        return false;
    }
    g_string_truncate(rig->log, (gsize)(last - rig->log->str));
    g_string_append_printf(rig->log, "%s%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT "; ", start,
                           first, more + 1);
    return true;
}

static void note(TcpRig *rig, unsigned end, const TcpSegment *segment, const char *fate)
{
    const unsigned flags = segment->flags;
    const bool is_full = segment->length == rig->ends[0].mss_bytes && (flags & TCP_FIN) == 0;
    const bool is_ack = segment->length == 0 && (flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0;
    if (rig->is_quiet || (is_ack && end == 1 && !rig->logs_acks)) {
        return;
    }
    if (is_full && fate == NULL && joins_last(rig, end, segment)) {
        return;
    }
    g_string_append_printf(rig->log, "%g %c ", (double)rig->now / 1e6, end == 0 ? 'A' : 'B');
    if ((flags & TCP_RST) != 0) {
        g_string_append(rig->log, "R");
    } else if ((flags & TCP_SYN) != 0) {
        g_string_append(rig->log, (flags & TCP_ACK) != 0 ? "SA" : "S");
    } else if (is_ack) {
        g_string_append_c(rig->log, 'a');
        append_place(rig->log, rig, segment->acknowledged);
        for (unsigned i = 0; i < segment->block_count; i++) {
            g_string_append(rig->log, i == 0 ? " [" : " ");
            append_place(rig->log, rig, segment->blocks[i].start);
            g_string_append_c(rig->log, '-');
            append_place(rig->log, rig, segment->blocks[i].end);
        }
        g_string_append(rig->log, segment->block_count > 0 ? "]" : "");
    } else {
        if (segment->length > 0) {
            append_place(rig->log, rig, segment->number);
            if (!is_full) {
                g_string_append_printf(rig->log, ":%u", segment->length);
            }
        }
        g_string_append(rig->log, (flags & TCP_FIN) != 0 ? "F" : "");
    }
    g_string_append_printf(rig->log, "%s%s; ", fate == NULL ? "" : " ", fate == NULL ? "" : fate);
}

/* The wire. */

/* What the script says of the end's n-th segment: NULL, or the words after its name. */
static char *scripted(const TcpRig *rig, unsigned end)
{
    if (rig->script == NULL) {
        return NULL;
    }
    g_auto(GStrv) rows = g_strsplit(rig->script, ";", -1);
    g_autofree char *name =
        g_strdup_printf("%c%" G_GUINT64_FORMAT " ", end == 0 ? 'A' : 'B', rig->sent[end]);
    for (char **row = rows; *row != NULL; row++) {
        if (g_str_has_prefix(g_strstrip(*row), name)) {
            return g_strdup(*row + strlen(name));
        }
    }
    return NULL;
}

/* When the last bit has left the bottleneck; false when the queue is full. */
static bool pass_link(TcpRig *rig, uint32_t size_bytes, SimTime *time)
{
    if (rig->bits_per_second == 0) {
        return true;
    }
    guint gone = 0;
    while (gone < rig->departures->len &&
           g_array_index(rig->departures, SimTime, gone) <= rig->now) {
        gone++;
    }
    g_array_remove_range(rig->departures, 0, gone);
    if (rig->queue_packets > 0 && rig->departures->len >= rig->queue_packets) {
        return false;
    }
    const SimTime start = MAX(rig->now, rig->busy_until);
    if (rig->queue_packets > 0 && start > rig->now) {
        g_array_append_val(rig->departures, start);
    }
    *time = rig->busy_until = start + (SimTime)size_bytes * 8 * SIM_SECOND / rig->bits_per_second;
    return true;
}

static bool is_lost_by_chance(TcpRig *rig, const TcpSegment *segment)
{
    if (segment->length == 0) {
        return false;
    }
    rig->data_sent++;
    const bool is_lost =
        (rig->lose_each > 0 && rig->data_sent % rig->lose_each == 0) ||
        (rig->loss > 0 &&
         random_chance(random_word(random_key(1, 2, 3, 4), rig->draws++), rig->loss));
    rig->data_lost += is_lost;
    return is_lost;
}

static void put_on_wire(TcpRig *rig, unsigned from, const TcpSegment *segment)
{
    rig->sent[from]++;
    g_autofree char *fate = scripted(rig, from);
    SimTime time = rig->now;
    if (fate == NULL && from == 0 && is_lost_by_chance(rig, segment)) {
        fate = g_strdup("lost");
    }
    const uint32_t size_bytes = tcp_segment_wire_bytes(&rig->ends[from], segment);
    if (fate == NULL && from == 0 && !pass_link(rig, size_bytes, &time)) {
        fate = g_strdup("dropped");
    }
    note(rig, from, segment, fate);
    if (fate != NULL && fate[0] != '+') {
        return;
    }
    const OnWire on_wire = {
        .arrival = time + rig->latency +
                   (fate == NULL ? 0 : (SimTime)(g_ascii_strtod(fate + 1, NULL) * 1e6)),
        .order = rig->sent[0] + rig->sent[1],
        .to = 1 - from,
        .segment = *segment,
    };
    guint at = rig->wire->len;
    while (at > rig->gone && g_array_index(rig->wire, OnWire, at - 1).arrival > on_wire.arrival) {
        at--;
    }
    g_array_insert_val(rig->wire, at, on_wire);
}

void tcp_rig_flush(TcpRig *rig, unsigned end)
{
    Tcp *tcp = &rig->ends[end];
    TcpSegment segment;
    while (tcp_next_segment(tcp, rig->now, &segment)) {
        put_on_wire(rig, end, &segment);
        if (!rig->is_quiet) {
            tcp_check(tcp);
        }
    }
}

void tcp_rig_open(TcpRig *rig)
{
    rig->is_open[0] = true;
    tcp_open(&rig->ends[0], &rig->settings[0], &rig->blocks, MTU, rig->now);
    tcp_rig_flush(rig, 0);
}

void tcp_rig_write(TcpRig *rig, unsigned end, uint64_t size_bytes)
{
    tcp_write(&rig->ends[end], rig->now, size_bytes);
    tcp_rig_flush(rig, end);
}

void tcp_rig_close(TcpRig *rig, unsigned end)
{
    tcp_close(&rig->ends[end], rig->now);
    tcp_rig_flush(rig, end);
}

/* The run. */

static void happen(TcpRig *rig, unsigned end)
{
    Tcp *tcp = &rig->ends[end];
    const unsigned events = tcp_take_events(tcp);
    rig->events[end] |= events;
    const uint64_t received = tcp->received;
    if (end == 1 && received > rig->taken[1]) {
        rig->finished = rig->now;
    }
    if (rig->happened != NULL && (events != 0 || received > rig->taken[end])) {
        rig->happened(rig, end);
    }
    rig->taken[end] = received;
    tcp_rig_flush(rig, end);
}

static void note_trouble(TcpRig *rig, TcpPhase before)
{
    rig->troubles += before < TCP_PHASE_RECOVERY && rig->ends[0].phase >= TCP_PHASE_RECOVERY;
}

static void arrive(TcpRig *rig)
{
    const OnWire first = g_array_index(rig->wire, OnWire, rig->gone++);
    if (rig->gone > 1000 && rig->gone > rig->wire->len / 2) {
        g_array_remove_range(rig->wire, 0, rig->gone);
        rig->gone = 0;
    }
    Tcp *tcp = &rig->ends[first.to];
    rig->arrived++;
    if (!rig->is_open[first.to]) {
        if ((first.segment.flags & TCP_SYN) == 0) {
            return;
        }
        rig->is_open[first.to] = true;
        tcp_accept(tcp, &rig->settings[first.to], &rig->blocks, MTU, rig->now);
    }
    const TcpPhase phase = (TcpPhase)rig->ends[0].phase;
    tcp_receive(tcp, rig->now, &first.segment);
    note_trouble(rig, phase);
    tcp_rig_flush(rig, first.to);
    happen(rig, first.to);
}

static void expire(TcpRig *rig, unsigned end)
{
    Tcp *tcp = &rig->ends[end];
    const TcpPhase phase = (TcpPhase)rig->ends[0].phase;
    const bool is_timeout = tcp->timer == TCP_TIMER_RETRANSMIT && tcp->timer_at <= rig->now;
    if (end == 0 && is_timeout && tcp->backoff == 0) {
        rig->rto_sum += (double)tcp->rto;
        rig->rto_count++;
    }
    tcp_expire(tcp, rig->now);
    note_trouble(rig, phase);
    happen(rig, end);
}

void tcp_rig_run(TcpRig *rig, SimTime until)
{
    for (;;) {
        const SimTime arrival = rig->wire->len == rig->gone
                                    ? SIM_TIME_MAX
                                    : g_array_index(rig->wire, OnWire, rig->gone).arrival;
        SimTime next = arrival;
        unsigned end = 2;
        for (unsigned i = 0; i < 2; i++) {
            if (rig->is_open[i] && tcp_deadline(&rig->ends[i]) < next) {
                next = tcp_deadline(&rig->ends[i]);
                end = i;
            }
        }
        if (next >= until) {
            rig->now = until == SIM_TIME_MAX ? rig->now : until;
            return;
        }
        rig->now = next;
        if (end == 2) {
            arrive(rig);
        } else {
            expire(rig, end);
        }
    }
}

void tcp_rig_expect(TcpRig *rig, const char *log)
{
    if (strcmp(rig->log->str, log) != 0) {
        printf("\n    found    %s\n    expected %s\n", rig->log->str, log);
    }
    CU_ASSERT_STRING_EQUAL(rig->log->str, log);
    g_string_truncate(rig->log, 0);
}

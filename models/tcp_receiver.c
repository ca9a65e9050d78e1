/* SPDX-License-Identifier: MIT */
/* The receiving half of TCP: putting the stream in order, when to acknowledge, how large a window
 * to announce. The application takes what is in order at once, or says how far it has read: then
 * the window shuts behind what it leaves. After Linux's tcp_input.c: quick ACKs at the start, then
 * every second full segment or a delay of 40 to 200 ms; what is out of order, or fills a hole, is
 * acknowledged at once (RFC 5681, 4.2). */
#include "models/tcp_part.h"

#include <string.h>

enum { ACK_TIMEOUT_MIN_US = 40000, ACK_TIMEOUT_MAX_US = 200000 };
enum { PINGPONG = 1, MSS_DEFAULT = 536, WINDOW_UNIT = 128 };

struct TcpIslands {
    TcpRange *ranges; /* beyond what is in order, ascending, never touching */
    uint32_t count, capacity;
    uint32_t recent_count;
    uint64_t recent[TCP_BLOCKS_MAX]; /* a place in the island changed last, then earlier ones */
    TcpRange duplicate;              /* to be reported; empty: none */
};

void tcp_islands_free(Tcp *tcp)
{
    TcpIslands *islands = g_steal_pointer(&tcp->islands);
    if (islands != NULL) {
        block_pool_give(tcp->blocks, islands->ranges, islands->capacity * sizeof(TcpRange));
        block_pool_give(tcp->blocks, islands, sizeof *islands);
    }
}

static TcpIslands *islands_of(Tcp *tcp)
{
    if (tcp->islands == NULL) {
        tcp->islands = block_pool_take(tcp->blocks, sizeof *tcp->islands);
    }
    return tcp->islands;
}

void tcp_begin_receiving(Tcp *tcp)
{
    const TcpSettings *settings = tcp->settings;
    tcp->receive_limit_bytes = tcp->receive_window_bytes = (uint32_t)settings->receive_window_bytes;
    tcp->tuned_bytes =
        MIN(tcp->receive_window_bytes, (uint32_t)settings->initial_window * tcp->mss_bytes);
    tcp->receive_mss_bytes =
        (uint16_t)MIN(MIN(tcp->mss_bytes, tcp->receive_window_bytes / 2), MSS_DEFAULT);
    tcp->ack_timeout_us = 0;
}

/* Islands. */

/* The first island that ends at or after the place. */
static uint32_t island_at(const TcpIslands *islands, uint64_t place)
{
    uint32_t low = 0, high = islands->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (islands->ranges[middle].end < place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void remove_islands(TcpIslands *islands, uint32_t from, uint32_t past)
{
    memmove(&islands->ranges[from], &islands->ranges[past],
            (islands->count - past) * sizeof *islands->ranges);
    islands->count -= past - from;
}

static void make_recent(TcpIslands *islands, const TcpRange *island)
{
    uint64_t kept[TCP_BLOCKS_MAX] = {island->start};
    uint32_t count = 1;
    for (uint32_t i = 0; i < islands->recent_count && count < TCP_BLOCKS_MAX; i++) {
        const uint64_t place = islands->recent[i];
        if (place < island->start || place >= island->end) {
            kept[count++] = place;
        }
    }
    memcpy(islands->recent, kept, sizeof kept);
    islands->recent_count = count;
}

static void add_island(Tcp *tcp, TcpRange range)
{
    TcpIslands *islands = islands_of(tcp);
    const uint32_t at = island_at(islands, range.start);
    uint32_t past = at;
    while (past < islands->count && islands->ranges[past].start <= range.end) {
        const TcpRange *other = &islands->ranges[past++];
        if (other->start <= range.start && other->end >= range.end) {
            islands->duplicate = range;
            return;
        }
        range.start = MIN(range.start, other->start);
        range.end = MAX(range.end, other->end);
    }
    if (past > at) {
        remove_islands(islands, at + 1, past);
    } else {
        if (islands->count == islands->capacity) {
            const uint32_t capacity = islands->capacity == 0 ? 4 : islands->capacity * 2;
            islands->ranges = block_pool_resize(tcp->blocks, islands->ranges,
                                                islands->capacity * sizeof(TcpRange),
                                                capacity * sizeof(TcpRange));
            islands->capacity = capacity;
        }
        memmove(&islands->ranges[at + 1], &islands->ranges[at],
                (islands->count - at) * sizeof *islands->ranges);
        islands->count++;
    }
    islands->ranges[at] = range;
    make_recent(islands, &range);
}

/* The stream has reached `received`: islands that it touches are in order now. */
static void join_islands(Tcp *tcp)
{
    TcpIslands *islands = tcp->islands;
    uint32_t past = 0;
    while (past < islands->count && islands->ranges[past].start <= tcp->received) {
        tcp->received = MAX(tcp->received, islands->ranges[past].end);
        past++;
    }
    remove_islands(islands, 0, past);
}

bool tcp_has_blocks(const Tcp *tcp)
{
    const TcpIslands *islands = tcp->islands;
    return islands != NULL && tcp->settings->sack &&
           (islands->count > 0 || islands->duplicate.end > islands->duplicate.start);
}

void tcp_add_blocks(Tcp *tcp, TcpSegment *segment, unsigned room)
{
    TcpIslands *islands = tcp->islands;
    unsigned count = 0;
    if (room > 0 && islands->duplicate.end > islands->duplicate.start) {
        segment->blocks[count++] = islands->duplicate;
        islands->duplicate = (TcpRange){0, 0};
    }
    for (uint32_t i = 0; i < islands->recent_count && count < room; i++) {
        const uint32_t at = island_at(islands, islands->recent[i] + 1);
        if (at < islands->count && islands->ranges[at].start <= islands->recent[i]) {
            segment->blocks[count++] = islands->ranges[at];
        }
    }
    segment->block_count = (uint16_t)count;
}

/* When to acknowledge. */

void tcp_take_stamp(Tcp *tcp, const TcpSegment *segment)
{
    if (segment->number <= tcp->acknowledged) {
        tcp->stamp_recent = segment->stamp; /* RFC 7323, 4.3 */
    }
}

static bool is_quick(const Tcp *tcp)
{
    return !tcp->settings->delayed_ack || (tcp->quick > 0 && tcp->pingpong < PINGPONG);
}

static void be_quick(Tcp *tcp)
{
    const int64_t most = tcp->receive_window_bytes / (2 * tcp->receive_mss_bytes);
    tcp->quick = (uint8_t)MIN(MIN(MAX(most, 2), tcp->settings->quick_acks), UINT8_MAX);
}

void tcp_delay_ack(Tcp *tcp, SimTime now)
{
    tcp->is_ack_scheduled = true;
    SimDuration timeout = MIN(tcp->ack_timeout_us, ACK_TIMEOUT_MAX_US) * SIM_MICROSECOND;
    if (tcp->round_trip_8 != 0) {
        timeout = MIN(timeout, MAX(tcp->round_trip_8 / 8, ACK_TIMEOUT_MIN_US * SIM_MICROSECOND));
    }
    const SimTime at = now + MAX(timeout, 1);
    if (tcp->ack_at == 0 || at < tcp->ack_at) {
        tcp->ack_at = at;
    }
}

static uint32_t within_rto(const Tcp *tcp, SimDuration timeout_us)
{
    return (uint32_t)MIN(timeout_us, MIN(tcp->rto / SIM_MICROSECOND, UINT32_MAX));
}

void tcp_expire_ack(Tcp *tcp)
{
    tcp->ack_at = 0;
    if (tcp->pingpong < PINGPONG) {
        tcp->ack_timeout_us = within_rto(tcp, 2 * (SimDuration)tcp->ack_timeout_us);
    } else {
        tcp->pingpong = 0;
        tcp->ack_timeout_us = ACK_TIMEOUT_MIN_US;
    }
    tcp->ack_now = true;
}

void tcp_note_ack_sent(Tcp *tcp)
{
    tcp->acknowledged = tcp->received;
    tcp->ack_now = false;
    tcp->is_ack_scheduled = false;
    tcp->small_segments = 0;
    tcp->ack_at = 0;
    if (tcp->quick > 0 && --tcp->quick == 0) {
        tcp->ack_timeout_us = ACK_TIMEOUT_MIN_US;
    }
}

/* The delay adapts to the gaps between segments. */
static void note_arrival(Tcp *tcp, SimTime now, uint32_t length)
{
    if (length >= tcp->receive_mss_bytes) {
        tcp->receive_mss_bytes = (uint16_t)MIN(length, tcp->mss_bytes);
    } else if (tcp->small_segments < UINT8_MAX) {
        tcp->small_segments++;
    }
    if (tcp->ack_timeout_us == 0) {
        be_quick(tcp);
        tcp->ack_timeout_us = ACK_TIMEOUT_MIN_US;
    } else {
        const SimDuration gap_us = (now - tcp->received_at) / SIM_MICROSECOND;
        if (gap_us <= ACK_TIMEOUT_MIN_US / 2) {
            tcp->ack_timeout_us = tcp->ack_timeout_us / 2 + ACK_TIMEOUT_MIN_US / 2;
        } else if (gap_us < tcp->ack_timeout_us) {
            tcp->ack_timeout_us = within_rto(tcp, tcp->ack_timeout_us / 2 + gap_us);
        } else if (now - tcp->received_at > tcp->rto) {
            be_quick(tcp); /* a sender that starts again needs ACKs */
        }
    }
    tcp->received_at = now;
}

/* The application reads at once, and reading a small message acknowledges it unless answers are
 * to be expected. */
static bool is_ack_due(const Tcp *tcp)
{
    return tcp->ack_now || is_quick(tcp) ||
           tcp->received - tcp->acknowledged > tcp->receive_mss_bytes ||
           tcp->small_segments > (tcp->pingpong < PINGPONG ? 0 : 1);
}

/* The window. */

static uint32_t unread(const Tcp *tcp)
{
    return tcp->leaves_unread ? (uint32_t)tcp->received - tcp->read_end : 0;
}

/* Linux's dynamic right-sizing: the window is twice what came in the last round trip, and more
 * while that grows. */
static void tune_window(Tcp *tcp, SimTime now)
{
    if (tcp->receiver_round_trip_us == 0 || unread(tcp) > 0 ||
        now - tcp->tuned_at < tcp->receiver_round_trip_us * SIM_MICROSECOND) {
        return;
    }
    const uint64_t copied = tcp->received - tcp->tuned;
    if (copied > tcp->tuned_bytes) {
        uint64_t wanted = 2 * copied + 16 * (uint64_t)tcp->mss_bytes;
        wanted += 2 * (wanted * (copied - tcp->tuned_bytes) / tcp->tuned_bytes);
        wanted = MIN(wanted, (uint64_t)tcp->settings->receive_window_max_bytes);
        tcp->receive_limit_bytes = MAX(tcp->receive_limit_bytes, (uint32_t)wanted);
        tcp->tuned_bytes = (uint32_t)MIN(copied, UINT32_MAX);
    }
    tcp->tuned = tcp->received;
    tcp->tuned_at = now;
}

static void measure_receiver_round_trip(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    uint32_t sample_us = 0;
    if (!tcp->settings->timestamps) {
        sample_us = (uint32_t)MIN(tcp->round_trip_8 / 8 / SIM_MICROSECOND, UINT32_MAX);
    } else if (segment->length >= tcp->receive_mss_bytes && segment->echo != 0) {
        sample_us = tcp_stamp(now) - segment->echo;
    }
    if (sample_us > 0 &&
        (tcp->receiver_round_trip_us == 0 || sample_us < tcp->receiver_round_trip_us)) {
        tcp->receiver_round_trip_us = sample_us;
    }
}

/* What is free beyond what nobody has read; less than a segment is not worth telling (RFC 9293,
 * 3.8.6.2.2). */
static uint64_t free_window(const Tcp *tcp)
{
    const uint32_t left = unread(tcp);
    const uint64_t window = tcp->receive_window_bytes > left ? tcp->receive_window_bytes - left : 0;
    return left > 0 && window < MIN(tcp->mss_bytes, tcp->receive_window_bytes / 2) ? 0 : window;
}

void tcp_read_to(Tcp *tcp, uint64_t place)
{
    tcp_begin_turn(tcp);
    tcp->leaves_unread = place != 0;
    tcp->read_end = (uint32_t)place;
    /* Linux's tcp_cleanup_rbuf(): a window that has doubled is told. */
    const uint64_t told = tcp->granted > tcp->received ? tcp->granted - tcp->received : 0;
    if (2 * told <= tcp->receive_window_bytes && free_window(tcp) >= MAX(2 * told, 1)) {
        tcp->ack_now = true;
    }
}

uint32_t tcp_announce_window(Tcp *tcp)
{
    uint64_t window = free_window(tcp);
    window = (window + WINDOW_UNIT - 1) / WINDOW_UNIT * WINDOW_UNIT;
    if (tcp->received + window < tcp->granted) {
        window = tcp->granted - tcp->received; /* what was granted is not taken back */
    }
    tcp->granted = tcp->received + window;
    return (uint32_t)window;
}

/* Data. */

static void take_in_order(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    const bool filled = tcp->islands != NULL && tcp->islands->count > 0;
    tcp->received = segment->number + segment->length;
    if (unread(tcp) == 0) {
        tcp->receive_window_bytes =
            MIN(tcp->receive_window_bytes + 2 * (uint32_t)tcp->mss_bytes, tcp->receive_limit_bytes);
    }
    if (filled) {
        join_islands(tcp);
        tcp->ack_now = true;
    }
    tune_window(tcp, now);
}

void tcp_take_duplicate(Tcp *tcp, const TcpSegment *segment)
{
    tcp->ack_now = true;
    if (segment->length > 0 && segment->number < tcp->received) {
        islands_of(tcp)->duplicate =
            (TcpRange){segment->number, MIN(segment->number + segment->length, tcp->received)};
        be_quick(tcp);
        tcp->pingpong = 0;
    }
}

void tcp_take_data(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    const uint64_t end = segment->number + segment->length;
    if (end <= tcp->received) {
        tcp_take_duplicate(tcp, segment);
        return;
    }
    measure_receiver_round_trip(tcp, now, segment);
    if (segment->number <= tcp->received) {
        note_arrival(tcp, now, segment->length);
        take_in_order(tcp, now, segment);
    } else {
        note_arrival(tcp, now, segment->length);
        add_island(tcp, (TcpRange){segment->number, end});
        tcp->ack_now = true;
    }
    if (is_ack_due(tcp)) {
        tcp->ack_now = true;
    } else {
        tcp_delay_ack(tcp, now);
    }
}

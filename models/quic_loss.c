/* SPDX-License-Identifier: MIT */
/* Acknowledgements, round trips and loss (RFC 9002, sections 5 and 6). */
#include "models/quic_part.h"

enum { PACKET_THRESHOLD = 3, PERSISTENT_FACTOR = 3, BURST_SLACK = 3 };

static const SimDuration TIMEOUT_MAX = 60 * SIM_SECOND; /* quic-go's */

/* Round trips. */

void quic_measure(Quic *quic, SimTime now, SimDuration sample, SimDuration delay)
{
    quic->latest = sample;
    if (quic->least == 0) {
        quic->least = quic->smoothed = sample;
        quic->variance = sample / 2;
        quic->first_sample = now;
        return;
    }
    quic->least = MIN(quic->least, sample);
    delay = quic->is_confirmed ? MIN(delay, quic->settings->ack_delay) : delay;
    const SimDuration adjusted = sample >= quic->least + delay ? sample - delay : sample;
    const SimDuration off =
        quic->smoothed > adjusted ? quic->smoothed - adjusted : adjusted - quic->smoothed;
    quic->variance = (3 * quic->variance + off) / 4;
    quic->smoothed = (7 * quic->smoothed + adjusted) / 8;
}

/* Before it is doubled. */
SimDuration quic_probe_timeout_once(const Quic *quic, QuicSpaceName name)
{
    if (quic->least == 0) {
        return quic->settings->first_timeout;
    }
    return quic->smoothed + MAX(4 * quic->variance, QUIC_GRANULARITY) +
           (name == QUIC_APPLICATION ? quic->settings->ack_delay : 0);
}

SimDuration quic_probe_timeout(const Quic *quic, QuicSpaceName name)
{
    return MIN(quic_probe_timeout_once(quic, name) << MIN(quic->timeouts, 12), TIMEOUT_MAX);
}

/* What a lost or probed packet said and has to be said again. */
void quic_send_again(Quic *quic, QuicSpace *space, const QuicSentFrame *frame)
{
    switch ((QuicFrameKind)frame->kind) {
    case QUIC_FRAME_CRYPTO: {
        quic_ranges_add(&space->crypto_lost, MAX(frame->value, space->crypto_acknowledged),
                        frame->value + frame->length);
        for (uint32_t i = 0; i < space->crypto_acked.count; i++) {
            const QuicRange *range = &space->crypto_acked.ranges[i];
            quic_ranges_remove(&space->crypto_lost, range->start, range->end);
        }
        break;
    }
    case QUIC_FRAME_MAX_DATA:
        quic->credit.is_due = true;
        break;
    case QUIC_FRAME_MAX_STREAMS:
        quic->streams_due = true;
        break;
    case QUIC_FRAME_HANDSHAKE_DONE:
        quic->done_due = true;
        break;
    case QUIC_FRAME_PING:
    case QUIC_FRAME_ACK:
    case QUIC_FRAME_CLOSE:
        break;
    case QUIC_FRAME_STREAM:
    case QUIC_FRAME_RESET_STREAM:
    case QUIC_FRAME_STOP_SENDING:
    case QUIC_FRAME_MAX_STREAM_DATA:
        quic_stream_lost(quic, frame);
        break;
    }
}

static void frame_acked(Quic *quic, QuicSpace *space, const QuicSentFrame *frame)
{
    if (frame->kind == QUIC_FRAME_CRYPTO) {
        quic_ranges_add(&space->crypto_acked, frame->value, frame->value + frame->length);
        quic_ranges_remove(&space->crypto_lost, frame->value, frame->value + frame->length);
        space->crypto_acknowledged =
            quic_ranges_advance(&space->crypto_acked, space->crypto_acknowledged);
    } else if (frame->kind == QUIC_FRAME_ACK) {
        /* The other side has heard of these: it need not hear again (RFC 9000, 13.2.4). */
        space->floor = MAX(space->floor, frame->value + 1);
        quic_ranges_remove(&space->received, 0, space->floor);
    } else {
        quic_stream_acked(quic, frame);
    }
}

/* The packet is not out any more. */
static void leave(Quic *quic, QuicSpace *space, QuicSent *sent, QuicFate fate)
{
    sent->fate = (uint8_t)fate;
    if (sent->elicits) {
        quic->in_flight -= sent->bytes;
        space->eliciting -= sent->is_search ? 0 : 1;
    }
}

/* Loss. */

/* All that was sent in between is lost, too, over three timeouts (RFC 9002, 7.6). */
static bool is_persistent(const Quic *quic, SimTime first, SimTime last)
{
    const SimDuration once =
        quic->smoothed + MAX(4 * quic->variance, QUIC_GRANULARITY) + quic->settings->ack_delay;
    return quic->first_sample >= 0 && first > quic->first_sample &&
           last - first >= PERSISTENT_FACTOR * once;
}

static void find_lost(Quic *quic, QuicSpace *space, SimTime now)
{
    const SimDuration slack = MAX(9 * MAX(quic->smoothed, quic->latest) / 8, QUIC_GRANULARITY);
    SimTime first = -1, last = -1; /* of a stretch of losses */
    space->loss_at = SIM_TIME_MAX;
    for (uint64_t number = space->first; number + 1 < space->largest_acked; number++) {
        QuicSent *sent = quic_sent_at(space, number);
        if (sent->fate != QUIC_OUT) {
            first = sent->fate == QUIC_ACKED ? -1 : first;
            continue;
        }
        if (sent->sent + slack > now && space->largest_acked - 1 < number + PACKET_THRESHOLD) {
            space->loss_at = MIN(space->loss_at, sent->sent + slack);
            continue;
        }
        leave(quic, space, sent, QUIC_LOST);
        if (sent->is_search) {
            quic_search_lost(quic);
            continue;
        }
        quic->packets_lost += sent->elicits;
        quic_sent_each(quic, space, number, quic_send_again);
        if (sent->elicits) {
            quic_control_lost(quic, now, sent->sent);
            first = first < 0 ? sent->sent : first;
            last = sent->sent;
        }
    }
    if (first >= 0 && is_persistent(quic, first, last)) {
        quic_control_collapse(quic);
    }
    quic_sent_trim(space);
}

/* quic-go's idea of a window that is in use. */
static bool is_window_used(const Quic *quic, uint64_t in_flight)
{
    if (in_flight >= quic->window ||
        (quic->window < quic->threshold && in_flight > quic->window / 2)) {
        return true;
    }
    return quic->window - in_flight <= BURST_SLACK * (uint64_t)quic->datagram_bytes;
}

void quic_take_ack(Quic *quic, QuicSpace *space, SimTime now, const QuicFrame *frame)
{
    const QuicRange *ranges = (const QuicRange *)(const void *)frame->content;
    const uint64_t in_flight = quic->in_flight;
    bool advances = false, elicited = false;
    SimTime newest = -1;
    for (uint32_t i = frame->length; i-- > 0;) {
        const uint64_t end = MIN(ranges[i].end, space->next);
        for (uint64_t number = MAX(ranges[i].start, space->first); number < end; number++) {
            QuicSent *sent = quic_sent_at(space, number);
            if (sent->fate != QUIC_OUT) {
                continue;
            }
            leave(quic, space, sent, QUIC_ACKED);
            advances = true;
            elicited |= sent->elicits;
            newest = number + 1 == ranges[0].end ? sent->sent : -1;
            if (sent->elicits) {
                quic_control_acked(quic, now, sent->bytes, sent->sent,
                                   is_window_used(quic, in_flight));
            }
            if (sent->is_search) {
                quic_search_acked(quic);
            }
            quic_sent_each(quic, space, number, frame_acked);
        }
    }
    if (!advances) {
        return;
    }
    space->largest_acked = MAX(space->largest_acked, ranges[0].end);
    if (newest >= 0 && elicited) {
        quic_measure(quic, now, MAX(now - newest, 1), (SimDuration)frame->value);
    }
    if (space == quic->spaces[QUIC_APPLICATION]) {
        quic_hystart_acked(quic, space, ranges[0].end - 1, newest >= 0 && elicited);
    }
    find_lost(quic, space, now);
    if (!quic->is_client || quic->peer_validated) {
        quic->timeouts = 0;
    }
}

void quic_take_back(Quic *quic, QuicSpace *space)
{
    for (uint64_t number = space->first; number < space->next; number++) {
        QuicSent *sent = quic_sent_at(space, number);
        if (sent->fate == QUIC_OUT) {
            leave(quic, space, sent, QUIC_LOST);
            quic_sent_each(quic, space, number, quic_send_again);
        }
    }
    quic_sent_trim(space);
}

void quic_discard(Quic *quic, QuicSpaceName name)
{
    QuicSpace *space = quic->spaces[name];
    if (space == NULL) {
        return;
    }
    for (uint64_t number = space->first; number < space->next; number++) {
        QuicSent *sent = quic_sent_at(space, number);
        if (sent->fate == QUIC_OUT) {
            leave(quic, space, sent, QUIC_ACKED);
        }
    }
    quic_space_free(space);
    quic->spaces[name] = NULL;
    quic->timeouts = 0;
}

/* The timer, RFC 9002, appendix A.8. */

bool quic_is_amplified(const Quic *quic)
{
    return !quic->is_client && !quic->is_validated &&
           quic->validated_bytes < (uint64_t)quic->settings->datagram_bytes;
}

static SimTime find_deadline(const Quic *quic, QuicSpaceName *ret_space, bool *ret_is_loss)
{
    SimTime deadline = SIM_TIME_MAX;
    *ret_is_loss = true;
    for (unsigned i = 0; i < QUIC_SPACES; i++) {
        if (quic->spaces[i] != NULL && quic->spaces[i]->loss_at < deadline) {
            deadline = quic->spaces[i]->loss_at;
            *ret_space = (QuicSpaceName)i;
        }
    }
    if (deadline != SIM_TIME_MAX) {
        return deadline;
    }
    *ret_is_loss = false;
    if (quic_is_amplified(quic)) {
        return SIM_TIME_MAX;
    }
    bool is_out = false;
    for (unsigned i = 0; i < QUIC_SPACES; i++) {
        const QuicSpace *space = quic->spaces[i];
        if (space == NULL || space->eliciting == 0) {
            continue;
        }
        is_out = true;
        if (i == QUIC_APPLICATION && quic->state == QUIC_SHAKING) {
            continue;
        }
        const SimTime at = space->last_eliciting + quic_probe_timeout(quic, (QuicSpaceName)i);
        if (at < deadline) {
            deadline = at;
            *ret_space = (QuicSpaceName)i;
        }
    }
    /* A client goes on, lest a server that may send no more waits for it for ever. */
    if (!is_out && quic->is_client && !quic->peer_validated) {
        *ret_space = quic->spaces[QUIC_HANDSHAKE] != NULL ? QUIC_HANDSHAKE : QUIC_INITIAL;
        const QuicSpace *space = quic->spaces[*ret_space];
        const SimTime since = MAX(space == NULL ? 0 : space->last_eliciting, quic->heard);
        return space == NULL ? SIM_TIME_MAX : since + quic_probe_timeout(quic, *ret_space);
    }
    return deadline;
}

SimTime quic_loss_deadline(const Quic *quic)
{
    QuicSpaceName space;
    bool is_loss;
    return quic->state >= QUIC_CLOSING ? SIM_TIME_MAX : find_deadline(quic, &space, &is_loss);
}

void quic_loss_expire(Quic *quic, SimTime now)
{
    QuicSpaceName name = QUIC_INITIAL;
    bool is_loss;
    if (find_deadline(quic, &name, &is_loss) > now) {
        return;
    }
    QuicSpace *space = quic->spaces[name];
    if (is_loss) {
        find_lost(quic, space, now);
        return;
    }
    quic->timeouts++;
    space->probes = name == QUIC_APPLICATION ? 2 : 1;
    /* What is out longest goes again, without being taken for lost. */
    unsigned again = 0;
    for (uint64_t number = space->first; number < space->next && again < space->probes; number++) {
        QuicSent *sent = quic_sent_at(space, number);
        if (sent->fate == QUIC_OUT && sent->elicits && !sent->is_search && !sent->is_probed) {
            sent->is_probed = true;
            quic_sent_each(quic, space, number, quic_send_again);
            again++;
        }
    }
}

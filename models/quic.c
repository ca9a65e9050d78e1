/* SPDX-License-Identifier: MIT */
/* The life of one end of a QUIC connection. */
#include "models/quic_part.h"

static void begin(Quic *quic, const QuicSettings *settings, const QuicUser *user, void *data,
                  bool is_client, SimTime now)
{
    *quic = (Quic){.settings = settings, .user = user, .data = data, .is_client = is_client};
    quic->heard = quic->budget_at = now;
    quic->spoke = quic->first_sample = -1;
    quic->datagram_bytes = (uint16_t)settings->datagram_bytes;
    quic->smoothed = settings->initial_round_trip;
    quic->variance = settings->initial_round_trip / 2;
    quic->data_limit = (uint64_t)settings->connection_window_bytes;
    quic->streams_limit = quic->streams_granted = (uint32_t)settings->streams;
    quic_credit_begin(&quic->credit, settings->connection_window_bytes, now);
    quic_control_begin(quic);
    quic->spaces[QUIC_APPLICATION] = quic_space_new(0);
}

void quic_open(Quic *quic, const QuicSettings *settings, const QuicUser *user, void *data,
               bool is_impostor, SimTime now)
{
    begin(quic, settings, user, data, true, now);
    quic->is_impostor = is_impostor;
    quic->offers_other_version = settings->version_negotiation;
    quic->spaces[QUIC_INITIAL] = quic_space_new((uint64_t)settings->client_hello_bytes);
    quic->spaces[QUIC_HANDSHAKE] = quic_space_new(0);
    if (settings->early_data) {
        quic->is_early = true;
        quic->events |= QUIC_EVENT_OPENED;
    }
}

void quic_accept(Quic *quic, const QuicSettings *settings, const QuicUser *user, void *data,
                 SimTime now)
{
    begin(quic, settings, user, data, false, now);
    quic->spaces[QUIC_INITIAL] = quic_space_new(0);
    quic->spaces[QUIC_HANDSHAKE] = quic_space_new(0);
    if (settings->early_data) {
        quic->events |= QUIC_EVENT_OPENED;
    }
}

void quic_stand(Quic *quic, const QuicSettings *settings, const QuicUser *user, void *data,
                bool is_client, SimTime now)
{
    begin(quic, settings, user, data, is_client, now);
    quic->state = QUIC_OPEN;
    quic->is_validated = quic->peer_validated = quic->is_confirmed = true;
    quic_search_begin(quic, now);
}

void quic_clear(Quic *quic)
{
    for (unsigned i = 0; i < QUIC_SPACES; i++) {
        quic_space_free(quic->spaces[i]);
        quic->spaces[i] = NULL;
    }
    if (quic->streams != NULL) {
        GHashTableIter iterator;
        void *stream;
        g_hash_table_iter_init(&iterator, quic->streams);
        while (g_hash_table_iter_next(&iterator, NULL, &stream)) {
            quic_stream_free(stream);
        }
        g_clear_pointer(&quic->streams, g_hash_table_unref);
    }
    quic_ranges_clear(&quic->seen);
    g_clear_pointer(&quic->kept, g_byte_array_unref);
}

void quic_finish(Quic *quic, unsigned events)
{
    quic->state = QUIC_CLOSED;
    quic->events |= (uint8_t)events;
}

void quic_become_open(Quic *quic)
{
    if (quic->is_impostor) {
        quic->events |= QUIC_EVENT_WRONG_PEER;
        quic_abort(quic, quic->heard);
        return;
    }
    quic->state = QUIC_OPEN;
    quic->events |= quic->settings->early_data ? 0 : QUIC_EVENT_OPENED;
    if (!quic->is_client) { /* complete, so confirmed (RFC 9001, section 4.1.2) */
        quic->is_confirmed = quic->peer_validated = quic->done_due = true;
        quic_discard(quic, QUIC_HANDSHAKE);
        quic_search_begin(quic, quic->heard);
    }
}

void quic_close(Quic *quic, SimTime now)
{
    if (quic->state == QUIC_SHAKING) {
        quic_abort(quic, now);
    } else {
        quic->is_finishing = true;
    }
}

void quic_abort(Quic *quic, SimTime now)
{
    if (quic->state >= QUIC_CLOSING) {
        return;
    }
    quic->state = QUIC_CLOSING;
    quic->close_due = quic->in_error = true;
    quic->close_at = now + 3 * quic_probe_timeout_once(quic, QUIC_APPLICATION);
}

/* Time. */

static SimTime silence_end(const Quic *quic)
{
    const SimTime since = MAX(quic->heard, quic->spoke);
    if (quic->state == QUIC_SHAKING) {
        return since + quic->settings->handshake_timeout;
    }
    return since +
           MAX(quic->settings->idle_timeout, 3 * quic_probe_timeout_once(quic, QUIC_APPLICATION));
}

static SimTime keep_alive_at(const Quic *quic)
{
    return quic->state == QUIC_OPEN && quic->settings->keep_alive > 0 && !quic->has_pinged
               ? quic->heard + quic->settings->keep_alive
               : SIM_TIME_MAX;
}

SimTime quic_deadline(const Quic *quic, bool *ret_is_idle)
{
    *ret_is_idle = true;
    if (quic->state >= QUIC_CLOSING) {
        return quic->state == QUIC_CLOSING ? quic->close_at : SIM_TIME_MAX;
    }
    SimTime deadline = MIN(quic_loss_deadline(quic), quic->pace_at);
    for (unsigned i = 0; i < QUIC_SPACES; i++) {
        if (quic->spaces[i] != NULL && !quic_is_amplified(quic)) {
            deadline = MIN(deadline, quic->spaces[i]->ack_at);
        }
    }
    *ret_is_idle = deadline == SIM_TIME_MAX && quic->state == QUIC_OPEN;
    return MIN(deadline, MIN(silence_end(quic), keep_alive_at(quic)));
}

void quic_expire(Quic *quic, SimTime now)
{
    if (quic->state == QUIC_CLOSING) {
        if (quic->close_at <= now) {
            quic_finish(quic, 0);
        }
        return;
    }
    if (quic->state == QUIC_CLOSED) {
        return;
    }
    if (silence_end(quic) <= now) {
        quic_finish(quic, QUIC_EVENT_TIMED_OUT);
        return;
    }
    if (keep_alive_at(quic) <= now) {
        quic->ping_due = quic->has_pinged = true;
    }
    if (quic_loss_deadline(quic) <= now) {
        quic_loss_expire(quic, now);
    }
}

unsigned quic_take_events(Quic *quic)
{
    const unsigned events = quic->events;
    quic->events = 0;
    return events;
}

bool quic_has_seen(const Quic *quic, uint32_t number)
{
    return quic_ranges_has(&quic->seen, number);
}

void quic_check(const Quic *quic)
{
    uint64_t in_flight = 0;
    for (unsigned i = 0; i < QUIC_SPACES; i++) {
        const QuicSpace *space = quic->spaces[i];
        uint32_t eliciting = 0, frames = 0;
        for (uint64_t number = space == NULL ? 0 : space->first;
             space != NULL && number < space->next; number++) {
            const QuicSent *sent = quic_sent_at(space, number);
            const bool is_out = sent->fate == QUIC_OUT && sent->elicits;
            in_flight += is_out ? sent->bytes : 0;
            eliciting += is_out && !sent->is_search;
            frames += sent->frame_count;
        }
        if (space != NULL) {
            g_assert(eliciting == space->eliciting && frames == space->frame_count);
            quic_ranges_check(&space->received);
        }
    }
    g_assert(in_flight == quic->in_flight);
    g_assert(quic->data_sent <= quic->data_limit);
}

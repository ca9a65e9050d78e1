/* SPDX-License-Identifier: MIT */
/* Inside models/: frames one behind the other, as they are written for one record. A buffer that is
 * used again and again grows to the largest record and asks for no memory then. What was returned
 * is valid until the next call. */
#ifndef MODELS_FRAME_BUFFER_H
#define MODELS_FRAME_BUFFER_H

#include <glib.h>
#include <string.h>

/* Starts zeroed; its owner clears it. */
typedef struct FrameBuffer {
    uint8_t *bytes;
    uint32_t size_bytes, capacity_bytes;
} FrameBuffer;

static inline void *frame_buffer_at(const FrameBuffer *buffer, uint32_t offset)
{
    return buffer->bytes + offset;
}

/* Room for that many bytes, a multiple of 8, behind what is there; not filled in. */
static inline void *frame_buffer_add(FrameBuffer *buffer, uint32_t size_bytes)
{
    if (buffer->capacity_bytes - buffer->size_bytes < size_bytes) {
        buffer->capacity_bytes = MAX(512, 2 * (buffer->size_bytes + size_bytes));
        buffer->bytes = g_realloc(buffer->bytes, buffer->capacity_bytes);
    }
    buffer->size_bytes += size_bytes;
    return buffer->bytes + buffer->size_bytes - size_bytes;
}

static inline void frame_buffer_copy(FrameBuffer *buffer, const void *bytes, uint32_t size_bytes)
{
    memcpy(frame_buffer_add(buffer, size_bytes), bytes, size_bytes);
}

/* Forgets what stands behind the offset. */
static inline void frame_buffer_cut(FrameBuffer *buffer, uint32_t offset)
{
    buffer->size_bytes = offset;
}

static inline void frame_buffer_clear(FrameBuffer *buffer)
{
    g_free(buffer->bytes);
    *buffer = (FrameBuffer){.bytes = NULL};
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FrameBuffer, frame_buffer_clear)

#endif

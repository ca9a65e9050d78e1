/* SPDX-License-Identifier: MIT */
/* How a peer ends its half of a stream: no more is sent; nor read; or all is aborted. */
#ifndef MODELS_STREAM_END_H
#define MODELS_STREAM_END_H

typedef enum StreamEnd { STREAM_HALF_CLOSE, STREAM_CLOSE, STREAM_RESET } StreamEnd;

#endif

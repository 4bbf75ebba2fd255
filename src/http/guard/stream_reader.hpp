// Reads the stream of a logout_revocations into its table. One worker does, by
// a connection of its own; the others stand by for when it is gone.

#ifndef NGX_HTTP_LOGOUT_GUARD_STREAM_READER_HPP
#define NGX_HTTP_LOGOUT_GUARD_STREAM_READER_HPP

#include "http/guard/zone.hpp"

#include "redis/conf.hpp"

namespace logout::http {

class StreamReader;

// Starts this worker's part; nullptr where memory is exhausted. `zone` has a
// stream, which is in the Redis of `conf`; both live as long as the cycle does.
// It does not keep a worker from quitting.
StreamReader* start_stream_reader(RevocationZone& zone,
                                  const redis::StoreConf& conf,
                                  ngx_cycle_t* cycle);

void stop_stream_reader(StreamReader* reader);

}  // namespace logout::http

#endif

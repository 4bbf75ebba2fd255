// The work on a queue of deferred deletions, in each worker. One of them leads
// and does it; the others stand by for when it is gone.

#ifndef LOGOUT_REDIS_DEFERRED_RUNNER_HPP
#define LOGOUT_REDIS_DEFERRED_RUNNER_HPP

#include "redis/client.hpp"
#include "redis/deferred_queue.hpp"

namespace logout::redis {

struct DeferredRunner;

// What the runner needs, all of the cycle that `log` and `memory` belong to.
struct DeferredWork {
    DeferredQueue* queue;
    ngx_array_t* confs;  // of StoreConf*, to find a store by its name
    Store** stores;      // in the order of `confs`
    ngx_pool_t* memory;
    ngx_log_t* log;
};

// Starts this worker's part. Returns nullptr if memory is exhausted. The
// result lives in work.memory and does not keep a worker from quitting.
DeferredRunner* start_deferred_runner(const DeferredWork& work);

// Before the stores are closed.
void stop_deferred_runner(DeferredRunner* runner);

}  // namespace logout::redis

#endif

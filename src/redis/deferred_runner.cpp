#include "redis/deferred_runner.hpp"

#include "redis/conf.hpp"

#include <array>

namespace logout::redis {

namespace {

// How often a worker looks at the queue, and how soon an entry that failed is
// tried again, in milliseconds.
constexpr ngx_msec_t interval = 200;

// When the next ones follow those that were done, in milliseconds.
constexpr ngx_msec_t breath = 1;

// How many deletions are on their way at once: enough to empty a long queue
// quickly, few enough to leave room for logouts.
constexpr std::size_t batch = 256;


// A claimed entry whose reply is not there yet.
struct Flight {
    DeferredRunner* runner;
    Pending* pending;
    DeferredId id;
};

}  // namespace

struct DeferredRunner {
    DeferredWork work;
    ngx_event_t timer;
    ngx_connection_t owner;  // nginx logs a timer by its connection's number
    std::array<Flight, batch> flights;
    std::size_t in_flight;
};

namespace {

Store* find_store(const DeferredWork& work, const ngx_str_t& name)
{
    const StoreConfs confs(work.confs);
    const auto* const found = confs.find(view(name));

    return found == confs.end() ? nullptr : work.stores[found - confs.begin()];
}


bool any_store_works(const DeferredWork& work)
{
    for (ngx_uint_t i = 0; i < work.confs->nelts; ++i) {
        if (work.stores[i] != nullptr && !is_down(work.stores[i])) {
            return true;
        }
    }

    return false;
}


// While nothing can be done, entries keep their places. Else one that failed is
// behind the others, which may be of another store or node.
void land(Flight* flight, bool done)
{
    DeferredRunner* const runner = flight->runner;
    const DeferredWork& work = runner->work;

    if (done) {
        work.queue->finish(flight->id);
    } else if (any_store_works(work)) {
        work.queue->retry(flight->id, interval);
    } else {
        work.queue->put_back(flight->id);
    }

    flight->runner = nullptr;
    --runner->in_flight;
}


// Only a count says that the key is gone, and only a text that a command was
// done.
void deferred_reply(void* data, const Reply& reply)
{
    auto* const flight = static_cast<Flight*>(data);
    DeferredRunner* const runner = flight->runner;
    const bool done = reply.status == ReplyStatus::integer ||
                      reply.status == ReplyStatus::text;

    flight->pending = nullptr;
    land(flight, done);

    if (done && runner->in_flight == 0 && runner->timer.timer_set) {
        start_timer(runner->timer, breath);
    }
}


Flight* free_flight(DeferredRunner* runner)
{
    for (Flight& flight : runner->flights) {
        if (flight.runner == nullptr) {
            return &flight;
        }
    }

    return nullptr;
}


Pending* start(Store* store, const DeferredKey& key, Flight* flight)
{
    if (!key.is_command) {
        return delete_key(store, view(key.key), deferred_reply, flight);
    }

    std::string_view words[deferred_words_max];
    const std::size_t count = read_deferred_words(key, words);

    return send_command(store, words, count, deferred_reply, flight);
}


void send(DeferredRunner* runner, const DeferredKey& key)
{
    const DeferredWork& work = runner->work;
    Store* const store = find_store(work, key.store);
    Flight* const flight = free_flight(runner);

    if (flight == nullptr) {
        work.queue->retry(key.id, interval);
        return;
    }

    *flight = {runner, nullptr, key.id};
    ++runner->in_flight;

    if (store != nullptr) {
        flight->pending = start(store, key, flight);
    }

    if (flight->pending == nullptr) {
        land(flight, false);
    }
}


void report_dropped(const DeferredRunner* runner, std::uint64_t dropped)
{
    if (dropped > 0) {
        ngx_log_error(NGX_LOG_ERR, runner->work.log, 0,
                      "logout: %uL deferred deletions were given up, Redis was"
                      " away for too long",
                      dropped);
    }
}


void work_on_queue(DeferredRunner* runner)
{
    const DeferredWork& work = runner->work;

    if (runner->in_flight >= batch) {
        return;
    }

    std::array<DeferredKey, batch> keys;
    std::uint64_t dropped = 0;

    ngx_pool_t* const memory = ngx_create_pool(4096, work.log);
    if (memory == nullptr) {
        return;
    }

    const std::size_t count = work.queue->claim(
        memory, keys.data(), batch - runner->in_flight, dropped);

    for (std::size_t i = 0; i < count; ++i) {
        send(runner, keys[i]);
    }

    report_dropped(runner, dropped);
    ngx_destroy_pool(memory);
}


void wait_for_store(const DeferredRunner* runner)
{
    const DeferredWork& work = runner->work;

    report_dropped(runner, work.queue->drop_old());
}


void timer_handler(ngx_event_t* event)
{
    auto* const connection = static_cast<ngx_connection_t*>(event->data);
    auto* const runner = static_cast<DeferredRunner*>(connection->data);
    const DeferredWork& work = runner->work;

    // a worker that is leaving finishes what is on its way, and lets another
    // lead
    if (ngx_exiting) {
        work.queue->stop_leading();
        return;
    }

    if (work.queue->length() > 0 && work.queue->lead()) {
        any_store_works(work) ? work_on_queue(runner) : wait_for_store(runner);
    }

    ngx_add_timer(&runner->timer, interval);
}

}  // namespace


DeferredRunner* start_deferred_runner(const DeferredWork& work)
{
    auto* const runner = static_cast<DeferredRunner*>(
        ngx_pcalloc(work.memory, sizeof(DeferredRunner)));
    if (runner == nullptr) {
        return nullptr;
    }

    runner->work = work;
    runner->owner.fd = static_cast<ngx_socket_t>(-1);
    runner->owner.data = runner;

    runner->timer.handler = timer_handler;
    runner->timer.data = &runner->owner;
    runner->timer.log = work.log;
    runner->timer.cancelable = 1;
    ngx_add_timer(&runner->timer, interval);

    return runner;
}


void stop_deferred_runner(DeferredRunner* runner)
{
    stop_timer(runner->timer);

    for (Flight& flight : runner->flights) {
        if (flight.runner != nullptr && flight.pending != nullptr) {
            forget(flight.pending);
            flight.pending = nullptr;
            land(&flight, false);
        }
    }

    runner->work.queue->stop_leading();
}

}  // namespace logout::redis

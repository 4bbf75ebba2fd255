#include "redis/pending.hpp"

#include "redis/connection.hpp"

#include <new>

namespace logout::redis {

PendingPool::PendingPool(std::size_t limit, ngx_msec_t timeout, ngx_log_t* log)
    : limit_(limit), timeout_(timeout)
{
    ngx_queue_init(&free_);
    ngx_queue_init(&by_age_);
    init_event(deadline_, deadline_handler, this, log);
    deadline_.cancelable = 1;
}


PendingPool::~PendingPool()
{
    stop_timer(deadline_);
}


Pending* PendingPool::take(CommandKind kind, ReplyHandler handler, void* data)
{
    Pending* pending;

    if (entries_ == nullptr) {
        // not initialized: what is never used takes no memory
        entries_.reset(new (std::nothrow) Pending[limit_]);
        if (entries_ == nullptr) {
            return nullptr;
        }
    }

    if (!ngx_queue_empty(&free_)) {
        ngx_queue_t* entry = ngx_queue_head(&free_);
        ngx_queue_remove(entry);
        pending = ngx_queue_data(entry, Pending, by_age);

    } else if (touched_ < limit_) {
        pending = &entries_[touched_++];

    } else {
        return nullptr;
    }

    pending->handler = handler;
    pending->data = data;
    pending->integer = 0;
    pending->queued = ngx_current_msec;
    pending->kind = kind;
    pending->redirections = 0;
    pending->resent = false;
    pending->asks = false;
    pending->on_hold = false;

    ngx_queue_insert_tail(&by_age_, &pending->by_age);

    if (kind != CommandKind::internal) {
        waited_for_++;
    }

    watch_deadline();

    return pending;
}


void PendingPool::give_back(Pending* pending)
{
    ngx_queue_remove(&pending->by_age);
    ngx_queue_insert_head(&free_, &pending->by_age);

    if (pending->kind != CommandKind::internal && --waited_for_ == 0) {
        deadline_.cancelable = 1;
    }
}


Pending* PendingPool::oldest()
{
    if (ngx_queue_empty(&by_age_)) {
        return nullptr;
    }

    return ngx_queue_data(ngx_queue_head(&by_age_), Pending, by_age);
}


// The timer runs on when its command was answered, and is set anew only when
// it fires; it keeps an old worker only while somebody waits.
void PendingPool::watch_deadline()
{
    if (waited_for_ != 0) {
        deadline_.cancelable = 0;
    }

    if (!deadline_.timer_set) {
        ngx_add_timer(&deadline_, timeout_);
    }
}


void PendingPool::deadline_handler(ngx_event_t* event)
{
    static_cast<PendingPool*>(event->data)->on_deadline();
}


void PendingPool::on_deadline()
{
    for (Pending* pending = oldest(); pending != nullptr; pending = oldest()) {
        ngx_msec_t age = ngx_current_msec - pending->queued;

        if (age < timeout_) {
            start_timer(deadline_, timeout_ - age);
            return;
        }

        pending->connection->expire(*pending);
    }
}

}  // namespace logout::redis

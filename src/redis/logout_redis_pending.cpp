#include "logout_redis_pending.hpp"

#include <new>

namespace logout::redis {

PendingPool::PendingPool(std::size_t limit) : limit_(limit)
{
    ngx_queue_init(&free_);
    ngx_queue_init(&by_age_);
}


Pending* PendingPool::take(ReplyHandler handler, void* data)
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
    pending->resent = false;
    pending->on_hold = false;

    ngx_queue_insert_tail(&by_age_, &pending->by_age);
    in_use_++;

    return pending;
}


void PendingPool::give_back(Pending* pending)
{
    ngx_queue_remove(&pending->by_age);
    ngx_queue_insert_head(&free_, &pending->by_age);
    in_use_--;
}


Pending* PendingPool::oldest()
{
    if (ngx_queue_empty(&by_age_)) {
        return nullptr;
    }

    return ngx_queue_data(ngx_queue_head(&by_age_), Pending, by_age);
}

}  // namespace logout::redis

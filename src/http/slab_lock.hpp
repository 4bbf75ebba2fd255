// Holds the lock of memory that processes share, as long as it is there.

#ifndef NGX_HTTP_LOGOUT_SLAB_LOCK_HPP
#define NGX_HTTP_LOGOUT_SLAB_LOCK_HPP

#include "http/ngx.hpp"


class SlabLock {
public:
    explicit SlabLock(ngx_slab_pool_t* slab) : slab_(slab)
    {
        ngx_shmtx_lock(&slab_->mutex);
    }

    ~SlabLock() { ngx_shmtx_unlock(&slab_->mutex); }

    SlabLock(const SlabLock&) = delete;
    SlabLock& operator=(const SlabLock&) = delete;

private:
    ngx_slab_pool_t* slab_;
};

#endif

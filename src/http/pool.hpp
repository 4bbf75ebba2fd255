// C++ objects in nginx's pools.

#ifndef NGX_HTTP_LOGOUT_POOL_HPP
#define NGX_HTTP_LOGOUT_POOL_HPP

#include "http/ngx.hpp"

#include <memory_resource>
#include <new>
#include <utility>


// Memory of a pool for the core's containers. Nothing is given back before the
// pool is destroyed. Throws std::bad_alloc when the pool is out of memory.
class PoolMemory final : public std::pmr::memory_resource {
public:
    explicit PoolMemory(ngx_pool_t* pool) : pool_(pool) {}

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override
    {
        void* const memory = alignment == 1 ? ngx_pnalloc(pool_, size)
                             : alignment <= NGX_ALIGNMENT
                                 ? ngx_palloc(pool_, size)
                                 : ngx_pmemalign(pool_, size, alignment);

        if (memory == nullptr) {
            throw std::bad_alloc();
        }

        return memory;
    }

    void do_deallocate(void*, std::size_t, std::size_t) override {}

    bool do_is_equal(const memory_resource& other) const noexcept override
    {
        return this == &other;
    }

    ngx_pool_t* pool_;
};


// Keeps what `make` returns, without a move, in `memory`, where it ends without
// its destructor: for what holds nothing but memory of the same pool.
template <typename Make>
auto* keep_result(std::pmr::memory_resource& memory, Make make)
{
    using T = decltype(make());

    return new (memory.allocate(sizeof(T), alignof(T))) T(make());
}


// Creates a T in the pool; its destructor runs when the pool is destroyed.
// Throws what the constructor throws, and std::bad_alloc.
template <typename T, typename... Arguments>
T* create_in_pool(ngx_pool_t* pool, Arguments&&... arguments)
{
    static_assert(alignof(T) <= NGX_ALIGNMENT, "ngx_palloc() aligns to less");

    ngx_pool_cleanup_t* const cleanup = ngx_pool_cleanup_add(pool, sizeof(T));
    if (cleanup == nullptr) {
        throw std::bad_alloc();
    }

    T* const object =
        new (cleanup->data) T(std::forward<Arguments>(arguments)...);

    cleanup->handler = [](void* data) { static_cast<T*>(data)->~T(); };
    return object;
}

#endif

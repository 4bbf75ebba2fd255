// A list that holds its first elements itself: most requests have one session
// cookie, one key, one line to set, and nothing need be allocated for them.

#ifndef LOGOUT_SHORT_LIST_HPP
#define LOGOUT_SHORT_LIST_HPP

#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <new>
#include <type_traits>

namespace logout {

// Holds `own` elements itself and more in the memory resource, to which
// nothing is given back. A copy shares the memory: only the last one made may
// be added to. Pointers to elements stay valid while reserve()d room lasts and
// the list is not copied.
template <typename T, std::size_t own>
class ShortList {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    explicit ShortList(std::pmr::memory_resource* memory) : memory_(memory) {}

    void push_back(const T& element)
    {
        if (size_ == capacity_) {
            const T copy = element;  // it may be one of this list's

            reserve(2 * capacity_);
            new (data() + size_++) T(copy);
            return;
        }

        new (data() + size_++) T(element);
    }

    void reserve(std::size_t capacity)
    {
        if (capacity <= capacity_) {
            return;
        }

        T* const more = static_cast<T*>(
            memory_->allocate(capacity * sizeof(T), alignof(T)));

        std::memcpy(static_cast<void*>(more), data(), size_ * sizeof(T));
        more_ = more;
        capacity_ = capacity;
    }

    void clear() { size_ = 0; }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    T* data() { return more_ != nullptr ? more_ : reinterpret_cast<T*>(own_); }

    const T* data() const
    {
        return more_ != nullptr ? more_ : reinterpret_cast<const T*>(own_);
    }

    T* begin() { return data(); }
    T* end() { return data() + size_; }
    const T* begin() const { return data(); }
    const T* end() const { return data() + size_; }

    T& operator[](std::size_t i) { return data()[i]; }
    const T& operator[](std::size_t i) const { return data()[i]; }

    T& back() { return data()[size_ - 1]; }
    const T& back() const { return data()[size_ - 1]; }

private:
    std::pmr::memory_resource* memory_;
    std::size_t size_ = 0;
    std::size_t capacity_ = own;
    T* more_ = nullptr;

    // not initialized: a list is made for each request, and mostly stays empty
    alignas(T) unsigned char own_[own * sizeof(T)];
};

}  // namespace logout

#endif
